"""The console of the demo: it sees the same events and lines, and its verdicts go back into the story."""

import asyncio
import contextlib
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Final, NamedTuple

import msgspec
from argon2 import PasswordHasher

from console.app import make_app
from console.edges import Record, Take, Unsent
from console.office import Office, Terms
from console.serving import address_of, bound, serving
from console.users import Users, users_of
from detectors.policy import Policy
from schemas import Event, topics, wire
from schemas.topics import Topic
from streams.store import Line

PORT: Final = 8080
_HOSTS: Final = ("127.0.0.1", "localhost")
_BATCH: Final = 200
_PEOPLE: Final = (("mia", "Mia Lin", "moderator"), ("leo", "Leo Wang", "lead"), ("ada", "Ada Chen", "admin"))


class Guest(NamedTuple):
    """The console beside the story: what it is told, what its moderators ruled, and where it is."""

    saw: Callable[[Event], None]
    take: Callable[[Line], None]
    verdicts: Callable[[], list[bytes]]
    address: str
    login: str


class _Feed:
    """A queue in this process; the story never waits for it."""

    is_caught_up = True
    trouble = ""

    def __init__(self) -> None:
        self._records: asyncio.Queue[Record] = asyncio.Queue()

    def put(self, record: Record) -> None:
        self._records.put_nowait(record)

    async def follow(self, take: Take) -> None:
        while True:
            take(await self._records.get())
            for _ in range(min(_BATCH, self._records.qsize())):
                take(self._records.get_nowait())
            await asyncio.sleep(0)


class _Sink:
    """Verdicts wait for the story's next step; everything comes back as it would from Kafka."""

    def __init__(self, feed: _Feed) -> None:
        self._feed = feed
        self._waiting: list[bytes] = []

    async def send(self, topic: Topic, key: str, word: msgspec.Struct) -> None:
        value = wire.encode(word)
        if topic is topics.VERDICTS:
            self._waiting.append(value)
        self._feed.put(Record(topic.name, key.encode(), value))

    async def send_again(self, topic: str, partition: int, offset: int) -> None:
        raise Unsent("The demo has no topics to read a record from again.")

    def taken(self) -> list[bytes]:
        waiting, self._waiting = self._waiting, []
        return waiting


@contextlib.asynccontextmanager
async def served(policy: Policy, now: Callable[[], datetime], port: int) -> AsyncIterator[Guest]:
    """Serves the console on this machine alone while the body runs; OSError where no port can be had."""
    feed = _Feed()
    sink = _Sink(feed)
    password = secrets.token_hex(4)
    users = _users(password)
    terms = Terms(is_secure=False, hosts=_HOSTS, demo_login=f"mia / {password}")
    office = Office(feed=feed, sink=sink, users=lambda: users, policy=policy, now=now, terms=terms)
    listening = _listening(port)
    async with serving(make_app(office), listening):
        yield Guest(
            saw=lambda event: feed.put(Record(topics.TOPIC_OF[type(event)].name, b"", wire.encode(event))),
            take=lambda line: feed.put(Record(line.topic, line.key, line.value)),
            verdicts=sink.taken,
            address=address_of(listening),
            login=terms.demo_login,
        )


def _listening(port: int) -> socket.socket:
    """The port asked for, else a free one."""
    try:
        return bound(_HOSTS[0], port)
    except OSError:
        return bound(_HOSTS[0], 0)


def _users(password: str) -> Users:
    """One of each role, all with the password of this run."""
    hashed = PasswordHasher().hash(password)
    people = {key: {"name": name, "role": role, "password": hashed} for key, name, role in _PEOPLE}
    return users_of({"users": people}, "the demo")
