"""Sellers whose stored records do not decode: nothing of them is written over, and their events become dead letters.

Judged on from an empty state, such a seller would lose what an operator may still bring back, holds and refunds among
it. So it is not judged at all until its records are read: they are asked for with each batch that needs them. Its
deadlines stay in the store, and everybody else is judged.
"""

import logging
from collections.abc import Mapping

import msgspec

from schemas import wire
from streams.batch import Batch
from streams.partition import Item, Partition
from streams.sellers import seller_from
from streams.store import SellerBytes

LOGGER = logging.getLogger(__name__)


def take_in(partition: Partition, loaded: Mapping[str, SellerBytes]) -> None:
    """Sellers as they were loaded, into the partition's memory; of the damaged ones what is wrong."""
    for seller_id, stored in loaded.items():
        try:
            partition.sellers[seller_id] = seller_from(seller_id, stored)
        except msgspec.DecodeError as error:
            why = _sentence(partition.number, seller_id, error)
            if seller_id not in partition.damaged:
                LOGGER.error("%s", why)
            partition.damaged[seller_id] = why
        else:
            partition.damaged.pop(seller_id, None)


def set_aside(batch: Batch) -> None:
    """Events of damaged sellers are dead letters, each in its place."""
    damaged = batch.partition.damaged
    for at, (item, watermark_us) in enumerate(batch.items):
        if item.event is not None and (why := damaged.get(item.event.seller_id)) is not None:
            refused = wire.Refused("unreadable_state", why)
            batch.items[at] = Item(item.time_us, None, refused, item.record), watermark_us


def _sentence(number: int, seller_id: str, error: Exception) -> str:
    return (
        f"What is stored of seller {seller_id} in partition {number} cannot be read ({error}): bring its records back, "
        "or run `assay forget seller`, and send its dead letters again; or run `assay rebuild`."
    )
