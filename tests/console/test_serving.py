"""The console on a socket: what a connection is set to, and which loop it runs in."""

import asyncio
import socket
import sys

import pytest

from console.serving import bound, new_loop


def test_an_answers_second_write_does_not_wait_for_the_firsts_acknowledgement() -> None:
    with bound("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_the_console_runs_in_uvloop_where_it_is_installed_and_in_pythons_loop_where_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    uvloop = pytest.importorskip("uvloop")
    loop = new_loop()
    assert isinstance(loop, uvloop.Loop)
    loop.close()
    monkeypatch.setitem(sys.modules, "uvloop", None)
    loop = new_loop()
    assert isinstance(loop, asyncio.SelectorEventLoop)
    loop.close()
