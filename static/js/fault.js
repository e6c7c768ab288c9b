// An answer of htmx that did not come, or that says the site cannot answer, must look like neither an answer nor a sent text.

function say(words, elt) {
  let place = elt.closest("form")?.querySelector(".kept") ?? elt.parentElement.querySelector(":scope > .fault");
  if (!place) {
    place = document.createElement("span");
    place.className = "fault ui";
    place.setAttribute("role", "alert");
    elt.after(place);
  }
  place.textContent = ` ${words}`;
}

for (const fault of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(fault, (event) => {
    const kept = event.detail.elt.closest("form") ? " Your text is still here: try again." : " Try again.";
    say(`The server could not be reached.${kept}`, event.detail.elt);
  });
}

document.addEventListener("htmx:afterRequest", ({ detail: { elt, xhr } }) => {
  if (xhr.status < 500 && xhr.status !== 413) return;
  const plain = xhr.getResponseHeader("Content-Type")?.startsWith("text/plain"); // else from a proxy, or a fault of our own
  say(plain ? xhr.responseText : "The site could not answer. Try again.", elt);
});

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  detail.elt.parentElement.querySelector(":scope > .fault")?.remove();
});
