"""Where the book is found: its repository, its site, its package, and the notebooks of its chapters.

Everything derives from `repository.url` and `repository.branch` of `_config.yml` and from `_toc.yml`.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import yaml

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = "notebooks"  # the branch of the repository that `python -m bookkit.notebooks` makes
STUDENTS, TEACHERS = "", "with-solutions/"  # the folders of the two sets there


@dataclass(frozen=True)
class Addresses:
    """What the repository's address and a branch (or a tag, or a commit) make of the rest."""

    repository: str
    branch: str

    @property
    def name(self) -> str:
        """The repository as its host calls it: owner/name."""
        return urlsplit(self.repository).path.strip("/").removesuffix(".git")

    @property
    def site(self) -> str:
        """The address of the site, which GitHub Pages gives to a repository; it ends in a slash."""
        owner, name = self.name.split("/")
        own_page = name.lower() == f"{owner}.github.io".lower()
        return f"https://{owner.lower()}.github.io/" + ("" if own_page else f"{name}/")

    @property
    def package(self) -> str:
        """What pip installs."""
        return f"git+{self.repository}@{self.branch}"

    def page(self, page: str, anchor: str = "") -> str:
        """A page of the site; page: its path in the repository without the suffix."""
        return f"{self.site}{page}.html" + (f"#{anchor}" if anchor else "")

    def raw(self, path: str) -> str:
        """A file of the repository as it is."""
        return f"{self.repository}/raw/{self.branch}/{path}"

    def file(self, notebook: str) -> str:
        """A notebook, shown by the repository's host."""
        return f"{self.repository}/blob/{NOTEBOOKS}/{notebook}"

    def colab(self, notebook: str) -> str:
        """A notebook, opened in Colab."""
        return f"https://colab.research.google.com/github/{self.name}/blob/{NOTEBOOKS}/{notebook}"

    def binder(self, notebook: str) -> str:
        """A notebook, opened in JupyterLab on Binder."""
        return f"https://mybinder.org/v2/gh/{self.name}/{NOTEBOOKS}?urlpath=lab/tree/{notebook}"


@cache
def addresses(root: Path = ROOT) -> Addresses:
    """The addresses of the book in this folder."""
    repository = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))["repository"]
    return Addresses(repository["url"].rstrip("/"), str(repository["branch"]))


def chapters(root: Path = ROOT) -> dict[str, int]:
    """The pages of the numbered parts of the contents and the number of each, in their order."""
    contents = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    files = [
        str(PurePosixPath(chapter["file"]).with_suffix(""))
        for part in contents["parts"]
        if part.get("numbered")
        for chapter in part["chapters"]
    ]
    return {file: number for number, file in enumerate(files, 1)}


def pages(root: Path = ROOT) -> list[str]:
    """All pages of the contents that are files, in their order."""
    contents = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    files = [chapter["file"] for part in contents["parts"] for chapter in part["chapters"]]
    return [str(PurePosixPath(file).with_suffix("")) for file in [contents["root"], *files]]


def notebook(page: str, folder: str = STUDENTS) -> str:
    """The path of a chapter's notebook in `_build/notebooks/` and on the branch."""
    return f"{folder}{PurePosixPath(page).name}.ipynb"
