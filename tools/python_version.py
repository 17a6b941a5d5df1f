"""Say in one sentence when this Python is none that the product runs on. Runs on any Python 3."""

import sys

if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    sys.exit(
        "Shortener needs Python 3.11, 3.12 or 3.13; `python3` is {}.{}. Name another one: make PYTHON=python3.12 …".format(
            *sys.version_info[:2]
        )
    )
