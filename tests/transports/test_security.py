"""Kafka and Redis that demand a user, a password or a certificate: assay shows them, says no secret, and needs no more.

Seen red: the password in a worker's log, where kafka-python writes its configuration at DEBUG. The tests of rights and
of commands take each one away and expect a refusal, so a list that is too long or too short is red by itself.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from schemas import topics
from streams.depths import Depths
from streams.doctor_redis import RedisSeen, look_at_redis
from streams.erasing import CannotForgetError
from streams.preflight import CannotStartError, preflight
from streams.redis_access import redis_access
from streams.redis_store import RedisStore
from streams.rights import AGAIN, KAFKA, REDIS_WORKER, ROLES, Right
from streams.settings import Settings, SettingsError, load
from streams.store import ENTRY_HEAD, STAMP, FlagWrite, MarketWrite, StoreUnavailableError, TableWrite
from streams.upkeep import UpkeepError, create_topics, describe_topics
from tests.guarantees.marketplace import ROOT, Marketplace
from tests.guarantees.test_parity import decisions, replayed, values
from tests.guarantees.workload import closing, merged, workload
from tests.streams.commits import everything
from tests.transports.guarded import REDIS_SECRET, SECRETS, Guarded

pytestmark = pytest.mark.stack
LAST_DAY = 50.0


def settings_of(guarded: Guarded, role: str, door: str = "sasl", **others: Any) -> Settings:
    given = guarded.settings(role, door, partitions=1, **others)
    return load(options=given, environment={}, folder=guarded.folder).settings


def run(guarded: Guarded, folder: Path, given: dict[str, Any], *command: str) -> subprocess.CompletedProcess[str]:
    """A program of assay's in an environment that holds these settings."""
    environment = {f"ASSAY_{name.upper()}": str(value) for name, value in given.items()}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ASSAY_")}
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=kept | environment | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def assert_no_secret(said: str) -> None:
    for secret in (*SECRETS.values(), REDIS_SECRET):
        assert secret not in said


def test_workers_judge_through_each_door_and_say_no_secret(here: Marketplace, guarded: Guarded, tmp_path: Path) -> None:
    """By a password shown as it is, with the most talkative log; by a proof of it; by a certificate."""
    told = workload(seed=31, shops=8, rounds=4)
    records = [*told.warm, *told.busy, *closing(1, LAST_DAY)]
    third = len(records) // 3
    here.refer(told.reference)
    ways: list[dict[str, Any]] = [
        {"door": "sasl", "kafka_sasl_mechanism": "plain", "log_level": "debug"},
        {"door": "sasl", "log_level": "info"},
        {"door": "mtls", "log_level": "debug"},
    ]
    for number, way in enumerate(ways):
        here.send(records[number * third : (number + 1) * third if number < 2 else len(records)])
        worker = here.worker(**guarded.settings("worker", **way))
        here.wait_until_judged()
        assert worker.end() == 0, here.logs()
        assert_no_secret(worker.said())
    assert here.committed() == here.log_ends()
    found = {topic: values(lines) for topic, lines in here.outputs().items()}
    assert decisions(found) == decisions(replayed(tmp_path, merged(records), told.reference))
    assert len(found[topics.ALERTS.name]) > 5


def test_every_command_goes_through_the_door_and_says_no_secret(
    here: Marketplace, guarded: Guarded, tmp_path: Path
) -> None:
    here.refer([])
    given = guarded.settings("operator") | {"partitions": 1}
    for command in (
        ("topics", "create"),
        ("topics", "describe", "--json"),
        ("doctor",),
        ("dead-letters", "list"),
        ("config", "show", "--json"),
    ):
        done = run(guarded, tmp_path, given, "-m", "assay", *command)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        assert_no_secret(done.stdout + done.stderr)
    plain = {name: value for name, value in given.items() if not name.endswith("_password_file")}
    plain |= {"kafka_password": SECRETS[ROLES["operator"]], "redis_password": REDIS_SECRET}
    done = run(guarded, tmp_path, plain, "-m", "assay", "config", "show")
    assert done.stdout.count("***") == 2
    assert_no_secret(done.stdout + done.stderr + repr(load(options=plain, environment={}, folder=tmp_path).settings))

    told = workload(seed=32, shops=2, rounds=1)
    (tmp_path / "events.jsonl").write_bytes(b"".join(one.value + b"\n" for one in told.warm))
    sent = run(guarded, tmp_path, given, str(ROOT / "deploy/send.py"), "events.jsonl")
    assert sent.returncode == 1, "the operator may write nothing yet"
    mine = [right for right in AGAIN if right.role == "operator"]
    guarded.grant(mine)
    sent = run(guarded, tmp_path, given, str(ROOT / "deploy/send.py"), "events.jsonl")
    for right in mine:
        guarded.take_away(right)
    assert sent.returncode == 0, sent.stderr
    assert_no_secret(sent.stdout + sent.stderr)


