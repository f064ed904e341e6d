"""What forgetting a seller and forgetting a buyer have in common: the servers, the fence, and what is written down.

A partition is taken from its worker as another worker would take it, changed in one commit, and left for the worker to
take back: its next commit is refused, it drops what it had in memory and reads again.
"""

import asyncio
import time
from collections.abc import Iterable
from typing import Final, NamedTuple

from schemas import AuditEntry, topics, wire
from streams import preflight
from streams.kafka_access import kafka_access
from streams.outbox import KafkaOutbox
from streams.publishing import Publisher
from streams.redis_access import redis_access
from streams.redis_search import Key, Search
from streams.redis_store import RedisStore
from streams.settings import Settings
from streams.store import Committed, Fenced, Line, PartitionCommit, PartitionHead
from streams.upkeep import members_of

ROUNDS: Final = 3  # of looking whether anything is left, and erasing it
TRIES: Final = 10  # of one commit against a worker that takes the partition back
TAKEN_BACK_S: Final = 20.0  # a worker looks at its partitions every 5 s, and waits a second
LOOK_S: Final = 0.1


class CannotForgetError(Exception):
    """One sentence that says why a person is not forgotten, or not wholly, and what to do."""


class Place(NamedTuple):
    """How many partitions the topics keyed by seller have, and that of the audit; whether any worker runs."""

    partitions: int
    audit_partitions: int
    is_worked_on: bool


def place_of(settings: Settings) -> Place:
    """Looks at Kafka and Redis as a worker does before it starts. Raises `CannotForgetError` or `UpkeepError`."""
    counts, _ = preflight.look(settings, "administrator", (topics.LISTINGS, *topics.OUTPUTS), CannotForgetError)
    return Place(counts[topics.LISTINGS.name], counts[topics.AUDIT.name], members_of(settings) > 0)


class Eraser:
    """The servers of one command, and what it does to a partition."""

    def __init__(self, settings: Settings, place: Place) -> None:
        self.place = place
        self.options = kafka_access(settings).options
        self.store = RedisStore(redis_access(settings))
        self.search = Search(self.store.pipe)
        self._outbox = KafkaOutbox(self.options, settings.linger_ms)
        self._publisher = Publisher(self.store, self._outbox)

    async def note(self, entry: AuditEntry) -> None:
        """Writes down who forgets whom. Not through an outbox: a worker that drained it may not write the audit."""
        number = topics.partition_of(entry.actor.encode(), self.place.audit_partitions)
        line = Line(topics.AUDIT.name, entry.actor.encode(), wire.encode(entry), False)
        await self._outbox.publish(number, [line])

    async def take_over(self, number: int) -> PartitionHead:
        """Fences the partition's worker, and publishes what that had committed and not got out."""
        head = await self.store.open(number)
        await self._publisher.take_over(number, head)
        return head

    async def change(self, commit: PartitionCommit) -> int | None:
        """Commits, and publishes what goes with it; the epoch from then on, None where it was refused.

        Where the worker has taken the partition back while lines were on their way, it is told to publish their keys
        once more: it may have said something newer before them.
        """
        (outcome,) = await self.store.commit([commit])
        if isinstance(outcome, Fenced) or not commit.outbox:
            return outcome.epoch if isinstance(outcome, Committed) else None
        await self._outbox.publish(commit.partition, commit.outbox)
        await self.store.published(commit.partition, outcome.outbox_ids)
        (still,) = await self.store.commit([PartitionCommit(commit.partition, outcome.epoch)])
        if isinstance(still, Committed):
            return still.epoch
        await self.store.reemit(commit.partition, [(line.topic, line.key) for line in commit.outbox])
        return outcome.epoch

    async def until_taken_back(self, number: int, epoch: int) -> None:
        """Until the worker whose commit was refused has dropped what it knew, and told nobody more of it."""
        ends_s = time.monotonic() + TAKEN_BACK_S
        while self.place.is_worked_on and time.monotonic() < ends_s and await self.search.epoch(number) == epoch:
            await asyncio.sleep(LOOK_S)

    async def settle(self, number: int, keys: Iterable[Key]) -> None:
        """Until nobody has to publish any of these keys again; where no worker does, it is done here."""
        wanted = set(keys)
        ends_s = time.monotonic() + TAKEN_BACK_S
        while asked := [one for one in await self.store.to_reemit(number) if (one.line.topic, one.line.key) in wanted]:
            if not self.place.is_worked_on or time.monotonic() > ends_s:
                await self._outbox.publish(number, [one.line for one in asked])
                await self.store.reemitted(number, [one.id for one in asked])
                return
            await asyncio.sleep(LOOK_S)

    async def close(self) -> None:
        """Gives the connections back."""
        await self._outbox.close()
        await self.store.close()
