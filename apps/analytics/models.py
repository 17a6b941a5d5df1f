"""Clicks as ClickHouse stores them. Rows are appended and age out; nothing updates them."""

from typing import Any

from clickhouse_backend import models
from django.db import models as django_models
from django.utils.translation import gettext_lazy as _

from apps.analytics.engines import AggregatingMergeTree, MergeTree

# Blocks that a repeated insert is compared with. Ingest repeats the latest one of each partition only.
_DEDUPLICATION_WINDOW = 1000
_EXACTLY_ONCE = {
    "non_replicated_deduplication_window": _DEDUPLICATION_WINDOW,
    "fsync_after_insert": 1,
    "fsync_part_directory": 1,
}


def _label(verbose_name: Any) -> Any:
    """A column of text with few different values."""
    return models.StringField(verbose_name, low_cardinality=True, default="")


class StateField(models.StringField):  # type: ignore[misc]
    """A column that holds the state of an aggregate function; `state` is its ClickHouse type."""

    def __init__(self, *args: Any, state: str, **kwargs: Any) -> None:
        self.state = state
        super().__init__(*args, **kwargs)

    def db_type(self, connection: Any) -> str:  # noqa: ARG002 - the base class's signature
        return self.state

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "state": self.state}


class ClickEvent(models.ClickhouseModel):  # type: ignore[misc]
    """One click. The columns are those of `rows.ClickRow`, in the same order, and the lane."""

    event_id = models.UUIDField(_("event"), primary_key=True)
    link_id = models.UInt64Field(_("link"))
    workspace_id = models.UInt64Field(_("workspace"))
    owner_id = models.UInt64Field(_("owner"), default=0)
    domain = _label(_("domain"))
    code = models.StringField(_("code"))
    destination_url = models.StringField(_("destination URL"))
    timestamp = models.DateTime64Field(_("time"), precision=3)
    method = _label(_("method"))
    address = models.StringField(_("address"), default="")
    user_agent = models.StringField(_("user agent"), default="")
    referrer = models.StringField(_("referrer"), default="")
    referrer_host = _label(_("referring site"))
    referrer_class = _label(_("kind of referrer"))
    country = _label(_("country"))
    region = _label(_("region"))
    city = _label(_("city"))
    device = _label(_("device"))
    browser = _label(_("browser"))
    browser_version = _label(_("browser version"))
    os = _label(_("system"))
    os_version = _label(_("system version"))
    language = _label(_("language"))
    utm_source = _label("utm_source")
    utm_medium = _label("utm_medium")
    utm_campaign = _label("utm_campaign")
    utm_term = _label("utm_term")
    utm_content = _label("utm_content")
    is_bot = models.BoolField(_("bot"), default=False)
    bot_reason = _label(_("why a bot"))
    visitor_id = models.UInt64Field(_("visitor of the day"), default=0)
    asn = models.UInt32Field(_("number of the network"), default=0)
    network = _label(_("network"))
    session_id = models.UInt64Field(_("visit"), default=0)
    is_unique_visitor = models.BoolField(_("first click of the visitor on the link that day"), default=False)
    # Not of the row but of how it came: clicks of one lane are stored by one consumer at a time.
    lane = models.UInt16Field(_("lane"), default=0)

    class Meta:
        db_table = "click_events"
        verbose_name = _("click")
        verbose_name_plural = _("clicks")
        engine = MergeTree(
            order_by=("link_id", "timestamp", "event_id"),
            partition_by=models.toYYYYMM("timestamp"),
            **_EXACTLY_ONCE,
        )
        indexes = [
            # Clicks of a workspace where the rollup's hours do not fit the viewer's time zone: links
            # lie together, so most parts of the table hold none of the workspace.
            models.Index(fields=["workspace_id"], name="click_workspace", type=models.Set(1000), granularity=4),
        ]

    def __str__(self) -> str:
        return f"{self.domain}/{self.code} {self.timestamp:%Y-%m-%d %H:%M:%S}"


