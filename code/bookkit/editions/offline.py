"""The site as a zip that opens without a network."""

from pathlib import Path

from bs4 import BeautifulSoup

from bookkit.editions.facts import FOLDER, LICENCE, STEM, Facts
from bookkit.editions.zipped import Zip

README = """\
{title}
{rule}

The whole site, to be read without a network. Edition of {day}.

Unpack the zip, and open index.html in a browser: double-click it. All pages, formulas, figures, quizzes and
search work so.

A browser lets a page that was opened from a disk load no data: where a page says that it needs a server (code
that runs in the page, excerpts in the search), run

    python -m http.server --bind 127.0.0.1

in this folder, and open http://127.0.0.1:8000.

{licence}.
{site}
"""


def write(site: Path, facts: Facts, target: Path) -> str:
    """Write the zip; returns what there is to say of it."""
    words = {"title": facts.title, "rule": "=" * len(facts.title), "day": facts.day}
    readme = README.format(**words, licence=LICENCE, site=facts.site)
    found = (path for path in site.rglob("*") if FOLDER not in path.relative_to(site).parts)
    files = sorted(path for path in found if path.is_file())
    with Zip(target, facts.made) as file:
        file.add(f"{STEM}/README.txt", readme.encode())
        for path in files:
            contents = path.read_bytes()
            if path.suffix == ".html" and b'class="editions"' in contents:
                contents = without_editions(contents, facts)
            file.add(f"{STEM}/{path.relative_to(site).as_posix()}", contents)
    return f"{len(files)} files"


def without_editions(html: bytes, facts: Facts) -> bytes:
    """A page that says, in place of the links to the editions, that this is one of them."""
    soup = BeautifulSoup(html, "html.parser")
    for line in soup.select(".editions"):
        line.clear()
        line.append(f"This is the offline copy of {facts.day}. The newest is at ")
        link = soup.new_tag("a", href=facts.site)
        link.string = facts.site
        line.extend([link, "."])
    return str(soup).encode()
