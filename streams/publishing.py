"""Steps 5 and 6: what was committed is published while the next batch is judged, then need not be kept.

A partition never has more than one batch of lines on its way: the next is committed when the last has arrived. So a
commit that stands proves that what was sent before it was sent by the partition's owner.
"""

import asyncio
from collections.abc import Iterable, Sequence

from streams import steps
from streams.outbox import Outbox
from streams.partition import Partition
from streams.store import Fenced, Line, PartitionCommit, PartitionHead, Store


class Publisher:
    """Takes committed lines to the outbox, and tells the store when they have arrived."""

    def __init__(self, store: Store, outbox: Outbox) -> None:
        self.store = store
        self.outbox = outbox

    async def take_over(self, number: int, head: PartitionHead) -> None:
        """Publishes what the partition's last owner committed and did not get out."""
        if head.unpublished:
            await self.outbox.publish(number, [one.line for one in head.unpublished])
            await self.store.published(number, [one.id for one in head.unpublished])

    async def reemit(self, partition: Partition) -> None:
        """Publishes again what a fenced worker may have sent out of turn.

        A key without a value was given up since, which a tombstone says; or the store has gone back to when nothing
        had been said of it, and what was said will be said again.
        """
        asked = await self.store.to_reemit(partition.number)
        if asked:
            behind = partition.is_behind
            lines = [one.line for one in asked if one.line.value is not None or not behind]
            await self.outbox.publish(partition.number, lines)
            await self.store.reemitted(partition.number, [one.id for one in asked])

    def begin(self, partition: Partition, lines: Sequence[Line], ids: Sequence[str], offsets: dict[str, int]) -> None:
        """Sends the lines of the commit that stands; nothing of this partition is on its way before that."""
        partition.sent = {(line.topic, line.key) for line in lines if line.compacted}
        if lines:
            partition.on_its_way = asyncio.create_task(self._send(partition, lines, ids, offsets))
        else:
            partition.published.update(offsets)

    async def _send(
        self, partition: Partition, lines: Sequence[Line], ids: Sequence[str], offsets: dict[str, int]
    ) -> None:
        await self.outbox.publish(partition.number, lines)
        steps.done("publish")
        partition.arrived.extend(ids)
        partition.published.update(offsets)

    async def wait(self, partitions: Iterable[Partition]) -> None:
        """Until nothing of these is on its way; raises what went wrong, when all have ended."""
        ending = [(partition, partition.on_its_way) for partition in partitions if partition.on_its_way is not None]
        troubles = await asyncio.gather(*(task for _, task in ending), return_exceptions=True)
        for partition, _ in ending:
            partition.on_its_way = None
        for trouble in troubles:
            if trouble is not None:
                raise trouble

    async def tidy(self, partition: Partition) -> None:
        """Tells the store what has arrived, where no commit comes to do so."""
        arrived = partition.arrived.copy()
        if arrived:
            await self.store.published(partition.number, arrived)
            del partition.arrived[: len(arrived)]

    async def let_go(self, partitions: Iterable[Partition]) -> None:
        """Before partitions are dropped: what was sent to one that has another owner by now is to be sent again.

        A worker that was frozen learns in this way that it was late, though it had nothing more to commit.
        """
        sent = [partition for partition in partitions if partition.sent or partition.arrived]
        await asyncio.gather(*(p.on_its_way for p in sent if p.on_its_way is not None), return_exceptions=True)
        looks = [PartitionCommit(partition.number, partition.epoch, arrived=partition.arrived) for partition in sent]
        for partition, outcome in zip(sent, await self.store.commit(looks), strict=True):
            if isinstance(outcome, Fenced):
                await self.report(partition)
            else:
                partition.epoch, partition.arrived = outcome.epoch, []

    async def report(self, partition: Partition) -> None:
        """The partition has another owner: it is told which keys may hold what was sent too late."""
        await self.store.reemit(partition.number, partition.sent)
