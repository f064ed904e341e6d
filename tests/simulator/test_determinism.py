"""The same seed gives the same bytes, on every supported Python and with every hash seed."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.wire import encode
from simulator import Marketplace
from simulator.chance import Chance, Weighted

#: Changes only when what the simulator tells changes; then state the new one.
SHA256 = "75438cf26ffef679843b68696affe51873dd402f4ed308743c99c3dac02e9a39"

_PRINT_DIGEST = """
import hashlib
from datetime import UTC, datetime
from schemas.wire import encode
from simulator import Marketplace
digest = hashlib.sha256()
keep = lambda label: digest.update(encode(label))
short = Marketplace(11, 40, 20, gangs=2, label=keep)
long = Marketplace(12, 20, 92, datetime(2026, 9, 1, tzinfo=UTC), label=keep)
for made in (short, long):
    for word in made.reference():
        digest.update(encode(word))
    for event in made:
        digest.update(encode(event))
print(digest.hexdigest())
"""


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_a_short_and_a_long_history_have_the_committed_digest_whatever_the_hash_seed(hash_seed: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _PRINT_DIGEST],
        cwd=Path(__file__).parent.parent.parent,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": "Asia/Shanghai" if hash_seed == "1" else "UTC"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == SHA256


def test_iterating_again_tells_the_same_and_another_seed_something_else() -> None:
    def digest(seed: int, marketplace: Marketplace | None = None) -> str:
        events = marketplace or Marketplace(seed, 10, 5)
        return hashlib.sha256(b"".join(encode(event) for event in events)).hexdigest()

    once = Marketplace(1, 10, 5)
    assert digest(1, once) == digest(1, once) == digest(1) != digest(2)


def test_draws_are_exact_to_the_last_bit() -> None:
    """Sums of floats are where Python 3.12 differs from 3.11; rounding to cents would mostly hide it."""
    chance = Chance("seed", 1)
    assert sum(chance.normal() * 2**40 % 1 > 0.5 for _ in range(1_000)) == 493
    assert chance.normal().hex() == "0x1.e9fb6baf8875cp-3"


def test_draws_follow_their_distributions() -> None:
    chance = Chance("distributions")
    normal = [chance.normal() for _ in range(20_000)]
    assert abs(sum(normal) / len(normal)) < 0.03
    assert abs(sum(drawn * drawn for drawn in normal) / len(normal) - 1) < 0.05
    counts = [chance.count(2.5) for _ in range(20_000)]
    assert abs(sum(counts) / len(counts) - 2.5) < 0.05
    weighted = Weighted((("often", 3.0), ("never", 0.0), ("seldom", 1.0)))
    drawn = [chance.weighted(weighted) for _ in range(20_000)]
    assert abs(drawn.count("often") / len(drawn) - 0.75) < 0.02
    assert "never" not in drawn
    assert {chance.whole(1, 3) for _ in range(100)} == {1, 2, 3}


def test_gangs_leave_honest_sellers_as_they_are() -> None:
    """Orders, prices and times of honest sellers are the same with and without a gang; only ids move on."""

    def of_honest(gangs: int) -> list[tuple[object, ...]]:
        return [
            (type(event).__name__, event.event_time, event.seller_id, getattr(event, "price", None))
            for event in Marketplace(5, 20, 10, gangs=gangs)
            if event.seller_id < "s-9"
        ]

    assert of_honest(0) == of_honest(2)
