"""The command `python -m bookkit.notebooks`."""

import sys

from bookkit.notebooks.branch import main

sys.exit(main())
