// Replies that were typed in this browser and not sent wait in their forms (keep.js). Where they do, or that there is no form
// any more, is said at the head of the discussion.
import { forget, keptUnder } from "./keep.js";

const place = document.querySelector("[data-waiting]");

function made(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

const idOf = (name) => `waiting-${name}`;

/** A link to where one goes on writing; none where nobody can, or not in answer to this. */
function wayBack(name, comment) {
  if (document.querySelector("main > .closed")) return [];
  const opener = comment
    ? comment.querySelector(`:scope > details > article > .acts a[href$="/reply?parent=${name}"]`)
    : name === "0" && document.querySelector(".comment-box > .more");
  if (comment && !opener) return [];
  const href = name === "0" ? place.dataset.form : `${place.dataset.form}?parent=${name}`;
  const link = made("a", { href, className: "told", textContent: "Go on writing" });
  link.addEventListener("click", (event) => {
    if (!opener || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    opener.scrollIntoView({ block: "center" });
    opener.click();
  });
  return [link, " "];
}

/** A line that opens to the text. */
function notice({ name, texts, sent }) {
  const comment = document.getElementById(`c${name}`);
  const author = comment?.querySelector(":scope > details > summary > b")?.textContent;
  const what = name === "0" ? "comment" : `reply to ${author ?? "a comment"}`;
  const drop = made("button", { type: "button", className: "told", textContent: "Discard" });
  drop.addEventListener("click", () => {
    forget(place.dataset.waiting + name);
    tellWaiting();
    (place.querySelector("summary") ?? document.querySelector("#discussion a")).focus();
  });
  return made(
    "details",
    { className: "notice ui", id: idOf(name) },
    made("summary", { textContent: `${sent ? "Perhaps not sent" : "Not sent yet"}: your ${what}` }),
    made("p", { className: "waiting-text", textContent: texts.source }),
    made("p", {}, ...wayBack(name, comment), drop),
  );
}

/** Say anew what waits; what stands in an open form does not. */
export function tellWaiting() {
  if (!place) return;
  const open = new Set([...document.querySelectorAll("form[data-keep]")].map((form) => form.dataset.keep));
  const waiting = keptUnder(place.dataset.waiting).filter(({ name }) => !open.has(place.dataset.waiting + name));
  // Those that stand there already may be open, and read.
  place.replaceChildren(...waiting.map((each) => document.getElementById(idOf(each.name)) ?? notice(each)));
}
