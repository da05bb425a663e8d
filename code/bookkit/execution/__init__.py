"""The cells of the pages: run, kept, and run again when they must be; see `honest_build`."""


def setup(app) -> dict[str, bool]:
    """Register them with Sphinx."""
    app.setup_extension("bookkit.execution.honest_build")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
