"""The demo's story: a simulated marketplace at the pace of a film, judged by the same hop as everywhere.

Only the three edges are the demo's own: events come from the simulator, the store is a private Redis, and the outbox
is this process.
"""

import asyncio
import contextlib
import signal
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from assay.demo_board import Board, News
from detectors.judge import Judge
from detectors.policy import Policy
from detectors.reference import Reference
from schemas import Event, wire
from schemas.fields import SECOND_US, to_us
from simulator import START, Marketplace
from streams.embedded import embedded_redis
from streams.hop import Hop, HopTerms, wall_clock_us
from streams.outbox import ProcessOutbox
from streams.partition import Partition
from streams.polls import PlainRecord
from streams.redis_store import RedisStore
from streams.replay import LANE, end, feed
from streams.store import Line
from streams.surroundings import Surroundings

if TYPE_CHECKING:
    from assay.demo_console import Guest

#: Chosen by trying: the gang of this seed opens on the second day and owes refunds to many by the thirteenth, and
#: with so many honest sellers twelve or more offer what it sells, so that its price alone tells.
SEED: Final = 7
SELLERS: Final = 200
DAYS: Final = 14
FIRST_DAY: Final = 1.0  # what happens before is judged at once: it is how prices become known
OVERTIME: Final = 1.2  # a machine that cannot keep up gets this much of the time asked for
_CREDITS: Final = 0.95  # share of the time asked for in which the story is told; the rest is for start and summary
_DAY_S: Final = 86_400
_TICK_S: Final = 0.04
_CHUNK: Final = 400
_RATE_S: Final = 2.0


class Chapter(NamedTuple):
    """Days up to `until_day` take `share` of the time."""

    until_day: float
    share: float
    caption: str


CHAPTERS: Final = (
    Chapter(2.8, 0.30, "Shops list their goods. What is far below the market's price is held before anyone buys it."),
    Chapter(
        8.0, 0.20, "Parcels go out, some come back. Each return that is signed for starts the clock of its refund."
    ),
    Chapter(13.0, 0.50, "Refunds fall due. A shop that keeps both parcel and money has its payouts frozen."),
)
LAST_DAY: Final = CHAPTERS[-1].until_day


class Pace:
    """Which day of the story it is after so many seconds: chapter by chapter, or at one speed throughout."""

    def __init__(self, minutes: float, speed: float | None) -> None:
        """`speed` is in simulated seconds per second; None fits the story into `minutes`."""
        self.story_s = minutes * 60 * _CREDITS
        self.speed = speed

    def day(self, elapsed_s: float) -> float:
        """Days since the simulation's start, never beyond the story's end."""
        if self.speed is not None:
            return min(FIRST_DAY + elapsed_s * self.speed / _DAY_S, LAST_DAY)
        day, left_s = FIRST_DAY, elapsed_s
        for chapter in CHAPTERS:
            chapter_s = chapter.share * self.story_s
            if left_s < chapter_s:
                return day + (chapter.until_day - day) * left_s / chapter_s
            day, left_s = chapter.until_day, left_s - chapter_s
        return LAST_DAY

    def seconds_a_day(self, day: float) -> float:
        """How long a simulated day takes at this point of the story."""
        if self.speed is not None:
            return _DAY_S / self.speed
        began = FIRST_DAY
        for chapter in CHAPTERS:
            if day < chapter.until_day:
                break
            began = chapter.until_day if chapter is not CHAPTERS[-1] else began
        return chapter.share * self.story_s / (chapter.until_day - began)


@dataclass
class Progress:
    """Where the story stands. `rate` is in events per second over the last two seconds."""

    at: datetime
    judged: int = 0
    rate: float = 0.0
    elapsed_s: float = 0.0
    is_behind: bool = False
    is_complete: bool = False
    is_interrupted: bool = False

    @property
    def day(self) -> float:
        """Days since the simulation's start."""
        return (self.at - START) / timedelta(days=1)

    @property
    def chapter(self) -> Chapter:
        """The chapter of that day."""
        return next((chapter for chapter in CHAPTERS if self.day < chapter.until_day), CHAPTERS[-1])


class View(Protocol):
    """What looks at the story."""

    def show(self, progress: Progress, board: Board, news: list[News]) -> None:
        """Called several times a second, with what is new since the last call."""


