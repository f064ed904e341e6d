"""What markets are made of: a seller's entry in one, and the flags that say how much a seller counts in all of them.

Both begin with their stamp (event time in microseconds, sequence): the greater one wins, an equal one is a repeat.
Packed, the stamp is the first 16 bytes, big-endian, so that bytes compare as the numbers do.
"""

from struct import Struct
from typing import Final, NamedTuple

from schemas.fields import DAY_US

#: Sellers that one market remembers, and how many of them may be young: registered less than `YOUNG_US` before their
#: entry's time. In each group the newest by (time, seller id) stay.
MARKET_SELLERS: Final = 256
MARKET_YOUNG_SELLERS: Final = 64
YOUNG_US: Final = 30 * DAY_US

_ENTRY: Final = Struct(">qqqdqq")
_FLAGS: Final = Struct(">qqqqB")
_STANDING, _HELD, _HELD_UNSEEN, _CONFIRMED_BAD = 1, 2, 4, 8


class Entry(NamedTuple):
    """A seller's lowest live listing in a market, or its last one. Times in microseconds since 1970.

    `log_price` is the natural logarithm of the price in the market's currency; `last_sign_us` the last sign that the
    listing lives (published, changed, ordered); `removed_us` is 0 while it does.
    """

    stamp_us: int
    sequence: int
    registered_us: int
    log_price: float
    last_sign_us: int
    removed_us: int = 0


class Flags(NamedTuple):
    """What every market has to know of a seller. `ring` is "" for a seller that nothing links to others.

    `held`: a hold of any scope is in force; `held_unseen`: and no human has seen it yet.
    """

    stamp_us: int
    sequence: int
    registered_us: int
    last_active_us: int
    standing: bool = False
    held: bool = False
    held_unseen: bool = False
    confirmed_bad: bool = False
    ring: str = ""

    @property
    def counts(self) -> bool:
        """Whether this seller's price weighs: a machine's hold does not silence a seller with standing."""
        return not self.confirmed_bad and (not self.held or (self.standing and self.held_unseen))


def pack(entry: Entry) -> bytes:
    """An entry as stored: 48 bytes."""
    return _ENTRY.pack(*entry)


def unpack(stored: bytes) -> Entry:
    """The inverse of `pack`; raises `struct.error` where the length is another."""
    return Entry(*_ENTRY.unpack(stored))


def pack_flags(flags: Flags) -> bytes:
    """Flags as stored: 33 bytes and the ring's name."""
    bits = (
        flags.standing * _STANDING
        | flags.held * _HELD
        | flags.held_unseen * _HELD_UNSEEN
        | flags.confirmed_bad * _CONFIRMED_BAD
    )
    fixed = _FLAGS.pack(flags.stamp_us, flags.sequence, flags.registered_us, flags.last_active_us, bits)
    return fixed + flags.ring.encode()


def unpack_flags(stored: bytes) -> Flags:
    """The inverse of `pack_flags`; raises `struct.error` where it is too short."""
    stamp_us, sequence, registered_us, last_active_us, bits = _FLAGS.unpack_from(stored)
    if not bits and len(stored) == _FLAGS.size:  # nearly everybody
        return Flags(stamp_us, sequence, registered_us, last_active_us)
    return Flags(
        stamp_us,
        sequence,
        registered_us,
        last_active_us,
        standing=bool(bits & _STANDING),
        held=bool(bits & _HELD),
        held_unseen=bool(bits & _HELD_UNSEEN),
        confirmed_bad=bool(bits & _CONFIRMED_BAD),
        ring=stored[_FLAGS.size :].decode(),
    )
