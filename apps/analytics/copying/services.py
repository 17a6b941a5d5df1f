"""Copies clicks month by month and day by day."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from apps.analytics.copying.errors import CopyFailed
from apps.analytics.copying.figures import NOTHING, TABLES, Content, Figures
from apps.analytics.copying.notes import Notes
from apps.analytics.copying.source import Source
from apps.analytics.copying.stage import Stage, staged
from apps.analytics.models import ClickEvent, OrphanClick
from apps.analytics.mutations import delete
from apps.analytics.rollups import rollups_of
from apps.analytics.store import run

# Told the table, the day, and how many rows have been copied so far in all.
Progress = Callable[[str, str, int], None]
_COLUMNS = {model._meta.db_table: [str(field.column) for field in model._meta.local_fields] for model in (ClickEvent, OrphanClick)}
_ROWS = "SELECT {columns} FROM {table} WHERE toDate(timestamp, 'UTC') = toDate('{day}')"


@dataclass(frozen=True, slots=True)
class Difference:
    """What source and target have of a table and month (as 202611): rows, or what a rollup sums up."""

    table: str
    month: int
    source: int
    target: int
    is_same: bool


@dataclass(slots=True)
class Copying:
    """One run: from where, what is known of the target, and how many rows it has copied so far.

    `since` is the first day (UTC, as YYYY-MM-DD) of which all is still kept, "" when nothing ages out.
    """

    source: Source
    notes: Notes
    since: str
    progress: Progress
    may_overwrite: bool = False
    copied: int = 0

    def run(self) -> int:
        """Bring the target's clicks and their sums to what the source has; how many rows were copied.

        A month that is the same already is passed over. Of any other one the days are put together beside the tables, those
        that an earlier run has put there not again, and take the month's place when all is there: so nothing is ever there
        twice, however often this is interrupted and repeated. Clicks may go on being stored in the source meanwhile; a later
        run brings them over.

        Raises CopyFailed, also for a month in which the target has clicks that were not copied there, unless
        `may_overwrite`, and SinkUnavailable when the target does not answer.
        """
        for table in TABLES:
            job = _Job(self, table)
            for month in job.differing():
                job.copy(month)
        for table in TABLES:
            Stage(table).drop()
        return self.copied


def compare(source: Source, *, since: str) -> list[Difference]:
    """All tables and months of both sides. Raises CopyFailed and SinkUnavailable."""
    here, there = Figures(source.ask, since).all(), Figures(run, since).all()
    return [_difference(table, month, here[table], there[table]) for table in here for month in sorted({*here[table], *there[table]})]


def _difference(table: str, month: int, here: Mapping[int, Content], there: Mapping[int, Content]) -> Difference:
    ours, theirs = here.get(month, NOTHING), there.get(month, NOTHING)
    return Difference(table, month, ours[0], theirs[0], ours == theirs)


class _Job:
    """Copies one table of clicks, with its sums."""

    def __init__(self, copying: Copying, table: str) -> None:
        self._copying, self._table = copying, table
        self._here, self._there = Figures(copying.source.ask, copying.since), Figures(run, copying.since)
        self._columns = _COLUMNS[table]
        self._stage = Stage(table)

    def differing(self) -> list[int]:
        """Months of which the target has something else."""
        tables = [(self._here.months(self._table), self._there.months(self._table))]
        tables += [(self._here.sums(rollup), self._there.sums(rollup)) for rollup in rollups_of(self._table)]
        months = {month for here, there in tables for month in {*here, *there} if here.get(month) != there.get(month)}
        return sorted(months)

    def copy(self, month: int) -> None:
        present = self._there.months(self._table).get(month, NOTHING)
        self._check(month, present)
        self._stage.make()
        days = self._put_together(month)
        self._stage.sum_up(days)
        self._copying.notes.add(self._table, month, self._staged(month))
        if self._there.months(self._table).get(month, NOTHING) != present:
            raise CopyFailed(f"{self._table}: somebody else stores clicks of {month} in the target; stop its consumers")
        self._stage.move_in(month)

    def _check(self, month: int, present: Content) -> None:
        is_ours = present in (NOTHING, self._here.months(self._table).get(month)) or self._copying.notes.may_replace(
            self._table, month, present
        )
        if not is_ours and not self._copying.may_overwrite:
            raise CopyFailed(
                f"{self._table}: the target has clicks of {month} that were not copied there; it is in use, or is another installation's"
            )

    def _put_together(self, month: int) -> list[str]:
        """Have all days of `month` in the stage; which there are."""
        here, there = self._here.days(self._table, month), self._staged_days(month)
        # Days that were left half done, or have changed since.
        if stale := [day for day, content in there.items() if here.get(day) != content]:
            delete(staged(self._table), "toString(toDate(timestamp, 'UTC')) IN %s", [stale])
        for day in sorted(here):
            if there.get(day) != here[day]:
                self._put(day)
        return sorted(self._staged_days(month))

    def _put(self, day: str) -> None:
        # Whole milliseconds spare the driver a conversion of each value, twice.
        values = ("toUnixTimestamp64Milli(timestamp)" if column == "timestamp" else column for column in self._columns)
        for block in self._copying.source.blocks(_ROWS.format(columns=", ".join(values), table=self._table, day=day)):
            self._stage.put(self._columns, block)
            self._copying.copied += len(block)
            self._copying.progress(self._table, day, self._copying.copied)

    def _staged_days(self, month: int) -> dict[str, Content]:
        return Figures(run).days(staged(self._table), month)

    def _staged(self, month: int) -> Content:
        return Figures(run, self._there.since).months(staged(self._table)).get(month, NOTHING)
