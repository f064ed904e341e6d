"""What one step takes from a partition: as many records, and deadlines between them, as one commit can hold.

After an outage, or a feed that stood still, a hundred thousand deadlines may be due before the next record. They fire
by and by, each step committing how far it came.
"""

from collections.abc import Iterable
from typing import NamedTuple

from streams.partition import Item, Mark, Partition


class Batch(NamedTuple):
    """What one step takes from one partition: records with the watermark before each, and the one after them all."""

    partition: Partition
    items: list[tuple[Item, int]]
    watermark_us: int


def take_all(partitions: Iterable[Partition], limit: int, lateness_us: int, by_events: bool) -> list[Batch]:
    """From each partition what one step takes; from one that is judged alone one record, and the others wait."""
    usual = []
    for partition in partitions:
        if not partition.life.alone:
            usual.append(partition)
        elif (batch := _take_one(partition, lateness_us, by_events)) is not None:
            return [batch]
    batches = (take(partition, limit, lateness_us, by_events) for partition in usual)
    return [batch for batch in batches if batch is not None]


def take(partition: Partition, limit: int, lateness_us: int, by_events: bool) -> Batch | None:
    """Up to `limit` records that can be judged now, with the deadlines that fall due; None where there is neither."""
    mark, items = None, []
    if partition.is_waiting:  # few of many partitions, at any step
        mark, items = partition.mark(), partition.merged(limit, lateness_us, by_events)
    watermark_us = partition.idle_watermark(lateness_us, by_events)
    books = partition.books
    if not (items or books.days.gathered or watermark_us >= books.ends_us or partition.deadlines.is_due(watermark_us)):
        return None
    batch = Batch(partition, items, watermark_us)
    if mark is None or not items or not partition.deadlines.are_too_many(watermark_us):
        return batch
    return _fewer(batch, mark, lateness_us, by_events)


def _take_one(partition: Partition, lateness_us: int, by_events: bool) -> Batch | None:
    """One record without any deadline; those due before it come first, so that no record answers for them."""
    mark = partition.mark()
    batch = take(partition, 1, lateness_us, by_events)
    if batch is None or not batch.items:
        return batch
    due_us = batch.items[0][1]
    if partition.deadlines.is_due(due_us) or due_us >= partition.books.ends_us:
        partition.give_back(batch.items, mark)
        return Batch(partition, [], due_us)
    return Batch(partition, batch.items, partition.watermark_us)


def _fewer(batch: Batch, mark: Mark, lateness_us: int, by_events: bool) -> Batch:
    """So few of the records that not too many deadlines fall due among them; where any is due before, none of them."""
    partition, items, _ = batch
    first_us = items[0][1]
    if partition.deadlines.is_due(first_us):
        partition.give_back(items, mark)
        return Batch(partition, [], first_us)
    while len(items) > 1 and partition.deadlines.are_too_many(items[-1][1]):
        partition.give_back(items, mark)
        items = partition.merged(len(items) // 2, lateness_us, by_events)
    return Batch(partition, items, partition.watermark_us)
