"""ClusterPipe: a Redis Cluster spoken to as if it were one server, but for the order across slots.

Every command goes to the master of its key's slot; what goes to one master travels in one round trip, and the masters
are asked side by side. A master that no longer has a slot says who has it and has done nothing, so that such a command
may be asked again. Within a slot the order of commands is kept: what a fence or a look at the epoch rests on.
"""

import asyncio
from collections.abc import Sequence
from time import perf_counter
from typing import Any, Final

import hiredis
from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot

from streams.redis_access import Node, RedisAccess, access_to
from streams.redis_pipe import TRIP_S, Command, RedisPipe, sure
from streams.spread import Spread
from streams.store import StoreUnavailableError

#: Between two looks at a slot that is on its way from one master to another.
MOVING_S: Final = 0.05
#: Masters may be wrong about each other for a moment after a failover.
ROUNDS: Final = 8
READS: Final = frozenset(
    ("GET", "HGET", "HGETALL", "HMGET", "SMEMBERS", "XLEN", "XRANGE", "ZCARD", "ZCOUNT", "ZRANGEBYSCORE")
)
_MAP: Final[Command] = ("CLUSTER", "SLOTS")
_ASKING: Final[Command] = ("ASKING",)


class ClusterPipe:
    """Connections to every master, with what `RedisPipe` offers. `trips` are whole answers, redirections included."""

    keeps_order = False

    def __init__(self, access: RedisAccess, timeout_s: float) -> None:
        """`timeout_s` bounds one answer, whatever it takes."""
        self.access = access
        self._timeout_s = timeout_s
        self._pipes: dict[Node, RedisPipe] = {}
        self._master_of: list[Node | None] = []
        self._is_stale = True
        self._looking = asyncio.Lock()
        self.trips = Spread(TRIP_S)
        self.failures = 0

    async def ask(self, commands: Sequence[Command]) -> list[Any]:
        """As `RedisPipe.ask`; each command has a key, and commands of different slots are done in any order."""
        if not commands:
            return []
        began_s = perf_counter()
        try:
            async with asyncio.timeout(self._timeout_s):
                replies = await self._ask([(_slot_of(command), command) for command in commands])
        except TimeoutError as error:
            self._is_stale = True
            self.failures += 1
            raise StoreUnavailableError(f"The Redis Cluster did not answer within {self._timeout_s:g} s") from error
        except StoreUnavailableError:
            self._is_stale = True
            self.failures += 1
            raise
        self.trips.add(perf_counter() - began_s)
        return replies

    async def ask_surely(self, commands: Sequence[Command]) -> list[Any]:
        """As `RedisPipe.ask_surely`."""
        return [sure(reply) for reply in await self.ask(commands)]

    async def ask_each(self, command: Command) -> dict[Node, Any]:
        """What every master answers to a command without a key."""
        async with asyncio.timeout(self._timeout_s):
            return {node: (await self._pipe(node).ask_surely([command]))[0] for node in await self._masters()}

    async def masters(self) -> list[RedisPipe]:
        """Whoever has to be asked what is asked of no key: each of them."""
        return [self._pipe(node) for node in await self._masters()]

    async def _masters(self) -> list[Node]:
        await self._look()
        return sorted({node for node in self._master_of if node is not None})

    async def close(self) -> None:
        for pipe in self._pipes.values():
            await pipe.close()

    async def _ask(self, asked: Sequence[tuple[int, Command]]) -> list[Any]:
        replies: list[Any] = [None] * len(asked)
        waiting = list(range(len(asked)))
        for _ in range(ROUNDS):
            await self._look()
            await self._ask_masters(asked, waiting, replies)
            by_slot: dict[int, list[int]] = {}
            for i in waiting:
                by_slot.setdefault(asked[i][0], []).append(i)
            waiting = []
            for numbers in by_slot.values():
                redirected = [i for i in numbers if _redirection(replies[i]) is not None]
                if len(redirected) == len(numbers) and all(_redirection(replies[i]) == "MOVED" for i in numbers):
                    waiting += numbers  # none of them is done, so they may travel together once more
                elif redirected:
                    await self._ask_in_turn(asked, numbers[numbers.index(redirected[0]) :], replies)
            if not waiting:
                return replies
        raise StoreUnavailableError("The masters of the Redis Cluster do not agree on who has which slot")

    async def _ask_masters(self, asked: Sequence[tuple[int, Command]], waiting: list[int], replies: list[Any]) -> None:
        by_master: dict[Node, list[int]] = {}
        for i in waiting:
            by_master.setdefault(self._master(asked[i][0]), []).append(i)
        answers = await asyncio.gather(
            *(self._pipe(node).ask([asked[i][1] for i in numbers]) for node, numbers in by_master.items()),
            return_exceptions=True,
        )
        for numbers, answer in zip(by_master.values(), answers, strict=True):
            if isinstance(answer, BaseException):  # all have ended: what was asked is not under way any more
                raise answer
            for i, reply in zip(numbers, answer, strict=True):
                replies[i] = reply
                self._learn(asked[i][0], reply)

    async def _ask_in_turn(self, asked: Sequence[tuple[int, Command]], numbers: list[int], replies: list[Any]) -> None:
        """One slot on its way: from the first that was redirected on, one command after the other.

        What was read behind it is read again, as it might be older; what was written behind it has been done.
        """
        for i in numbers:
            slot, command = asked[i]
            if _redirection(replies[i]) is not None or command[0] in READS:
                replies[i] = await self._follow(slot, command)

    async def _follow(self, slot: int, command: Command) -> Any:
        node, asking = self._master(slot), False
        while True:
            reply = (await self._pipe(node).ask([_ASKING, command] if asking else [command]))[-1]
            how = _redirection(reply)
            if how is None:
                return reply
            self._learn(slot, reply)
            asking = how == "ASK"
            if how == "TRYAGAIN":  # some of its keys have arrived and some have not
                await asyncio.sleep(MOVING_S)
            node = _target(reply, node) if asking else self._master(slot)

    def _learn(self, slot: int, reply: Any) -> None:
        how = _redirection(reply)
        if how == "MOVED":
            self._master_of[slot] = _target(reply, self._master(slot))
            self._is_stale = True
        elif isinstance(reply, hiredis.ReplyError) and str(reply).startswith(("CLUSTERDOWN", "READONLY", "MASTERDOWN")):
            self._is_stale = True

    async def _look(self) -> None:
        """Who has which slot, once it is not known or was found wrong."""
        async with self._looking:
            if not self._is_stale:
                return
            trouble: StoreUnavailableError | None = None
            for node in dict.fromkeys((*self._pipes, *self.access.nodes)):
                try:
                    (told,) = await self._pipe(node).ask_surely([_MAP])
                except StoreUnavailableError as error:
                    trouble = error
                    continue
                self._master_of = _masters(told, node)
                self._is_stale = False
                return
            raise trouble or StoreUnavailableError("No node of the Redis Cluster is known")

    def _master(self, slot: int) -> Node:
        node = self._master_of[slot]
        if node is None:
            raise StoreUnavailableError(
                f"No node of the Redis Cluster has slot {slot}: look at `redis-cli --cluster check`"
            )
        return node

    def _pipe(self, node: Node) -> RedisPipe:
        if node not in self._pipes:
            self._pipes[node] = RedisPipe(self.access.at(node), self._timeout_s)
        return self._pipes[node]