class _Reel:
    """The simulated events as records, up to a moment, in the order of their times; verdicts as they come."""

    def __init__(self, market: Marketplace, board: Board, guest: "Guest | None") -> None:
        self._events: Iterator[Event] = iter(market)
        self._next = next(self._events, None)
        self._board = board
        self._guest = guest
        self._offset = 0

    def until(self, moment: datetime, limit: int) -> list[PlainRecord]:
        """The verdicts given and the next records before `moment`, of these at most `limit`."""
        records = self.rulings()
        left = limit
        while self._next is not None and self._next.event_time <= moment and left:
            self._board.saw(self._next)
            if self._guest is not None:
                self._guest.saw(self._next)
            records.append(self._record(wire.encode(self._next)))
            self._next = next(self._events, None)
            left -= 1
        return records

    def rulings(self) -> list[PlainRecord]:
        """What the console's moderators have ruled since the last call."""
        return [self._record(value) for value in self._guest.verdicts()] if self._guest is not None else []

    def _record(self, value: bytes) -> PlainRecord:
        self._offset += 1
        return PlainRecord(LANE, 0, self._offset - 1, None, value)


@contextlib.asynccontextmanager
async def staged(policy: Policy, board: Board, guest: "Guest | None") -> AsyncIterator["Stage"]:
    """Everything that a story needs, on a Redis of its own; signals end it. `guest`: the console beside it.

    Raises `EmbeddedRedisError` when there is no Redis, `StoreUnavailableError` when it is lost on the way.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(name, stop.set)
    market = Marketplace(SEED, SELLERS, DAYS, label=board.label)
    reference = Reference()
    for word in market.reference():
        reference.add(word)

    def take(line: Line) -> None:
        board.take(line)
        if guest is not None:
            guest.take(line)

    with embedded_redis() as url:
        store = RedisStore(url)
        around = Surroundings(reference, fresh_us=SECOND_US, exchange=policy.rates)
        hop = Hop(Judge(policy), store, ProcessOutbox(take), around, HopTerms(by_events=True), clock=wall_clock_us)
        try:
            partition = await hop.open(0, [LANE])
            yield Stage(hop, partition, _Reel(market, board, guest), board, stop)
        finally:
            await store.close()


class Stage:
    """Where the story is told, and afterwards the console's verdicts are still judged."""

    def __init__(self, hop: Hop, partition: Partition, reel: _Reel, board: Board, stop: asyncio.Event) -> None:
        self._hop = hop
        self._partition = partition
        self._reel = reel
        self._board = board
        self._stop = stop

    async def play(self, progress: Progress, pace: Pace, limit_s: float, view: View) -> None:
        """Tells the story until its end, a signal, or `limit_s` seconds."""
        board, hop = self._board, self._hop
        seen: deque[tuple[float, int]] = deque([(0.0, 0)])
        began: float | None = None  # the clock starts when what went before is judged
        opened = time.monotonic()
        while not self._stop.is_set() and time.monotonic() - opened < limit_s:
            progress.elapsed_s = 0.0 if began is None else time.monotonic() - began
            wanted = START + timedelta(days=pace.day(progress.elapsed_s))
            records = self._reel.until(wanted, _CHUNK)
            if records:
                await feed(hop, self._partition, records)
            progress.is_behind = len(records) >= _CHUNK
            if not progress.is_behind:
                progress.at = wanted
                progress.is_complete = progress.day >= LAST_DAY
                if progress.is_complete:
                    await end(hop, self._partition, to_us(wanted))
                    break
                began = began or time.monotonic()
            elif began is not None:
                progress.at = board.at or progress.at
            _measure(progress, hop.counts.judged, time.monotonic() - opened, seen)
            view.show(progress, board, board.news())
            if not progress.is_behind:
                await _doze(self._stop)
            else:
                await asyncio.sleep(0)
        progress.elapsed_s = time.monotonic() - opened
        progress.judged = hop.counts.judged
        progress.is_interrupted = self._stop.is_set()
        view.show(progress, board, board.news())

    async def linger(self, progress: Progress) -> None:
        """Judges what the console's moderators rule, until a signal; the story's clock goes on like any other."""
        told, since_s = progress.at, time.monotonic()
        while not self._stop.is_set():
            progress.at = told + timedelta(seconds=time.monotonic() - since_s)
            records = self._reel.rulings()
            if records:
                await feed(self._hop, self._partition, records)
            await _doze(self._stop)


def _measure(progress: Progress, judged: int, now_s: float, seen: deque[tuple[float, int]]) -> None:
    """The rate over the last two seconds."""
    seen.append((now_s, judged))
    while len(seen) > 2 and now_s - seen[0][0] > _RATE_S:
        seen.popleft()
    since_s, before = seen[0]
    progress.judged = judged
    progress.rate = (judged - before) / (now_s - since_s) if now_s > since_s else 0.0


async def _doze(stop: asyncio.Event) -> None:
    """A short wait that a signal ends."""
    try:
        async with asyncio.timeout(_TICK_S):
            await stop.wait()
    except TimeoutError:
        return
