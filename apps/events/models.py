"""The outbox, and the ledger that makes at-least-once delivery exactly-once in effect."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.common.ids import uuid7
from apps.events.envelope import Event


class OutboxEvent(models.Model):
    """An event written in the transaction of the change that it tells of; the relay publishes it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    topic = models.CharField(_("topic"), max_length=100)
    key = models.CharField(_("key"), max_length=200)
    schema_version = models.PositiveSmallIntegerField(_("schema version"), default=1)
    payload = models.JSONField(_("payload"))
    occurred_at = models.DateTimeField(_("occurred at"))
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)

    class Meta:
        verbose_name = _("outbox event")
        verbose_name_plural = _("outbox events")
        indexes = [
            # The relay: oldest unpublished first.
            models.Index(fields=["id"], name="outbox_unpublished", condition=models.Q(published_at=None)),
            # Clean-up of published rows.
            models.Index(fields=["published_at"], name="outbox_published_at", condition=~models.Q(published_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.key}"

    def to_event(self) -> Event:
        return Event(
            id=self.id,
            topic=self.topic,
            key=self.key,
            occurred_at=self.occurred_at,
            version=self.schema_version,
            payload=self.payload,
        )


class PartitionLedger(models.Model):
    """How far one consumer group's effects go in one partition.

    A claim (`claimed_first`, `claimed_last`) is written before the effect and cleared after it, in
    the transaction that moves `done_through`. A claim found at start is done again with the same
    records, so that a sink with deduplication tokens drops what it already has.
    """

    group = models.CharField(_("consumer group"), max_length=100)
    topic = models.CharField(_("topic"), max_length=100)
    log_id = models.CharField(_("log"), max_length=64)
    partition = models.PositiveIntegerField(_("partition"))
    done_through = models.BigIntegerField(_("done through offset"), default=-1)
    claimed_first = models.BigIntegerField(_("claimed from offset"), null=True, blank=True)
    claimed_last = models.BigIntegerField(_("claimed to offset"), null=True, blank=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("partition ledger")
        verbose_name_plural = _("partition ledgers")
        constraints = [
            models.UniqueConstraint(fields=["group", "topic", "log_id", "partition"], name="ledger_one_per_partition"),
            models.CheckConstraint(
                condition=models.Q(claimed_first=None, claimed_last=None)
                | models.Q(claimed_first__gt=models.F("done_through"), claimed_last__gte=models.F("claimed_first")),
                name="ledger_claim_above_done",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.topic}/{self.partition}"


class ProducerSequence(models.Model):
    """Highest sequence number of one producer that a group has given its effect, per topic.

    Producers number their events and ship them in order per partition; whatever arrives at or
    below this number is a repetition by the producer and has no effect.
    """

    group = models.CharField(_("consumer group"), max_length=100)
    topic = models.CharField(_("topic"), max_length=100)
    partition = models.PositiveIntegerField(_("partition"))
    producer_id = models.CharField(_("producer"), max_length=32)
    last_sequence = models.BigIntegerField(_("last sequence number"))
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("producer sequence")
        verbose_name_plural = _("producer sequences")
        constraints = [
            models.UniqueConstraint(fields=["group", "topic", "partition", "producer_id"], name="producer_sequence_one"),
        ]
        indexes = [
            # Clean-up of producers that ended long ago.
            models.Index(fields=["updated_at"], name="producer_sequence_updated"),
        ]

    def __str__(self) -> str:
        return f"{self.producer_id} {self.last_sequence}"