def said_of_kafka(settings: Settings) -> str:
    try:
        describe_topics(settings)
    except (UpkeepError, SettingsError) as error:
        return str(error)
    return ""


def said_of_redis(settings: Settings) -> str:
    seen = look_at_redis(settings)
    return "" if isinstance(seen, RedisSeen) else seen


def test_whoever_is_turned_away_is_told_what_to_do(guarded: Guarded, tmp_path: Path) -> None:
    """One sentence each, without the secret that was tried."""
    papers, user = guarded.papers, ROLES["worker"]
    expired, forged = papers.expired(user), papers.forged(user)
    wrong, strange = guarded.file("wrong"), papers.other_authority
    here = {"kafka_bootstrap": guarded.kafka.mtls}
    cases: list[tuple[Any, str, dict[str, Any], str]] = [
        (said_of_kafka, "sasl", {}, ""),
        (said_of_kafka, "mtls", {}, ""),
        (said_of_kafka, "sasl", {"kafka_password_file": wrong}, "user assay-worker or the password is wrong"),
        (said_of_kafka, "sasl", {"kafka_sasl_mechanism": "scram-sha-256"}, "mend kafka_sasl_mechanism"),
        (said_of_kafka, "sasl", {"kafka_ca_file": strange}, "mend kafka_ca_file"),
        (said_of_kafka, "mtls", {"kafka_ca_file": strange}, "mend kafka_ca_file"),
        (said_of_kafka, "mtls", {"kafka_cert_file": None, "kafka_key_file": None}, "give kafka_cert_file"),
        (said_of_kafka, "mtls", {"kafka_cert_file": expired.cert, "kafka_key_file": expired.key}, "it has expired or"),
        (said_of_kafka, "mtls", {"kafka_cert_file": forged.cert, "kafka_key_file": forged.key}, "mend kafka_cert_file"),
        (said_of_kafka, "mtls", {"kafka_key_file": forged.key}, "the key of another certificate"),
        (said_of_kafka, "sasl", here | {"kafka_password_file": tmp_path / "none"}, "cannot be read"),
        (said_of_redis, "sasl", {}, ""),
        (said_of_redis, "sasl", {"redis_password_file": wrong}, "user assay-worker or the password is wrong"),
        (said_of_redis, "sasl", {"redis_password_file": None}, "redis_password or its file"),
        (said_of_redis, "sasl", {"redis_ca_file": strange}, "mend redis_ca_file"),
        (said_of_redis, "sasl", {"redis_cert_file": None, "redis_key_file": None}, "give redis_cert_file"),
        (said_of_redis, "sasl", {"redis_cert_file": expired.cert, "redis_key_file": expired.key}, "expired"),
        (said_of_redis, "sasl", {"redis_cert_file": forged.cert, "redis_key_file": forged.key}, "mend redis_cert_file"),
    ]
    with ExitStack() as pools:  # a thread for each: OpenSSL leaves errors behind for whatever a thread does next
        heard = [
            pools.enter_context(ThreadPoolExecutor(1)).submit(said, settings_of(guarded, "worker", door, **changes))
            for said, door, changes, _ in cases
        ]
        for (_, _, changes, wanted), said in zip(cases, (one.result() for one in heard), strict=True):
            assert (wanted in said) if wanted else (said == ""), f"{changes}: {said}"
            assert said == "" or (said.endswith(".") and "\n" not in said)
            assert_no_secret(said)


def test_a_command_that_is_turned_away_ends_with_one_sentence(guarded: Guarded, tmp_path: Path) -> None:
    given = guarded.settings("worker", kafka_password_file=guarded.file("wrong"))
    done = run(guarded, tmp_path, given, "-m", "assay", "worker")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("mend kafka_user, kafka_password or its file.")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kafka_password": "x"}, "kafka_password is without effect while kafka_security is plaintext"),
        ({"kafka_ca_file": Path("ca.pem")}, "set that to ssl or sasl_ssl"),
        ({"kafka_security": "sasl_ssl"}, "give kafka_user, and kafka_password or kafka_password_file"),
        ({"kafka_security": "ssl", "kafka_key_file": Path("k")}, "give kafka_cert_file too"),
        ({"kafka_security": "ssl", "kafka_ca_file": Path("none.pem")}, "kafka_ca_file none.pem cannot be read"),
    ],
)
def test_a_setting_that_would_not_protect_anything_is_refused(given: dict[str, Any], said: str) -> None:
    assert said in said_of_kafka(Settings(**given))
    assert "redis_ca_file is without effect" in said_of_redis(Settings(redis_ca_file=Path("ca.pem")))


