"""An import whose process is killed goes on where it was, without doubling anything."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from apps.accounts.models import User, Workspace
from apps.links.importing import background, services
from apps.links.importing.models import ImportJob
from apps.links.models import Link
from tests.links.conftest import NOW

_RUN = """
import sys, django
from django.conf import settings
django.setup()
from django.db import connections
from django.utils import timezone
settings.STORAGE_DIR = sys.argv[2]
settings.DATABASES["default"]["NAME"] = connections["default"].settings_dict["NAME"] = sys.argv[3]
from apps.links.importing.background import go_on
print("ready", flush=True)
go_on(job_id=int(sys.argv[1]), clock=timezone.now)
"""
ROWS = 12_000


@pytest.mark.django_db(transaction=True)
def test_a_killed_import_goes_on_behind_the_last_whole_batch(owner: User, workspace: Workspace, settings: Settings, tmp_path: Path) -> None:
    settings.STORAGE_DIR = tmp_path
    file = "code,destination_url\n" + "".join(f"c{number},https://example.com/{number}\n" for number in range(ROWS))
    job = services.begin_check(
        actor=owner, workspace=workspace, pieces=[file.encode()], name="links.csv", is_started=False, is_checked_first=False, now=NOW
    )
    arguments = [sys.executable, "-c", _RUN, str(job.pk), str(tmp_path), connection.settings_dict["NAME"]]
    process = subprocess.Popen(arguments, env=dict(os.environ), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for_links()
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)
    job.refresh_from_db()
    stopped_at = job.position

    background.go_on(job_id=job.pk, clock=lambda: NOW)

    job.refresh_from_db()
    assert 0 < stopped_at < ROWS
    assert (job.state, job.counts) == ("done", {"created": ROWS})
    assert Link.objects.count() == ROWS
    assert job.rows.count() == ROWS


def _wait_for_links() -> None:
    end = time.monotonic() + 60
    while not ImportJob.objects.filter(position__gt=0).exists():
        assert time.monotonic() < end, "nothing was imported"
        time.sleep(0.02)
