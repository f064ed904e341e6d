"""How Python itself is set up for judging."""

import gc
import sys
from typing import Final

YOUNG_OBJECTS: Final = 50_000
YOUNGER_LOOKS: Final = 20
OLDER_LOOKS: Final = 100
SWITCH_S: Final = 0.001


def relax_collector() -> None:
    """Looks for cycles rarely: the state is hundreds of thousands of records and holds none.

    Call when the reference catalogue is in memory: what is there by now is never looked at again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, YOUNGER_LOOKS, OLDER_LOOKS)


def switch_threads_often() -> None:
    """The thread that fetches need not wait 5 ms for the one that judges: that would be the latency of a hold."""
    sys.setswitchinterval(SWITCH_S)
