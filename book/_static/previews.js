// What a link within the book leads to, shown beside the link: on hover, on focus, and on a first tap.
// code/bookkit/reading/previews.py writes a script for each page with what its places say. It is loaded when the first link
// to that page is hovered over; a script, because a page on the disk may load no other file. The picture of a figure
// is taken from the page itself.
(() => {
  if (!HTMLElement.prototype.showPopover) return;
  const OPEN = 300, CLOSE = 250; // milliseconds that the pointer must rest, and may be away
  const root = new URL(document.documentElement.dataset.content_root || "./", location.href);
  const pages = new Map(); // the promise of what the places of a page say
  window.nnbookPreviews = (page, places) => pages.get(page)?.resolve(places);

  const places = (page) => {
    if (!pages.has(page)) {
      const wanted = Promise.withResolvers?.() ?? (() => {
        const made = {};
        made.promise = new Promise((resolve) => { made.resolve = resolve; });
        return made;
      })();
      pages.set(page, wanted);
      const script = document.createElement("script");
      script.src = new URL(`_static/previews/${page}.js`, root);
      script.onerror = () => wanted.resolve({});
      document.head.append(script);
    }
    return pages.get(page).promise;
  };

  // The page and the place that a link leads to; nothing if it leads out of the book, or to the top of this page.
  const target = (link) => {
    const url = new URL(link.href, location.href);
    const name = url.pathname.startsWith(root.pathname) && url.pathname.slice(root.pathname.length);
    if (!name || !/^book\/.*\.html$/.test(name) || url.protocol !== location.protocol || url.host !== location.host) return;
    const here = url.pathname === location.pathname;
    if (here && !url.hash) return;
    return { page: name.slice(0, -5), id: decodeURIComponent(url.hash.slice(1)), here };
  };
  const content = async ({ page, id, here }) => {
    const html = (await places(page))[id];
    if (!html) return null;
    const box = document.createElement("div");
    box.innerHTML = html;
    for (const image of box.querySelectorAll("img")) {
      image.src = new URL(image.getAttribute("src"), new URL(`${page}.html`, root)).href;
    }
    const picture = here && box.querySelector("figcaption") && document.getElementById(id)?.querySelector("svg, img");
    if (picture) box.querySelector("figcaption").before(picture.cloneNode(true));
    return box;
  };

  const card = document.createElement("div");
  Object.assign(card, { className: "preview", id: "preview", popover: "manual" });
  card.setAttribute("role", "tooltip");
  let shown = null; // the link whose preview is shown
  let wanted = null; // the link whose preview is to be shown
  let timer;

  const hide = () => {
    clearTimeout(timer);
    wanted = null;
    if (!shown) return;
    card.hidePopover();
    shown.removeAttribute("aria-describedby");
    if (shown.dataset.title) shown.title = shown.dataset.title;
    shown = null;
  };

  // Below the line of the link where the pointer is; above it if there is no room below.
  const place = (link, x) => {
    const boxes = [...link.getClientRects()];
    const box = boxes.find((one) => x >= one.left && x <= one.right) ?? boxes[0];
    const { offsetWidth: width, offsetHeight: height } = card;
    const screen = document.documentElement.clientWidth;
    const above = box.bottom + height + 8 > innerHeight && box.top > height + 8;
    card.style.left = `${scrollX + Math.max(8, Math.min(box.left - 12, screen - width - 8))}px`;
    card.style.top = `${scrollY + (above ? box.top - height - 6 : box.bottom + 6)}px`;
  };

  const show = async (link, x, tapped = false) => {
    const where = target(link);
    if (!where || link === shown) return clearTimeout(timer);
    hide();
    wanted = link;
    const box = await content(where);
    if (!box || wanted !== link) return box;
    card.replaceChildren(...box.childNodes);
    card.classList.toggle("preview-tapped", tapped);
    (link.closest("dialog[open]") ?? document.body).append(card);
    card.showPopover();
    place(link, x);
    shown = link;
    // A browser's own note of the same would stand beside this one, and be read out a second time.
    if (link.title) [link.dataset.title] = [link.title, link.removeAttribute("title")];
    if (!card.querySelector("math, mjx-container, .math")) link.setAttribute("aria-describedby", "preview");
    return box;
  };

  const linkAt = ({ target: at }) => at.closest?.("article a.reference.internal:not(.nav-link)");
  const later = (action, time) => { clearTimeout(timer); timer = setTimeout(action, time); };
  addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    if (event.target.closest?.(".preview")) return clearTimeout(timer);
    const link = linkAt(event);
    if (link === shown && link) clearTimeout(timer);
    else if (link) later(() => show(link, event.clientX), OPEN);
  });
  addEventListener("pointerout", (event) => {
    if (event.pointerType !== "touch" && (linkAt(event) || event.target.closest?.(".preview"))) later(hide, CLOSE);
  });
  addEventListener("focusin", (event) => {
    const link = linkAt(event);
    if (link?.matches(":focus-visible")) show(link);
    else if (shown && !card.contains(event.target)) hide();
  });
  addEventListener("focusout", (event) => event.target === shown && hide());
  addEventListener("keydown", (event) => event.key === "Escape" && hide());

  // On a touch screen a first tap shows, and a second follows the link. Where there is nothing to show, the first follows.
  addEventListener("click", async (event) => {
    const link = linkAt(event);
    if (event.pointerType !== "touch" || !link || link === shown || !target(link)) return card.contains(event.target) || hide();
    event.preventDefault();
    if (!await show(link, event.clientX, true)) location.href = link.href;
  });
})();
