// Comforts of every page: times in the reader's own zone, wide boxes that the keyboard can scroll. Without script the times
// are in UTC (forum/kit/moments.py).
import "./fault.js";

const exact = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short" });
const thisYear = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const anyYear = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric" });
const sizes = [["day", 86_400], ["hour", 3600], ["minute", 60]];

function inWords(at, now) {
  const seconds = (now - at) / 1000;
  if (seconds < 60) return "just now";
  if (seconds < 7 * 86_400) {
    const [unit, size] = sizes.find(([, size]) => seconds >= size);
    const count = Math.floor(seconds / size);
    return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
  }
  return (at.getFullYear() === now.getFullYear() ? thisYear : anyYear).format(at);
}

// A page may come from a cache and be older than its words: "3 minutes ago" is said anew.
function refresh(root) {
  const now = new Date();
  for (const time of root.querySelectorAll("time.ago, article > header time")) time.textContent = inWords(new Date(time.dateTime), now);
}

// Titles only when somebody points at one: a thread has thousands.
document.addEventListener("pointerover", (event) => {
  const time = event.target.closest?.("time[datetime]");
  if (time && !time.dataset.local) {
    time.dataset.local = "yes";
    time.title = exact.format(new Date(time.dateTime));
  }
});

// What scrolls in a box of its own can be reached by keyboard. Looked at when it is laid out, and in a window of another
// width again: to ask for sizes before would lay out thousands.
const boxes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else if (target !== document.activeElement) target.removeAttribute("tabindex");
  }
});

function prepare(root) {
  refresh(root);
  for (const box of root.querySelectorAll(".text :is(pre, table, .display), .scrolls")) boxes.observe(box);
}

prepare(document);
document.addEventListener("htmx:load", (event) => prepare(event.target));
