"""A console in a thread of this process, for a real browser."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from console.office import Terms
from console.serving import STUCK_S, address_of, bound, make_server
from tests.console.records import record
from tests.console.served import PASSWORD, Served


class Site:
    """A console over fakes, served; everything that a test does to it happens in its own loop."""

    def __init__(self, stuck_s: float = STUCK_S) -> None:
        self.served = Served(Terms(is_secure=False, hosts=("127.0.0.1",), demo_login=f"mia / {PASSWORD}"))
        self._listening = bound("127.0.0.1", 0, stuck_s)
        self.address = address_of(self._listening).rstrip("/")
        self._server = make_server(self.served.app)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def put(self, *words: msgspec.Struct) -> None:
        """The console reads these words."""
        self.do(lambda: [self.served.office.take(record(word)) for word in words])

    def do(self, act: Callable[[], Any]) -> Any:
        """Does something in the console's loop and waits for it."""

        async def acted() -> Any:
            return act()

        return asyncio.run_coroutine_threadsafe(acted(), self._loop).result(10)

    @contextlib.contextmanager
    def open(self) -> Iterator["Site"]:
        self._thread.start()
        try:
            yield self
        finally:
            self._server.should_exit = True
            self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._server.serve(sockets=[self._listening]))
