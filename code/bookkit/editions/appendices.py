"""What a reader turns the pages for: hints, solutions, answers, and the code of the figures.

They are taken out of their chapters, which keep links to them, and stand at the end of the book, by chapter.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from bs4.element import Tag

from bookkit.editions.manuscript import NOT_WORDS, Page, Part
from bookkit.editions.paper import new

TITLE = "At the end"


@dataclass
class Piece:
    """Something that was taken out: its name, its title, where that leads back to, and its contents."""

    name: str
    title: str
    origin: str
    body: Tag


@dataclass(frozen=True)
class Kind:
    """A kind of such pieces: the page on which they are gathered, its title, and the word for one."""

    slug: str
    title: str
    word: str


HINTS = Kind("hints", "Hints", "Hint")
SOLUTIONS = Kind("solutions", "Solutions", "Solution")
ANSWERS = Kind("answers", "Answers", "Answer")
CODE = Kind("code-of-figures", "Code of the figures", "Code")


def appendices(pages: Iterable[Page]) -> Part:
    """The part at the end of the book, with all that it takes out of the pages; anchors must be settled."""
    taken = {kind: [] for kind in (HINTS, SOLUTIONS, ANSWERS, CODE)}
    for page in pages:
        for kind, pieces in take(page).items():
            if pieces:
                taken[kind].append((page, pieces))
    return Part(TITLE, [gathered(kind, chapters) for kind, chapters in taken.items() if chapters])


def take(page: Page) -> dict[Kind, list[Piece]]:
    """Take the pieces out of a page, and leave links."""
    hints = [take_fold(fold, HINTS) for fold in page.body.select("details.hint")]
    solutions = [take_fold(fold, SOLUTIONS) for fold in page.body.select("details.solution")]
    return {
        HINTS: hints,
        SOLUTIONS: solutions,
        ANSWERS: [
            take_answer(page, *item) for item in enumerate(page.body.select("details.quiz-answers"), 1)
        ],
        CODE: [take_code(page, fold, count) for count, fold in enumerate(code_folds(page.body), 1)],
    }


def take_fold(fold: Tag, kind: Kind) -> Piece:
    """A hint or a solution of the exercise before it."""
    exercise = fold.find_previous(class_="exercise")
    title = exercise.find(class_="admonition-title")
    level = title.find(class_="exercise-level")
    text = title_text(title).removesuffix(level.get_text() if level else "").strip()
    piece = Piece(fold.get("id") or f"{exercise['id']}--{kind.slug}", text, exercise["id"], fold)
    note(exercise, piece, kind)
    return emptied(piece)


def note(box: Tag, piece: Piece, kind: Kind) -> None:
    """Say in the last line of a box where its piece is."""
    line = box.find("p", class_="see", recursive=False)
    if line is None:
        line = new('<p class="see"></p>')
        box.append(line)
    else:
        line.append(" · ")
    line.append(new(link(piece.name, kind.word)))


def take_answer(page: Page, count: int, fold: Tag) -> Piece:
    """The answer of a question."""
    form = fold.find_parent(class_="quiz")
    title = form.find(class_="quiz-title")
    number = re.search(r"Question\s+\d+", title_text(title))
    title["id"] = title.get("id") or f"{page.slug}--question-{count}"
    piece = Piece(f"{title['id']}--answer", number[0] if number else title_text(title), title["id"], fold)
    note(form, piece, ANSWERS)
    return emptied(piece)


def code_folds(body: Tag) -> list[Tag]:
    """The folds that hide the code of a cell."""
    return [fold for fold in body.select(".cell details") if fold.select_one(".cell_input, .highlight")]


def take_code(page: Page, fold: Tag, count: int) -> Piece:
    """The code of a figure, or of another output."""
    cell = fold.find_parent(class_="cell")
    figure = cell.find("figure")
    caption = figure and figure.find("figcaption")
    number = caption and caption.find(class_="caption-number")
    section = title_text(fold.find_previous(re.compile("^h[1-3]$")))
    title = title_text(number).rstrip(". ") if number else f"In “{section}”"
    origin = (figure or cell).get("id") or f"{page.slug}--cell-{count}"
    (figure or cell)["id"] = origin
    piece = Piece(f"{origin}--code", title, origin, fold)
    if caption:
        (caption.find_all("p") or [caption])[-1].append(
            new(f'<span class="see">{link(piece.name, CODE.word)}</span>')
        )
    else:
        note(cell, piece, CODE)
    return emptied(piece)


def emptied(piece: Piece) -> Piece:
    """The piece, out of its page, without its fold."""
    piece.body.extract()
    piece.body.summary.decompose()
    piece.body.name, piece.body.attrs = "div", {}
    return piece


def link(target: str, word: str) -> str:
    """A link with its word, for the printed edition to add the page."""
    return f'<a class="to-page" href="#{target}">{word}</a>'


def title_text(tag: Tag) -> str:
    """The words of a title."""
    texts = (text for text in tag.strings if not text.find_parent(class_=NOT_WORDS))
    return " ".join("".join(texts).split())


def gathered(kind: Kind, chapters: list[tuple[Page, list[Piece]]]) -> Page:
    """The page with all pieces of a kind."""
    body = new(f'<div id="{kind.slug}"><section><h1>{kind.title}</h1></section></div>')
    for page, pieces in chapters:
        number = f'<span class="section-number">{page.number}. </span>' if page.number else ""
        heading = f"<h2>{number}{escape(page.title)}</h2>"
        section = new(f'<section id="{kind.slug}--{page.slug}">{heading}</section>')
        for piece in pieces:
            box = new(f'<div class="piece" id="{piece.name}"></div>')
            title = f'<a class="to-page" href="#{piece.origin}">{escape(piece.title)}</a>'
            box.append(new(f'<p class="piece-title">{title}</p>'))
            box.extend(piece.body.contents[:])
            section.append(box)
        body.section.append(section)
    return Page(kind.slug, kind.title, "", body)
