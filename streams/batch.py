"""What one step takes from a partition: as many records, and deadlines between them, as one commit can hold.

After an outage, or a feed that stood still, a hundred thousand deadlines may be due before the next record. They fire
by and by, each step committing how far it came.
"""

from typing import NamedTuple

from streams.partition import Item, Mark, Partition


class Batch(NamedTuple):
    """What one step takes from one partition: records with the watermark before each, and the one after them all."""

    partition: Partition
    items: list[tuple[Item, int]]
    watermark_us: int


def take(partition: Partition, limit: int, lateness_us: int, by_events: bool) -> Batch | None:
    """Up to `limit` records that can be judged now, with the deadlines that fall due; None where there is neither."""
    mark = partition.mark()
    items = list(partition.merged(limit, lateness_us, by_events))
    watermark_us = partition.idle_watermark(lateness_us, by_events)
    days = partition.books.days
    if not (items or days.gathered or watermark_us >= days.ends_us or partition.deadlines.is_due(watermark_us)):
        return None
    if not partition.deadlines.are_too_many(watermark_us):
        return Batch(partition, items, watermark_us)
    if partition.deadlines.is_due(items[0][1] if items else watermark_us):
        partition.give_back(items, mark)
        return Batch(partition, [], items[0][1] if items else watermark_us)
    return _fewer(partition, items, mark, lateness_us, by_events)


def _fewer(partition: Partition, items: list[tuple[Item, int]], mark: Mark, lateness_us: int, by_events: bool) -> Batch:
    """So few of the records that not too many deadlines fall due among them; before the first none does."""
    while len(items) > 1 and partition.deadlines.are_too_many(items[-1][1]):
        partition.give_back(items, mark)
        items = list(partition.merged(len(items) // 2, lateness_us, by_events))
    return Batch(partition, items, partition.watermark_us)
