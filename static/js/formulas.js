// A copied formula is its source: browsers alone would copy "x2" of what was typed as $x^2$.

function sourceOf(math) {
  const tex = math.querySelector("annotation")?.textContent ?? math.textContent;
  return math.getAttribute("display") === "block" ? `$$${tex}$$` : `$${tex}$`;
}

// A selection that begins or ends within a formula takes the whole of it.
function whole(range) {
  const within = (node) => (node instanceof Element ? node : node.parentElement)?.closest("math");
  const first = within(range.startContainer);
  const last = within(range.endContainer);
  if (first) range.setStartBefore(first);
  if (last) range.setEndAfter(last);
  return range;
}

document.addEventListener("copy", (event) => {
  const selection = document.getSelection();
  if (selection.isCollapsed || event.target.closest?.("input, textarea")) return;
  const copied = document.createElement("div");
  for (let at = 0; at < selection.rangeCount; at += 1) {
    copied.append(whole(selection.getRangeAt(at).cloneRange()).cloneContents());
  }
  const formulas = copied.querySelectorAll("math");
  if (!formulas.length) return;
  event.clipboardData.setData("text/html", copied.innerHTML);
  for (const math of formulas) math.replaceWith(sourceOf(math));
  // Laid out, though unseen, for its line breaks: only what is rendered has an innerText that knows of blocks.
  copied.className = "unseen";
  copied.style.whiteSpace = "normal";
  document.body.append(copied);
  event.clipboardData.setData("text/plain", copied.innerText);
  copied.remove();
  event.preventDefault();
});
