"""`.env.example` against the code that reads the settings."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READERS = {"text", "integer", "boolean", "words", "choice", "secret", "rate"}
# Their value is written in one way only, so that the example can be compared with the default.
PLAIN = {"integer", "boolean", "choice", "rate"}


def settings_read() -> Iterator[tuple[str, str, ast.expr | None]]:
    """Reader, name and default of each setting that the settings modules take from the environment."""
    for file in (ROOT / "shortener_project" / "settings").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            reader = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
            if reader in READERS:
                yield reader, str(node.args[0].value), next((word.value for word in node.keywords if word.arg == "default"), None)


def examples() -> dict[str, str]:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    return dict(re.findall(r"^#([A-Z_]+)=(.*)$", text, re.MULTILINE))


def written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_the_example_names_each_setting_and_no_other() -> None:
    assert sorted(examples()) == sorted({name for _reader, name, _default in settings_read()})


def test_the_example_shows_the_defaults() -> None:
    defaults = {
        name: written(eval(compile(ast.Expression(default), name, "eval")))
        for reader, name, default in settings_read()
        if reader in PLAIN and default is not None
    }
    assert {name: examples()[name] for name in defaults} == defaults
