"""Faults as far as they are quick to play, with real processes on stages of their own; `make faults` plays all of each."""

import os
import subprocess
import sys

import pytest

from tests.engines import elasticsearch
from tests.engines.kafka import missing
from tests.product import OWN_VARIABLES, ROOT

# Times of a busy machine with room to spare; alone they take 70 s and less.
pytestmark = [pytest.mark.product, pytest.mark.timeout(300)]


def play(*names: str) -> None:
    """Play faults one after the other on one stage; all must be survived."""
    environment = {name: value for name, value in os.environ.items() if name not in OWN_VARIABLES} | {"SCALE": "quick"}
    command = [sys.executable, "-m", "faults", "--together", *names]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("fault ")]
    assert [line.split(" ")[1:3] for line in lines] == [[name, "held"] for name in names], done.stdout + done.stderr


def test_redirects_go_on_without_redis_and_are_right_when_it_is_back() -> None:
    play("F1", "F2", "F3", "F4")


def test_hot_links_go_on_without_postgresql_and_slow_readers_put_no_old_value_back() -> None:
    play("F6", "F11", "F12")


def test_changes_show_in_all_processes_and_processes_can_be_killed_and_replaced() -> None:
    play("F5", "F13")


def test_each_click_counts_once_though_consumer_and_relay_are_killed_and_all_is_delivered_again() -> None:
    play("F14", "F15", "F17")


def test_each_click_is_kept_through_poison_bad_databases_and_without_clickhouse() -> None:
    play("F18", "F23", "F9")


@pytest.mark.full
def test_clicks_wait_out_kafka_and_consumers_that_stood_still_do_no_harm() -> None:
    if reason := missing():
        pytest.skip(reason)
    play("F7", "F8", "F16")


@pytest.mark.full
def test_searches_are_answered_without_elasticsearch_and_its_index_catches_up() -> None:
    if reason := elasticsearch.missing():
        pytest.skip(reason)
    play("F10")
