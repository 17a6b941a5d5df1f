"""What Kafka's brokers say of the group that ingests clicks: who holds which partition, and how far it is."""

from collections.abc import Callable
from contextlib import closing
from typing import Any, TypeVar

# Topic and number of a partition, on the brokers.
Place = tuple[str, int]

T = TypeVar("T")


def members() -> dict[str, set[Place]]:
    """Partitions of each member, by its id."""

    def ask(client: Any) -> dict[str, set[Place]]:
        (group,) = client.describe_groups([_group()]).values()
        return {member["member_id"]: _held(member) for member in group["members"]}

    return _asked(ask)


def committed() -> dict[Place, int]:
    """The next offset that the group will read, of partitions where it has committed one."""

    def ask(client: Any) -> dict[Place, int]:
        offsets = client.list_group_offsets([_group()])[_group()]
        return {(place.topic, place.partition): found.offset for place, found in offsets.items()}

    return _asked(ask)


def ends() -> dict[Place, int]:
    """Where each partition of clicks ends."""
    from apps.analytics.consumers import ClickIngest  # noqa: PLC0415 - settings are the stage's
    from apps.events.kafka_bus.admin import Admin  # noqa: PLC0415
    from apps.events.kafka_bus.library import OffsetSpec  # noqa: PLC0415

    with closing(Admin()) as admin:
        places = list(admin.partitions(ClickIngest.topics).values())
        found = admin.ask(lambda client: client.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST)))
    return {(place.topic, place.partition): offset.offset for place, offset in found.items()}


def _held(member: Any) -> set[Place]:
    # Empty while the group shares its partitions out.
    assignment = member["member_assignment"]
    topics = assignment["assigned_partitions"] if assignment else []
    return {(topic["topic"], number) for topic in topics for number in topic["partitions"]}


def _group() -> str:
    from apps.analytics.consumers import ClickIngest  # noqa: PLC0415 - settings are the stage's
    from apps.events.kafka_bus.names import on_broker  # noqa: PLC0415

    return on_broker(ClickIngest.group)


def _asked(question: Callable[[Any], T]) -> T:
    from apps.events.kafka_bus.admin import Admin  # noqa: PLC0415 - settings are the stage's

    with closing(Admin()) as admin:
        return admin.ask(question)
