"""Where the large public test data lie. They are not part of the repository."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

_CHECKOUT = Path(__file__).resolve().parents[1]


def shared_data(name: str) -> Path:
    """File or folder `name` of the shared test data; skips the calling test when it is not there.

    The data are looked for in SHARED_DATA_DIR (default: ../shared/data beside the checkout).
    """
    root = Path(os.environ.get("SHARED_DATA_DIR") or _CHECKOUT.parent / "shared" / "data")
    path = root / name
    if not path.exists():
        pytest.skip(f"no test data at {path}; SHARED_DATA_DIR names their folder")
    return path


def shared_json(name: str) -> Any:
    """Content of the JSON file `name` of the shared test data; skips like `shared_data`."""
    return json.loads(shared_data(name).read_text(encoding="utf-8"))
