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
addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="#"]');
  // The same address a second time changes no hash, yet the branch may have been folded since.
  if (link && link.hash === location.hash) reveal(true);
  if (event.target.closest?.("button.cancel")) putAway(event.target.closest("form"));
});
reveal(false);

function putAway(form) {
  const slot = form.parentElement;
  form.remove();
  const box = slot.closest(".comment-box");
  (box?.querySelector(".more") ?? slot.closest("details")?.querySelector(":scope > article .act-reply"))?.focus();
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

// A server that cannot be reached must not look like a sent reply.
for (const fault of ["htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(fault, (event) => {
    const form = event.target.closest("form");
    const kept = form?.querySelector(".kept");
    if (kept) kept.textContent = "The server could not be reached. Your text is still here: try again.";
  });
}

for (const form of document.querySelectorAll("form[data-keep]")) keepTyped(form);
