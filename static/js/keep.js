// Keeps what is typed into a form in this browser until it has been sent, so that a closed tab, a crash or an ended
// session loses nothing. A form says by data-keep under which name; its text fields are kept together.

const PREFIX = "colloquy/typed/";
const WEEK = 7 * 24 * 3600 * 1000; // milliseconds; older ones are forgotten

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null; // storage is off, or holds something else
  }
}

function write(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

const address = () => location.href.split("#")[0]; // as document.referrer has it on the next page
const fieldsOf = (form) => [...form.querySelectorAll("textarea, input[type=text]")];

/** Keep and restore the text of ``form``. A text that is saved gives way to a later one, and comes back at a button. */
export function keepTyped(form) {
  if (form.dataset.kept) return;
  form.dataset.kept = "yes";
  const key = PREFIX + form.dataset.keep;
  const says = form.querySelector(".kept");
  const textsNow = () => Object.fromEntries(fieldsOf(form).map((field) => [field.name, field.value]));
  const isBlank = (texts) => Object.values(texts).every((text) => !text.trim());
  const isOther = (texts) => fieldsOf(form).some(({ name, value }) => texts[name] !== undefined && texts[name] !== value);

  function show(version, other) {
    for (const field of fieldsOf(form)) field.value = version.texts[field.name] ?? field.value;
    if (!says) return;
    says.textContent = version.says;
    if (isBlank(other.texts)) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "told";
    button.textContent = other.offer;
    button.addEventListener("click", () => {
      show(other, version);
      says.querySelector("button").focus();
    });
    says.append(" ", button);
  }

  const earlier = read(key);
  if (earlier && isOther(earlier.texts)) {
    show(
      { texts: earlier.texts, says: "Restored what you had typed here.", offer: "Show what you had typed" },
      { texts: textsNow(), says: "This is what is saved.", offer: "Show what is saved" },
    );
  }

  let timer = 0; // of what is typed and not kept yet
  function keep() {
    clearTimeout(timer);
    timer = 0;
    const texts = textsNow();
    const blank = isBlank(texts);
    const done = write(key, blank ? null : { at: Date.now(), texts });
    const time = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    if (says && done) says.textContent = blank ? "" : `Kept in this browser, ${time}`;
  }
  if ("unsaved" in form.dataset) keep(); // it came back beside a newer text, under the name of that
  const keepTheRest = () => timer && keep();
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, 400);
  });
  form.addEventListener("focusout", keepTheRest); // to a button that may put the form away
  document.addEventListener("visibilitychange", keepTheRest); // a phone may end the page without another word
  addEventListener("pagehide", keepTheRest);
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("button.send"));
  });
  form.addEventListener("submit", () => {
    keepTheRest();
    const typed = read(key);
    if (typed && !form.hasAttribute("hx-post")) write(key, { ...typed, sent: address() }); // until one types on
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt !== form) return;
    // htmx calls every answer successful that it puts into the page, a refusal too.
    const { status } = event.detail.xhr;
    if (status >= 200 && status < 300) write(key, null);
  });
}

/** What is kept of forms whose names begin with ``beginning``, the newest first: the rest of each name, the text, when
    it was typed, and from where it was sent if nobody knows what became of it. */
export function keptUnder(beginning) {
  const start = PREFIX + beginning;
  let names = [];
  try {
    names = Object.keys(localStorage).filter((key) => key.startsWith(start));
  } catch {
    // storage is off: nothing was kept
  }
  return names
    .map((key) => ({ name: key.slice(start.length), ...read(key) }))
    .filter(({ texts }) => texts?.source)
    .sort((one, other) => other.at - one.at);
}

export function forget(name) {
  write(PREFIX + name, null);
}

// A form was accepted if the page it was sent from leads to this one, which neither has the form again nor gives its text
// back. If it gives it back in a form of its own, that one is sent in its place. Where nothing of ours came, or somebody
// went elsewhere meanwhile, nobody knows: then the text waits in its form.
const refused = document.querySelector("[data-refused]");
const returned = new Set();
const here = new Set([...document.querySelectorAll("form[data-keep]")].map((form) => PREFIX + form.dataset.keep));
try {
  for (const key of Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))) {
    const typed = read(key);
    if (!typed || Date.now() - typed.at > WEEK) write(key, null);
    else if (typed.sent) {
      const answered = typed.sent === document.referrer;
      if (answered && refused) returned.add(key);
      if (returned.has(key) || here.has(key)) write(key, { ...typed, sent: "" });
      else if (answered) write(key, null);
    }
  }
} catch {
  // storage is off: nothing was kept
}
refused?.addEventListener("submit", () => {
  for (const key of returned) write(key, { ...read(key), sent: address() });
});
