"""The guards that words can raise: reasons not to compare a price, each counted under its name."""

from typing import Final

#: In the order in which the first one is the reason given.
GUARDS: Final = (
    "for_parts",
    "empty_box",
    "dummy",
    "accessory",
    "part",
    "tester",
    "sample",
    "deposit",
    "contract",
    "pack",
    "bundle",
)
