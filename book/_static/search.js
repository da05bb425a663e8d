// Search: a dialog that / and Ctrl+K open, or what has the attribute data-search; and the page search.html?q=words.
// Keys of one character are off if <html data-keys="off"> says so.
// search-rank.js and search-index.js, which find and hold what is found, are loaded with the first search, not before.
(() => {
  const root = new URL("..", document.currentScript.src);
  const OPENERS = "[data-search], .search-button, .search-button-field, .search-button__button";
  const IN_DIALOG = 10, ON_PAGE = 60;
  const KINDS = { page: "Page", section: "Section", exercise: "Exercise", term: "Glossary", function: "Function" };

  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  const load = (name) =>
    new Promise((resolve, reject) => {
      const script = make("script", { src: new URL(`_static/${name}`, root) });
      script.onload = resolve;
      script.onerror = () => { script.remove(); reject(new Error(name)); };
      document.head.append(script);
    });
  let loading;
  const finder = () => {
    loading ??= Promise.all([load("search-rank.js"), load("search-index.js")]).then(() => searchFinder(searchIndex));
    loading.catch(() => { loading = undefined; });
    return loading;
  };

  const pageOf = (words) => `${new URL("search.html", root)}?${new URLSearchParams({ q: words })}`;

  // A text in which the words that match are marked; one that begins late begins near the first of them.
  const marked = (text, result, mayBeCut = false) => {
    let parts = result.marks(text);
    const first = parts.findIndex(({ isMatch }) => isMatch);
    const before = parts.slice(0, Math.max(first, 0));
    if (mayBeCut && before.map(({ part }) => part).join("").length > 90) {
      parts = [{ part: "… " }, ...parts.slice(first - 13 + (first % 2 === 0))];
    }
    return parts.map(({ part, isMatch }) => (isMatch ? make("mark", {}, part) : part));
  };

  const item = (result) => {
    const { kind, number, title, page, url } = result;
    const { text, isCode } = result.excerpt();
    const label = kind === "page" && number ? "Chapter" : KINDS[kind];
    const name = kind === "function" ? make("code", {}, ...marked(title, result)) : make("span", {}, ...marked(title, result));
    const heading = make("span", { class: "search-title" }, number ? `${number} ` : "", name);
    const parts = [make("span", { class: "search-kind" }, label), " ", heading];
    if (kind === "section" || kind === "exercise") {
      parts.push(" ", make("span", { class: "search-place" }, page.number ? `Chapter ${page.number}, ${page.title}` : page.title));
    }
    if (text) parts.push(" ", make(isCode ? "code" : "span", { class: "search-excerpt" }, ...marked(text, result, true)));
    return make("li", {}, make("a", { href: new URL(url, root) }, ...parts));
  };

  // What goes with a field: the results, put into `place`, as one types; their number, said aloud; in `around`, the
  // arrow keys, and Enter, which in the dialog opens the first.
  const bring = (field, around, place, most) => {
    const status = make("p", { class: "search-status", role: "status" });
    const list = make("ol", { class: "search-results", "aria-label": "Results" });
    const more = make("p", { class: "search-more" });
    place.append(status, list, more);

    const show = ({ results, spelt }) => {
      list.replaceChildren(...results.slice(0, most).map(item));
      const count = results.length === 1 ? "1 result" : `${results.length || "No"} results`;
      status.textContent = spelt ? `${count} for “${spelt}”` : count;
      more.replaceChildren();
      if (results.length > most && most < ON_PAGE) more.append(make("a", { href: pageOf(field.value) }, `All ${results.length} results`));
    };
    const search = async () => {
      const words = field.value;
      if (!words.trim()) {
        [list, more].forEach((part) => part.replaceChildren());
        status.textContent = "";
        return;
      }
      if (!list.children.length) status.textContent = "Searching …";
      try {
        const found = (await finder()).find(words);
        if (words === field.value) show(found);
      } catch {
        status.textContent = "The index of the search could not be loaded. Is there a connection?";
      }
    };
    field.addEventListener("input", search);

    const links = () => [...list.querySelectorAll("a"), ...more.querySelectorAll("a")];
    around.addEventListener("keydown", (event) => {
      const stops = [field, ...links()], at = stops.indexOf(document.activeElement);
      if (at < 0 || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        stops[Math.min(Math.max(at + (event.key === "ArrowDown" ? 1 : -1), 0), stops.length - 1)].focus();
      } else if (event.key === "Enter" && at === 0) {
        event.preventDefault();
        if (around === dialog) links()[0]?.click();
      } else if (at > 0 && (event.key.length === 1 || event.key === "Backspace") && event.key !== " ") {
        field.focus(); // who goes on typing goes on typing
      }
      event.stopPropagation(); // keys of the page, such as those that turn it, are not meant
    });
    return search;
  };

  let dialog, field;
  const fill = () => {
    dialog = make("dialog", { class: "search search-dialog", "aria-label": "Search" });
    field = make("input", {
      type: "text", class: "search-words", name: "q", "aria-label": "Search the book", placeholder: "Search the book",
      autocomplete: "off", autocapitalize: "off", spellcheck: "false", enterkeyhint: "go", inputmode: "search",
    });
    const close = make("button", { type: "button", class: "search-close", "aria-label": "Close" }, "Esc");
    close.addEventListener("click", () => dialog.close());
    const found = make("div", { class: "search-found" });
    dialog.append(make("div", { class: "search-bar" }, field, close), found);
    document.body.append(dialog);
    bring(field, dialog, found, IN_DIALOG);
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog || event.target.closest("a")) dialog.close(); // beside it, or on a result
    });
  };
  const open = () => {
    if (!dialog) fill();
    if (dialog.open) return;
    dialog.showModal();
    field.focus();
    field.select();
    finder().catch(() => {}); // while the reader types
  };

  const here = document.querySelector("[data-search-here]");
  const start = () => (here ? here.q.focus() : open());
  if (here) {
    const search = bring(here.q, here.parentElement, here.parentElement, ON_PAGE);
    const asked = new URLSearchParams(location.search).get("q") ?? "";
    here.addEventListener("submit", (event) => event.preventDefault());
    here.q.addEventListener("input", () => {
      try { history.replaceState(null, "", pageOf(here.q.value)); } catch { /* a browser may keep the address of a file */ }
    });
    if (asked) {
      here.q.value = asked;
      search();
    }
    here.q.focus();
  }

  // First of all that listen, and before the theme's own keys.
  addEventListener("click", (event) => {
    const opener = event.target.closest?.(OPENERS);
    if (!opener || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    start();
  }, true);
  addEventListener("keydown", (event) => {
    const target = event.target;
    const types = target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName);
    const single = document.documentElement.dataset.keys !== "off" && !event.ctrlKey && !event.metaKey && !event.altKey;
    const isCtrlK = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k";
    if (isCtrlK || (event.key === "/" && single && !types)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      if (isCtrlK && dialog?.open) dialog.close();
      else if (!dialog?.open) start();
    }
  }, true);
})();