class ClicksHourly(models.ClickhouseModel):  # type: ignore[misc]
    """Clicks of a link in one hour (UTC), bots apart; filled by a materialised view on `ClickEvent`.

    Rows of one key are merged in the background, so queries must sum and merge again.
    """

    pk = django_models.CompositePrimaryKey("workspace_id", "link_id", "hour", "is_bot")
    workspace_id = models.UInt64Field(_("workspace"))
    link_id = models.UInt64Field(_("link"))
    hour = models.DateTimeField(_("hour"))
    is_bot = models.BoolField(_("bot"))
    clicks = StateField(_("clicks"), state="SimpleAggregateFunction(sum, UInt64)")
    visitors = StateField(_("visitors"), state="AggregateFunction(uniq, UInt64)")

    class Meta:
        db_table = "clicks_hourly"
        verbose_name = _("clicks of an hour")
        verbose_name_plural = _("clicks by hour")
        engine = AggregatingMergeTree(
            order_by=("workspace_id", "link_id", "hour", "is_bot"),
            partition_by=models.toYYYYMM("hour"),
            **_EXACTLY_ONCE,
        )

    def __str__(self) -> str:
        return f"{self.link_id} {self.hour:%Y-%m-%d %H:%M}"


class ClicksDaily(models.ClickhouseModel):  # type: ignore[misc]
    """Clicks of a link on one UTC day, bots apart; filled by a materialised view on `ClickEvent`, as what follows is.

    `visitors_rough` is a sketch of fixed size: it counts up to 128 visitors exactly, and is off by about 1.6 % beyond.
    """

    pk = django_models.CompositePrimaryKey("workspace_id", "link_id", "day", "is_bot")
    workspace_id = models.UInt64Field(_("workspace"))
    link_id = models.UInt64Field(_("link"))
    day = models.DateField(_("day"))
    is_bot = models.BoolField(_("bot"))
    clicks = StateField(_("clicks"), state="SimpleAggregateFunction(sum, UInt64)")
    visitors = StateField(_("visitors"), state="AggregateFunction(uniq, UInt64)")
    visitors_rough = StateField(_("visitors, roughly"), state="AggregateFunction(uniqCombined64(12), UInt64)")

    class Meta:
        db_table = "clicks_daily"
        verbose_name = _("clicks of a day")
        verbose_name_plural = _("clicks by day")
        engine = AggregatingMergeTree(
            order_by=("workspace_id", "link_id", "day", "is_bot"),
            partition_by=models.toYYYYMM("day"),
            # States are large: what is read beside those that are asked for costs more than a long index.
            index_granularity=1024,
            **_EXACTLY_ONCE,
        )

    def __str__(self) -> str:
        return f"{self.link_id} {self.day}"


class WorkspaceClicks(models.ClickhouseModel):  # type: ignore[misc]
    """Clicks of a workspace in a quarter of an hour, into which the days of all time zones can be cut."""

    pk = django_models.CompositePrimaryKey("workspace_id", "quarter", "is_bot", "lane")
    workspace_id = models.UInt64Field(_("workspace"))
    quarter = models.DateTimeField(_("quarter of an hour"))
    is_bot = models.BoolField(_("bot"))
    lane = models.UInt16Field(_("lane"))
    clicks = StateField(_("clicks"), state="SimpleAggregateFunction(sum, UInt64)")

    class Meta:
        db_table = "workspace_clicks"
        verbose_name = _("clicks of a workspace")
        verbose_name_plural = _("clicks of workspaces")
        engine = AggregatingMergeTree(
            order_by=("workspace_id", "quarter", "is_bot", "lane"),
            partition_by=models.toYYYYMM("quarter"),
            **_EXACTLY_ONCE,
        )

    def __str__(self) -> str:
        return f"{self.workspace_id} {self.quarter:%Y-%m-%d %H:%M}"


