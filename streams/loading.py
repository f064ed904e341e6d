"""Step 2 of the hop: what a batch will be judged on, and what other partitions have told meanwhile."""

import asyncio
from collections.abc import Callable, Sequence

from detectors.products import markets_of
from schemas import ListingChanged, ListingPublished
from schemas.fields import SECOND_US
from streams import brake, damage, shares
from streams.batch import Batch
from streams.days import table_of
from streams.deadlines import HEAD, Deadlines
from streams.partition import Partition
from streams.store import Store, TakenOverError
from streams.surroundings import Surroundings


class Loading:
    """Reads the store for the partitions of one hop; `partitions` is how many there are in all."""

    def __init__(self, store: Store, around: Surroundings, partitions: int, clock: Callable[[], int]) -> None:
        self._store = store
        self._around = around
        self._partitions = partitions
        self._clock = clock
        self._gathered_us = 0

    async def gather(self, partitions: Sequence[Partition]) -> None:
        """Once a second: what other partitions have told of this hour, and of days that are not judged here yet."""
        now_us = self._clock()
        if self._partitions == 1 or 0 <= now_us - self._gathered_us < SECOND_US:
            return
        self._gathered_us = now_us
        heard = brake.read(await self._store.load_table(brake.TABLE))
        tripped = [partition.books.brake.gather(heard) for partition in partitions]
        self._around.tripped.clear()
        self._around.tripped.update(*tripped)
        behind = [one for one in partitions if one.books.days.is_behind and not one.books.days.gathered]
        if not behind:
            return
        self._around.learn_shares(await self._store.load_table(shares.TABLE))
        told_us = min(await self._store.watermarks(self._partitions))
        for partition in behind:
            for day in partition.books.days.told_by(told_us):
                partition.books.days.gather(day, await self._store.load_table(table_of(partition.number, day)))

    async def load(self, batches: Sequence[Batch]) -> dict[Partition, str]:
        """Step 2: sellers that are not in memory, markets that are not fresh, deadlines beyond the horizon.

        Partitions that turn out to have another owner come back with the reason. A sleeper's events on a state that
        is further on would be refused in the commit, but not before they were told to the markets.
        """
        self._around.reference.catch_up()
        now_us = self._clock()
        keys: set[str] = set()
        missing: dict[int, list[str]] = {}
        for partition, items, watermark_us in batches:
            if not partition.deadlines.are_enough(watermark_us):
                partition.deadlines = Deadlines(await self._store.next_due(partition.number, HEAD), HEAD)
            sellers = partition.deadlines.sellers_due(watermark_us)
            for item, _ in items:
                event = item.event
                if event is None:
                    continue
                sellers.add(event.seller_id)
                if type(event) is ListingChanged or type(event) is ListingPublished:
                    keys.update(markets_of(event, self._around))
            missing[partition.number] = [seller_id for seller_id in sellers if seller_id not in partition.sellers]
        stale = self._around.stale(keys, now_us)
        *lost, _ = await asyncio.gather(
            *(self._load_sellers(batch.partition, missing[batch.partition.number]) for batch in batches),
            self._around.refresh(self._store, stale, now_us),
        )
        for batch in batches:
            if batch.partition.damaged:
                damage.set_aside(batch)
        return {batch.partition: why for batch, why in zip(batches, lost, strict=True) if why is not None}

    async def _load_sellers(self, partition: Partition, missing: Sequence[str]) -> str | None:
        if not missing:
            return None
        try:
            loaded = await self._store.load_sellers(partition.number, missing, partition.epoch)
        except TakenOverError as error:
            return str(error)
        damage.take_in(partition, loaded)
        return None
