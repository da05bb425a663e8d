"""Pages that show something of all others: written again when that has changed, and not in each build."""

from hashlib import sha256


def note_page(env, what: str) -> None:
    """Note that the page that is being read shows `what`, a list, a report or the like."""
    env.metadata[env.docname].setdefault("shows", []).append(what)


def pages_with(env, what: str) -> list[str]:
    """The names of the pages that show it."""
    return [docname for docname in sorted(env.found_docs) if what in env.metadata[docname].get("shows", [])]


def changed_pages(env, what: str, shown: str) -> list[str]:
    """The pages that show it, if it is not what they showed before; for a handler that returns such pages.

    shown: the whole of what they show, as text.
    """
    known = env.bookkit_shown = getattr(env, "bookkit_shown", {})
    now = sha256(shown.encode()).hexdigest()
    before, known[what] = known.get(what), now
    return pages_with(env, what) if now != before else []
