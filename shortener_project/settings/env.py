"""The one place that reads the process environment for settings."""

import os
from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parents[2]

env = environ.Env()
environ.Env.read_env(os.environ.get("ENV_FILE", BASE_DIR / ".env"))


def secret(name: str, *, default: str = "") -> str:
    """Value of `name`, or of the file that `{name}_FILE` points to, or `default`."""
    if path := env.str(f"{name}_FILE", default=""):
        return Path(path).read_text(encoding="utf-8").strip()
    return env.str(name, default=default)
