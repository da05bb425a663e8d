// The panel "Your progress": the table of the chapters filled in, saved as a file, read from a file, and cleared.
// code/bookkit/reading/progress.py writes the table with what there is to do; progress.js keeps what was done.
(() => {
  const panel = document.querySelector(".progress-panel");
  const progress = window.nnbookProgress;
  if (!panel || !progress) return;
  const QUIZ = "nnbook-quiz:";
  const LARGEST = 1e6; // bytes; a whole book's progress has some ten thousand
  const say = (sentence) => { panel.querySelector("[role=status]").textContent = sentence; };
  const stored = (action) => { try { return action(localStorage); } catch { return null; } };
  // On the book's pages a stand-in that forgets, which is no Storage, replaces a storage that is forbidden.
  if (!stored((storage) => storage instanceof Storage)) {
    panel.querySelector(".progress-kept").textContent =
      "This browser stores nothing for this page: what you do is forgotten when you leave it.";
  }

  const quizzes = () => Object.fromEntries(
    (stored(Object.keys) ?? []).filter((key) => key.startsWith(QUIZ)).map((key) => [key, localStorage.getItem(key)]),
  );

  // ---- the table: each number of what there is becomes "3 of 11"
  const rows = [...document.querySelectorAll(".progress-table tbody tr")].map((row) => {
    const cells = [...row.cells].slice(1).map((cell) => cell.querySelector("p") ?? cell);
    const link = row.querySelector("a");
    return { page: link && progress.pageOf(link.href), cells, all: cells.map((cell) => Number(cell.textContent)) };
  });
  const fill = () => {
    const answers = Object.keys(quizzes());
    const sums = [0, 0, 0];
    for (const { page, cells, all } of rows) {
      const { read = [], exercises = [] } = progress.state.pages[page] ?? {};
      const answered = answers.filter((key) => key.startsWith(`${QUIZ}${page}:`)).length;
      const done = page ? [read.length, answered, exercises.length].map((n, i) => Math.min(n, all[i])) : sums;
      cells.forEach((cell, i) => {
        if (page) sums[i] += done[i];
        cell.textContent = `${done[i]} of ${all[i]}`;
        cell.parentElement.classList.toggle("progress-whole", all[i] > 0 && done[i] === all[i]);
      });
    }
  };

  // ---- a file
  const write = () => {
    const content = { nnbook: "progress", saved: new Date().toISOString(), progress: progress.state, quizzes: quizzes() };
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(content, null, 1)], { type: "application/json" }));
    link.download = "my-progress.json";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  const union = (a = [], b = []) => [...new Set([...a, ...b])];
  const read = async (file) => {
    let content, found;
    try {
      content = file.size < LARGEST ? JSON.parse(await file.text()) : null;
      found = content.nnbook === "progress" ? progress.sound(content.progress) : null;
    } catch { /* it is none */ }
    if (!found) return say(`“${file.name}” is not a file that this page has saved; nothing was changed.`);
    const merged = { ...progress.state, last: found.last ?? progress.state.last, pages: { ...progress.state.pages } };
    for (const [name, page] of Object.entries(found.pages)) {
      const mine = merged.pages[name] ?? {};
      merged.pages[name] = { of: mine.of || page.of };
      for (const what of ["begun", "read", "exercises"]) merged.pages[name][what] = union(mine[what], page[what]);
    }
    const answers = Object.entries(content.quizzes ?? {}).filter(([key, value]) =>
      key.startsWith(QUIZ) && typeof value === "string");
    stored((storage) => answers.forEach(([key, value]) => storage.setItem(key, value)));
    progress.replace(merged);
    fill();
    say(`“${file.name}” was added to what is kept here.`);
  };

  // ---- the buttons
  const question = panel.querySelector("dialog");
  panel.querySelector("[data-do=save]").addEventListener("click", write);
  panel.querySelector("[data-do=clear]").addEventListener("click", () => question.showModal());
  panel.querySelector("input[type=file]").addEventListener("change", async ({ target }) => {
    if (target.files[0]) await read(target.files[0]);
    target.value = ""; // the same file can be chosen again
  });
  question.addEventListener("close", () => {
    if (question.returnValue !== "forget") return;
    Object.keys(quizzes()).forEach((key) => localStorage.removeItem(key));
    progress.replace(progress.empty());
    fill();
    say("All is forgotten.");
    question.returnValue = "";
  });
  document.addEventListener("nnbook-progress", fill);
  fill();
})();
