// Finds in search-index.js what a reader wants, the best first. Loaded by search.js with the first search.
// searchFinder(index) reads the index; what it returns has one function, find(query).
//
// A word matches itself, its other forms (units: unit) and, as the last word of a query, words that begin with it.
// Every word of a query must be found in an entry. What then counts, the most first: the title is the query; the
// title has its words; they stand near each other in the text; they stand in the text often; they stand in code.
const searchFinder = (index) => {
  const TITLE = 10, TEXT = 3, CODE = 0.6, EXACT = 40, ALL_IN_TITLE = 14, NEAR = 6, AS_WRITTEN = 10, SAME_WORD = 2; // what a match is worth
  // The worth of an entry of each kind beside others, and what is added if its title is the query.
  const KIND = { term: 1.1, section: 1, exercise: 0.85, function: 0.6, page: 0.8 };
  const FIRST = { term: 30, page: 15, section: 20, exercise: 10, function: 5 };
  const BESIDE = 0.6; // pages that are no chapters
  const IDLE = new Set("a an and are as at by does for from how in is it of on or that the this to what when why with".split(" "));

  // Spelling: case and accents make no difference, nor do -is- and -iz-; x₁ is x1.
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/ﬁ/g, "fi").toLowerCase();
  const WORD = /[\p{L}\p{N}\p{M}]+/gu;
  const wordsOf = (text) => (text.match(WORD) ?? []).map(fold);
  const squeezed = (text) => wordsOf(text).map(stem).join("");
  const stems = new Map();
  const stem = (word) => {
    if (!stems.has(word)) stems.set(word, stemOf(word));
    return stems.get(word);
  };
  const stemOf = (word) => {
    if (word.length < 4 || /\d/.test(word)) return word;
    let root = word.replace(/(..)is(e|ed|es|er|ers|ing|ations?)$/, "$1iz$2");
    if (!/(ss|us|is|bias)$/.test(root)) root = root.replace(/(ss|sh|ch|x|z|bias)es$/, "$1").replace(/ies$/, "y").replace(/s$/, "");
    root = root.replace(/(at|t|s)ion$/, "$1").replace(/(...)(ing|ed)$/, "$1").replace(/(...)e$/, "$1");
    return root.replace(/([bdgmnprt])\1$/, "$1");
  };

  // All words of the book get numbers; an entry keeps those of its words in their order.
  const numbers = new Map(), spellings = new Map(), words = [];
  const numberOf = (spelling) => {
    if (!spellings.has(spelling)) {
      const word = fold(spelling);
      if (!numbers.has(word)) { numbers.set(word, words.length); words.push(word); }
      spellings.set(spelling, numbers.get(word));
    }
    return spellings.get(spelling);
  };
  const numbered = (text) => Uint16Array.from(text.match(WORD) ?? [], numberOf);
  const pages = index.pages.map((url) => ({ url, title: "", number: "" }));
  const entries = index.entries.map(([page, kind, anchor, number, title, text, code]) => {
    if (kind === "page") Object.assign(pages[page], { title, number });
    return {
      page: pages[page], kind, anchor, number, title, text, code,
      inTitle: numbered(`${title} ${kind === "exercise" ? anchor : ""}`),
      inText: numbered(text), inCode: numbered(code), name: squeezed(title),
    };
  });
  // A word that few entries have says more than one that many have.
  const frequency = new Uint16Array(words.length), seenIn = new Uint16Array(words.length);
  entries.forEach(({ inTitle, inText, inCode }, place) => {
    for (const text of [inTitle, inText, inCode]) {
      for (const word of text) if (seenIn[word] !== place + 1) { seenIn[word] = place + 1; frequency[word] += 1; }
    }
  });

  // How well each word of the book answers a word of the query, from 0 to 1.
  const answers = (asked, mayGoOn) => {
    const fit = new Float32Array(words.length), root = stem(asked);
    words.forEach((word, number) => {
      if (word === asked) fit[number] = 1;
      else if (stem(word) === root) fit[number] = 0.9;
      else if (mayGoOn && word.startsWith(asked)) fit[number] = 0.3 + (0.4 * asked.length) / word.length;
    });
    return fit;
  };

  // The words of the book that are spelt most like a word that it does not have.
  const distance = (a, b) => {
    let before = [], row = Array.from({ length: b.length + 1 }, (_, j) => j);
    for (let i = 1; i <= a.length; i += 1) {
      const next = [i];
      for (let j = 1; j <= b.length; j += 1) {
        next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] !== b[j - 1]));
        if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) next[j] = Math.min(next[j], before[j - 2] + 1);
      }
      before = row;
      row = next;
    }
    return row[b.length];
  };
  const nearest = (asked) => {
    const allowed = asked.length < 4 ? 0 : asked.length < 8 ? 1 : 2;
    const near = words
      .map((word, number) => [Math.abs(word.length - asked.length) > allowed ? 9 : distance(asked, word), -frequency[number], word])
      .filter(([away]) => away <= allowed)
      .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    return near.length ? near[0][2] : asked;
  };

  // The fewest words of a text in which all words of the query stand; 0 if they do not.
  const span = (text, fits) => {
    const last = fits.map(() => -1);
    let best = 0;
    text.forEach((word, place) => {
      let hit = false;
      fits.forEach((fit, k) => { if (fit[word]) { last[k] = place; hit = true; } });
      const start = Math.min(...last);
      if (hit && start >= 0) best = Math.min(best || Infinity, Math.max(place - start + 1, fits.length));
    });
    return best;
  };

  const tally = (text, fit) => {
    let best = 0, sum = 0;
    for (const word of text) if (fit[word]) { sum += fit[word]; best = Math.max(best, fit[word]); }
    return { best, often: sum / (sum + 2) };
  };

  const score = (entry, asked) => {
    const isNamed = asked.number
      ? entry.number === asked.number && (!asked.kind || asked.kind === entry.kind)
      : entry.name === asked.name || entry.anchor.toLowerCase() === asked.raw;
    let total = 0, inTitle = 0;
    for (const { fit, weight } of asked.terms) {
      const title = tally(entry.inTitle, fit), text = tally(entry.inText, fit), code = tally(entry.inCode, fit);
      if (!title.best && !text.best && !code.best && !isNamed) return 0;
      if (title.best) inTitle += title.best;
      total += weight * (TITLE * title.best + TEXT * (text.best + text.often) * 0.5 + CODE * (code.best + code.often) * 0.5);
    }
    const n = asked.terms.length, fits = asked.terms.map(({ fit }) => fit);
    if (n > 1) {
      const near = span(entry.inTitle, fits) || span(entry.inText, fits);
      if (near) total += (NEAR * n) / near;
    }
    if (inTitle > n - 0.8) total += (ALL_IN_TITLE * inTitle) / entry.inTitle.length;
    total *= KIND[entry.kind] * (entry.page.number || entry.kind === "term" || entry.kind === "function" ? 1 : BESIDE);
    if (isNamed) total += EXACT + FIRST[entry.kind];
    else if (entry.name.startsWith(asked.name)) total += FIRST[entry.kind] / 5; // it may become the title
    // A word with dots or underscores is a name in code, and of a function the last parts of its name will do.
    const isCode = /[a-z][._][a-z]/.test(asked.raw);
    if (isCode && entry.text.toLowerCase().includes(asked.raw)) total += AS_WRITTEN;
    if (entry.kind === "function" && `.${entry.title.toLowerCase()}`.endsWith(`.${asked.raw}`)) total += isCode ? EXACT : SAME_WORD;
    return total;
  };

  const ranked = (query, spelt) => {
    const typed = wordsOf(spelt);
    const kept = typed.filter((word, place) => !IDLE.has(word) || (place === typed.length - 1 && typed.length === 1));
    const raw = fold(spelt).trim();
    const [, called, number] = raw.match(/^(chapter|section|exercise)?\s*(\d+(?:\.\d+)*)$/) ?? [];
    const asked = { raw, number, kind: called === "chapter" ? "page" : called, name: squeezed(spelt) };
    asked.terms = [...new Set(kept.length ? kept : typed)].map((word, place, all) => {
      const fit = answers(word, place === all.length - 1 && query.trim().length > 1 && !/\s$/.test(query));
      const found = words.reduce((most, _, number) => (fit[number] >= 0.9 ? Math.max(most, frequency[number]) : most), 1);
      return { word, fit, weight: 0.4 + Math.log(entries.length / found) / Math.log(entries.length) };
    });
    if (!asked.terms.length) return { asked, results: [] };
    const results = entries.map((entry) => ({ entry, score: score(entry, asked) })).filter(({ score }) => score > 0);
    results.sort((a, b) => b.score - a.score);
    const isNumber = asked.number && results[0]?.score > EXACT; // of a section, then: no other is meant
    return { asked, results: isNumber ? results.filter(({ score }) => score > EXACT) : results };
  };

  // A word that the book does not have: words that it has, side by side (minibatch), or the one spelt most like it.
  const isKnown = (word) => answers(word, true).some(Boolean);
  const inPieces = (word) => {
    for (let cut = word.length - 3; cut >= 3; cut -= 1) {
      const [start, rest] = [word.slice(0, cut), word.slice(cut)];
      if (!numbers.has(start)) continue;
      const pieces = numbers.has(rest) ? rest : inPieces(rest);
      if (pieces) return `${start} ${pieces}`;
    }
    return "";
  };
  const respelt = (query) => wordsOf(query).map((word) => (isKnown(word) ? word : inPieces(word) || nearest(word))).join(" ");

  // The sentence that has most of the words, or the first; and in it the words that match.
  const sentences = (text) => text.replace(/([.!?]) +(?=[\p{Lu}“"(])/gu, "$1\n").split("\n");
  const excerpt = (entry, { terms }) => {
    const fitOf = (part) => terms.map(({ fit }) => Math.max(0, ...wordsOf(part).map((word) => fit[numbers.get(word)] ?? 0)));
    const worth = (part) => fitOf(part).reduce((sum, fit) => sum + fit, 0);
    const best = (parts) =>
      parts.reduce((top, part) => {
        // Of equals, not the one that says little, and rather the one that is about the word.
        const found = worth(part), value = found + Math.min(part.length, 80) / 400 + worth(part.slice(0, part.indexOf(" "))) / 10;
        return found && value > top.value ? { part, worth: found, value } : top;
      }, { part: "", worth: 0, value: 0 });
    const inText = best(sentences(entry.text)), inCode = best(entry.code.split("\n"));
    if (entry.kind !== "term" && inText.worth) return { text: inText.part };
    if (entry.kind === "term" && entry.text) return { text: entry.text.split("\n")[0] };
    if (inCode.worth > worth(entry.title)) return { text: inCode.part, isCode: true };
    return { text: sentences(entry.text)[0] };
  };
  const marks = (text, { terms }) =>
    text.split(/([\p{L}\p{N}\p{M}]+)/u).map((part, place) => ({
      part,
      isMatch: place % 2 === 1 && terms.some(({ fit }) => wordsOf(part).some((word) => fit[numbers.get(word)])),
    }));

  const find = (query) => {
    let spelt = query, { asked, results } = ranked(query, query);
    if (!results.length) {
      spelt = respelt(query);
      ({ asked, results } = ranked(query, spelt));
    }
    return {
      spelt: results.length && spelt !== query ? spelt : "",
      results: results.map(({ entry, score }) => ({
        score, kind: entry.kind, number: entry.number, title: entry.title, page: entry.page,
        url: entry.page.url + (entry.anchor && `#${entry.anchor}`),
        excerpt: () => excerpt(entry, asked), marks: (text) => marks(text, asked),
      })),
    };
  };
  return { find };
};
