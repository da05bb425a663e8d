"""A book of a few pages for tests of the build's own extensions, built by Sphinx without Jupyter Book."""

import os
import subprocess
import sys
from pathlib import Path

import yaml

CONF = """\
extensions = ["myst_nb", "sphinx_external_toc", "sphinx_exercise", "sphinxcontrib.bibtex"]
extensions += ["bookkit.execution", "bookkit.pages.deeper", "bookkit.pages.times", "bookkit.pages.measured"]
extensions += ["bookkit.lints"]
external_toc_path = "_toc.yml"
bibtex_bibfiles = ["references.bib"]
myst_enable_extensions = ["colon_fence", "dollarmath"]
nb_execution_mode = "cache"
numfig = True
exclude_patterns = [".kept", "jupyter_execute", "html", "notebooks"]
html_theme = "basic"
html_show_sourcelink = False
"""

# The front matter of a page with cells.
CELLS = """\
---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---
"""


def write(folder: Path, chapters: dict[str, str], others: dict[str, str], settings: str = "") -> None:
    """Write chapters (in a numbered part) and other pages, by name, and for each a source to cite.

    settings: lines that are added to `conf.py`.
    """
    pages = {"index": "# A tiny book", **chapters, **others}
    for name, text in pages.items():
        (folder / f"{name}.md").write_text(text)
    sources = [f"@misc{{{name}, author={{A. B.}}, title={{{name}}}, year=2020}}" for name in pages]
    (folder / "references.bib").write_text("\n".join(sources))
    parts = [
        {"caption": "Chapters", "numbered": True, "chapters": [{"file": name} for name in chapters]},
        {"caption": "Others", "chapters": [{"file": name} for name in others]},
    ]
    toc = {"format": "jb-book", "root": "index", "parts": [part for part in parts if part["chapters"]]}
    (folder / "_toc.yml").write_text(yaml.safe_dump(toc))
    (folder / "conf.py").write_text(CONF + settings)


def build(folder: Path, builder: str, *options: str) -> subprocess.CompletedProcess:
    """Run Sphinx into the folder named as the builder is; what it said is in `stdout`."""
    environment = {**os.environ, "NNBOOK_DATA": "subset", "NO_COLOR": "1", "PYTHONWARNINGS": "ignore"}
    return subprocess.run(
        [sys.executable, "-m", "sphinx", "-b", builder, *options, folder, folder / builder],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
