"""Writes the states of this version as they lie in the store, for the versions that come after to read.

    python -m tests.streams.golden_states

It writes `golden/states-v<version>.json` and leaves the files of older versions alone.
"""

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

from detectors.records import STATE_VERSION
from streams.lives import FIELD
from streams.memory_store import MemoryStore
from tests.guarantees.mortal import Broker, Life
from tests.guarantees.workload import workload

GOLDEN = Path(__file__).parent / "golden"
TOLD = workload(seed=41, shops=2, rounds=4)
SEEN = len(TOLD.busy) * 2 // 3
KEPT = ("shop-", "usual-00", "usual-01")


def written(entries: dict[str, bytes]) -> dict[str, str]:
    return {name: base64.b64encode(value).decode() for name, value in sorted(entries.items())}


async def states() -> dict[str, Any]:
    """Two thirds of the workload, judged: its shops, what their partition keeps beside them, markets and flags."""
    store = MemoryStore()
    await Life(Broker([*TOLD.warm, *TOLD.busy[:SEEN]], TOLD.reference), store).live()
    stored = store.partitions[0]
    sellers = {
        seller_id: {"core": written({"": held.core or b""})[""]}
        | {part: written(getattr(held, part)) for part in ("orders", "returns", "listings")}
        for seller_id, held in sorted(stored.sellers.items())
        if seller_id.startswith(KEPT)
    }
    return {
        "sellers": sellers,
        "counts": written({name: value for name, value in stored.counts.items() if name != FIELD}),
        "offsets": stored.offsets,
        "watermark_us": stored.watermark_us,
        "deadlines": dict(sorted(stored.deadlines.at_us.items())),
        "markets": {key: written(dict(market.entries)) for key, market in sorted(store.markets.items())},
        "flags": written(store.flags),
    }


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    path = GOLDEN / f"states-v{STATE_VERSION}.json"
    path.write_text(json.dumps(asyncio.run(states()), indent=1) + "\n", encoding="utf-8")
