// Line by line: point at a letter of a formula, or at its name in a cell, and both light up wherever the smallest
// section that has the two has them. A cell whose copy button has the focus shows all letters that it shares.
(() => {
  if (!window.Highlight) return;
  const lit = new Highlight();
  CSS.highlights.set("letter", lit);
  const GREEK = {
    α: "alpha", β: "beta", γ: "gamma", δ: "d", ε: "eps", η: "lr", θ: "theta", κ: "kappa", λ: "lam", μ: "mu",
    ρ: "rho", σ: "sigma", τ: "tau", φ: "phi", ω: "omega",
  };
  const HATS = { "^": "_hat", "ˆ": "_hat", "¯": "_bar", "‾": "_bar", "~": "_tilde" };
  const plain = (text) => text.normalize("NFKC").replace(/[\u2061-\u2064\s]/g, "");
  const spelt = (text) => [...plain(text)].map((letter) => GREEK[letter] ?? letter).join("");

  // The element that is one symbol of the mathematics (W₁, ŷ, δa), and its name in code.
  const symbol = (leaf) => {
    let whole = leaf, name = spelt(leaf.textContent);
    const over = leaf.parentElement;
    if (/^m(over|under)$/.test(over.localName) && over.firstElementChild === leaf && HATS[plain(over.lastElementChild.textContent)]) {
      whole = over;
      name += HATS[plain(over.lastElementChild.textContent)];
    }
    const index = whole.parentElement;
    if (/^msub(sup)?$/.test(index.localName) && index.firstElementChild === whole) {
      const below = spelt(index.children[1].textContent);
      if (index.localName === "msub") whole = index;
      name += /^\w+$/.test(below) ? below : "";
    }
    const before = whole.previousElementSibling;
    if (before?.localName === "mi" && plain(before.textContent) === "δ") name = "d" + name;
    return name;
  };

  const WORD = /[A-Za-zͰ-Ͽ_][\wͰ-Ͽ]*/g;
  const bare = (name) => name.replace(/_(?=\d)/g, "");
  const tables = new WeakMap(); // section → Map(name → { letters: [mi], words: [Range] })
  const shared = (section) => {
    if (tables.has(section)) return tables.get(section);
    const names = new Map();
    const entry = (name) => names.get(name) ?? names.set(name, { letters: [], words: [] }).get(name);
    for (const leaf of section.querySelectorAll("div[data-tex] mi"))
      if (!/^[δ.,;]$/.test(plain(leaf.textContent))) entry(symbol(leaf)).letters.push(leaf);
    for (const code of section.querySelectorAll(".cell_input pre")) {
      const texts = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) {
        const node = texts.currentNode;
        if (node.parentElement.closest(".c1, .s1, .s2, .sd, .k, .kn, .m")) continue;
        for (const match of node.data.matchAll(WORD)) {
          const range = new StaticRange({
            startContainer: node, startOffset: match.index, endContainer: node, endOffset: match.index + match[0].length,
          });
          entry(bare(match[0])).words.push(range);
        }
      }
    }
    for (const [name, { letters, words }] of names) if (!letters.length || !words.length) names.delete(name);
    tables.set(section, names);
    return names;
  };

  // The sections round an element, the smallest first, without the whole chapter.
  const around = (element) => {
    const sections = [];
    for (let one = element.closest("section"); one; one = one.parentElement.closest("section")) sections.push(one);
    return sections.slice(0, -1);
  };

  const clear = () => {
    lit.clear();
    document.querySelectorAll(".letter-lit").forEach((leaf) => leaf.classList.remove("letter-lit"));
  };
  const light = (names) => {
    clear();
    for (const { letters, words } of names) {
      letters.forEach((leaf) => leaf.classList.add("letter-lit"));
      words.forEach((range) => lit.add(range));
    }
  };

  const wordAt = (event) => {
    const at = document.caretPositionFromPoint?.(event.clientX, event.clientY);
    const range = at ? null : document.caretRangeFromPoint?.(event.clientX, event.clientY);
    const [node, offset] = at ? [at.offsetNode, at.offset] : [range?.startContainer, range?.startOffset];
    if (node?.nodeType !== Node.TEXT_NODE || !node.parentElement.closest(".cell_input pre")) return null;
    for (const match of node.data.matchAll(WORD))
      if (match.index <= offset && offset <= match.index + match[0].length) return bare(match[0]);
    return null;
  };
  const pointed = (event) => {
    const place = event.target.closest?.("div[data-tex] mi, .cell_input pre");
    if (!place) return clear();
    const name = place.localName === "mi" ? symbol(place) : wordAt(event);
    const section = around(place).find((one) => shared(one).has(name));
    return section ? light([shared(section).get(name)]) : clear();
  };
  const article = document.querySelector(".bd-article");
  let last = "";
  article?.addEventListener("pointermove", (event) => {
    const here = `${event.clientX} ${event.clientY}`; // the same where the page moves under the mouse
    if (event.pointerType === "mouse" && here !== last) pointed(event);
    last = here;
  }, { passive: true });
  article?.addEventListener("pointerleave", clear);
  article?.addEventListener("click", pointed); // a tap
  article?.addEventListener("focusin", (event) => {
    const code = event.target.closest(".cell_input")?.querySelector("pre");
    if (!code) return;
    const inside = ({ words }) => words.some((range) => code.contains(range.startContainer));
    for (const section of around(code)) {
      const found = [...shared(section).values()].filter(inside);
      if (found.length) return light(found);
    }
  });
  article?.addEventListener("focusout", clear);
})();
