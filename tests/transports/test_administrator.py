"""`assay rebuild` and `assay forget` need what `streams.rights` lists for an administrator, and say what they lack.

The tests take each right away and expect a refusal, so a list that is too short is red by itself; that of Redis is red
too where it is too long.
"""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from detectors.policy import Policy, make_policy
from schemas import AuditEntry, topics
from streams.erasing import CannotForgetError, place_of
from streams.forget_buyer import BuyerEraser
from streams.forget_seller import SellerEraser
from streams.plainly import plainly
from streams.rebuild import CannotRebuildError, rebuild
from streams.rights import KAFKA, REDIS_ADMINISTRATOR, Right
from streams.settings import Settings, read_policy
from streams.upkeep import UpkeepError
from tests.conftest import Stack
from tests.guarantees.marketplace import Marketplace
from tests.guarantees.workload import closing, workload
from tests.transports.guarded import Guarded, guarded_servers
from tests.transports.test_security import assert_no_secret, run, settings_of

pytestmark = pytest.mark.stack
TOLD = workload(seed=33, shops=1, rounds=3)
SELLER, BUYER = "usual-03", "B"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ENTRY = AuditEntry(audit_id="u1", actor="mia", action="forgotten", at=NOW, reason="seller x: a test")


@pytest.fixture(scope="module")
def guarded(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    servers = guarded_servers(tmp_path_factory.mktemp("administrator"))
    servers.grant(KAFKA)
    yield servers
    servers.stop()


@pytest.fixture
def judged(guarded: Guarded, tmp_path: Path) -> Iterator[Marketplace]:
    """A worker has judged a few events and left."""
    here = Marketplace(Stack(guarded.kafka.open, guarded.redis_url, tmp_path), tmp_path, 1)
    here.refer(TOLD.reference)
    here.send([*TOLD.warm, *TOLD.busy, *closing(1, 50)])
    worker = here.worker(**guarded.settings("worker"))
    here.wait_until_judged()
    assert worker.end() == 0, here.logs()
    yield here
    here.close()


def test_an_administrator_rebuilds_and_forgets_with_no_more_than_its_rights(
    judged: Marketplace, guarded: Guarded, tmp_path: Path
) -> None:
    """By the command line, through TLS; Redis notes nobody who tried what he may not."""
    given = guarded.settings("administrator") | {"clock": "events", "hash_key": "a secret of sixteen"}
    before = judged.states()
    judged.redis.flushall()
    guarded.redis.client.execute_command("ACL", "LOG", "RESET")
    for command in (
        ("rebuild",),
        ("forget", "seller", SELLER),
        ("forget", "seller", SELLER, "--confirm", "--actor", "mia"),
        ("forget", "buyer", BUYER, "--confirm", "--actor", "mia", "--json"),
    ):
        done = run(guarded, tmp_path, given, "-m", "assay", *command)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        assert_no_secret(done.stdout + done.stderr)
        if command == ("rebuild",):
            assert judged.states() == before
    assert '"erased":true' in done.stdout
    assert guarded.redis.client.execute_command("ACL", "LOG") == []
    assert len(judged.published(topics.AUDIT.name)) == 2


def administrate(settings: Settings, policy: Policy) -> None:
    """All that both commands ask of Redis; what only a worker's return asks for included."""
    rebuild(settings, policy, False, lambda _: None)
    with plainly(settings, CannotForgetError):
        asyncio.run(erase(settings))


async def erase(settings: Settings) -> None:
    place = await asyncio.to_thread(place_of, settings)
    seller, buyer = SellerEraser(settings, place, SELLER), BuyerEraser(settings, place, BUYER)
    try:
        await seller.erase(await seller.look(), True, ENTRY)
        await buyer.erase(await buyer.look(), ENTRY)
        key = topics.STANDINGS.name, SELLER.encode()
        await seller._eraser.store.reemit(0, [key])
        await seller._eraser.settle(0, [key])
    finally:
        await seller.close()
        await buyer.close()


def test_an_administrator_needs_every_command_that_redis_allows_it(judged: Marketplace, guarded: Guarded) -> None:
    settings, policy = settings_of(guarded, "administrator", clock="events"), make_policy(read_policy(None))
    idle, said = [], dict[str, str]()
    for command in (*REDIS_ADMINISTRATOR, ""):
        judged.redis.flushall()
        judged.redis.script_flush()
        if command:
            guarded.redis.client.execute_command("ACL", "SETUSER", "assay-administrator", f"-{command}")
        try:
            administrate(settings, policy)
        except (CannotRebuildError, CannotForgetError) as error:
            said[command] = str(error)
        else:
            idle.append(command)
        finally:
            if command:
                guarded.redis.client.execute_command("ACL", "SETUSER", "assay-administrator", f"+{command}")
    assert idle == [""], "these are not needed"
    assert {name: one for name, one in said.items() if "lacks a right" not in one or "\n" in one} == {}


@pytest.mark.parametrize(
    "right",
    [right for right in KAFKA if right.role == "administrator"],
    ids=lambda right: f"{right.operation}-{right.name}",
)
def test_an_administrator_that_lacks_one_right_says_which(judged: Any, guarded: Guarded, right: Right) -> None:
    settings = settings_of(guarded, "administrator", clock="events")

    def said() -> str:
        try:
            place_of(settings)
        except (CannotForgetError, UpkeepError) as error:
            return str(error)
        return ""

    judged.until("it may begin", lambda: said() == "")
    guarded.take_away(right)
    wanted = f"{right.operation} {right.name}" if right.resource == "topic" else "GroupAuthorization"
    judged.until("it says what it lacks", lambda: wanted in said() and "docs/operations.md lists" in said())
    guarded.grant([right])
