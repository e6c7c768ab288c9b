// The discussion: opens the branch a link leads into, puts reply forms away, follows a reply to its place.
// Everything here is a comfort: the page works without it.
import { keepTyped } from "./keep.js";
import { tellWaiting } from "./waiting.js";

const discussion = document.querySelector("ol.thread");
const FRAMES = 12;
let journeys = 0;

/** Have ``go`` bring ``target`` to its place, and keep it there: what is laid out on the way, frame by frame, is not as
    high as the browser has guessed. */
function goTo(target, go) {
  journeys += 1;
  const ours = journeys;
  go();
  const height = target.getBoundingClientRect().top;
  let frames = FRAMES;
  const look = () => {
    if (ours !== journeys) return;
    if (Math.abs(target.getBoundingClientRect().top - height) > 1) go();
    frames -= 1;
    if (frames) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

// Whoever goes on meanwhile is not held.
for (const act of ["wheel", "touchmove", "pointerdown", "keydown", "popstate"]) {
  addEventListener(act, () => { journeys += 1; }, { passive: true });
}

/** What the address names, if it is on the page. */
function addressed() {
  const name = location.hash.slice(1);
  try {
    return document.getElementById(decodeURIComponent(name));
  } catch {
    return document.getElementById(name); // "50%" is no encoding of anything
  }
}

/** Open every folded branch around the element that the address names, and go there. */
function reveal(scroll) {
  const target = addressed();
  if (!target) return;
  let opened = false;
  for (let branch = target.closest("details"); branch; branch = branch.parentElement.closest("details")) {
    if (!branch.open) {
      branch.open = true;
      opened = true;
    }
  }
  if (opened || scroll) goTo(target, () => target.scrollIntoView());
}

/** The comment in the middle of the window, with those it answers, and where it stands; nothing above and below the
    discussion. */
function place() {
  let comment = document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest("ol.thread li[id]");
  if (!comment) return null;
  const left = { ids: [], top: comment.getBoundingClientRect().top };
  for (; comment; comment = comment.parentElement.closest("li[id]")) left.ids.push(comment.id);
  return left;
}

/** To where one was; to the nearest comment it answers where it is no more, as when a stub had brought it in. */
function comeBack({ ids, top }) {
  const all = ids.map((id) => document.getElementById(id));
  const comment = all.find((each) => each && each.checkVisibility?.() !== false);
  if (!comment) return;
  goTo(comment, () => {
    comment.scrollIntoView(); // has its branch laid out, which the sizes alone do not
    scrollBy(0, comment.getBoundingClientRect().top - (comment === all[0] ? top : 0));
  });
}

// The script sees to it that a jump ends where it should, so that the browser need not lay out the whole branch before:
// half a second for one of 700 replies. Not yet where it has just done so. Nor can the browser then find back by height.
let jumps = false;
function follow() {
  discussion?.classList.add("is-followed");
}
if (window.navigation && !location.hash) follow();
window.navigation?.addEventListener("navigate", ({ hashChange, navigationType }) => {
  if (!hashChange) return;
  navigation.updateCurrentEntry({ state: place() });
  follow();
  jumps = navigationType !== "traverse";
});
addEventListener("hashchange", () => {
  const left = jumps ? null : window.navigation?.currentEntry.getState();
  if (left) comeBack(left);
  else reveal(jumps);
});

const LONGEST = 70; // characters of the text that a folded line shows

/** How a text begins, to the end of a word; formulas as they were typed. */
function beginning(text) {
  const copy = text.cloneNode(true);
  for (const formula of copy.querySelectorAll("math")) {
    formula.replaceWith(formula.querySelector("annotation")?.textContent ?? "");
  }
  const words = copy.textContent.slice(0, 20 * LONGEST).trim().split(/\s+/u).join(" ");
  return words.length > LONGEST ? `${words.slice(0, LONGEST).replace(/\s+\S*$/u, "")}…` : words;
}

// A folded branch says how its first comment begins. Not from the server: that would be a copy of every text's start.
addEventListener(
  "toggle",
  ({ target }) => {
    const line = target.querySelector(":scope > summary:not(.was-filled)");
    if (!line || target.open) return;
    line.classList.add("was-filled");
    const text = target.querySelector(":scope > article > .text:not(.tomb)");
    if (text) line.append(`: “${beginning(text)}”`);
  },
  true, // it does not bubble
);

addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="#"]');
  // The same address a second time changes no hash, yet the branch may have been folded since.
  if (link && link.hash === location.hash) reveal(true);
  const login = event.target.closest?.('.bar a[href*="?next="]');
  if (login) login.search = new URLSearchParams({ next: location.pathname + location.hash });
  if (event.target.closest?.("button.cancel")) putAway(event.target.closest("form"));
  const reply = event.target.closest?.('article > .acts a[href*="/reply?parent="]');
  const elsewhere = event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (reply && window.htmx && !elsewhere) {
    event.preventDefault();
    htmx.ajax("GET", reply.getAttribute("href"), { source: reply, target: slotOf(reply.closest("article")) });
  }
});

