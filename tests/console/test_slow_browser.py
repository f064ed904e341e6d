"""A browser that keeps a feed open and does not read it: what it costs the console, and what others notice.

Turned red by: `TCP_USER_TIMEOUT` left out (the stuck connection stays); no bound on what waits for one page (the slow
one is told everything, long after).
"""

import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx

from console import live as lives
from console.serving import STUCK_S
from tests.console.browsing import Site
from tests.console.records import alert
from tests.console.test_live import signed_in, stream

WAIT_S = 60.0


@contextmanager
def deaf(site: Site, client: httpx.Client) -> Iterator[socket.socket]:
    """A reader of the feed that takes nothing of the answer by itself."""
    host, port = site.address.removeprefix("http://").split(":")
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect((host, int(port)))
        connection.sendall(f"GET /stream HTTP/1.1\r\nhost: {host}:{port}\r\ncookie: {cookies}\r\n\r\n".encode())
        yield connection


def until(look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def put(site: Site, first: int, last: int) -> None:
    site.put(*(alert(f"a{number}", seller=f"s{number}") for number in range(first, last)))


def test_a_reader_that_does_not_read_is_let_go_while_others_are_told_everything() -> None:
    with Site(stuck_s=2.0).open() as site, signed_in(site) as client, deaf(site, client), deaf(site, client):
        readers = site.served.office.live
        until(lambda: len(readers) == 2)
        with stream(client, "/stream") as told:
            told.until("now")
            rows = 0
            for first in range(0, 1_200, 200):
                put(site, first, first + 200)
                rows += told.until("row", f"row-a{first + 199}\\").count("row")
            assert rows == 1_200, "each alert, in its turn"
            until(lambda: len(readers) == 1)


def test_a_reader_that_is_too_slow_is_sent_little_and_loads_its_page_anew() -> None:
    with Site(STUCK_S).open() as site, signed_in(site) as client, deaf(site, client) as connection:
        until(lambda: len(site.served.office.live) == 1)
        (reader,) = site.served.office.live._readers
        rendered_at = site.served.office.live.position
        put(site, 0, lives.BEHIND_FROM)
        until(lambda: len(reader) == 0)
        time.sleep(0.5)  # it is being told, and stuck
        for first in range(0, 3 * lives.BEHIND_FROM, 500):
            put(site, 10_000 + first, 10_500 + first)
            assert len(reader) <= lives.BEHIND_FROM
        assert reader.is_behind
        taken = bytearray()
        while not taken.endswith(b"\r\n0\r\n\r\n"):  # the end of the stream
            taken += connection.recv(1 << 16)
        assert taken.count(b"event: row") <= lives.BEHIND_FROM
        told_to = re.findall(rb"\nid: (\S+)", taken)
        with stream(client, "/stream", rendered_at, told_to[-1].decode() if told_to else "") as told:
            assert told.until("again") == ["again"]
