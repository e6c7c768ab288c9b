// "Load more" takes its own place away: the keyboard goes on at the first row that came in its stead.

let last = null;

document.body.addEventListener("htmx:beforeSwap", (event) => {
  last = event.detail.target.matches?.(".further") ? event.detail.target.previousElementSibling : null;
});
document.body.addEventListener("htmx:afterSettle", () => {
  last?.nextElementSibling?.querySelector("a")?.focus({ preventScroll: true });
  last = null;
});
