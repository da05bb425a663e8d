// Formulas are drawn without this script. It copies them as TeX and lets the keyboard scroll those that are wider than the page.
(() => {
  const wide = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) {
        target.tabIndex = 0; // Chromium and Firefox would stop here by themselves, Safari would not
        target.role = "group";
        target.ariaLabel = "Wide formula";
      } else {
        ["tabindex", "role", "aria-label"].forEach((name) => target.removeAttribute(name));
      }
    }
  });
  document.querySelectorAll("div.math > .formula, span.math > .wide").forEach((box) => wide.observe(box));

  const around = (node) => (node instanceof Element ? node : node.parentElement)?.closest("[data-tex]");

  const withWholeFormulas = (range) => {
    const whole = range.cloneRange();
    const [first, last] = [around(range.startContainer), around(range.endContainer)];
    if (first) whole.setStartBefore(first);
    if (last) whole.setEndAfter(last);
    return whole.cloneContents();
  };

  document.addEventListener("copy", (event) => {
    const selection = getSelection();
    const copied = document.createElement("div");
    for (let i = 0; i < selection.rangeCount; i++) copied.append(withWholeFormulas(selection.getRangeAt(i)));
    const formulas = copied.querySelectorAll("[data-tex]");
    if (selection.isCollapsed || !formulas.length) return;
    event.clipboardData.setData("text/html", copied.innerHTML);
    for (const formula of formulas) {
      const { tex } = formula.dataset;
      formula.replaceWith(formula.matches("div") ? `\n$$\n${tex}\n$$\n` : `$${tex}$`);
    }
    copied.querySelectorAll("a.headerlink").forEach((link) => link.remove());
    event.clipboardData.setData("text/plain", copied.textContent);
    event.preventDefault();
  });
})();
