"""The list of all exercises, and the level beside the title of each."""

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective
from sphinx_exercise.nodes import is_exercise_node

from bookkit.exercises.exercise import level_words
from bookkit.incremental.whole_book import changed_pages, note_page


class exercise_list(nodes.General, nodes.Element):  # noqa: N801 (docutils writes its nodes so)
    """The place of the list of all exercises."""


class ExerciseList(SphinxDirective):
    """The exercise-list directive."""

    def run(self) -> list[nodes.Node]:
        """Mark the page, for the list can be made only when all pages are read."""
        note_page(self.env, self.name)
        return [exercise_list()]


def level_mark(words: str) -> nodes.inline:
    """The level as it stands beside a title."""
    return nodes.inline("", words, classes=["exercise-level"])


class ShowLevels(SphinxPostTransform):
    """Put the level of each exercise after its title."""

    default_priority = 30  # after sphinx-exercise has made the title

    def run(self, **kwargs) -> None:
        """Mark every exercise of the page."""
        for node in self.document.findall(is_exercise_node):
            node[0] += [nodes.Text(" "), level_mark(level_words(node))]


class ListExercises(SphinxPostTransform):
    """Make the list where the directive stands."""

    default_priority = 5  # before the references in it are resolved

    def run(self, **kwargs) -> None:
        """Replace each place of a list by a list of chapters with a list of exercises in each."""
        for place in list(self.document.findall(exercise_list)):
            chapters = list_of_all(self.env)
            for reference in chapters.findall(pending_xref):
                reference["refdoc"] = self.env.docname
            place.replace_self(chapters)
            if any(chapters.findall(nodes.math)):
                self.env.get_domain("math").data["has_equations"][self.env.docname] = True


def list_of_all(env) -> nodes.bullet_list:
    """The pages in the order of the book, and in each the exercises, with links still to be resolved."""
    chapters = nodes.bullet_list(classes=["exercise-list"])
    for docname in env.collect_relations():
        exercises = nodes.bullet_list()
        for exercise in env.metadata[docname].get("exercises", []):
            title = [child.deepcopy() for child in exercise["title"]]
            words = [link("numref", exercise["label"]), nodes.Text(" "), *title, nodes.Text(" ")]
            exercises += nodes.list_item("", nodes.paragraph("", "", *words, level_mark(exercise["level"])))
        if len(exercises):
            number = env.toc_secnumbers.get(docname, {}).get("", ())
            chapter = nodes.paragraph("", "".join(f"{part}. " for part in number), link("doc", f"/{docname}"))
            chapters += nodes.list_item("", chapter, exercises)
    return chapters


def link(kind: str, target: str) -> pending_xref:
    """A reference with the text that Sphinx gives it: the title of a page, the number of an exercise."""
    attributes = {"refdomain": "std", "reftype": kind, "reftarget": target, "refwarn": True}
    return pending_xref("", nodes.inline(), refexplicit=False, **attributes)


def renew_lists(app, env) -> list[str]:
    """Have the list written again when something has changed that it shows."""
    titles = [env.titles[docname].astext() for docname in env.collect_relations()]
    return changed_pages(env, "exercise-list", "\n".join([list_of_all(env).pformat(), *titles]))
