"""Pages of imports and exports."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from apps.links.importing.models import ImportJob
from apps.links.models import Link

pytestmark = pytest.mark.django_db
FILE = b"code,destination_url\none,https://example.com/1\n=1+1,https://example.com/2\n"


def _upload(browser: Client, content: bytes = FILE, **fields: str) -> ImportJob | None:
    file = SimpleUploadedFile("links.csv", content)
    browser.post(reverse("links:imports"), {"file": file, **fields})
    return ImportJob.objects.order_by("-pk").first()


def test_a_file_is_looked_through_and_then_imported(
    browser: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = _upload(browser)
    assert job is not None
    page = browser.get(reverse("links:import", args=[job.public_id]))
    assert page.status_code == 200
    assert not Link.objects.exists()
    assert "New link: 1" in page.content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        browser.post(reverse("links:import_begin", args=[job.public_id]), {"on_clash": "rename"})

    job.refresh_from_db()
    assert (job.state, job.counts) == ("done", {"created": 2})
    assert set(Link.objects.values_list("destination_url", flat=True)) == {"https://example.com/1", "https://example.com/2"}


def test_the_report_is_inert_in_a_spreadsheet(browser: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = _upload(browser)
    assert job is not None

    answer = browser.get(reverse("links:import_report", args=[job.public_id]))

    assert b"\n3,refused,'=1+1," in b"".join(answer).replace(b"\r", b"")


def test_a_running_import_is_asked_for_again(browser: Client) -> None:
    job = _upload(browser)
    assert job is not None

    fragment = browser.get(reverse("links:import", args=[job.public_id]), headers={"HX-Request": "true", "HX-Target": "import"})

    assert 'hx-trigger="every 1s"' in fragment.content.decode()


def test_two_imports_of_a_workspace_do_not_run_at_once(browser: Client) -> None:
    _upload(browser)
    _upload(browser)

    assert ImportJob.objects.count() == 1


def test_a_stopped_import_leaves_no_file(browser: Client, settings: Settings) -> None:
    job = _upload(browser)
    assert job is not None

    browser.post(reverse("links:import_stop", args=[job.public_id]))

    job.refresh_from_db()
    assert job.state == "cancelled"
    assert not list((settings.STORAGE_DIR / "imports").iterdir())


def test_a_file_that_is_too_large_is_refused(browser: Client, settings: Settings) -> None:
    settings.IMPORT_MAX_BYTES = 10
    assert _upload(browser) is None

    answer = browser.post(reverse("links:imports"), {"file": SimpleUploadedFile("links.csv", b"x" * 100_000)})
    assert answer.status_code == 413


def test_an_unknown_format_is_asked_for(browser: Client) -> None:
    answer = browser.post(reverse("links:imports"), {"file": SimpleUploadedFile("links.csv", b"a,b\n1,2\n")})

    assert answer.status_code == 422
    assert "Choose where it comes from" in answer.content.decode()


def test_links_are_downloaded(browser: Client, link: Link) -> None:
    for name in ("links:export_csv", "links:export_json"):
        answer = browser.get(reverse(name))
        assert link.destination_url.encode() in b"".join(answer)

    assert b"spring" not in b"".join(browser.get(reverse("links:export_csv"), {"tag": "other"}))
    assert browser.get(reverse("links:export")).status_code == 200
