"""The console as a server on a socket: uvicorn without handlers for signals, so that it can be a guest in a loop."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

import uvicorn
from litestar import Litestar

_GRACE_S = 3  # for requests that are under way
STUCK_S: Final = 30.0  # a browser that has taken nothing for so long has its connection ended, and comes again
_UNSENT_BYTES: Final = 256 * 1024  # of one connection, in the kernel; uvicorn keeps at most 64 KiB more


class Server(uvicorn.Server):
    """Leaves signals to whoever owns the process, and ends open feeds before it waits for them."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Captures none."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends what is open, then the server."""
        app: Any = self.config.app
        app.state.office.live.close()
        await super().shutdown(sockets)


def bound(host: str, port: int, stuck_s: float = STUCK_S) -> socket.socket:
    """A socket that listens there; OSError where the port is taken. Port 0 takes a free one.

    Its connections inherit what is set: a reader that does not read costs little, and after `stuck_s` seconds nothing.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family, backlog=512)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _UNSENT_BYTES)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # elsewhere than on Linux the system's own, much longer, counts
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(stuck_s * 1000))
    return listening


def address_of(listening: socket.socket) -> str:
    """Where a browser on this machine finds it."""
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def make_server(app: Litestar) -> Server:
    """A server of the application; `serve(sockets=[...])` runs it until `should_exit`."""
    return Server(
        uvicorn.Config(
            app,
            lifespan="on",
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_S,
        )
    )


@contextlib.asynccontextmanager
async def serving(app: Litestar, listening: socket.socket) -> AsyncIterator[None]:
    """The console is served while the body runs."""
    server = make_server(app)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield
    finally:
        server.should_exit = True
        await task
