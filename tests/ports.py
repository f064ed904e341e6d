"""Ports for the servers of tests, from below those that the system gives to clients by chance (from 32,768 on)."""

import random
import socket
from contextlib import ExitStack
from typing import Final

LOWEST: Final = 12_000
HIGHEST: Final = 21_999
CLUSTER_BUS: Final = 10_000  # so far above its port a node of a Redis Cluster listens to the others
TRIES: Final = 1_000
_DRAW: Final = random.SystemRandom()  # two processes that run tests draw different ones


def free_ports(count: int) -> list[int]:
    """So many ports, each free now, and so is the one that a cluster's node takes besides."""
    found: list[int] = []
    with ExitStack() as held:
        for _ in range(TRIES):
            if len(found) == count:
                return found
            port = _DRAW.randint(LOWEST, HIGHEST)
            try:
                for each in (port, port + CLUSTER_BUS):
                    held.enter_context(socket.create_server(("127.0.0.1", each)))
            except OSError:
                continue
            found.append(port)
    raise RuntimeError(f"No {count} ports from {LOWEST} to {HIGHEST} are free: end what listens there.")


def free_port() -> int:
    """One of them."""
    return free_ports(1)[0]
