"""How Python itself is set up for judging."""

import gc
import sys
from typing import Final

YOUNG_OBJECTS: Final = 50_000
YOUNGER_LOOKS: Final = 20
NEVER: Final = 1_000_000_000
SWITCH_S: Final = 0.001


def relax_collector() -> None:
    """Looks for cycles rarely, and among what has lived long not at all: the state is that, and holds none.

    A look at 200,000 sellers is millions of objects and takes a second and a half, in which no hold is placed; it finds
    nothing. Call when the reference catalogue is in memory.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, YOUNGER_LOOKS, NEVER)


def switch_threads_often() -> None:
    """The thread that fetches need not wait 5 ms for the one that judges: that would be the latency of a hold."""
    sys.setswitchinterval(SWITCH_S)