def assert_says_which(here: Marketplace, guarded: Guarded, right: Right, begin: Callable[[], object]) -> None:
    """It begins with every right; without this one it names it."""

    def said() -> str:
        try:
            begin()
        except (CannotForgetError, CannotStartError, UpkeepError) as error:
            return str(error)
        return ""

    here.until("it may begin", lambda: said() == "")
    guarded.take_away(right)
    # the broker answers before it has taken the change in
    wanted = f"{right.operation} {right.name}" if right.resource == "topic" else "GroupAuthorization"
    here.until("it says what it lacks", lambda: wanted in said() and "docs/operations.md lists" in said())
    guarded.grant([right])


@pytest.mark.parametrize(
    "right", [right for right in KAFKA if right.role == "worker"], ids=lambda right: f"{right.operation}-{right.name}"
)
def test_a_worker_that_lacks_one_right_says_which(here: Marketplace, guarded: Guarded, right: Right) -> None:
    """And with all of them it starts: the list is neither too long nor too short."""
    settings = settings_of(guarded, "worker")
    assert_says_which(here, guarded, right, lambda: preflight(settings))


async def exercise(settings: Settings) -> None:
    """All that a worker asks of Redis."""
    access = redis_access(settings)
    store = RedisStore(access)
    live: Any = SimpleNamespace(
        hop=SimpleNamespace(clock=lambda: 1, terms=SimpleNamespace(by_events=True)),
        partitions={0: SimpleNamespace(watermark_us=1)},
    )
    depths = Depths(access, live)
    try:
        await store.set_meta({"partitions": "1"})
        head = await store.open(0)
        young = [MarketWrite("m", f"s{number}", ENTRY_HEAD.pack(9, number, 9)) for number in range(70)]
        commit = everything(head.epoch, {"orders": head.offsets.get("orders")})
        flags, counted = [FlagWrite("s", STAMP.pack(1, 1))], [TableWrite("t", "f", STAMP.pack(1, 1))]
        written = await store.commit([commit], young, flags, counted)
        await store.published(0, written[0].outbox_ids[:1])
        await store.reemit(0, [(topics.ALERTS.name, b"k")])
        await store.reemitted(0, [one.id for one in await store.to_reemit(0)])
        await store.load_sellers(0, ["s"], written[0].epoch)
        await store.load_markets(["m"])
        await store.load_flags(["s"])
        await store.load_table("t")
        await store.forget_tables(["t"])
        await store.due(0, 1, 1)
        await store.watermarks(1)
        await depths.look()
        seen = await asyncio.to_thread(look_at_redis, settings)
        if not isinstance(seen, RedisSeen):
            raise StoreUnavailableError(seen)
    finally:
        await store.close()
        await depths.pipe.close()


def test_a_worker_needs_every_command_that_redis_allows_it_and_no_other(guarded: Guarded) -> None:
    settings = settings_of(guarded, "worker")
    client = guarded.redis.client
    client.flushall()
    client.execute_command("ACL", "LOG", "RESET")
    asyncio.run(exercise(settings))
    assert client.execute_command("ACL", "LOG") == []
    idle, said = [], []
    for command in REDIS_WORKER:
        client.flushall()
        client.script_flush()
        client.execute_command("ACL", "SETUSER", "assay-worker", f"-{command}")
        try:
            asyncio.run(exercise(settings))
        except StoreUnavailableError as error:
            said.append(str(error))
        else:
            idle.append(command)
        finally:
            client.execute_command("ACL", "SETUSER", "assay-worker", f"+{command}")
    assert idle == []
    assert [one for one in said if "NOPERM" not in one and "lacks a right" not in one and "can't run" not in one] == []


@pytest.mark.parametrize("role", ["worker", "administrator"])
def test_which_partitions_redis_holds_is_seen_with_the_rights_of_each_role(guarded: Guarded, role: str) -> None:
    """A refused right would be taken for a Redis that holds them all, and a lost state would not be told.

    Red with: HKEYS asked in the place of HGETALL, which no role may.
    """
    settings, client = settings_of(guarded, role), guarded.redis.client
    client.flushall()
    client.hset("assay:{0}:offsets", "offset:t", 1)
    client.hset("assay:{1}:offsets", "epoch", 7)
    client.execute_command("ACL", "LOG", "RESET")
    seen = look_at_redis(settings)
    assert isinstance(seen, RedisSeen)
    assert seen.partitions_among(settings, {0, 1, 2}) == {0}
    assert client.execute_command("ACL", "LOG") == []


def test_topics_are_made_by_the_operator_and_by_nobody_else(here: Marketplace, guarded: Guarded) -> None:
    here._drop(topics.ALL)
    with pytest.raises(UpkeepError, match="did not create"):
        create_topics(settings_of(guarded, "worker"))
    made = create_topics(settings_of(guarded, "operator"))
    assert [one.name for one in made if one.created] == [topic.name for topic in topics.ALL]
