"""Back office: a look at the pipeline's own records. Nothing here is changed by hand."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from apps.common.admin import ReadOnly
from apps.events.models import OutboxEvent, PartitionLedger, ProducerSequence


@admin.register(OutboxEvent)
class OutboxEventAdmin(ReadOnly, admin.ModelAdmin[OutboxEvent]):
    list_display = ["id", "topic", "key", "schema_version", "occurred_at", "published_at"]
    list_filter = ["topic", ("published_at", admin.EmptyFieldListFilter)]
    search_fields = ["=key"]
    search_help_text = _("Key of the event, such as the id of a link")
    ordering = ["-id"]
    show_full_result_count = False


@admin.register(PartitionLedger)
class PartitionLedgerAdmin(ReadOnly, admin.ModelAdmin[PartitionLedger]):
    list_display = ["group", "topic", "partition", "log_id", "done_through", "open_claim", "updated_at"]
    list_filter = ["group", "topic", ("claimed_first", admin.EmptyFieldListFilter)]
    search_fields = ["=log_id"]
    ordering = ["group", "topic", "partition", "id"]

    @admin.display(description=_("open claim"), empty_value="-")
    def open_claim(self, row: PartitionLedger) -> str | None:
        return None if row.claimed_first is None else f"{row.claimed_first}-{row.claimed_last}"


@admin.register(ProducerSequence)
class ProducerSequenceAdmin(ReadOnly, admin.ModelAdmin[ProducerSequence]):
    list_display = ["producer_id", "group", "topic", "partition", "last_sequence", "updated_at"]
    list_filter = ["group", "topic"]
    search_fields = ["=producer_id"]
    ordering = ["-updated_at", "id"]
    show_full_result_count = False
