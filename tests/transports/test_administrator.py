"""`assay rebuild` and `assay forget` need what `streams.rights` lists for an administrator, and say what they lack.

Each right in Kafka is taken away once, and expected to be missed. Redis counts which commands were given, so its list
is red when it is too long, and its log of refusals when it is too short.
"""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from schemas import topics
from streams.erasing import Eraser, place_of
from streams.rights import KAFKA, REDIS_ADMINISTRATOR, Right
from streams.settings import Settings
from tests.guarantees.marketplace import Marketplace
from tests.guarantees.workload import closing, workload
from tests.transports.guarded import Guarded
from tests.transports.test_security import assert_no_secret, assert_says_which, run, settings_of

pytestmark = pytest.mark.stack
TOLD = workload(seed=33, shops=1, rounds=3)
SELLER, BUYER = "usual-03", "B"


def test_an_administrator_rebuilds_and_forgets_with_its_rights_and_needs_them_all(
    here: Marketplace, guarded: Guarded, tmp_path: Path
) -> None:
    """By the command line, through TLS, after a worker has judged a few events."""
    here.refer(TOLD.reference)
    here.send([*TOLD.warm, *TOLD.busy, *closing(1, 50)])
    worker = here.worker(**guarded.settings("worker"))
    here.wait_until_judged()
    assert worker.end() == 0, here.logs()
    before = here.states()
    here.redis.flushall()
    redis = guarded.redis.client
    redis.execute_command("ACL", "LOG", "RESET")
    given = guarded.settings("administrator") | {"clock": "events", "hash_key": "a secret of sixteen"}
    assert_lacks(guarded, tmp_path, given, "set", "rebuild")
    here.redis.flushall()
    here.redis.script_flush()
    redis.config_resetstat()
    assert_done(guarded, tmp_path, given, "rebuild")
    used = commands_given(redis)
    assert here.states() == before
    redis.config_resetstat()
    assert_done(guarded, tmp_path, given, "forget", "seller", SELLER)
    assert_done(guarded, tmp_path, given, "forget", "seller", SELLER, "--confirm", "--actor", "mia")
    said = assert_done(guarded, tmp_path, given, "forget", "buyer", BUYER, "--confirm", "--actor", "mia", "--json")
    asyncio.run(report_and_settle(settings_of(guarded, "administrator")))
    used |= commands_given(redis)
    assert '"erased":true' in said
    assert redis.execute_command("ACL", "LOG") == []
    assert set(REDIS_ADMINISTRATOR) - used == set(), "these are not needed"
    assert len(here.published(topics.AUDIT.name)) == 2
    assert_lacks(guarded, tmp_path, given, "zscan", "forget", "seller", "usual-04")


def assert_done(guarded: Guarded, folder: Path, given: dict[str, Any], *command: str) -> str:
    done = run(guarded, folder, given, "-m", "assay", *command)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    assert_no_secret(done.stdout + done.stderr)
    return done.stdout


def assert_lacks(guarded: Guarded, folder: Path, given: dict[str, Any], right: str, *command: str) -> None:
    """Without that command of Redis's it ends with one sentence."""
    redis = guarded.redis.client
    redis.execute_command("ACL", "SETUSER", "assay-administrator", f"-{right}")
    done = run(guarded, folder, given, "-m", "assay", *command)
    redis.execute_command("ACL", "SETUSER", "assay-administrator", f"+{right}")
    redis.execute_command("ACL", "LOG", "RESET")
    assert done.returncode == 1
    assert "the user assay-administrator lacks a right" in done.stderr
    assert done.stderr.endswith("grant what docs/operations.md lists.\n")
    assert done.stderr.count("\n") == 1


def commands_given(redis: Any) -> set[str]:
    """What anybody asked of Redis since its figures were reset, what scripts asked included."""
    return {name.removeprefix("cmdstat_") for name in redis.info("commandstats")}


async def report_and_settle(settings: Settings) -> None:
    """What is asked where a worker takes its partition back while tombstones are on their way."""
    eraser = Eraser(settings, await asyncio.to_thread(place_of, settings))
    try:
        key = topics.STANDINGS.name, SELLER.encode()
        await eraser.store.reemit(0, [key])
        await eraser.settle(0, [key])
        assert await eraser.store.to_reemit(0) == []
    finally:
        await eraser.close()


@pytest.mark.parametrize(
    "right",
    [right for right in KAFKA if right.role == "administrator"],
    ids=lambda right: f"{right.operation}-{right.name}",
)
def test_an_administrator_that_lacks_one_right_says_which(here: Marketplace, guarded: Guarded, right: Right) -> None:
    settings = settings_of(guarded, "administrator", clock="events")
    assert_says_which(here, guarded, right, lambda: place_of(settings))
