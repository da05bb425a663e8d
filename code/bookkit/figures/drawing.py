"""A figure's SVG as the page holds it.

What Matplotlib writes for any reader is cut down to what a browser draws here: no header, no groups without
a meaning, no points that nobody sees. Colours become the page's variables, words are in the page's face,
and every id begins with the figure's own, so that no two figures of a page meet.
"""

import re
from collections import Counter
from collections.abc import Iterator
from html import escape
from itertools import groupby
from operator import itemgetter
from xml.etree import ElementTree

from bookkit.figures import paths, pictures
from bookkit.figures.colours import RULE, in_page, name_of, variable

SVG, HREF = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
MANY = 20  # dots that are drawn as one path
LEFT_OUT = {"metadata", "style", "title"}
COLOUR = re.compile(r"#[0-9a-f]{6}")
REFERENCE = re.compile(r"url\(#([^)]+)\)")
DECIMALS = re.compile(r"-?\d+\.\d+")
PIXELS = 'preserveAspectRatio="none" style="image-rendering:pixelated"'  # those of a digit are squares
INK = """<filter id="{id}" x="0" y="0" width="1" height="1" color-interpolation-filters="sRGB">\
<feFlood style="flood-color:{colour}"/><feComposite in2="SourceAlpha" operator="in"/></filter>"""


def drawings(svg: str, name: str) -> tuple[dict[str, str], set[str]]:
    """The drawings in a figure of `nnbook.drawing` by their classes, and its colours that no page has.

    name: the figure's, with which all its ids begin. The classes are `wide` and `narrow`, or `only` if one
    drawing is enough.
    """
    root = ElementTree.fromstring(svg)
    narrow = root.find(f"{SVG}svg")
    if narrow is None:
        only = Drawing(root, name)
        return {"only": only.text("only")}, only.strange()
    root.remove(narrow)
    wide = Drawing(root, f"{name}-w")
    texts = {"wide": wide.text("wide")}  # first, for the other may refer to its pictures
    texts["narrow"] = Drawing(narrow, f"{name}-n", wide.pictures).text("narrow")
    return texts, wide.strange()


