"""`python -m tests.fuzz.judged`: a million bent messages through decoder and judge, in memory.

Rounds of some thousands: each is a simulated marketplace of its own, with its own catalogue, to whose end all deadlines
fall due. Whatever raises ends the run and says by which seed; so does a detector that raises, which a worker makes a
dead letter of.
"""

import argparse
import asyncio
import json
import resource
import time
from collections import Counter
from datetime import timedelta
from itertools import islice
from typing import Final

from detectors.policy import make_policy
from detectors.reference import Reference
from schemas import topics
from schemas.fields import to_us
from simulator import Marketplace
from streams.outbox import ProcessOutbox
from streams.polls import PlainRecord
from streams.replay import BATCH, LANE, end, feed, history_hop
from streams.settings import read_policy
from streams.store import Line
from tests.fuzz.mutants import Mutator, start

ROUND: Final = 50_000
SELLERS: Final = 60
DAYS: Final = 40
AFTERWARDS: Final = timedelta(days=700)
POLICY: Final = make_policy(read_policy(None), {"rates": {"CNY": "1", "EUR": "8", "USD": "7"}})


class Found(Exception):
    """A detector raised; what it said."""


async def judge_round(seed: int, messages: int) -> Counter[str]:
    """Bends and judges up to that many messages of one marketplace; what became of them."""
    begins = start(seed)
    simulated = Marketplace(seed, SELLERS, DAYS, gangs=2, start=begins)
    reference = Reference()
    for word in simulated.reference():
        reference.add(word)
    letters: Counter[str] = Counter()

    def take(line: Line) -> None:
        letters["lines"] += 1
        if line.topic == topics.DEAD_LETTERS.name and line.value is not None:
            letter = json.loads(line.value)
            if letter["reason"] == "detector_failed":
                raise Found(f"{letter['error']} at message {letter['offset']}")
            letters[letter["reason"]] += 1

    hop = history_hop(POLICY, reference, ProcessOutbox(take))
    partition = await hop.open(0, [LANE])
    told = Mutator(seed).bend(list(islice(simulated, messages)))
    records = [PlainRecord(LANE, 0, offset, None, value) for offset, value in enumerate(told)]
    for at in range(0, len(records), BATCH):
        await feed(hop, partition, records[at : at + BATCH])
    await end(hop, partition, to_us(begins + AFTERWARDS))
    counts = hop.counts
    return letters + Counter(
        {
            "messages": len(records),
            "judged": counts.judged,
            "ignored": counts.ignored,
            "late": counts.late,
            "deadlines": counts.deadlines,
            "alerts": sum(counts.alerts.values()),
            "holds": sum(counts.holds.values()),
        }
    )


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.judged")
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    total: Counter[str] = Counter()
    began_s, seed = time.process_time(), asked.seed
    while total["messages"] < asked.messages:
        try:
            total += asyncio.run(judge_round(seed, min(ROUND, asked.messages - total["messages"])))
        except BaseException:  # what must not happen: the message that did it is shown, and it is raised again
            print(f"seed {seed}")
            raise
        seed += 1
    total["rounds"] = seed - asked.seed
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps(dict(sorted(total.items()))))
    print(f"{time.process_time() - began_s:.0f} s of CPU, at most {memory_mb} MB")


if __name__ == "__main__":
    main()
