"""What the machine does to a build, said in a sentence where it stops one.

- `disk`: a disk that is full, a folder that cannot be written;
- `contents`: pages that `_toc.yml` lists and nobody wrote;
- `matplotlib_folder`: a home folder that cannot be written, of which Matplotlib would tell the readers;
- `cut_files`: what a build that was killed left half written.
"""

PARTS = ["disk", "contents", "matplotlib_folder", "cut_files"]


def setup(app) -> dict[str, bool]:
    """Register all of them with Sphinx."""
    for part in PARTS:
        app.setup_extension(f"bookkit.surroundings.{part}")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
