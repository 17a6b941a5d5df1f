import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.events.models import OutboxEvent, PartitionLedger, ProducerSequence
from tests.events.samples import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(User.objects.create_superuser(email="admin@example.com", password="x"))
    OutboxEvent.objects.create(topic="url_updated_events", key="42", payload={}, occurred_at=NOW)
    PartitionLedger.objects.create(group="g", topic="t", log_id="l", partition=0, claimed_first=1, claimed_last=9)
    ProducerSequence.objects.create(group="g", topic="t", partition=0, producer_id="af", last_sequence=7)
    return client


@pytest.mark.parametrize("model", [OutboxEvent, PartitionLedger, ProducerSequence])
def test_records_can_be_looked_at_but_not_changed(staff: Client, model: type[OutboxEvent | PartitionLedger | ProducerSequence]) -> None:
    name = model._meta.model_name
    row = model._default_manager.get()

    assert staff.get(reverse(f"admin:events_{name}_changelist"), {"q": "42"}).status_code == 200
    assert staff.get(reverse(f"admin:events_{name}_change", args=[row.pk])).status_code == 200
    assert staff.get(reverse(f"admin:events_{name}_add")).status_code == 403
    assert staff.post(reverse(f"admin:events_{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
