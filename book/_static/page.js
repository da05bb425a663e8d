// What a page does besides being read: colours, copying code, the section that is in view, keys in long lists.
// Menus and folds are the browser's own and need nothing from here.
(() => {
  const root = document.documentElement;
  const all = (selector) => [...document.querySelectorAll(selector)];

  // Colours: as the system has them, or as the reader chose.
  const system = matchMedia("(prefers-color-scheme: dark)");
  const colour = (mode) => {
    root.dataset.mode = mode;
    root.dataset.theme = mode === "auto" ? (system.matches ? "dark" : "light") : mode;
    const names = { auto: "as the system has them", light: "light", dark: "dark" };
    for (const button of all(".theme-switch-button")) button.title = `Colours: ${names[mode]}`;
  };
  const next = () => {
    const modes = system.matches ? ["auto", "light", "dark"] : ["auto", "dark", "light"];
    colour(modes[(modes.indexOf(root.dataset.mode) + 1) % 3]);
    localStorage.setItem("mode", root.dataset.mode);
  };
  colour(["light", "dark"].includes(root.dataset.mode) ? root.dataset.mode : "auto");
  system.addEventListener("change", () => root.dataset.mode === "auto" && colour("auto"));
  for (const button of all(".theme-switch-button")) button.addEventListener("click", next);

  for (const key of /^(Mac|iP)/.test(navigator.platform) ? all("kbd") : []) key.textContent = key.textContent.replace("Ctrl ", "⌘");

  // A menu closes when something else is chosen.
  const menus = all("details.menu");
  addEventListener("click", (event) => menus.forEach((menu) => menu.contains(event.target) || (menu.open = false)));
  addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && menus.find((menu) => menu.open);
    if (!menu) return;
    menu.open = false;
    menu.firstElementChild.focus();
  });
  for (const link of all("#pst-primary-sidebar a[href^='#']")) {
    link.addEventListener("click", () => link.closest(":popover-open")?.hidePopover());
  }

  // Code can be copied. The buttons of a page are one stop of the Tab key, at the code that is in view.
  const copy = async (text) => {
    try { await navigator.clipboard.writeText(text); } catch {
      const area = Object.assign(document.createElement("textarea"), { value: text });
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  };
  const buttons = all("article div[class*='highlight-']:not(.output)").map((box) => {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "copy", tabIndex: -1 });
    button.setAttribute("aria-label", "Copy");
    button.addEventListener("click", async () => {
      await copy(box.querySelector("pre").textContent.replace(/\n$/, ""));
      button.dataset.done = "";
      button.setAttribute("aria-label", "Copied");
      setTimeout(() => { delete button.dataset.done; button.setAttribute("aria-label", "Copy"); }, 1500);
    });
    box.append(button);
    return button;
  });

  // One stop for many: the Tab key finds one of them, arrow keys go on, as do Home and End.
  const oneStop = (members) => {
    const stop = (chosen) => {
      for (const member of members()) member.tabIndex = -1;
      if (chosen) chosen.tabIndex = 0;
    };
    const move = (event) => {
      const seen = members().filter((member) => member.checkVisibility());
      const at = seen.indexOf(event.target.closest("a, summary, button"));
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: seen.length - 1 }[event.key];
      if (at < 0 || to === undefined || !seen[to] || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      stop(seen[to]);
      seen[to].focus();
    };
    return { stop, move };
  };
  const join = (members) => {
    const { stop, move } = oneStop(members);
    stop(members().find((member) => member.matches("[aria-current]")) ?? members()[0]);
    for (const member of members()) {
      member.addEventListener("keydown", move);
      member.addEventListener("focus", () => stop(member));
    }
  };
  for (const box of all("[data-one-stop]")) {
    const members = [...box.querySelectorAll("a[href]:not(.headerlink, .report-link), summary")];
    join(() => members);
  }
  for (const links of Map.groupBy?.(all("[data-terms]"), (link) => link.dataset.terms).values() ?? []) join(() => links);
  // Of many that lie all over the page, the one in view is the stop.
  const oneInView = (members) => {
    const { stop, move } = oneStop(() => members);
    stop(members[0]);
    const near = new IntersectionObserver((entries) => {
      const entry = entries.find((entry) => entry.isIntersecting);
      const member = members.find((member) => member.parentElement === entry?.target);
      if (member && !members.includes(document.activeElement)) stop(member);
    }, { rootMargin: "-20% 0px -60%" });
    for (const member of members) {
      member.addEventListener("keydown", move);
      near.observe(member.parentElement);
    }
  };
  oneInView(buttons);
  oneInView(all("details.hide > summary"));

  // What is wider than its box scrolls: its edge fades, and the keyboard reaches it.
  const FORMULA = "div.math > .formula, span.math > .wide";
  const SCROLLERS = `.highlight pre, .table-box, .cell_output .text_html, [data-scrolls], ${FORMULA}`;
  const read = (box) => ({
    box,
    wide: box.scrollWidth > box.clientWidth,
    ended: box.scrollLeft + box.clientWidth > box.scrollWidth - 2,
  });
  const show = ({ box, wide, ended }) => {
    const frame = box.matches("pre") ? box.closest("div[class*='highlight-']") : box;
    frame.classList.toggle("is-wide", wide);
    frame.classList.toggle("at-end", wide && ended);
    const kind = box.matches("pre") ? "code" : box.matches(FORMULA) ? "formula" : "table";
    if (wide) Object.assign(box, { tabIndex: 0, role: "group", ariaLabel: `Wide ${kind}` });
    else for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
  };
  // What is on the screen is measured, all of it before any is changed, so that the page is laid out once. The rest, which
  // a browser has not laid out yet, matters to the keyboard alone: with its first key it is measured too.
  const sizes = new ResizeObserver((entries) => entries.map((entry) => read(entry.target)).forEach(show));
  const scrollers = all(SCROLLERS);
  for (const box of scrollers) {
    sizes.observe(box);
    box.addEventListener("scroll", () => show(read(box)), { passive: true });
  }
  const measure = () => {
    scrollers.map(read).forEach(show);
    root.dataset.measured = "";
  };
  addEventListener("keydown", measure, { once: true, capture: true }); // also of a field that keeps its keys
  addEventListener("resize", () => {
    if (!("measured" in root.dataset)) return;
    delete root.dataset.measured;
    requestAnimationFrame(measure);
  });

  // The section that is in view, in the contents.
  const links = new Map(all(".section-nav a[href^='#']").map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
  const seen = new Set();
  const spy = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) seen[isIntersecting ? "add" : "delete"](target.id);
    const now = [...links.keys()].findLast((id) => seen.has(id));
    if (now) for (const [id, link] of links) link.toggleAttribute("data-here", id === now);
  }, { rootMargin: "-10% 0px -70%" });
  for (const id of links.keys()) {
    const section = id && document.getElementById(id);
    if (section) spy.observe(section);
  }

  // The contents stand where the reader is in them.
  const sidebar = document.getElementById("pst-primary-sidebar");
  const here = sidebar?.querySelector("[aria-current]");
  const turn = () => {
    if (here?.offsetTop > 0.5 * sidebar.clientHeight) sidebar.scrollTop = here.offsetTop - 160;
  };
  sidebar?.addEventListener("toggle", (event) => event.newState === "open" && turn());
  requestAnimationFrame(turn);
})();
