"""Sphinx extension: notes in the margin."""


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    return {"parallel_read_safe": True, "parallel_write_safe": True}
