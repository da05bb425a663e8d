"""The pages around the chapters agree with the chapters, with the package and with one another."""

import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import nnbook
import pytest
import torch
import yaml
from bs4 import BeautifulSoup
from docutils.nodes import make_id
from nnbook import check, data
from pybtex.database import parse_file
from torch import nn
from torch.nn import functional as F

from tests.building import ROOT
from tests.nnbook.check.test_compare import MECHANISM

BOOK = ROOT / "book"
FORMS = ROOT / ".github" / "ISSUE_TEMPLATE"
# Quoted on the setup page, but said by pip, Debian, Python and torch.
FOREIGN_MESSAGES = {
    "No module named 'nnbook'",
    "operator torchvision::nms does not exist",
    "externally-managed-environment",
    "ensurepip is not available",
}


def text(name: str) -> str:
    """The source of a page."""
    return (BOOK / f"{name}.md").read_text(encoding="utf-8")


def chapters() -> list[str]:
    """The names of the pages in the numbered parts of the table of contents."""
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text())
    parts = [part for part in contents["parts"] if part.get("numbered")]
    return [Path(chapter["file"]).name for part in parts for chapter in part["chapters"]]


def marked_terms(page: str) -> set[str]:
    """The terms of the glossary that a page links to."""
    return {
        (target or words).lower()
        for words, target in re.findall(r"\{term\}`([^`<]*?)(?: <(.*?)>)?`", text(page))
    }


def glossary() -> dict[str, str]:
    """The terms of the glossary, and the definition of each."""
    (block,) = re.findall(r"```\{glossary\}\n:sorted:\n\n(.*?)\n```", text("glossary"), re.S)
    entries = [entry.split("\n  ", 1) for entry in block.split("\n\n")]
    return {term: definition for terms, definition in entries for term in terms.split("\n")}


