"""How often Python looks for cycles: rarely. The state is hundreds of thousands of records and holds none."""

import gc
from typing import Final

YOUNG_OBJECTS: Final = 50_000
YOUNGER_LOOKS: Final = 20
OLDER_LOOKS: Final = 100


def relax_collector() -> None:
    """Call when the reference catalogue is in memory: what is there by now is never looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, YOUNGER_LOOKS, OLDER_LOOKS)
