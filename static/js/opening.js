// A big thread opens with the best of its comments. A stub stands for the others and leads to a page of them; here it
// brings them in where it stands. A link to a comment that is not on the page leads to where it is.

/** How deep the stub stands, so that what comes in is flattened below the cap as the page around it is. */
function levelOf(stub) {
  let depth = 0;
  for (let list = stub.parentElement; list.matches(".replies"); list = list.parentElement.closest("ol")) depth += 1;
  return stub.matches(".flat") ? depth + 1 : depth;
}

function complain(stub, words) {
  let says = stub.querySelector(".error");
  if (!says) {
    says = document.createElement("span");
    says.className = "error";
    says.setAttribute("role", "alert");
    stub.append(says);
  }
  says.textContent = words;
}

/** What was written here a moment ago comes in once more, now in its place. */
function dropTwins(list) {
  for (const node of list.querySelectorAll("li:has(> details)")) {
    const twin = document.getElementById(node.id);
    const fresh = twin?.closest("ol.is-fresh");
    if (fresh && !fresh.querySelector("form")) fresh.remove();
    else if (twin) node.remove();
  }
}

function note(words) {
  const said = document.createElement("li");
  said.className = "stub said";
  said.setAttribute("role", "status");
  said.textContent = words;
  return said;
}

async function bringIn(stub) {
  const link = stub.querySelector("a");
  const expected = Number(link.firstChild.textContent.replace(/\D/gu, ""));
  stub.ariaBusy = "true";
  try {
    const answer = await fetch(`${link.href}&level=${levelOf(stub)}`);
    if (answer.redirected || answer.status === 404) {
      complain(stub, "The discussion has changed here: reload the page to see it.");
      return;
    }
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const list = page.querySelector("ol.thread");
    const found = Number(list.dataset.count);
    dropTwins(list);
    const come = [...list.children].map((each) => document.adoptNode(each));
    if (found < expected) come.push(note("Fewer than announced: the discussion has changed since this page was opened."));
    const held = stub.contains(document.activeElement);
    stub.replaceWith(...come);
    // As htmx says it, for local.js: an import would run that a second time, since its address has a hash on the page.
    for (const each of come) each.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true }));
    const first = come.find((each) => each.matches(":not(.stub)"))?.querySelector("article");
    if (first && held) {
      first.tabIndex = -1;
      first.focus({ preventScroll: true });
    }
  } catch {
    complain(stub, "They could not be loaded. Try again.");
  } finally {
    stub.ariaBusy = null;
  }
}

addEventListener("click", (event) => {
  const stub = event.target.closest?.(".stub > a")?.parentElement;
  if (!stub || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (!stub.ariaBusy) bringIn(stub);
});

async function seek() {
  const id = /^#c(\d+)$/u.exec(location.hash)?.[1];
  if (!id || document.getElementById(`c${id}`)) return;
  const thread = /^\/posts\/\d+\/[^/]+\//u.exec(location.pathname)[0];
  const place = `${thread}c/${id}/`;
  const answer = await fetch(place, { method: "HEAD" }).catch(() => null);
  if (answer?.status === 404) document.querySelector("ol.thread").prepend(note("The comment of this address is not here."));
  else if (location.hash === `#c${id}`) location.replace(`${place}${location.hash}`);
}

addEventListener("hashchange", seek);
seek();
