"""Sphinx extension: every chapter opens in Colab and on Binder, and its notebook can be downloaded.

The buttons stand in the theme's places at the top of a page. The directive `launch-list` lists the chapters
with the links of both sets of notebooks.
"""

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from bookkit.addresses import STUDENTS, TEACHERS, addresses, chapters, notebook
from bookkit.incremental.whole_book import changed_pages, note_page
from bookkit.notebooks.written import DOWNLOADS
from bookkit.pages.measured import link, table


class launch_list(nodes.General, nodes.Element):  # noqa: N801 (docutils writes its nodes so)
    """The place of the list of all notebooks."""


class LaunchList(SphinxDirective):
    """The launch-list directive."""

    def run(self) -> list[nodes.Node]:
        """The place, filled in when all pages are read."""
        note_page(self.env, self.name)
        return [launch_list()]


class FillLists(SphinxPostTransform):
    """Put the list in its place."""

    default_priority = 8  # before references are resolved

    def run(self, **kwargs) -> None:
        """Replace each place by a table for each set of notebooks."""
        for place in list(self.document.findall(launch_list)):
            place.replace_self([launch_table(self.env)])


def renew_list(app, env) -> list[str]:
    """The pages whose list is another now."""
    return changed_pages(env, "launch-list", launch_table(env).pformat())


def launch_table(env) -> nodes.table:
    """The chapters in their order, and where the notebooks of each open."""
    rows = []
    for page, number in chapters(env.srcdir).items():
        chapter = nodes.inline("", "", nodes.Text(f"{number}. "), link(page))
        rows.append([chapter, places(page, STUDENTS), places(page, TEACHERS)])
    return table(["Chapter", "For students", "With solutions"], rows)


def places(page: str, folder: str) -> nodes.inline:
    """The links of one notebook."""
    path, where = notebook(page, folder), addresses()
    found = {"Colab": where.colab(path), "Binder": where.binder(path), "file": where.file(path)}
    texts = nodes.inline()
    for name, address in found.items():
        texts += [nodes.Text(" · " if len(texts) else ""), nodes.reference("", name, refuri=address)]
    return texts


def add_buttons(app, pagename, templatename, context, doctree) -> None:
    """Add Colab and Binder to the header of a page, and the notebook to what can be downloaded."""
    if pagename not in chapters(app.srcdir):
        return
    path, where, buttons = notebook(pagename), addresses(), context["header_buttons"]
    open_it = [
        button("Colab", where.colab(path), "fas fa-cloud", "Open this chapter in Colab"),
        button("Binder", where.binder(path), "fas fa-flask", "Open this chapter in JupyterLab on Binder"),
    ]
    group = {"type": "group", "tooltip": "Run this chapter", "icon": "fas fa-rocket", "buttons": open_it}
    buttons.insert(0, {**group, "label": "launch-buttons"})
    download = context["pathto"](f"{DOWNLOADS}/{path}", 1)
    for group in buttons:
        if group.get("label") == "download-buttons":
            group["buttons"].insert(0, button(".ipynb", download, "fas fa-code", "Download the notebook"))


def button(text: str, url: str, icon: str, tooltip: str) -> dict[str, str]:
    """A button as the theme's templates take it."""
    return {"type": "link", "text": text, "url": url, "icon": icon, "tooltip": tooltip}


def setup(app) -> dict[str, bool]:
    """Register the buttons and the list."""
    app.add_node(launch_list)
    app.add_directive("launch-list", LaunchList)
    app.add_post_transform(FillLists)
    app.connect("env-updated", renew_list)
    app.connect("html-page-context", add_buttons, priority=502)  # after the theme's own
    return {"parallel_read_safe": True, "parallel_write_safe": True}
