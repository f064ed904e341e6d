"""A console over fakes: a feed that a test fills, a sink that hands everything back, fast passwords."""

import asyncio
import contextlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx
import msgspec
from argon2 import PasswordHasher
from litestar.testing import TestClient

from console.app import make_app
from console.edges import Record, Take, Unsent
from console.office import Office, Terms
from console.users import Users, make_token, users_of
from detectors.policy import make_policy
from schemas import wire
from schemas.topics import Topic
from streams.settings import read_policy
from tests.console.records import at, record

PASSWORD = "correct horse battery"
PEOPLE = {"vic": "viewer", "mia": "moderator", "leo": "lead", "ada": "admin"}
HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
HASHED = HASHER.hash(PASSWORD)
TOKENS = {role: make_token() for role in PEOPLE.values()}
ORIGIN = "http://testserver.local"


class FakeFeed:
    """Hands over what a test puts in."""

    def __init__(self) -> None:
        self.is_caught_up = True
        self.trouble = ""

    async def follow(self, take: Take) -> None:
        await asyncio.Event().wait()


class FakeSink:
    """Keeps what was sent and gives it back to the console, as Kafka would; `is_down` refuses."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, msgspec.Struct]] = []
        self.again: list[tuple[str, int, int]] = []
        self.is_down = False
        self.office: Office | None = None

    async def send(self, topic: Topic, key: str, word: msgspec.Struct) -> None:
        if self.is_down:
            raise Unsent("Kafka did not take it: try again in a moment.")
        self.sent.append((topic.name, key, word))
        if self.office is not None:
            self.office.take(Record(topic.name, key.encode(), wire.encode(word)))

    async def send_again(self, topic: str, partition: int, offset: int) -> None:
        if self.is_down:
            raise Unsent("Kafka did not take it: try again in a moment.")
        self.again.append((topic, partition, offset))

    def words(self, kind: type[Any]) -> list[Any]:
        return [word for _, _, word in self.sent if isinstance(word, kind)]


class FakeClock:
    """The moment that a test says, for the feed; and seconds for sessions."""

    def __init__(self) -> None:
        self.now = at(10)
        self.seconds = 1000.0

    def __call__(self) -> datetime:
        return self.now


def people() -> Users:
    told = {
        "users": {key: {"role": role, "password": HASHED, "name": key.title()} for key, role in PEOPLE.items()},
        "tokens": {f"{role}-bot": {"role": role, "sha256": digest} for role, (_, digest) in TOKENS.items()},
    }
    return users_of(told, "test", HASHER)


class Served:
    """An office over fakes, and clients of it."""

    def __init__(self, terms: Terms | None = None) -> None:
        self.feed, self.sink, self.clock = FakeFeed(), FakeSink(), FakeClock()
        self.users = people()
        self.office = Office(
            feed=self.feed,
            sink=self.sink,
            users=lambda: self.users,
            policy=make_policy(read_policy(None)),
            now=self.clock,
            terms=terms or Terms(is_secure=False),
            seconds=lambda: self.clock.seconds,
        )
        self.sink.office = self.office
        self.app = make_app(self.office)

    def put(self, *words: msgspec.Struct) -> None:
        for word in words:
            self.office.take(record(word))

    @contextlib.contextmanager
    def client(self, user: str | None = None) -> Iterator[TestClient[Any]]:
        """A browser's stand-in, signed in as `user`."""
        with TestClient(self.app, base_url=ORIGIN, raise_server_exceptions=False) as client:
            if user is not None:
                answer = sign_in(client, user)
                assert answer.status_code == 303, answer.text
            yield client

    def csrf(self) -> str:
        """The token of the newest session."""
        sessions = self.office.sessions._held.values()
        return max(sessions, key=lambda one: one.opened_s).csrf


def sign_in(client: Any, user: str, password: str = PASSWORD, **more: str) -> httpx.Response:
    data = {"user": user, "password": password, **more}
    answer: httpx.Response = client.post("/sign-in", data=data, headers={"origin": ORIGIN}, follow_redirects=False)
    return answer


def bearer(role: str) -> dict[str, str]:
    return {"authorization": f"Bearer {TOKENS[role][0]}"}
