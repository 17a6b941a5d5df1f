"""Making the topics that are missing, and comparing those that are there with what is planned."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apps.events.bus import BusUnavailable
from apps.events.kafka_bus.admin import Admin
from apps.events.kafka_bus.library import ConfigResource, ConfigResourceType, TopicAlreadyExistsError
from apps.events.kafka_bus.topic_plan import PlannedTopic

# Events of one link would be read from two logs at once.
_WHY_NOT_GROWN = "not added: keys would go to other partitions, out of order with what waits; let consumers drain it before you do"


@dataclass(frozen=True, slots=True)
class TopicOutcome:
    """What has become of a planned topic. `differences` is empty when it is new, or as it should be."""

    name: str
    is_new: bool
    differences: Sequence[str] = ()


def make_topics(plans: Sequence[PlannedTopic], *, admin: Admin) -> list[TopicOutcome]:
    """Make those of `plans` that do not exist; they can be used on return. What exists is left as it is.
    Raises BusUnavailable."""
    existing = {topic["name"]: topic for topic in _described(plans, admin) if not topic["error_code"]}
    missing = [plan for plan in plans if plan.name not in existing]
    if missing:
        _create(missing, admin)
    configs = _configs([plan for plan in plans if plan.name in existing], admin)
    return [
        TopicOutcome(plan.name, is_new=False, differences=_differences(plan, existing[plan.name], configs[plan.name]))
        if plan.name in existing
        else TopicOutcome(plan.name, is_new=True)
        for plan in plans
    ]


def _described(plans: Sequence[PlannedTopic], admin: Admin) -> list[Any]:
    described: list[Any] = admin.ask(lambda client: client.describe_topics([plan.name for plan in plans]))
    return described


def _create(plans: Sequence[PlannedTopic], admin: Admin) -> None:
    wanted = {
        plan.name: {"num_partitions": plan.partitions, "replication_factor": plan.replication, "configs": dict(plan.configs)}
        for plan in plans
    }
    try:
        admin.ask(lambda client: client.create_topics(wanted, wait_for_metadata=True))
    except BusUnavailable as error:
        # Somebody else was quicker, or an answer was lost and this was the second try.
        if not isinstance(error.__cause__, TopicAlreadyExistsError):
            raise
        admin.ask(lambda client: client.wait_for_topics(list(wanted)))


def _configs(plans: Sequence[PlannedTopic], admin: Admin) -> dict[str, Any]:
    if not plans:
        return {}
    resources = [ConfigResource(ConfigResourceType.TOPIC, plan.name, list(plan.configs)) for plan in plans]
    answer = admin.ask(lambda client: client.describe_configs(resources, config_filter="all"))
    found: dict[str, Any] = answer["topic"]
    return found


def _differences(plan: PlannedTopic, topic: Any, configs: Any) -> list[str]:
    partitions = topic["partitions"]
    replication = min((len(part["replica_nodes"]) for part in partitions), default=0)
    pairs: list[tuple[str, Any, Any]] = []
    if plan.replication > 0:
        pairs.append(("replication", replication, plan.replication))
    pairs += [(name, configs[name]["value"], value) for name, value in plan.configs.items()]
    differences = [f"{name} is {there}, planned {wanted}" for name, there, wanted in pairs if there != wanted]
    if len(partitions) != plan.partitions:
        differences.insert(0, f"partitions is {len(partitions)}, planned {plan.partitions} ({_WHY_NOT_GROWN})")
    return differences
