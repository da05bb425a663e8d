"""What all editions say of themselves: title, author, licence, language, day; and where they are put."""

import os
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml

from bookkit.addresses import ROOT, addresses

FOLDER = "editions"  # in the folder of a build, and in the site
STEM = "neural-networks-line-by-line"
FILES = {"pdf": f"{STEM}.pdf", "epub": f"{STEM}.epub", "offline": f"{STEM}-offline.zip"}
LICENCE = "Text and figures CC BY 4.0, code MIT"
LANGUAGE = "en"


@dataclass(frozen=True)
class Facts:
    """What the title page and the metadata of an edition say."""

    title: str
    author: str
    site: str
    made: datetime

    @property
    def day(self) -> str:
        """The day of the edition as it is printed."""
        return f"{self.made.day} {self.made:%B %Y}"

    @property
    def identifier(self) -> str:
        """A name that all editions of this book have, and no other book."""
        return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, self.site)}"


def facts(root: Path = ROOT) -> Facts:
    """The facts of the book in this folder. SOURCE_DATE_EPOCH, if it is set, is the time of the edition."""
    settings = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    seconds = int(os.environ.get("SOURCE_DATE_EPOCH") or time.time())
    made = datetime.fromtimestamp(seconds, UTC)
    return Facts(settings["title"], settings["author"], addresses(root).site, made)
