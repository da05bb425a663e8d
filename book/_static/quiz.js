// The self-check questions of a page: what a reader answers is judged here, explained, and kept in this browser only.
// code/bookkit/quizzes writes the form of each question; the folded list of answers in it holds the key and the feedback.
(() => {
  const forms = [...document.querySelectorAll("form.quiz")];
  if (!forms.length) return;

  // A browser may forbid storage: then answers last as long as the page.
  const stored = (action) => { try { return action(localStorage); } catch { return null; } };
  // On the book's pages a stand-in that forgets, which is no Storage, replaces a storage that is forbidden.
  const lasts = stored((storage) => storage instanceof Storage);
  const promise = lasts ? "Kept in this browser only." : "Not kept, for this browser stores nothing for this page.";
  const prefix = `nnbook-quiz:${forms[0].dataset.page}:`;
  const key = (form) => prefix + form.dataset.name;

  const keep = (form, answer) =>
    stored((storage) => storage.setItem(key(form), JSON.stringify({ version: form.dataset.version, answer })));

  // An answer to another wording of the question counts for nothing.
  const kept = (form) => {
    const found = stored((storage) => JSON.parse(storage.getItem(key(form))));
    return found?.version === form.dataset.version ? found.answer : null;
  };

  const inputs = (form) => [...form.querySelectorAll(".quiz-options input")];

  const answerIn = (form) =>
    form.dataset.kind === "number"
      ? inputs(form).map((input) => input.value.trim().replace("−", "-")).filter(Boolean)
      : inputs(form).filter((input) => input.checked).map((input) => input.value);

  const fill = (form, answer) => {
    for (const input of inputs(form)) {
      if (form.dataset.kind === "number") input.value = answer[0];
      else input.checked = answer.includes(input.value);
    }
  };

  // What the reader is told: a headline, the feedback that applies, and whether the answer counts as right.
  const judge = (form, answer) => {
    const rows = [...form.querySelectorAll(".quiz-answers li[data-label]")];
    if (form.dataset.kind === "number") {
      if (!answer.length) return { headline: "Type a number first." };
      const number = Number(answer[0]);
      if (!Number.isFinite(number)) return { headline: "This is not a number. Write it like 1200, 0.25 or 1e-3." };
      const near = (row) => Math.abs(number - row.dataset.label) <= form.dataset.tolerance * (1 + 1e-9);
      const row = rows.find(near) ?? rows.find((row) => Number.isNaN(Number(row.dataset.label)));
      return { rows: [row], right: "right" in row.dataset };
    }
    if (!answer.length) return { headline: "Choose an answer first." };
    const chosen = rows.filter((row) => answer.includes(row.dataset.label));
    const missing = rows.filter((row) => "right" in row.dataset && !chosen.includes(row)).length;
    const wrong = chosen.filter((row) => !("right" in row.dataset)).length;
    const right = !missing && !wrong;
    if (form.dataset.kind === "several" && !wrong && missing) {
      return { headline: "Not complete: more is right than you chose.", rows: chosen, right };
    }
    return { rows: chosen, right };
  };

  const show = (form, { right, rows = [], headline = right ? "Right." : "Not right." }) => {
    const verdict = form.querySelector(".quiz-verdict");
    const line = document.createElement("p");
    line.className = "quiz-headline";
    line.textContent = headline;
    const list = document.createElement("ul");
    list.append(...rows.map((row) => row.cloneNode(true)));
    verdict.replaceChildren(line, ...(rows.length ? [list] : []));
    if (right === undefined) delete verdict.dataset.result;
    else form.dataset.result = verdict.dataset.result = right ? "right" : "wrong";
  };

  const blank = (form) => {
    const verdict = form.querySelector(".quiz-verdict");
    verdict.replaceChildren();
    delete verdict.dataset.result;
  };

  const progress = document.createElement("div");
  progress.className = "quiz-progress";
  progress.innerHTML = '<p role="status"></p><button type="button">Clear my answers on this page</button>';
  const count = () => {
    const answered = forms.filter((form) => form.dataset.result);
    const right = answered.filter((form) => form.dataset.result === "right");
    progress.querySelector("p").textContent =
      `${answered.length} of ${forms.length} answered, ${right.length} right. ${promise}`;
  };
  progress.querySelector("button").addEventListener("click", () => {
    stored((storage) => Object.keys(storage).filter((k) => k.startsWith(prefix)).forEach((k) => storage.removeItem(k)));
    for (const form of forms) {
      form.reset();
      blank(form);
      delete form.dataset.result;
      form.querySelector("details").open = false;
    }
    count();
  });

  for (const form of forms) {
    form.classList.add("quiz-live");
    form.addEventListener("input", () => blank(form)); // a verdict never stands beside another answer
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const answer = answerIn(form);
      const result = judge(form, answer);
      show(form, result);
      if (result.rows) keep(form, answer);
      count();
    });
    const answer = kept(form);
    if (answer) {
      fill(form, answer);
      show(form, judge(form, answer));
    }
  }
  forms.at(-1).after(progress);
  count();
})();