tellWaiting(); // before one comes back to a place, which it moves

// A browser that loads the page again goes to a height, and the heights above are guesses until they are laid out: in a
// thread of 2,500 that was sixty comments away.
const spot = () => `colloquy/place/${window.navigation?.currentEntry?.key ?? location.href}`;
let left = null;
try {
  left = JSON.parse(sessionStorage.getItem(spot()));
  addEventListener("pagehide", () => sessionStorage.setItem(spot(), JSON.stringify(place())));
} catch {
  // storage is off
}
if (left && performance.getEntriesByType("navigation")[0]?.type !== "navigate") {
  comeBack(left);
  const ours = journeys;
  addEventListener("load", () => ours === journeys && comeBack(left)); // the browser has gone to its height by then
} else {
  reveal(false);
}

/** Where the form for a reply to the comment ``article`` stands. */
function slotOf(article) {
  if (!article.nextElementSibling?.matches(".slot")) {
    const slot = document.createElement("div");
    slot.className = "slot";
    article.after(slot);
  }
  return article.nextElementSibling;
}

function putAway(form) {
  const slot = form.parentElement;
  form.remove();
  const box = slot.closest(".comment-box");
  (box?.querySelector(".more") ?? slot.closest("details")?.querySelector(":scope > article > .acts a"))?.focus();
}

// A form that is accepted goes, and what was typed after it had been sent would go with it. Nor is it called back.
for (const [event, waits] of [["htmx:beforeRequest", true], ["htmx:afterRequest", false]]) {
  document.body.addEventListener(event, ({ detail: { elt } }) => {
    if (!elt.matches("form")) return;
    for (const field of elt.querySelectorAll("textarea, input[type=text]")) field.readOnly = waits;
    for (const button of elt.querySelectorAll("button.cancel")) button.disabled = waits;
    if (waits && elt.querySelector(".kept")) elt.querySelector(".kept").textContent = "Sending …";
  });
}

document.body.addEventListener("htmx:afterSwap", (event) => {
  const place = event.detail.target.isConnected ? event.detail.target : document;
  const form = place.querySelector?.("form.reply");
  if (form) {
    keepTyped(form);
    if (!event.detail.requestConfig.headers["HX-Trigger-Name"]) form.querySelector("textarea").focus();
  }
});

/** The page's comments are one more. */
function countOn() {
  for (const each of document.querySelectorAll("[data-comments]")) {
    const count = Number(each.dataset.comments) + 1;
    each.dataset.comments = count;
    const words = each.textContent.replace(/\d[\d,]*/u, count.toLocaleString("en"));
    each.textContent = words.replace(/comments?$/u, count === 1 ? "comment" : "comments");
  }
}

document.body.addEventListener("htmx:afterSettle", () => {
  tellWaiting(); // not before: what has been sent is forgotten after the swap
  const fresh = document.querySelector("ol.is-fresh:not(.was-shown)");
  if (!fresh) return;
  fresh.classList.add("was-shown");
  // Out of the place for forms, which the next form would clear.
  const slot = fresh.closest(".slot");
  const box = slot.closest(".comment-box");
  if (box) box.before(fresh);
  else slot.after(fresh);
  document.querySelector("main > .empty")?.remove();
  countOn();
  const article = fresh.querySelector("article");
  article.tabIndex = -1;
  article.focus();
});

for (const form of document.querySelectorAll("form[data-keep]")) keepTyped(form);
