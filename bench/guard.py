"""How much the judging of an event takes, without a clock: the same on a busy machine as on an idle one.

`bytecodes` counts what Python executes from the bytes of an event to the commit, over a fixed part of a simulated
marketplace; it needs nothing but Python. `instructions` counts those of the processor over the same events under
valgrind, so it also sees what is done in C (sorting, encoding, freeing); it needs valgrind and the Python that the
figure was taken with. Calls counted instead would miss loops, memory counted instead what is made and dropped.

Both compare with `guard.json` and leave with 1 where a figure has grown by more than a tenth. `--write` keeps the new
one; a rise is then a line in a review.
"""

import argparse
import asyncio
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final

from detectors.policy import make_policy
from detectors.reference import Reference
from schemas import wire
from simulator import Marketplace
from streams.outbox import ProcessOutbox
from streams.polls import PlainRecord
from streams.replay import BATCH, LANE, feed, history_hop
from streams.settings import read_policy

FIGURES: Final = Path(__file__).with_suffix(".json")
ROOT: Final = Path(__file__).parent.parent
ROOMS: Final = ("schemas", "detectors", "streams")
SEED, SELLERS, DAYS, GANGS = 7, 60, 20, 2
BEFORE: Final = 3_000  # events that fill the markets first
COUNTED: Final = 2_000
TOLERANCE: Final = 0.10


class Bytecodes:
    """Counts by function while it is installed with `sys.settrace`."""

    def __init__(self) -> None:
        self.executed: Counter[CodeType] = Counter()

    def __call__(self, frame: FrameType, _event: str, _arg: Any) -> Callable[..., Any]:
        frame.f_trace_lines, frame.f_trace_opcodes = False, True
        code, executed = frame.f_code, self.executed

        def count(_frame: FrameType, event: str, _arg: Any) -> Callable[..., Any]:
            if event == "opcode":
                executed[code] += 1
            return count

        return count

    def by_room(self) -> dict[str, float]:
        """Per event, by package; what is neither ours is the library's."""
        rooms: Counter[str] = Counter()
        for code, times in self.executed.items():
            path = Path(code.co_filename)
            room = path.relative_to(ROOT).parts[0] if path.is_relative_to(ROOT) else "libraries"
            rooms[room if room in ROOMS else "libraries"] += times
        return {room: round(rooms[room] / COUNTED, 1) for room in (*ROOMS, "libraries")}

    def by_function(self) -> list[tuple[float, str]]:
        """Per event, most first."""
        named = [
            (times / COUNTED, f"{Path(code.co_filename).name}:{code.co_firstlineno} {code.co_qualname}")
            for code, times in self.executed.items()
        ]
        return sorted(named, reverse=True)


async def judge(counted: int, tracer: Bytecodes | None = None) -> None:
    """Judges the first `BEFORE` events, and then `counted` more, seen by `tracer`."""
    marketplace = Marketplace(SEED, SELLERS, DAYS, gangs=GANGS)
    reference = Reference()
    for word in marketplace.reference():
        reference.add(word)
    values = [wire.encode(event) for event in islice(marketplace, BEFORE + counted)]
    records = [PlainRecord(LANE, 0, offset, None, value) for offset, value in enumerate(values)]
    hop = history_hop(make_policy(read_policy(None)), reference, ProcessOutbox(lambda line: None))
    partition = await hop.open(0, [LANE])
    for begin in range(0, len(records), BATCH):
        if begin == BEFORE:
            sys._getframe().f_trace_opcodes = True  # Python 3.12 looks whether any frame asks for them only here
            sys.settrace(tracer)
        await feed(hop, partition, records[begin : begin + BATCH])
    sys.settrace(None)


def count_bytecodes() -> Bytecodes:
    """Over `COUNTED` events. Strings hash alike only with PYTHONHASHSEED=0, and the order of sets hangs on it."""
    counted = Bytecodes()
    asyncio.run(judge(COUNTED, counted))
    return counted


def count_instructions() -> float:
    """Of the processor per event: a run with the counted events less one without them."""
    counts = []
    for events in (COUNTED, 0):
        with tempfile.NamedTemporaryFile() as kept:
            command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={kept.name}", sys.executable, __file__]
            subprocess.run([*command, "judge", "--events", str(events)], check=True, capture_output=True)
            totals = next(line for line in Path(kept.name).read_text().splitlines() if line.startswith("totals:"))
            counts.append(int(totals.split()[1]))
    return (counts[0] - counts[1]) / COUNTED


def compare(name: str, now: float, path: Path, write: bool) -> None:
    """Says how `now` stands to the figure of that name; leaves with 1 where it is more than a tenth above."""
    figures = json.loads(path.read_text())
    before = figures.get(name)
    if write:
        path.write_text(json.dumps({**figures, name: round(now)}, indent=1, sort_keys=True) + "\n")
    if before is None:
        print(f"{name}: {now:,.0f} an event; {path.name} has no figure for this Python to compare it with.")
        return
    print(f"{name}: {now:,.0f} an event, {now / before - 1:+.1%} against {before:,.0f}.")
    if now > before * (1 + TOLERANCE) and not write:
        raise SystemExit("Judging takes more than a tenth more: take work away, or write the new figure and say why.")


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench/guard.py", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("what", choices=("bytecodes", "instructions", "judge"))
    parser.add_argument("--write", action="store_true", help="keep what is counted as the figure")
    parser.add_argument("--functions", type=int, default=0, help="of bytecodes: show so many functions")
    parser.add_argument("--events", type=int, default=COUNTED, help="of judge: how many")
    parser.add_argument("--figures", type=Path, default=FIGURES, help="[bench/guard.json]")
    options = parser.parse_args()
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0"})
    if options.what == "judge":
        asyncio.run(judge(options.events))
    elif options.what == "bytecodes":
        counted = count_bytecodes()
        rooms = counted.by_room()
        print(", ".join(f"{room} {number:,}" for room, number in rooms.items()))
        for number, function in counted.by_function()[: options.functions]:
            print(f"{number:8.1f} {function}")
        name = f"bytecodes, Python {sys.version_info[0]}.{sys.version_info[1]}"
        compare(name, sum(rooms.values()), options.figures, options.write)
    elif shutil.which("valgrind") is None:
        print("instructions: valgrind is not installed, so only bytecodes are compared.")
    else:
        build = f"{platform.python_version()}, {platform.python_compiler()}"
        compare(f"instructions, Python {build}", count_instructions(), options.figures, options.write)


if __name__ == "__main__":
    main()
