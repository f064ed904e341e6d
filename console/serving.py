"""The console as a server on a socket: uvicorn without handlers for signals, so that it can be a guest in a loop.

uvicorn takes httptools by itself where it is installed, and its own parser in Python where it is not.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final, Literal

import uvicorn
from litestar import Litestar

_GRACE_S = 3  # for requests that are under way
_IDLE_S = 75  # longer than proxies keep a connection for reuse: whoever closes first must not be the console
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
    # asyncio leaves it to the kernel for such a socket, and an answer's second write then waits 40 ms for the first's
    # acknowledgement. What is accepted takes it over.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _UNSENT_BYTES)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # elsewhere than on Linux the system's own, much longer, counts
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(stuck_s * 1000))
    return listening


def address_of(listening: socket.socket) -> str:
    """Where a browser on this machine finds it."""
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def new_loop() -> asyncio.AbstractEventLoop:
    """A loop to serve in: uvloop's where it is installed, else Python's."""
    try:
        import uvloop  # noqa: PLC0415 - there are systems without it
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def make_server(app: Litestar, http: Literal["auto", "h11", "httptools"] = "auto") -> Server:
    """A server of the application; `serve(sockets=[...])` runs it until `should_exit`."""
    return Server(
        uvicorn.Config(
            app,
            http=http,
            lifespan="on",
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_S,
            timeout_keep_alive=_IDLE_S,
        )
    )


@contextlib.asynccontextmanager
async def serving(
    app: Litestar, listening: socket.socket, http: Literal["auto", "h11", "httptools"] = "auto"
) -> AsyncIterator[None]:
    """The console is served while the body runs."""
    server = make_server(app, http)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield
    finally:
        server.should_exit = True
        await task
