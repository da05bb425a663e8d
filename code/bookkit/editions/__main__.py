"""The command `python -m bookkit.editions`."""

import sys

from bookkit.editions.command import main

sys.exit(main())
