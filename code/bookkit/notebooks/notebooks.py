"""The notebooks of the chapters, made from their sources.

    python -m bookkit.notebooks.notebooks            make them anew after a change in a chapter
    python -m bookkit.notebooks.notebooks --check    say which are not what the chapters make of them
    python -m bookkit.notebooks.notebooks --refresh tensors xor
                                             besides, take the numbers in the text from the last build

`book/notebooks/` holds those for students, without solutions, `book/notebooks/with-solutions/` those for
teachers. They have no outputs. The numbers that a chapter's cells glue into its text are those of a build
with the full data; each notebook keeps them in its metadata, so that making it anew needs no build.
"""

import argparse
import ast
import sys
import tomllib
from collections import Counter
from pathlib import Path, PurePosixPath

import jupytext
import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from bookkit.addresses import ROOT, STUDENTS, TEACHERS, notebook
from bookkit.execution import kept
from bookkit.execution.surroundings import settle_data
from bookkit.notebooks.first_cell import FIRST_CELL
from bookkit.notebooks.labels import Book, book
from bookkit.notebooks.plain_markdown import Page, Unresolved

COMMAND = "python -m bookkit.notebooks.notebooks"
LICENCE = "Text CC BY 4.0, code MIT"
NOT_IN_NOTEBOOKS = {"remove-cell"}
FOLDED = {"hide-input", "hide-cell", "remove-input"}
GLUED = "application/papermill.record/"


def make(the_book: Book, page: str, values: dict[str, str], solutions: bool) -> str:
    """The notebook of a chapter as its file holds it.

    page: the chapter's path without the suffix.
    values: what its cells glue, by name.
    solutions: whether to keep them.
    Raises Unresolved, with a sentence, if something in the chapter has no counterpart in a notebook.
    """
    source = jupytext.reads(the_book.sources[page], fmt="md:myst")
    on_the_way = Page(the_book, page, values, solutions)
    cells, counts = [], Counter()

    def add(cell, name: str) -> None:
        counts[name] += 1
        cell["id"] = f"{name}-{counts[name]}"
        cells.append(cell)

    for cell in source.cells:
        if cell.cell_type == "markdown":
            for piece in on_the_way.pieces(cell.source):
                add(new_markdown_cell(piece.text), piece.name)
        elif not (on_the_way.left_out or NOT_IN_NOTEBOOKS.intersection(cell.metadata.get("tags", []))):
            add(new_code_cell(cell.source, metadata=settings(cell)), on_the_way.name)
            figure = cell.metadata.get("mystnb", {}).get("figure", {})
            if figure.get("name"):
                add(new_markdown_cell(on_the_way.caption(figure["name"], figure["caption"])), on_the_way.name)
    missing = [name for name in on_the_way.used if name not in values]
    if missing:
        short = PurePosixPath(page).name
        raise Unresolved(
            f"no number is kept for {', '.join(missing)}: run `jupyter-book build .` with the full data, "
            f"then `{COMMAND} --refresh {short}`"
        )
    opening(cells, the_book, page, solutions)
    own = {"chapter": page, "version": package_version(), "numbers": on_the_way.used}
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "nnbook": own,
    }
    made = new_notebook(cells=cells, metadata=metadata)
    nbformat.validate(made)
    return nbformat.writes(made) + "\n"


def settings(cell) -> dict:
    """The metadata that a cell keeps: its tags, and that it is folded, as JupyterLab and as Colab say it."""
    tags = cell.metadata.get("tags", [])
    kept = {"tags": tags} if tags else {}
    if FOLDED.intersection(tags):
        kept |= {"jupyter": {"source_hidden": True}, "cellView": "form"}
    return kept


def opening(cells: list, the_book: Book, page: str, solutions: bool) -> None:
    """Put a note below the title, and the first cell after it."""
    where, number = the_book.where, the_book.chapters[page]
    title, _, rest = cells[0].source.partition("\n")
    other = where.file(notebook(page, STUDENTS))
    exercises = {
        False: "Exercises have a checker and a hint; their solutions are on the site.",
        True: f"This is the set for teachers, with solutions; there is [one without]({other}).",
    }
    note = (
        f"> Chapter {number} of [*{the_book.titles['book/index']}*]({where.page('book/index')}), made from "
        f"[its page]({where.page(page)}). Numbers in the text are those of the site's own run; in yours the "
        f"last digits can differ, and times will. {exercises[solutions]} {LICENCE}."
    )
    cells[0].source = f"{title}\n\n{note}"
    first = FIRST_CELL.format(package=where.package, version=package_version())
    cells.insert(1, new_code_cell(first, id="install"))
    if rest.strip():
        cells.insert(2, new_markdown_cell(rest.strip("\n"), id="aims"))