def table_rows(page: str, section: str) -> list[list[str]]:
    """The cells of the table in a section, row by row."""
    (body,) = re.findall(rf"^## {section}\n(.*?)(?=^## |\Z)", text(page), re.S | re.M)
    rows = [line.split("|")[1:-1] for line in body.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def article(site: Path, page: str) -> BeautifulSoup:
    """A built page."""
    return BeautifulSoup((site / page).read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="module")
def public() -> dict[str, list[str]]:
    """The modules of the package, and the functions and classes of each that a user may call."""
    found = pkgutil.walk_packages(nnbook.__path__, "nnbook.")
    names = [module.name for module in found if not module.name.endswith("__main__")]
    modules = {name: importlib.import_module(name) for name in names}
    checkers = {function.__module__ for function in check.CHECKERS.values()}  # they would tell the answers
    own = {f"nnbook.check.{name}" for name in MECHANISM}
    helpers = {name for name in modules if name.startswith("nnbook.check.")} - own  # and so would these
    return {
        name: [
            key
            for key, value in vars(module).items()
            if not key.startswith("_")
            and (inspect.isfunction(value) or inspect.isclass(value))
            and value.__module__ == name
        ]
        for name, module in modules.items()
        if name not in checkers and name not in helpers
    }


def test_cover_links_to_every_chapter():
    for chapter in chapters():
        assert f"{{doc}}`{chapter}`" in text("index").split("## The chapters")[1]


def test_plans_for_a_class_name_chapters_in_the_order_of_the_book():
    for length, weeks in {"Two weeks": 4, "Six weeks": 6, "Twelve weeks": 12}.items():
        plan = re.search(rf"^\*\*{length}\*\*.*?\n\n((?:\d+\. .*\n)+)", text("for-a-class"), re.M)[1]
        titles = "\n".join(map(text, chapters()))
        assert [title for title in re.findall('"(.*?)"', plan) if f"# {title}\n" not in titles] == []
        named = [chapter for chapter in re.findall(r"\{doc\}`([\w-]+)`", plan) if chapter in chapters()]
        assert len(plan.splitlines()) == weeks
        first = list(dict.fromkeys(named))
        assert first == sorted(first, key=chapters().index), length
        if length == "Twelve weeks":
            assert first == chapters(), "a chapter is in no week"


def test_letters_of_the_notation_occur_in_the_chapters():
    code = "\n".join(
        cell for page in chapters() for cell in re.findall(r"```\{code-cell\}(.*?)```", text(page), re.S)
    )
    column = " ".join(row[3] for row in table_rows("notation", "Letters"))
    letters = re.findall("`(.*?)`", column)
    assert len(letters) > 10
    unused = [letter for letter in letters if not re.search(rf"(?<![\w.]){re.escape(letter)}(?!\w)", code)]
    assert [letter for letter in unused if not (letter.startswith(".") and letter in code)] == []


def test_every_term_of_the_glossary_is_marked_in_a_chapter():
    marked = set().union(*map(marked_terms, chapters()))
    unused = {
        definition: [term for term, other in glossary().items() if other == definition]
        for definition in glossary().values()
    }
    assert [terms for terms in unused.values() if not marked & {term.lower() for term in terms}] == []


def test_definitions_have_two_sentences_at_most():
    long = [term for term, words in glossary().items() if len(re.findall(r"\.(?:\s|$)", words)) > 2]
    assert long == []


def test_glossary_and_chapters_link_both_ways(site):
    page = article(site, "book/glossary.html")
    index = article(site, "genindex.html")
    for chapter in chapters():
        chapter_page = article(site, f"book/{chapter}.html")
        for term in marked_terms(chapter):
            (use,) = chapter_page.select(f"[id='use-of-{nodes_id(term)}']")
            definition = page.select_one(use.parent["href"].replace("glossary.html", "")).find_next("dd")
            links = [link["href"] for link in definition.select(".term-uses a")]
            # A term with two names may be marked under both, in two sections.
            anchors = [link.split("#")[1] for link in links if link.startswith(f"{chapter}.html#")]
            sections = [chapter_page.find(id=anchor) for anchor in anchors]
            assert any(use in section.descendants for section in sections), f"{term} is not in {anchors}"
            assert index.select(f"a[href='book/{chapter}.html#{use['id']}']"), f"the index lacks {term}"


def nodes_id(term: str) -> str:
    """The part of an id that stands for a term."""
    return make_id(term)


def test_general_index_is_in_the_contents(site):
    assert article(site, "book/index.html").select("nav .toctree-l1 a[href$='genindex.html']")


def test_sources_can_be_found():
    entries = parse_file(BOOK / "references.bib").entries
    for key, entry in entries.items():
        # What has no address, being older than the web, is found by where it was printed.
        printed = {"booktitle", "pages"} <= set(entry.fields) or {"journal", "pages"} <= set(entry.fields)
        assert entry.type == "book" or printed or {"doi", "url", "eprint"} & set(entry.fields), key
        assert re.fullmatch(r"10\.\d{4,}/\S+", entry.fields.get("doi", "10.1000/none")), key
    dois = [entry.fields["doi"].lower() for entry in entries.values() if "doi" in entry.fields]
    assert len(dois) == len(set(dois))


def test_bibliography_lists_every_source_once(site):
    entries = parse_file(BOOK / "references.bib").entries
    listed = [item.get_text() for item in article(site, "book/bibliography.html").select("article li")]
    assert len(listed) == len(entries)
    for entry in entries.values():
        found = entry.fields.get("doi") or entry.fields.get("url") or entry.fields.get("eprint")
        assert not found or sum(found in item for item in listed) == 1, found


def test_a_page_that_cites_has_its_own_list():
    """Without one, its citations would lead into another chapter, and no warning would say so."""
    for path in BOOK.glob("*.md"):
        source = path.read_text(encoding="utf-8")
        own_list = "```{bibliography}\n:filter: docname in docnames\n```"
        assert not re.search(r"\{cite(:\w+)?\}`", source) or own_list in source, path.name


def test_every_public_name_of_the_package_is_on_its_page(site, public):
    documented = {tag["id"] for tag in article(site, "book/package.html").find_all(id=True)}
    names = [f"{module}.{name}" for module, names in public.items() for name in names]
    assert len(names) > 10
    assert [name for name in names if name not in documented] == []


def test_arguments_are_listed_each_by_itself(site):
    entry = article(site, "book/package.html").find(id="nnbook.data.batches").find_next("dd")
    items = [item.get_text().split(" ")[0] for item in entry.select("li")]
    assert items == ["dataset:", "batch_size:", "shuffle:", "Returns", "Raises"]


def test_single_lines_of_the_cheat_sheet_run():
    X, y = torch.randn(20, 4), torch.randint(3, (20,))
    model = nn.Linear(4, 3)
    S = model(X)
    loss = F.cross_entropy(S, y)
    loss.backward(retain_graph=True)
    names = {
        **{"torch": torch, "F": F, "X": X, "y": y, "S": S, "loss": loss, "model": model},
        **{"images": torch.rand(5, 1, 28, 28), "train_set": data.mnist()},
    }
    rows = table_rows("cheat-sheet", "PyTorch in single lines")
    lines = [line for _, cell in rows for line in re.findall(r"`(.*?)`", cell)]
    assert len(lines) > len(rows)
    for line in lines:
        eval(line, names)


def test_messages_on_the_setup_page_are_those_of_the_programs():
    files = (ROOT / "code").rglob("*.py")
    joined = re.sub(r'"\s*\n\s*f?"', "", "\n".join(path.read_text(encoding="utf-8") for path in files))
    messages = re.findall(r"^`(.*)`\n: ", text("setup"), re.M)
    assert set(messages) > FOREIGN_MESSAGES
    own = [message for message in messages if message not in FOREIGN_MESSAGES]
    assert [message for message in own if message not in joined] == []


@pytest.mark.parametrize(("form", "schema"), [("erratum", "forms"), ("idea", "forms"), ("config", "config")])
def test_form_follows_the_public_schema(form, schema):
    command = ["-m", "check_jsonschema", "--builtin-schema", f"vendor.github-issue-{schema}", f"{form}.yml"]
    result = subprocess.run(
        [sys.executable, *command], cwd=FORMS, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_heading_has_a_link_to_the_form_with_its_name_filled_in(site):
    fields = {field["id"] for field in yaml.safe_load((FORMS / "erratum.yml").read_text())["body"]}
    repository = yaml.safe_load((ROOT / "_config.yml").read_text())["repository"]["url"]
    for path in sorted((site / "book").glob("*.html")):
        page = article(site, f"book/{path.name}").select_one("article")
        title = heading_words(page.h1)
        whole_page = [(page.select_one(".report-line a"), [title])]
        headings = page.select("section > h2, section > h3")
        links = [
            (heading.select_one(".report-link"), [title, heading_words(heading)]) for heading in headings
        ]
        for link, wanted in whole_page + links:
            assert link["href"].startswith(f"{repository}/issues/new?"), path.name
            filled_in = parse_qs(urlsplit(link["href"]).query)
            (form,) = filled_in.pop("template")
            assert (FORMS / form).is_file()
            assert set(filled_in) <= fields
            assert [value for (value,) in filled_in.values()] == wanted


def heading_words(heading) -> str:
    """The words of a heading, without its number and the signs beside it."""
    return re.sub(r"^(Chapter )?[\d.]+ ", "", heading.get_text()).removesuffix("#")


def test_contributing_names_files_that_exist():
    source = (ROOT / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")
    names = re.findall(r"`((?:book|code|tests|\.ci|_toc)[/.][\w./-]*)`", source)
    assert len(names) > 10
    assert [name for name in names if not (ROOT / name).exists()] == []


def test_hooks_run_what_ci_runs():
    """What a hook runs stands in .ci/run too, so that a commit that passes here passes there."""
    ci = (ROOT / ".ci" / "run").read_text()
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    assert [hook["entry"] for hook in hooks if not re.search(rf"\b{re.escape(hook['entry'])}\b", ci)] == []
    commands = re.findall(r"^(?:ruff|jupyter-book|python) .*", ci, re.M)
    assert [line for line in commands if not any(line.startswith(hook["entry"]) for hook in hooks)] == []
