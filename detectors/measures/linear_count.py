"""How many different ids there were, from one bit each: a few dozen bytes however many there are.

A linear count (Whang, Vander-Zanden and Taylor, "A linear-time probabilistic counting algorithm for database
applications", 1990). With 768 bits the standard error is below 3 up to 100, 5 % at 2,000, and it saturates at about
5,000.
"""

import hashlib
import math
from typing import Final

BITS: Final = 768


def bit_of(name: str) -> int:
    """Which bit stands for that id."""
    digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=4).digest()
    return int.from_bytes(digest) % BITS


def counted(bits: int) -> int:
    """How many ids those bits stand for."""
    return round(BITS * math.log(BITS / max(BITS - bits.bit_count(), 0.5)))
