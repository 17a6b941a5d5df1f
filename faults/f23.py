"""GeoIP files are missing, corrupt and swapped, and the parser of user agents throws or takes long."""

import os
import shutil
import time
from pathlib import Path

from faults import pipeline
from faults.clicks import Clicks
from faults.consumer import STUMBLING_BLOCK
from faults.links import Links
from faults.pipeline import judge_sums, seconds_until_drained, tell_engines
from faults.report import Report
from faults.scale import Scale
from faults.servers import ROOT, play_part
from faults.stage import Stage

# Files are looked at this often (s), and figures are written a moment later.
_NOTICED = 12.0
_FIGURES = 6.0
_DRAINED_WITHIN = 30.0
_CLICKS = 20
_ADDRESS, _COUNTRY = "81.2.69.142", "GB"
_CITY = "GeoLite2-City-Test.mmdb"


class _Ingest:
    """Clicks through a consumer that runs, and what is stored of them."""

    def __init__(self, stage: Stage, report: Report) -> None:
        self.link = Links(stage).make().pk
        self.clicks = Clicks()
        self.stage, self.report = stage, report
        self.sent = 0

    def stored(self, column: str, *, user_agent: str = "probe/f23") -> set[str]:
        """The values of a column in the rows of clicks sent now; tells when they are not all stored."""
        from django.db import connections  # noqa: PLC0415

        marker = f"marker-{self.sent}"
        fields = {"address": _ADDRESS, "query": f"utm_campaign={marker}", "user_agent": user_agent}
        pipeline.publish([(str(self.link), self.clicks.make(self.link, payload=fields)) for _ in range(_CLICKS)])
        self.sent += _CLICKS
        if seconds_until_drained(_DRAINED_WITHIN) > _DRAINED_WITHIN:
            self.report.none("not stored", {marker})
        with connections["clickhouse"].cursor() as cursor:
            cursor.execute(f"SELECT {column}, count() FROM click_events WHERE utm_campaign = %s GROUP BY 1", [marker])  # noqa: S608 - ours
            found = dict(cursor.fetchall())
        self.report.none("clicks missing", {str(_CLICKS - sum(found.values()))} - {"0"})
        return {str(value) for value in found}


def run(stage: Stage, scale: Scale, report: Report) -> None:
    tell_engines(report)
    stage.end_carrier("consume")
    ingest = _Ingest(stage, report)
    _play_geoip(stage, scale, report, ingest)
    for part, reason, browser in [("broken_parser", "parser", "Other"), ("slow_parser", "slow", "Chrome")]:
        _play_parser(stage, report, ingest, part, reason=reason, browser=browser)
    judge_sums(report)


def _play_geoip(stage: Stage, scale: Scale, report: Report, ingest: _Ingest) -> None:
    data = Path(os.environ.get("SHARED_DATA_DIR") or ROOT.parent / "shared" / "data") / "geoip-test"
    file = stage.var_dir / "city.mmdb"
    consumer = stage.start_carrier("consume", {"GEOIP_PATH": str(file), "GEOIP_ASN_PATH": str(file)})
    report.none("missing: countries", ingest.stored("country") - {""})
    if not data.is_dir():
        report.tell("", "no test databases: files are only missing, empty and text")
    swaps: list[tuple[str, Path | bytes, str]] = [("empty", b"", ""), ("text", b"no database\n" * 500, "")]
    if data.is_dir():
        bad = sorted((data / "bad").rglob("*.mmdb"))
        swaps = [("good", data / _CITY, _COUNTRY), *((path.stem, path, "?") for path in bad[: scale.ways]), ("empty", b"", "?")]
        if scale.ways > 1:
            swaps.append(("good again", data / _CITY, _COUNTRY))
    for name, content, country in swaps:
        _overwrite(file, content)
        time.sleep(_NOTICED)
        found = ingest.stored("country")
        # A bad file leaves the last good one in use, unless it passes for a good one with other answers.
        report.none(f"{name}: other countries", found - ({country} if country != "?" else {_COUNTRY, ""}))
    report.none("consumer ended", {"consume"} if consumer.poll() is not None else set())
    time.sleep(_FIGURES)
    counted = _errors(stage)
    report.tell("counted", ", ".join(f"{part} {reason} {count:g}" for (part, reason), count in sorted(counted.items())))
    for reason in ("missing", "empty"):
        report.at_least(f"geoip {reason}", counted.get(("geoip", reason), 0), 1)
    stage.end_carrier("consume")


def _overwrite(file: Path, content: Path | bytes) -> None:
    """In place, as by a careless copy."""
    if isinstance(content, bytes):
        file.write_bytes(content)
    else:
        shutil.copyfile(content, file)
    # The clock of files may be coarse.
    now = time.time_ns()
    os.utime(file, ns=(now, now))


def _play_parser(stage: Stage, report: Report, ingest: _Ingest, part: str, *, reason: str, browser: str) -> None:
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
    consumer = play_part(stage.own_environment, stage.log("consumer"), "faults.consumer", part)
    try:
        report.none(f"{part}: other browsers", ingest.stored("browser", user_agent=f"{agent} {STUMBLING_BLOCK}-{part}") - {browser})
        report.none(f"{part}: neighbours", ingest.stored("browser", user_agent=agent) - {"Chrome"})
        report.none("consumer ended", {part} if consumer.poll() is not None else set())
        time.sleep(_FIGURES)
        report.at_least(f"user agents {reason}", _errors(stage).get(("user_agent", reason), 0), 1)
    finally:
        consumer.terminate()
        consumer.wait(15)


def _errors(stage: Stage) -> dict[tuple[str, str], float]:
    """What has been counted as an error of enrichment, by part and reason."""
    from apps.common.metrics.files import read_figures  # noqa: PLC0415

    figures = read_figures(stage.var_dir / "run" / "metrics")
    found: dict[tuple[str, str], float] = {}
    families = [*figures.ended, *(family for process in figures.processes for family in process.families)]
    for family in families:
        if family.name == "click_enrichment_errors_total":
            for labels, value in family.samples:
                key = (labels["part"], labels["reason"])
                found[key] = found.get(key, 0.0) + value
    return found
