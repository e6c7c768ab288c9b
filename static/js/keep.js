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

const fieldsOf = (form) => [...form.querySelectorAll("textarea:not([readonly]), input[type=text]")];

/** Keep and restore the text of ``form``. What the server already filled in is never overwritten. */
export function keepTyped(form) {
  if (form.dataset.kept) return;
  form.dataset.kept = "yes";
  const key = PREFIX + form.dataset.keep;
  const says = form.querySelector(".kept");
  const fields = fieldsOf(form);
  const earlier = read(key);
  if (earlier && !earlier.sent && fields.every((field) => !field.value.trim())) {
    for (const field of fields) field.value = earlier.texts[field.name] ?? "";
    if (says) says.textContent = "Restored what you had typed here.";
  }

  let timer;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const texts = Object.fromEntries(fieldsOf(form).map((field) => [field.name, field.value]));
      const blank = Object.values(texts).every((text) => !text.trim());
      const done = write(key, blank ? null : { at: Date.now(), texts });
      const time = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
      if (says && done) says.textContent = blank ? "" : `Kept in this browser, ${time}`;
    }, 400);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(form.querySelector("button.send"));
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    const typed = read(key);
    if (typed) write(key, { ...typed, sent: true });
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    const typed = read(key);
    if (!typed || event.detail.elt !== form) return;
    // htmx calls every answer successful that it puts into the page, a refusal too.
    write(key, event.detail.xhr.status >= 200 && event.detail.xhr.status < 300 ? null : { ...typed, sent: false });
  });
}

// A form that was sent was accepted, unless it stands on this page again or the page gives its text back; and if it does so in
// a form of its own, that one is sent in its place.
const refused = document.querySelector("[data-refused]");
const returned = new Set();
const here = new Set([...document.querySelectorAll("form[data-keep]")].map((form) => PREFIX + form.dataset.keep));
try {
  for (const key of Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))) {
    const typed = read(key);
    if (!typed || Date.now() - typed.at > WEEK) write(key, null);
    else if (typed.sent) {
      write(key, refused || here.has(key) ? { ...typed, sent: false } : null);
      if (refused) returned.add(key);
    }
  }
} catch {
  // storage is off: nothing was kept
}
refused?.addEventListener("submit", () => {
  for (const key of returned) write(key, { ...read(key), sent: true });
});