class WorkspaceVisitors(models.ClickhouseModel):  # type: ignore[misc]
    """Visitors of a workspace in the `step` seconds from `start` on: of each quarter of an hour, each hour and each day (UTC)."""

    pk = django_models.CompositePrimaryKey("workspace_id", "step", "start", "is_bot")
    workspace_id = models.UInt64Field(_("workspace"))
    step = models.UInt32Field(_("seconds"))
    start = models.DateTimeField(_("start"))
    is_bot = models.BoolField(_("bot"))
    visitors = StateField(_("visitors"), state="AggregateFunction(uniq, UInt64)")
    visitors_rough = StateField(_("visitors, roughly"), state="AggregateFunction(uniqCombined64(12), UInt64)")

    class Meta:
        db_table = "workspace_visitors"
        verbose_name = _("visitors of a workspace")
        verbose_name_plural = _("visitors of workspaces")
        engine = AggregatingMergeTree(
            order_by=("workspace_id", "step", "start", "is_bot"),
            partition_by=models.toYYYYMM("start"),
            index_granularity=64,
            **_EXACTLY_ONCE,
        )

    def __str__(self) -> str:
        return f"{self.workspace_id} {self.start:%Y-%m-%d %H:%M}"


class ValuesDaily(models.ClickhouseModel):  # type: ignore[misc]
    """Clicks of a workspace on one UTC day with one value of a property, such as country."""

    pk = django_models.CompositePrimaryKey("workspace_id", "property", "day", "value", "is_bot", "lane")
    workspace_id = models.UInt64Field(_("workspace"))
    property = models.StringField(_("property"), low_cardinality=True)
    day = models.DateField(_("day"))
    value = models.StringField(_("value"))
    is_bot = models.BoolField(_("bot"))
    lane = models.UInt16Field(_("lane"))
    clicks = StateField(_("clicks"), state="SimpleAggregateFunction(sum, UInt64)")

    class Meta:
        db_table = "values_daily"
        verbose_name = _("clicks with a value")
        verbose_name_plural = _("clicks by value")
        engine = AggregatingMergeTree(
            order_by=("workspace_id", "property", "day", "value", "is_bot", "lane"),
            partition_by=models.toYYYYMM("day"),
            **_EXACTLY_ONCE,
        )

    def __str__(self) -> str:
        return f"{self.property} {self.value} {self.day}"


class OrphanClick(models.ClickhouseModel):  # type: ignore[misc]
    """A hit on a short domain that no link was at. The columns are those of `orphan_rows.OrphanRow`, in the same order."""

    event_id = models.UUIDField(_("event"), primary_key=True)
    workspace_id = models.UInt64Field(_("workspace"))
    domain = _label(_("domain"))
    kind = _label(_("kind"))
    path = models.StringField(_("path"))
    timestamp = models.DateTime64Field(_("time"), precision=3)
    method = _label(_("method"))
    address = models.StringField(_("address"), default="")
    user_agent = models.StringField(_("user agent"), default="")
    referrer = models.StringField(_("referrer"), default="")
    referrer_host = _label(_("referring site"))
    country = _label(_("country"))
    is_bot = models.BoolField(_("bot"), default=False)
    bot_reason = _label(_("why a bot"))
    visitor_id = models.UInt64Field(_("visitor of the day"), default=0)

    class Meta:
        db_table = "orphan_clicks"
        verbose_name = _("orphan click")
        verbose_name_plural = _("orphan clicks")
        engine = MergeTree(
            # The page of a domain reads its last 30 days.
            order_by=("workspace_id", "domain", "timestamp", "event_id"),
            partition_by=models.toYYYYMM("timestamp"),
            **_EXACTLY_ONCE,
        )

    def __str__(self) -> str:
        return f"{self.domain}{self.path} {self.timestamp:%Y-%m-%d %H:%M:%S}"
