// The discussion: opens the branch a link leads into, puts reply forms away, follows a reply to its place.
// Everything here is a comfort: the page works without it.
import { keepTyped } from "./keep.js";

/** Open every folded branch around the element that the address names, and go there. */
function reveal(scroll) {
  const id = decodeURIComponent(location.hash.slice(1));
  const target = id && document.getElementById(id);
  if (!target) return;
  let opened = false;
  for (let branch = target.closest("details"); branch; branch = branch.parentElement.closest("details")) {
    if (!branch.open) {
      branch.open = true;
      opened = true;
    }
  }
  if (opened || scroll) target.scrollIntoView();
}

addEventListener("hashchange", () => reveal(false));

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
  if (event.target.closest?.("button.cancel")) putAway(event.target.closest("form"));
  const reply = event.target.closest?.('article > .acts a[href*="/reply?parent="]');
  const elsewhere = event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (reply && window.htmx && !elsewhere) {
    event.preventDefault();
    htmx.ajax("GET", reply.getAttribute("href"), { source: reply, target: slotOf(reply.closest("article")) });
  }
});
reveal(false);

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

document.body.addEventListener("htmx:afterSwap", (event) => {
  const place = event.detail.target.isConnected ? event.detail.target : document;
  const form = place.querySelector?.("form.reply");
  if (form) {
    keepTyped(form);
    if (!event.detail.requestConfig.headers["HX-Trigger-Name"]) form.querySelector("textarea").focus();
  }
});

document.body.addEventListener("htmx:afterSettle", () => {
  const fresh = document.querySelector("ol.is-fresh:not(.was-shown)");
  if (!fresh) return;
  fresh.classList.add("was-shown");
  // Out of the place for forms, which the next form would clear.
  const slot = fresh.closest(".slot");
  const box = slot.closest(".comment-box");
  if (box) box.before(fresh);
  else slot.after(fresh);
  document.querySelector("main > .empty")?.remove();
  const article = fresh.querySelector("article");
  article.tabIndex = -1;
  article.focus();
});

for (const form of document.querySelectorAll("form[data-keep]")) keepTyped(form);
