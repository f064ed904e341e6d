"""What lies in Redis for a worker's partitions: deadlines and unpublished lines, looked at every few seconds.

The connection is its own, so that a look never stands in the way of a commit.
"""

import asyncio
import logging
from typing import Final, NamedTuple

from streams.live import LiveHop
from streams.redis_access import RedisAccess
from streams.redis_cluster import pipe_to
from streams.redis_commit import partition_key
from streams.redis_pipe import Command
from streams.store import StoreUnavailableError

LOGGER = logging.getLogger(__name__)
EVERY_S: Final = 5.0
TIMEOUT_S: Final = 5.0


class Depth(NamedTuple):
    """Sums over the worker's partitions. `overdue` are those of `open` that are due by now and have not fired."""

    open: int
    overdue: int
    outbox: int


class Depths:
    """The newest look; `newest` is None while there is none that succeeded."""

    def __init__(self, where: str | RedisAccess, live: LiveHop, prefix: str = "assay") -> None:
        self.pipe = pipe_to(where, TIMEOUT_S)
        self.newest: Depth | None = None
        self._live = live
        self._prefix = prefix

    async def follow(self) -> None:
        """Looks for ever."""
        while True:
            try:
                self.newest = await self.look()
            except StoreUnavailableError as error:
                self.newest = None
                LOGGER.debug("What lies in Redis is not known: %s", error)
            await asyncio.sleep(EVERY_S)

    async def look(self) -> Depth:
        """One round trip; raises `StoreUnavailableError`. By the clock `events`, now is what was judged last."""
        hop = self._live.hop
        now_us = hop.clock()
        commands: list[Command] = []
        for number, partition in self._live.partitions.items():
            key = partition_key(self._prefix, number)
            due_us = partition.watermark_us if hop.terms.by_events else now_us
            commands += [
                ("ZCARD", f"{key}deadlines"),
                ("ZCOUNT", f"{key}deadlines", "-inf", f"({due_us}"),
                ("XLEN", f"{key}outbox"),
            ]
        found = await self.pipe.ask_surely(commands)
        return Depth(sum(found[0::3]), sum(found[1::3]), sum(found[2::3]))
