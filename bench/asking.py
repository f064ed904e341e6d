"""A listing service that asks the console for holds, at even distances whatever the answers do.

It is as lean as it can be, so that on a machine of two cores it takes little from what it measures: a few connections
that stay open, whole requests written at once, nothing parsed but the status and the length.
"""

import asyncio
import time
from collections import deque
from typing import Any, Final

CONNECTIONS: Final = 16


class _Connection(asyncio.Protocol):
    """One request at a time."""

    def __init__(self, service: "Service") -> None:
        self._service = service
        self._held = b""
        self.due_s = 0.0

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def ask(self, path: str, due_s: float) -> None:
        self.due_s = due_s
        self._transport.write(self._service.request.replace(b"PATH", path.encode()))

    def data_received(self, data: bytes) -> None:
        self._held += data
        head, found, body = self._held.partition(b"\r\n\r\n")
        if not found:
            return
        assert head.startswith(b"HTTP/1.1 200"), head
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if len(body) >= int(length):
            self._held = b""
            self._service.answered(self)

    def close(self) -> None:
        self._transport.close()


class Service:
    """Asks and keeps how long each answer took, in milliseconds from when the request was due."""

    def __init__(self, port: int, token: str) -> None:
        self.port = port
        self.request = b"GET PATH HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer %s\r\n\r\n" % token.encode()
        self.took_ms: list[float] = []
        self._free: list[_Connection] = []
        self._waiting: deque[tuple[str, float]] = deque()

    async def __aenter__(self) -> "Service":
        loop = asyncio.get_running_loop()
        for _ in range(CONNECTIONS):
            _, connection = await loop.create_connection(lambda: _Connection(self), "127.0.0.1", self.port)
            self._free.append(connection)
        return self

    async def __aexit__(self, *_: object) -> None:
        for connection in self._free:
            connection.close()

    async def ask(self, paths: list[str], rate: float) -> None:
        """Asks for the paths, `rate` a second, and returns when the last is answered."""
        began_s = time.monotonic()
        wanted = len(self.took_ms) + len(paths)
        for number, path in enumerate(paths):
            due_s = began_s + number / rate
            if (left_s := due_s - time.monotonic()) > 0:
                await asyncio.sleep(left_s)
            if self._free:
                self._free.pop().ask(path, due_s)
            else:
                self._waiting.append((path, due_s))
        while len(self.took_ms) < wanted:
            await asyncio.sleep(0.01)

    def answered(self, connection: _Connection) -> None:
        """The connection is free for the next request that waits."""
        self.took_ms.append((time.monotonic() - connection.due_s) * 1000)
        if self._waiting:
            connection.ask(*self._waiting.popleft())
        else:
            self._free.append(connection)