class Drawing:
    """One drawing of a figure."""

    def __init__(self, root, prefix: str, known: dict[str, str] | None = None):
        """root: the element `svg`. prefix: of its ids. known: pictures that are in the page already."""
        self.root, self.prefix = root, prefix
        self.known, self.pictures = known or {}, {}
        self.inks: dict[str, str] = {}
        self.shapes = {path.get("id"): path for path in root.iter(f"{SVG}path") if "id" in path.attrib}
        self.uses = Counter(element.get(HREF) for element in root.iter(f"{SVG}use"))
        found = dict.fromkeys(
            REFERENCE.findall(" ".join(said for part in root.iter() for said in part.attrib.values()))
        )
        often = [href[1:] for href, count in self.uses.items() if count > 1]
        self.ids = {old: f"{prefix}{k}" for k, old in enumerate([*found, *often])}

    def strange(self) -> set[str]:
        """The colours that are none of the book's."""
        styles = " ".join(element.get("style", "") for element in self.root.iter())
        return {colour for colour in COLOUR.findall(styles) if not name_of(colour)}

    def text(self, kind: str) -> str:
        """The drawing as text for a page; kind: its class."""
        width, height = (float(value) for value in self.root.get("viewBox").split()[2:])
        inside = "".join(map(self.written, self.root))
        inks = "".join(INK.format(id=id_, colour=variable(ink)) for ink, id_ in self.inks.items())
        return (
            f'<svg class="{kind}" xmlns="http://www.w3.org/2000/svg" width="{width * 4 / 3:.0f}" '
            f'height="{height * 4 / 3:.0f}" viewBox="0 0 {paths.number(width)} {paths.number(height)}">'
            f"{inks}{inside}</svg>"
        )

    def written(self, element) -> str:
        """An element and all in it as text."""
        tag = element.tag.removeprefix(SVG)
        if tag in LEFT_OUT or self.is_unseen(element):
            return ""
        if tag == "image":
            return self.picture(element)
        if tag == "use" and self.uses[element.get(HREF)] == 1:
            return self.shape(element)
        if tag == "g" and (dots := self.dots(element)):
            return dots
        attributes = "".join(f' {name}="{escape(value)}"' for name, value in self.attributes(element))
        if tag == "text":
            inside = "".join(tspans(element)) or escape(element.text or "")
        else:
            inside = "".join(map(self.written, element))
        if tag in ("g", "defs") and (not inside or (tag == "g" and not attributes)):
            return inside
        return f"<{tag}{attributes}>{inside}</{tag}>" if inside else f"<{tag}{attributes}/>"

    def is_unseen(self, element) -> bool:
        """Whether nothing is drawn: by a path without ground and line, or one that is drawn elsewhere."""
        if element.tag != f"{SVG}path":
            return False
        if "id" in element.attrib:
            return self.uses[f"#{element.get('id')}"] == 1  # `shape` draws it where it is used
        return element.get("style", "").replace(" ", "") == "fill:none"

    def shape(self, use) -> str:
        """What is used once, where it is used."""
        path = self.shapes[use.get(HREF)[1:]]
        look = "; ".join(filter(None, [use.get("style"), path.get("style")]))
        d = paths.short(path.get("d"), (float(use.get("x", 0)), float(use.get("y", 0))))
        clip = use.get("clip-path")
        clip = f' clip-path="{self.renamed(clip)}"' if clip else ""
        return f'<path d="{d}"{clip} style="{style(look)}"/>'

    def dots(self, group) -> str:
        """A cloud of equal dots as one path; empty if the group is none."""
        marks = list(group)
        looks = {(mark.tag, mark.get(HREF), mark.get("style"), mark.get("clip-path")) for mark in marks}
        if len(marks) < MANY or len(looks) > 1 or marks[0].get(HREF, "#")[1:] not in self.shapes:
            return ""
        path = self.shapes[marks[0].get(HREF)[1:]]
        radius, said = (
            paths.circle(path.get("d")),
            spoken(f"{path.get('style') or ''}; {marks[0].get('style')}"),
        )
        if radius is None or said.get("fill") != said.get("stroke"):
            return ""
        width = 2 * radius + float(said.get("stroke-width", 1))
        look = f"fill: none; stroke: {said['fill']}; stroke-width: {width}; stroke-linecap: round"
        look += f"; stroke-opacity: {said['fill-opacity']}" if "fill-opacity" in said else ""
        d = paths.dots([(float(mark.get("x")), float(mark.get("y"))) for mark in marks])
        clip = f' clip-path="{self.renamed(group.get("clip-path"))}"' if group.get("clip-path") else ""
        return f'<path d="{d}"{clip} style="{style(look)}"/>'

    def renamed(self, reference: str) -> str:
        """A reference to an id of the file as one to that of the page."""
        return REFERENCE.sub(lambda found: f"url(#{self.ids[found[1]]})", reference)

    def attributes(self, element) -> Iterator[tuple[str, str]]:
        """What is said of an element, in the page's words."""
        for name, value in element.attrib.items():
            if name == "id":
                if value in self.ids:
                    yield "id", self.ids[value]
            elif name == HREF:
                yield "href", f"#{self.ids[value[1:]]}"
            elif name == "d":
                yield "d", paths.short(value)
            elif name == "style":
                if said := style(value):
                    yield "style", said
            elif name == "transform":
                if not value.startswith("rotate(-0 "):
                    yield name, rounded(value)
            else:
                yield name, rounded(self.renamed(value))

    def picture(self, element) -> str:
        """An image, or, if this drawing or the wide one has the same already, a reference to it."""
        uri, ink = pictures.small("".join(element.get(HREF).split()))
        place = element.get("transform", "")
        size = {name: element.get(name) for name in ("x", "y", "width", "height") if element.get(name)}
        look = f' filter="url(#{self.ink(ink)})"' if ink else ""
        look += f' transform="{exact(place)}"' if place else ""
        if drawn := self.known.get(uri) or self.pictures.get(uri):
            return f'<use href="#{drawn}"{look}/>'
        id_ = self.pictures[uri] = f"{self.prefix}-i{len(self.pictures)}"
        box = "".join(f' {name}="{rounded(value)}"' for name, value in size.items())
        return f'<g{look}><image id="{id_}"{box} href="{uri}" {PIXELS}/></g>'

    def ink(self, name: str) -> str:
        """The id of the filter that draws what is opaque in this colour of the page."""
        return self.inks.setdefault(name, f"{self.prefix}-{name}")


def spoken(style: str) -> dict[str, str]:
    """What a style says, by its properties."""
    return dict(part.strip().split(": ", 1) for part in style.split(";") if part.strip())


def style(text: str) -> str:
    """A style in few characters, with the page's colours; the page says the face."""
    said = spoken(text)
    said.pop("font-family", None)
    if said.get("stroke") == RULE:
        said.pop("stroke-opacity", None)  # faint it is for white and black alike
    parts = (f"{name}:{COLOUR.sub(lambda found: in_page(found[0]), value)}" for name, value in said.items())
    return rounded(";".join(parts))


def tspans(element) -> Iterator[str]:
    """The parts of a formula, from left to right, each letter at its place.

    Matplotlib writes all letters of one style together, wherever they stand: those of two indices into one
    part, with places of their own.
    """
    letters = []
    for part in element.iter(f"{SVG}tspan"):
        text, xs, ys = part.text or "", part.get("x", "0").split(), part.get("y", "0").split()
        ys = ys * len(text) if len(ys) == 1 else ys
        places = zip(map(float, xs), ys, text, strict=len(xs) == len(text))
        letters += [(x, y, part.get("style"), letter) for x, y, letter in places]
    letters.sort(key=itemgetter(0))
    for (y, look), run in groupby(letters, key=itemgetter(1, 2)):
        xs, _, _, text = zip(*run, strict=True)
        said = f' style="{style(look)}"' if look else ""
        place = f'x="{" ".join(map(paths.number, xs))}" y="{rounded(y)}"'
        yield f"<tspan {place}{said}>{escape(''.join(text))}</tspan>"


def rounded(text: str) -> str:
    """A text with two decimals at most to each of its numbers."""
    return DECIMALS.sub(lambda found: paths.number(float(found[0])), text)


def exact(text: str) -> str:
    """A text with four decimals at most to each of its numbers: what scales an image must be near."""
    return DECIMALS.sub(lambda found: f"{float(found[0]):.4f}".rstrip("0").rstrip("."), text)
