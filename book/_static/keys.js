// Keys that save a way to the mouse; they can be switched off where they are listed, for who speaks to the computer
// may press them by accident. The search listens to "/" itself, and not while html[data-keys] is "off".
(() => {
  const KEY = "nnbook-keys";
  const stored = (action) => { try { return action(localStorage); } catch { return null; } };
  const root = document.documentElement;
  const set = (on) => {
    root.dataset.keys = on ? "on" : "off";
    if (window.DOCUMENTATION_OPTIONS) DOCUMENTATION_OPTIONS.ENABLE_SEARCH_SHORTCUTS = on; // Sphinx's own "/"
  };
  set(stored((storage) => storage.getItem(KEY)) !== "off");

  const KEYS = [
    ["←", "the page before"], ["→", "the next page"], ["/", "search"], ["t", "light, dark, or as the system"],
    ["?", "this list"], ["Esc", "close a preview, the search or this list"],
  ];
  let dialog;
  const help = () => {
    if (!dialog) {
      dialog = document.createElement("dialog");
      dialog.className = "keys-list";
      dialog.setAttribute("aria-labelledby", "keys-title");
      dialog.innerHTML = `<form method="dialog"><h2 id="keys-title">Keys</h2>
        <dl>${KEYS.map(([key, does]) => `<div><dt><kbd>${key}</kbd></dt><dd>${does}</dd></div>`).join("")}</dl>
        <p><label><input type="checkbox" autocomplete="off"> Use the keys ← → / t ?</label></p>
        <p><button autofocus>Close</button></p></form>`;
      const box = dialog.querySelector("input");
      box.addEventListener("change", () => {
        set(box.checked);
        stored((storage) => (box.checked ? storage.removeItem(KEY) : storage.setItem(KEY, "off")));
      });
      dialog.addEventListener("click", (event) => event.target === dialog && dialog.close()); // beside it
      document.body.append(dialog);
    }
    dialog.querySelector("input").checked = root.dataset.keys === "on";
    if (!dialog.open) dialog.showModal();
  };

  const follow = (selector) => {
    const link = document.querySelector(selector);
    // Where the page, or a part that is enlarged, is wider than the screen, arrows move it.
    const wide = root.scrollWidth > root.clientWidth + 1 || visualViewport.scale > 1.01;
    if (link && !wide) link.click();
    return link && !wide;
  };
  const actions = {
    ArrowLeft: () => follow("a.left-prev"),
    ArrowRight: () => follow("a.right-next"),
    "?": () => (help(), true),
    t: () => (document.querySelector(".theme-switch-button")?.click(), true),
  };
  // What has the focus may need the key itself: fields, boxes that scroll, menus, whatever answers to arrows.
  const OWN = "input, textarea, select, dialog, video, audio, [contenteditable], [tabindex]:not(article, main, body), [role=menu]";
  addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented || event.isComposing) return;
    if (event.shiftKey && event.key !== "?") return;
    if (root.dataset.keys === "off" || event.target.closest?.(OWN) || document.querySelector("dialog[open]")) return;
    if (Object.hasOwn(actions, event.key) && actions[event.key]()) event.preventDefault();
  });
  addEventListener("click", (event) => event.target.closest?.(".keys-help") && help());
})();
