"""The administration commands on real servers, as an operator runs them."""

import base64
import json
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import kafka
import pytest

from schemas import topics
from schemas.wire import Refused, dead_letter, encode

pytestmark = pytest.mark.stack


class Operator:
    """Runs `assay` in a folder whose `.stack/env` names the test's servers."""

    def __init__(self, stack: Any) -> None:
        self.stack = stack

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        servers = [f"kafka_bootstrap={self.stack.kafka_bootstrap}", f"redis_url={self.stack.redis_url}"]
        options = [part for server in servers for part in ("--set", server)]
        command = [sys.executable, "-m", "assay", *options, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def send_dead_letters(self, *values: bytes) -> None:
        producer = kafka.KafkaProducer(bootstrap_servers=self.stack.kafka_bootstrap)
        for number, value in enumerate(values):
            where = {"topic": topics.ORDERS.name, "partition": 2, "offset": number}
            at = datetime(2026, 1, 1 + number, tzinfo=UTC)
            letter = dead_letter(Refused("bad_price", "price: too low"), **where, key=b"s", value=value, at=at)  # type: ignore[arg-type]
            producer.send(topics.DEAD_LETTERS.name, encode(letter), partition=0)
        producer.flush()
        producer.close()


@pytest.fixture
def assay(no_topics: Any) -> Operator:
    return Operator(no_topics)


def test_topics_are_made_repeated_and_described(assay: Operator) -> None:
    first = assay("topics", "create", "--partitions", "2")
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.count("created") == len(topics.ALL)
    again = assay("topics", "create", "--partitions", "2")
    assert (again.returncode, again.stdout.count("exists")) == (0, len(topics.ALL))
    described = [json.loads(line) for line in assay("topics", "describe", "--json").stdout.splitlines()]
    assert [line["topic"] for line in described] == [topic.name for topic in topics.ALL]
    assert {line["partitions"] for line in described} == {1, 2}


def test_another_number_of_partitions_is_said_and_nothing_changed(assay: Operator) -> None:
    assay("topics", "create", "--partitions", "2")
    ended = assay("topics", "create", "--partitions", "3")
    assert ended.returncode == 1
    assert "marketplace.listings.v1 (2 instead of 3)" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_missing_topic_is_described_as_missing(assay: Operator) -> None:
    described = assay("topics", "describe")
    assert described.returncode == 0
    assert described.stdout.count("missing") == len(topics.ALL)


def test_dead_letters_are_listed_for_people_and_machines_and_shown_whole(assay: Operator) -> None:
    assay("topics", "create", "--partitions", "1")
    assay.send_dead_letters(b'{"price": -1}', b"\x1b[2J\xff")
    table = assay("dead-letters", "list")
    assert table.returncode == 0
    assert [line.split()[0] for line in table.stdout.splitlines()] == ["position", "0:0", "0:1"]
    lines = [json.loads(line) for line in assay("dead-letters", "list", "--json", "--limit", "1").stdout.splitlines()]
    assert [(line["position"], base64.b64decode(line["value"])) for line in lines] == [("0:1", b"\x1b[2J\xff")]
    assert assay("dead-letters", "list", "--json", "--topic", topics.LISTINGS.name).stdout == ""
    assert '{"price": -1}' in assay("dead-letters", "show", "0:0").stdout
    shown = assay("dead-letters", "show", "0:1").stdout
    assert "\x1b" not in shown
    assert "\\x1b[2J\\xff" in shown


def test_the_doctor_says_what_is_wrong_and_ends_with_1(assay: Operator) -> None:
    ended = assay("doctor", "--json")
    checks = {check["name"]: check for check in map(json.loads, ended.stdout.splitlines())}
    assert ended.returncode == 1
    assert "`assay topics create`" in checks["topics"]["sentence"]
    assay("topics", "create", "--partitions", "2")
    mended = {check["name"]: check for check in map(json.loads, assay("doctor", "--json").stdout.splitlines())}
    assert mended["topics"]["ok"]
    assert mended["redis log"]["ok"]