def package_version() -> str:
    """The version of the package of this book."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def kept_numbers(path: Path) -> dict[str, str]:
    """The numbers that a notebook keeps; none if there is no notebook."""
    if not path.exists():
        return {}
    return nbformat.read(path, as_version=4).metadata["nnbook"]["numbers"]


def glued(notebook_as_run: nbformat.NotebookNode) -> dict[str, tuple[str, list[str]]]:
    """What the cells of a notebook that was run glue: by name, the text and the tags of the cell."""
    found = {}
    for cell in notebook_as_run.cells:
        for output in cell.get("outputs", []):
            name = output.get("metadata", {}).get("scrapbook", {}).get("name")
            data = {key.removeprefix(GLUED): value for key, value in output.get("data", {}).items()}
            if name and "text/plain" in data:
                text = data["text/plain"]
                text = ast.literal_eval(text) if text[:1] in "'\"" else text
                found[name] = text, cell.metadata.get("tags", [])
    return found


def as_run(the_book: Book, page: str) -> nbformat.NotebookNode:
    """A chapter with the outputs of the last build with the data in use.

    Raises Unresolved if there was none since its cells or the package changed.
    """
    settle_data()
    wanted = code_of(jupytext.reads(the_book.sources[page], fmt="md:myst"))
    folder = ROOT / "_build/.kept" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    for run in kept.runs_of(folder, page):
        if code_of(found := run.notebook()) == wanted:
            return found
    raise Unresolved("it was not run as it is now: run `jupyter-book build .` with the full data first")


def numbers_of_the_run(the_book: Book, page: str) -> dict[str, str]:
    """What the cells of a chapter glued in the last build.

    Raises Unresolved if that build was not one with the full data.
    """
    if settle_data().name != "full":
        raise Unresolved(
            "the data in use are the subset, and the numbers are of the full set: name its folder"
        )
    return {name: text for name, (text, _) in glued(as_run(the_book, page)).items()}


def code_of(a_notebook: nbformat.NotebookNode) -> list[str]:
    """The code of its cells."""
    return [cell.source for cell in a_notebook.cells if cell.cell_type == "code"]


def notebooks(the_book: Book, refresh: list[str]) -> tuple[dict[str, str], list[str]]:
    """All notebooks, by path, and a sentence for each chapter that cannot be made one.

    refresh: the names of the chapters whose numbers are taken from the last build.
    """
    made, faults = {}, []
    for page in the_book.chapters:
        try:
            values = kept_numbers(ROOT / notebook(page, TEACHERS))
            if PurePosixPath(page).name in refresh:
                values = numbers_of_the_run(the_book, page)
            for folder in (STUDENTS, TEACHERS):
                made[notebook(page, folder)] = make(the_book, page, values, folder == TEACHERS)
        except (Unresolved, ValueError) as error:
            faults.append(f"{page}.md: {error}.")
    return made, faults


def differences(made: dict[str, str]) -> list[str]:
    """The notebooks that are missing, other than they should be, or of no chapter."""
    there = {path.relative_to(ROOT).as_posix(): path for path in (ROOT / STUDENTS).rglob("*.ipynb")}
    there = {name: path for name, path in there.items() if ".ipynb_checkpoints" not in path.parts}
    changed = [
        name for name, text in made.items() if name not in there or there[name].read_bytes() != text.encode()
    ]
    return sorted({*changed, *(there.keys() - made.keys())})


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns 1 if something is wrong."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if something would change")
    parser.add_argument(
        "--refresh", nargs="*", metavar="CHAPTER", help="which chapters; all if none is named"
    )
    options = parser.parse_args(arguments)
    the_book = book()
    names = [PurePosixPath(page).name for page in the_book.chapters]
    refresh = [] if options.refresh is None else options.refresh or names
    if unknown := sorted(set(refresh) - set(names)):
        parser.error(f"no chapter is called {', '.join(unknown)}; there are {', '.join(names)}")
    made, faults = notebooks(the_book, refresh)
    changed = [] if faults else differences(made)
    for name in [] if options.check else changed:
        path = ROOT / name
        if name in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(made[name].encode())
        else:
            path.unlink()
    for line in [*faults, *changed]:
        print(line)
    if options.check and changed:
        print(f"These are not what their chapters make of them: run `{COMMAND}` and commit what it writes.")
        print("In a copy of the book, first put its own address into _config.yml, under repository.url.")
    return 1 if faults or (options.check and changed) else 0


if __name__ == "__main__":
    sys.exit(main())
