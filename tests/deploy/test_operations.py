"""The operators' page and the sample producer: what they tell people to run exists and does what they say."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from schemas import topics, wire
from simulator import Marketplace as Simulated
from tests.conftest import Stack
from tests.guarantees.marketplace import Marketplace

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/operations.md").read_text()


@pytest.mark.stack
def test_the_sample_producer_sends_each_event_to_the_partition_of_its_seller(stack: Stack, tmp_path: Path) -> None:
    """Turned red by: partition 0 for every key."""
    here = Marketplace(stack, tmp_path, partitions=5)
    try:
        simulated = Simulated(3, 5, 4, gangs=0)
        events = list(simulated)
        (tmp_path / "reference.jsonl").write_bytes(b"\n".join(map(wire.encode, simulated.reference())))
        (tmp_path / "events.jsonl").write_bytes(b"\n\n".join(map(wire.encode, events)))
        command = [sys.executable, str(ROOT / "deploy/send.py"), "events.jsonl", "--reference", "reference.jsonl"]
        given = {"ASSAY_KAFKA_BOOTSTRAP": stack.kafka_bootstrap, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, cwd=tmp_path, env=given, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        sent = [(topic.name, line) for topic in topics.MARKETPLACE for line in here.published(topic.name)]
        assert len(sent) == len(events)
        for name, line in sent:
            assert line.value is not None
            event, _ = wire.decode_event(line.value, name, None)
            assert line.key == event.seller_id.encode()
            assert line.partition == topics.partition_of(line.key, 5)
        assert f"{len(events) + len(list(simulated.reference())):,} lines sent." in done.stdout
    finally:
        here.close()


def test_the_page_says_of_every_topic_how_long_it_is_kept() -> None:
    """Turned red by: messages kept for 30 days."""
    table = PAGE.partition("<!-- kept by schemas.topics -->")[2].partition("\n\n")[0]
    said = dict(re.findall(r"^\| `([^`]+)` \| ([^|]+) \|", table, re.MULTILINE))
    assert said == {topic.name: _kept(topic) for topic in topics.ALL}


def _kept(topic: topics.Topic) -> str:
    for_ever = topic.compacted or topic.retention_ms == -1
    return "for ever" if for_ever else f"{topic.retention_ms // topics.DAY_MS} days"
