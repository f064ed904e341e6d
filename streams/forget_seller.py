"""A seller is forgotten: its state, its deadlines, its place among others in Redis, and what was published of it.

What lies where is looked for while workers go on; only then its partition is taken for the one commit that ends the
state and says so with tombstones. Afterwards it is looked for again: a worker may have told a market of the seller just
before its commit was refused, and events may have come meanwhile.
"""

import time
from typing import Any, Final, NamedTuple

import msgspec

from detectors import shares
from detectors.forgetting import Standing, hold_called, standing
from detectors.state import SellerState
from schemas import AuditEntry, Hold, topics
from schemas.fields import SECOND_US, to_us
from streams.erasing import ROUNDS, TRIES, CannotForgetError, Eraser, Place
from streams.redis_search import Key, named_in_line
from streams.said import said_in
from streams.sellers import seller_from
from streams.settings import Settings
from streams.shares import Shares
from streams.store import Line, PartitionCommit, PartitionHead, SellerBytes, SellerChange

_read_hold: Final = msgspec.json.Decoder(Hold).decode


class Kept(NamedTuple):
    """What is kept of a seller. `keys`: topic and key of each line about it, in Redis or in Kafka."""

    stored: SellerBytes
    deadlines: list[str]
    keys: set[Key]
    markets: list[str]
    has_flags: bool
    standing: Standing

    @property
    def is_nothing(self) -> bool:
        """Whether the seller is not known, or not any more."""
        return self.stored == SellerBytes() and not (self.deadlines or self.keys or self.markets or self.has_flags)

    def said(self) -> dict[str, Any]:
        """How much it is, by what it is, and what stands against forgetting it."""
        stored = self.stored
        found = {
            "states": int(stored.core is not None),
            "orders": len(stored.orders),
            "returns and complaints": len(stored.returns),
            "listings": len(stored.listings),
            "deadlines": len(self.deadlines),
            "published lines": len(self.keys),
            "places in markets": len(self.markets),
            "flags": int(self.has_flags),
        }
        return {"found": found, **self.standing._asdict()}


class SellerEraser(Eraser):
    """Forgets one seller; `although_open`: even while alerts, refunds or money at stake are open."""

    def __init__(self, settings: Settings, place: Place, seller_id: str, although_open: bool) -> None:
        super().__init__(settings, place)
        self._seller_id = seller_id
        self._although_open = although_open
        self._number = topics.partition_of(seller_id.encode(), place.partitions)

    async def look(self) -> Kept:
        """What is kept of the seller now; nothing is changed."""
        number, seller_id = self._number, self._seller_id
        stored = (await self.store.load_sellers(number, [seller_id]))[seller_id]
        across = await self.search.across(seller_id)
        said = await self._said()
        return Kept(
            stored,
            await self.search.deadlines_of(number, seller_id),
            said.keys() | await self.search.lines_of(number, seller_id),
            across.markets,
            across.has_flags,
            _standing(stored, said, seller_id),
        )

    async def erase(self, found: Kept, entry: AuditEntry) -> None:
        """Forgets what was `found`, and what comes to light after it.

        Raises `CannotForgetError`: before anything is changed where something stands against it, else where the seller
        comes back again and again.
        """
        _refuse(found.standing, self._although_open)
        await self.note(entry)
        for _ in range(ROUNDS):
            keys = found.keys | {(topics.STANDINGS.name, self._seller_id.encode())}
            epoch = await self._erase_state(found, keys)
            await self.until_taken_back(self._number, epoch)
            await self.settle(self._number, keys)
            across = await self.search.across(self._seller_id)
            await self.search.take_out(self._seller_id, across.markets)
            found = await self.look()
            if found.is_nothing:
                return
        raise CannotForgetError(
            "What was kept of the seller is gone, and there is more of it again: its events still arrive. Stop whoever "
            "sends them, wait until they are judged (assay_lag_events is 0), and run it once more."
        )

    async def _erase_state(self, found: Kept, keys: set[Key]) -> int:
        for _ in range(TRIES):
            head = await self.take_over(self._number)
            stored = (await self.store.load_sellers(self._number, [self._seller_id]))[self._seller_id]
            _refuse(_standing(stored, {}, self._seller_id), self._although_open)
            epoch = await self.change(self._end_of(stored, found, keys, head))
            if epoch is not None:
                return epoch
        raise CannotForgetError(
            f"Partition {self._number} was taken back each time before the seller was forgotten: run it again."
        )

    def _end_of(self, stored: SellerBytes, found: Kept, keys: set[Key], head: PartitionHead) -> PartitionCommit:
        """The commit that ends the seller; what it counted for in its category ends too."""
        commit = PartitionCommit(self._number, head.epoch)
        state = _readable(self._seller_id, stored) or seller_from(self._seller_id, SellerBytes())
        shares.withdraw(state)
        if state.changes.shares:
            sums = Shares(self._number, head.counts)
            sums.note(state.changes.shares)
            commit.counts = sums.changes()
        commit.sellers[self._seller_id] = SellerChange(gone=True)
        commit.deadlines = dict.fromkeys(found.deadlines)
        commit.outbox = [Line(topic, key, None, compacted=True) for topic, key in sorted(keys)]
        return commit

    async def _said(self) -> dict[Key, bytes]:
        """The last record of each key in the compacted topics, where that is about the seller."""
        named = named_in_line(self._seller_id)
        found: dict[Key, bytes] = {}
        async for key, value in said_in(self.options, self._number):
            if value is None:
                found.pop(key, None)
            elif named in value:
                found[key] = value
        return found


def _standing(stored: SellerBytes, said: dict[Key, bytes], seller_id: str) -> Standing:
    """By the state, and by holds in the topic that bind the marketplace although no state remembers them."""
    state = _readable(seller_id, stored)
    by_state = standing(state) if state is not None else Standing([], ["a record that cannot be read"])
    now_us = int(time.time() * SECOND_US)
    holds = [_read_hold(value) for (topic, _), value in said.items() if topic == topics.HOLDS.name]
    binding = [
        hold_called(one.scope, one.subject_id)
        for one in holds
        if one.action == "placed" and to_us(one.expires_at) > now_us
    ]
    return by_state._replace(holds=list(dict.fromkeys([*by_state.holds, *binding])))


def _readable(seller_id: str, stored: SellerBytes) -> SellerState | None:
    """The state, unless its records are damaged: forgetting the seller is a way out of that."""
    try:
        return seller_from(seller_id, stored)
    except msgspec.DecodeError:
        return None


def _refuse(found: Standing, although_open: bool) -> None:
    if found.holds:
        raise CannotForgetError(
            f"There is {' and '.join(found.holds)}: nobody gets rid of a hold by being forgotten. Reject it in the "
            "console, or wait until it ends, and run this again."
        )
    if found.open and not although_open:
        raise CannotForgetError(
            f"There is still {', '.join(found.open)}: wait until that is settled, or run this with --although-open."
        )
