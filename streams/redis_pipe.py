"""RedisPipe: many commands in one round trip.

`redis.asyncio` makes and greets the connections; commands and replies then go through hiredis directly. Its own
pipeline spends about 10 us of Python on every reply, which for a seller's four keys is more than all judging costs.
"""

import asyncio
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any, Final, cast

import hiredis
from redis.asyncio.connection import Connection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from streams.redis_access import RedisAccess, access_to, trouble
from streams.spread import Spread
from streams.store import StoreUnavailableError

TRIP_S: Final = (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0)
Command = tuple[bytes | str | int, ...]

_READ_BYTES = 1 << 18
#: The package's own type allows tuples of one element only.
_pack = cast(Callable[[Command], bytes], hiredis.pack_command)


class _Link:
    """One greeted connection; `ask` must not be called again before it has returned."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        # the only use of what redis-py keeps to itself: its streams, after login, TLS and choice of database
        self._reader = cast(asyncio.StreamReader, connection._reader)
        self._writer = cast(asyncio.StreamWriter, connection._writer)
        self._replies = hiredis.Reader()

    @property
    def is_open(self) -> bool:
        return not self._reader.at_eof() and not self._writer.is_closing()

    async def ask(self, commands: Sequence[Command]) -> list[Any]:
        self._writer.write(b"".join([_pack(command) for command in commands]))
        replies: list[Any] = []
        next_reply, wanted = self._replies.gets, len(commands)
        while True:
            # False is no reply of RESP2: it says that the bytes end in the middle of one
            while len(replies) < wanted and (reply := next_reply()) is not False:
                replies.append(reply)
            if len(replies) == wanted:
                return replies
            received = await self._reader.read(_READ_BYTES)
            if not received:
                raise ConnectionResetError("Redis closed the connection")
            self._replies.feed(received)


class RedisPipe:
    """Connections to one server; a connection on which anything went wrong is closed and not used again.

    `trips` is how long round trips took, `failures` how many came to nothing.
    """

    #: Commands are done in the order in which they were asked for, whatever their keys.
    keeps_order = True

    def __init__(self, where: str | RedisAccess, timeout_s: float) -> None:
        """`where` as in `redis://user:password@host:6379/0`, `rediss://` or `unix://`; ValueError for another.

        `timeout_s` bounds one round trip, connecting included.
        """
        self.access = access_to(where) if isinstance(where, str) else where
        self._timeout_s = timeout_s
        self._idle: list[_Link] = []
        self.trips = Spread(TRIP_S)
        self.failures = 0

    async def ask(self, commands: Sequence[Command]) -> list[Any]:
        """The reply to each command, in RESP2, errors among them as `hiredis.ReplyError`.

        Nothing is sent twice. StoreUnavailableError when the replies are not all there in time: what was asked may
        or may not have been done.
        """
        if not commands:
            return []
        link: _Link | None = None
        answered = False
        began_s = perf_counter()
        try:
            async with asyncio.timeout(self._timeout_s):
                link = self._idle_link() or await self._connect()
                replies = await link.ask(commands)
            answered = True
            self.trips.add(perf_counter() - began_s)
        except TimeoutError as error:
            self.failures += 1
            raise StoreUnavailableError(f"Redis did not answer within {self._timeout_s:g} s") from error
        except (OSError, RedisError, hiredis.ProtocolError) as error:
            self.failures += 1
            raise StoreUnavailableError(f"Redis cannot be reached: {trouble(error, self.access) or error}") from error
        finally:
            if link is not None:
                if answered:
                    self._idle.append(link)
                else:
                    await link.connection.disconnect(nowait=True)
        return replies

    async def ask_surely(self, commands: Sequence[Command]) -> list[Any]:
        """As `ask`, and StoreUnavailableError with what Redis said when one of the replies is an error."""
        return [sure(reply) for reply in await self.ask(commands)]

    async def masters(self) -> list["RedisPipe"]:
        """Whoever has to be asked what is asked of no key: this server."""
        return [self]

    async def close(self) -> None:
        while self._idle:
            await self._idle.pop().connection.disconnect()

    def _idle_link(self) -> _Link | None:
        while self._idle:
            link = self._idle.pop()
            if link.is_open:
                return link
        return None

    async def _connect(self) -> _Link:
        # driver_info: None spares CLIENT SETINFO, a right that assay does not need otherwise
        connection = self.access.kind(**self.access.options, protocol=2, retry=Retry(NoBackoff(), 0), driver_info=None)
        await connection.connect()  # type: ignore[no-untyped-call]  # redis-py has not typed it
        return _Link(connection)


def sure(reply: Any) -> Any:
    """The reply; StoreUnavailableError with what Redis said when it is an error."""
    if isinstance(reply, hiredis.ReplyError):
        if "OOM " in str(reply):
            raise StoreUnavailableError("Redis is full (OOM): raise its maxmemory, nothing is judged before")
        raise StoreUnavailableError(f"Redis answered: {reply}")
    return reply
