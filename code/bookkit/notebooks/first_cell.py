"""The first cell of a notebook, which installs the package where it is not."""

FIRST_CELL = """\
# The book's package, nnbook: installed here, unless it is there already.
import importlib
import importlib.metadata
import importlib.util
import subprocess
import sys

if importlib.util.find_spec("nnbook") is None:
    package = "{package}"
    print("Installing the book's package, nnbook, from", package)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", package]
    done = subprocess.run(pip, capture_output=True, text=True)
    if done.returncode != 0:
        reason = (done.stderr.strip() or "nothing").splitlines()[-1]
        sys.exit(f"nnbook could not be installed, and the notebook needs it; pip says: {{reason}}")
    importlib.invalidate_caches()
if (version := importlib.metadata.version("nnbook")) != "{version}":
    print(f"This notebook is of nnbook {version}; nnbook {{version}} is installed, so results may differ.")\
"""
