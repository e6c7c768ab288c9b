// Does to a piece of a page what a careless reader would, and reports what should not be there.
// Runs in every frame before anything else: what a script calls is noted with the case it came from.
(() => {
  const place = () => {
    try {
      return window.frameElement?.dataset.case ?? "page";
    } catch {
      return "foreign";
    }
  };
  window.top.ran ??= [];
  for (const name of ["alert", "confirm", "prompt", "print"]) {
    window[name] = () => void window.top.ran.push(place());
  }

  const SAFE = ["http:", "https:", "mailto:"];
  const EVENTS = ["pointerenter", "mouseover", "mouseenter", "focus", "focusin", "toggle", "error", "load", "begin"];

  // A click on a good link may leave the page; any other default action is what we wait for.
  const stay = (event) => {
    const link = event.target.closest?.("a");
    if (link && SAFE.includes(link.protocol)) event.preventDefault();
  };

  window.poke = (root) => {
    root.addEventListener("click", stay);
    const all = [...root.querySelectorAll("details")];
    for (const details of all) details.open = !details.open;
    for (const element of root.querySelectorAll("*")) {
      element.focus?.();
      for (const name of EVENTS) {
        element.dispatchEvent(new MouseEvent(name, { cancelable: true }));
      }
      if (element instanceof HTMLElement) HTMLElement.prototype.click.call(element);
      else element.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
    }
    for (const details of all) details.open = false;  // nobody gave it the attribute
  };

  const MATH = "http://www.w3.org/1998/Math/MathML";

  // ``settledLinks``: whether every link to another site must have our rel; that is no business of a single wall.
  // ``math``: what formulas may have, where there are any: they come in behind the walls.
  window.faults = (root, { key, settledLinks, tags, attributes, math }) => {
    const found = [];
    for (const element of root.querySelectorAll("*")) {
      const tag = element.localName;
      if (math && element.namespaceURI === MATH) {
        if (!math.tags.includes(tag)) found.push(`<math ${tag}>`);
        for (const name of element.getAttributeNames()) if (!math.attributes.includes(name)) found.push(`${tag} ${name}`);
        continue;
      }
      if (!tags.includes(tag) || element.namespaceURI !== "http://www.w3.org/1999/xhtml") found.push(`<${tag}>`);
      // By the prototype: a form's own fields may stand in the place of its methods.
      for (const name of Element.prototype.getAttributeNames.call(element)) {
        const value = Element.prototype.getAttribute.call(element, name);
        if (!attributes.includes(name)) found.push(`${tag} ${name}`);
        if (name === "id" && !value.startsWith(`${key}-`)) found.push(`id ${value}`);
      }
      if (tag === "a" && element.hasAttribute("href") && !SAFE.includes(element.protocol)) found.push(`href ${element.href}`);
      if (settledLinks && tag === "a" && SAFE.slice(0, 2).includes(element.protocol) && element.host !== location.host) {
        if (element.rel !== "nofollow ugc noopener noreferrer") found.push(`no rel ${element.href}`);
      }
    }
    return found;
  };
})();
