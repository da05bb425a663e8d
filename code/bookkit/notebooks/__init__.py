"""A notebook of each chapter, for students and for teachers, and the buttons that open it."""


def setup(app) -> dict[str, bool]:
    """Register the buttons with Sphinx."""
    app.setup_extension("bookkit.notebooks.launch")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
