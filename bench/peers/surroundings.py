"""What `bench/compare.py` tells an engine: where Kafka is, what to read, where to write, where to keep its state."""

import os
import sys
from typing import Final

BOOTSTRAP: Final = os.environ["BENCH_BOOTSTRAP"]
TOPICS: Final = os.environ["BENCH_TOPICS"].split(",")  # the six, and the roll calls
HOLDS: Final = os.environ["BENCH_HOLDS"]
GROUP: Final = os.environ["BENCH_GROUP"]
FOLDER: Final = os.environ["BENCH_FOLDER"]
PARTITIONS: Final = int(os.environ["BENCH_PARTITIONS"])
COMMIT_S: Final = float(os.environ.get("BENCH_COMMIT_S") or 0)  # 0: the engine's own default
SESSION_S: Final = 10

IN_WORK: Final[list[bool]] = []  # empty until the first event is in hand: that opens the measuring window


def open_window() -> None:
    """The first event is in hand."""
    IN_WORK.append(True)
    sys.stderr.write("in work\n")
    sys.stderr.flush()