def pipe_to(where: str | RedisAccess, timeout_s: float) -> RedisPipe | ClusterPipe:
    """A pipe to one server or to a cluster, as the address says; ValueError for one that is not Redis's."""
    access = access_to(where) if isinstance(where, str) else where
    return ClusterPipe(access, timeout_s) if access.nodes else RedisPipe(access, timeout_s)


def _slot_of(command: Command) -> int:
    key = command[3] if command[0] in ("EVAL", "EVALSHA") else command[1]
    slot: int = key_slot(key if isinstance(key, bytes) else str(key).encode())
    return slot


def _redirection(reply: Any) -> str | None:
    """MOVED, ASK or TRYAGAIN: the command was not done."""
    if not isinstance(reply, hiredis.ReplyError):
        return None
    how = str(reply).partition(" ")[0]
    return how if how in ("MOVED", "ASK", "TRYAGAIN") else None


def _target(reply: Any, asked: Node) -> Node:
    """`MOVED 3999 127.0.0.1:6381`; without a host it is the one that was asked."""
    host, _, port = str(reply).rpartition(" ")[2].rpartition(":")
    return host.strip("[]") or asked[0], int(port)


def _masters(told: list[Any], asked: Node) -> list[Node | None]:
    """The reply to CLUSTER SLOTS: ranges, each with its master first."""
    masters: list[Node | None] = [None] * REDIS_CLUSTER_HASH_SLOTS
    for first, last, master, *_ in told:
        host = (master[0] or b"").decode()
        masters[first : last + 1] = [(host if host not in ("", "?") else asked[0], master[1])] * (last + 1 - first)
    return masters
