"""Static files are collected when they have changed."""

from pathlib import Path
from typing import Any

import pytest

from shortener_project.embedded.static_files import collect_static


@pytest.fixture
def source(settings: Any, tmp_path: Path) -> Path:
    source = tmp_path / "source"
    source.mkdir()
    (source / "page.css").write_text("body { color: red }")
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "static"
    backend = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": backend}}
    return source


def test_the_same_files_are_collected_once(source: Path, tmp_path: Path) -> None:
    assert collect_static(tmp_path / "stamp")
    assert not collect_static(tmp_path / "stamp")


def test_a_changed_file_is_collected_under_a_new_name(source: Path, tmp_path: Path) -> None:
    collect_static(tmp_path / "stamp")
    (source / "page.css").write_text("body { color: blue; }")

    assert collect_static(tmp_path / "stamp")
    assert len(list((tmp_path / "static").glob("page.*.css"))) == 2


def test_files_that_somebody_has_removed_are_collected_again(source: Path, tmp_path: Path) -> None:
    collect_static(tmp_path / "stamp")
    (tmp_path / "static" / "staticfiles.json").unlink()

    assert collect_static(tmp_path / "stamp")
