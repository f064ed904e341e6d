"""A buyer is forgotten: what sellers owe it stays, under a name that leads to nobody.

Buyers are named in orders, returns, complaints and payments of sellers, in any partition. All of them are looked
through while workers go on; only the partitions in which the buyer was found are taken from theirs, for a commit.
"""

import secrets
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import msgspec

from detectors.forgetting import name_like, rename_buyer
from detectors.state import SellerState
from schemas import AuditEntry
from streams.erasing import ROUNDS, TRIES, CannotForgetError, Eraser, Place
from streams.sellers import change_of, seller_from
from streams.settings import Settings
from streams.store import PartitionCommit, SellerBytes, TakenOverError

SELLERS_AT_ONCE: Final = 50
NAME_BYTES: Final = 12


class Named(NamedTuple):
    """In how many records of which sellers the buyer is named; sellers by partition."""

    records: int
    sellers: dict[int, list[str]]

    @property
    def is_nothing(self) -> bool:
        """Whether the buyer is not known, or not any more."""
        return not self.records

    def said(self) -> dict[str, Any]:
        """How much it is, by what it is."""
        return {"found": {"records": self.records, "sellers": sum(map(len, self.sellers.values()))}}


class BuyerEraser(Eraser):
    """Forgets one buyer."""

    def __init__(self, settings: Settings, place: Place, buyer_id: str) -> None:
        super().__init__(settings, place)
        self._buyer_id = buyer_id

    async def look(self) -> Named:
        """Where the buyer is named now; nothing is changed."""
        records, sellers = 0, dict[int, list[str]]()
        for number, seller_ids in sorted((await self.search.sellers_naming(self._buyer_id)).items()):
            for some in _chunks(sorted(seller_ids)):
                loaded = await self.store.load_sellers(number, some)
                for seller_id, stored in loaded.items():
                    if count := rename_buyer(_state_of(seller_id, stored), self._buyer_id, ""):
                        records += count
                        sellers.setdefault(number, []).append(seller_id)
        return Named(records, sellers)

    async def erase(self, found: Named, entry: AuditEntry) -> None:
        """Puts another name in its place wherever it was `found`, and where it is found after that.

        Raises `CannotForgetError` where the buyer is named again and again.
        """
        await self.note(entry)
        for _ in range(ROUNDS):
            for number, seller_ids in found.sellers.items():
                for some in _chunks(seller_ids):
                    await self._rename(number, some)
            found = await self.look()
            if found.is_nothing:
                return
        raise CannotForgetError(
            "The buyer has another name now, and is named again: its events still arrive. Stop whoever sends them, "
            "wait until they are judged (assay_lag_events is 0), and run it once more."
        )

    async def _rename(self, number: int, seller_ids: list[str]) -> None:
        for _ in range(TRIES):
            head = await self.take_over(number)
            try:
                loaded = await self.store.load_sellers(number, seller_ids, head.epoch)
            except TakenOverError:
                continue
            commit = PartitionCommit(number, head.epoch)
            for seller_id, stored in loaded.items():
                self._rename_in(seller_id, stored, commit)
            if await self.change(commit) is not None:
                return
        raise CannotForgetError(
            f"Partition {number} was taken back each time before the buyer was renamed: run it again."
        )

    def _rename_in(self, seller_id: str, stored: SellerBytes, commit: PartitionCommit) -> None:
        """One name with a seller, which so stays one buyer there; another with the next, so that nothing links them."""
        state = _state_of(seller_id, stored)
        name = name_like(self._buyer_id, lambda: secrets.token_hex(NAME_BYTES))
        if rename_buyer(state, self._buyer_id, name):
            commit.sellers[seller_id] = change_of(state)


def _state_of(seller_id: str, stored: SellerBytes) -> SellerState:
    try:
        return seller_from(seller_id, stored)
    except msgspec.DecodeError as error:
        raise CannotForgetError(
            f"What is stored of seller {seller_id} cannot be read ({error}) and may name the buyer: bring its records "
            "back, or run `assay forget seller`; then run this again."
        ) from None


def _chunks(seller_ids: list[str]) -> Iterator[list[str]]:
    for at in range(0, len(seller_ids), SELLERS_AT_ONCE):
        yield seller_ids[at : at + SELLERS_AT_ONCE]
