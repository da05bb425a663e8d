// Where the reader was and what is done, kept in this browser only: sections read and exercises; quiz.js keeps answers.
// code/bookkit/reading marks the pages that count (article[data-progress]) and writes the box "Done" of each exercise.
window.nnbookProgress = (() => {
  const KEY = "nnbook-progress";
  const TICK = 1000; // milliseconds between two looks at what is in view
  const LONG = 2; // looks at a section's end until it counts as read, or at a section until it is where the reader is
  const START = 24; // pixels of a section's top that may be out of view: the space above its heading
  const PAGE = /^\w[\w-]*(\/[\w-]+)*$/;
  const root = new URL(document.documentElement.dataset.content_root || "./", location.href);

  // What was stored, or comes from a file, may be anything: only what fits is taken, and null if nothing does.
  const strings = (list) => (Array.isArray(list) ? [...new Set(list.filter((item) => typeof item === "string"))] : []);
  const sound = (found) => {
    if (found?.version !== 1 || typeof found.pages !== "object") return null;
    const pages = Object.entries(found.pages ?? {}).filter(([name]) => PAGE.test(name)).map(([name, page]) => [name, {
      of: Number(page?.of) || 0,
      begun: strings(page?.begun), read: strings(page?.read), exercises: strings(page?.exercises),
    }]);
    const { page, section, title } = found.last ?? {};
    const last = PAGE.test(page) && title ? { page, section: String(section ?? ""), title: String(title) } : null;
    return { version: 1, pages: Object.fromEntries(pages), last };
  };
  const empty = () => ({ version: 1, pages: {}, last: null });
  const load = () => { try { return sound(JSON.parse(localStorage.getItem(KEY))); } catch { return null; } };
  let state = load() ?? empty();
  const entry = (page) => (state.pages[page] ??= { of: 0, begun: [], read: [], exercises: [] });

  // A browser may forbid storage, or have no room: then all this lasts as long as the page.
  let saved = JSON.stringify(state);
  const save = () => {
    const text = JSON.stringify(state);
    if (text === saved) return;
    saved = text;
    try { localStorage.setItem(KEY, text); } catch { /* see above */ }
    show();
  };

  const pageOf = (href) => {
    const { pathname } = new URL(href, location.href);
    return pathname.startsWith(root.pathname) ? pathname.slice(root.pathname.length).replace(/\.html$/, "") : null;
  };
  const put = (list, item, wanted = true) => {
    const at = list.indexOf(item);
    if (wanted && at < 0) list.push(item);
    if (!wanted && at >= 0) list.splice(at, 1);
  };

  // ---- what is shown: ticks in the sidebar and the contents, boxes of exercises, the way back to where one was
  const mark = (link, words) => {
    let tick = link.querySelector(".progress-mark");
    if (!words) return tick?.remove();
    if (!tick) link.append(tick = Object.assign(document.createElement("span"), { className: "progress-mark" }));
    tick.setAttribute("role", "img");
    tick.setAttribute("aria-label", words);
  };
  const show = () => {
    for (const link of document.querySelectorAll(".bd-links a.reference.internal")) {
      if (link.hash) continue; // a section of this page
      const { of = 0, read = [], exercises = [] } = state.pages[pageOf(link.href)] ?? {};
      mark(link, of && read.length >= of ? "read" : read.length || exercises.length ? "partly read" : "");
    }
    const here = state.pages[article?.dataset.progress];
    for (const link of document.querySelectorAll(".page-toc a[href^='#']")) {
      mark(link, here?.read.includes(decodeURIComponent(link.hash.slice(1))) ? "read" : "");
    }
    for (const box of document.querySelectorAll(".exercise-done input")) {
      box.checked = Boolean(here?.exercises.includes(box.closest(".exercise").id));
    }
    for (const link of document.querySelectorAll("a.continue-reading")) {
      link.hidden = !state.last;
      if (!state.last) continue;
      const { page, section, title } = state.last;
      link.href = new URL(`${page}.html${section && `#${encodeURIComponent(section)}`}`, root).href;
      link.textContent = `Continue at ${title}`;
    }
    document.dispatchEvent(new Event("nnbook-progress"));
  };

  // ---- what is noticed
  const article = document.querySelector("article[data-progress]");
  const page = article?.dataset.progress;
  const sections = article ? [...article.querySelectorAll(":scope > section > section[id]")] : [];
  const words = (heading) => {
    const copy = heading.cloneNode(true);
    copy.querySelectorAll(".headerlink, .report-link").forEach((sign) => sign.remove());
    return copy.textContent.trim().replace(/\s+/g, " ").replace(/^([\d.]+)\. /, "$1 ");
  };
  // Of a section that is read, and of those before it, nothing is left to do: one goes on with the next, or the next page.
  const place = (index) => {
    const section = sections.slice(index).find(({ id }) => !entry(page).read.includes(id));
    if (section) return { page, section: section.id, title: words(section.querySelector("h2")) };
    const next = document.querySelector("a.right-next");
    const title = next && words(next.querySelector(".prev-next-title"));
    return next ? { page: pageOf(next.href), section: "", title } : state.last;
  };
  const looks = new Map(); // how often in a row the end of a section was in view
  let current = -1, looksAtCurrent = 0;
  const look = () => {
    if (document.hidden) return;
    const { begun, read } = entry(page);
    const boxes = sections.map((section) => section.getBoundingClientRect());
    sections.forEach(({ id }, index) => {
      const { top, bottom } = boxes[index];
      if (top > -START && top < innerHeight) put(begun, id);
      const ends = begun.includes(id) && bottom > 0 && bottom <= innerHeight + 1;
      looks.set(id, ends ? (looks.get(id) ?? 0) + 1 : 0);
      if (looks.get(id) > LONG) put(read, id);
    });
    const index = boxes.findLastIndex(({ top }) => top < innerHeight / 2);
    looksAtCurrent = index === current ? looksAtCurrent + 1 : 0;
    current = index;
    if (index >= 0 && looksAtCurrent >= LONG) state.last = place(index);
    save();
  };

  const exercise = (label, done = true) => {
    const box = document.getElementById(label)?.querySelector(".exercise-done input");
    if (!box || !page) return;
    put(entry(page).exercises, label, done);
    save();
  };
  if (sections.length) {
    const ids = new Set(sections.map(({ id }) => id));
    const here = state.pages[page];
    if (here) { // sections may have gone or come since the last visit
      here.of = ids.size;
      for (const list of [here.begun, here.read]) list.splice(0, Infinity, ...list.filter((id) => ids.has(id)));
    }
    setInterval(() => { entry(page).of = ids.size; look(); }, TICK);
  }
  addEventListener("change", ({ target }) => {
    if (target.matches?.(".exercise-done input")) exercise(target.closest(".exercise").id, target.checked);
  });
  addEventListener("storage", ({ key }) => { // another tab has written
    if (key !== KEY && key !== null) return;
    state = load() ?? empty();
    saved = JSON.stringify(state);
    show();
  });

  show();
  const replace = (wanted) => { state = wanted; save(); };
  return { exercise, sound, empty, replace, pageOf, get state() { return state; } };
})();
