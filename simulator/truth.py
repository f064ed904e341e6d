"""What the labels say, kept for the questions that an evaluation asks."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from simulator.labels import GangLabel, Label, ListingLabel, OrderLabel, SellerLabel
from simulator.report import Subject


class Truth:
    """Labels in any order; brands and categories are those that a gang copies, compared without case."""

    def __init__(self) -> None:
        self.sellers: dict[str, SellerLabel] = {}
        self.listings: dict[str, ListingLabel] = {}
        self.gangs: dict[str, GangLabel] = {}
        self.lost: list[OrderLabel] = []

    def take(self, label: Label) -> None:
        match label:
            case SellerLabel():
                self.sellers[label.seller_id] = label
            case ListingLabel():
                self.listings[label.listing_id] = label
            case GangLabel():
                self.gangs[label.gang] = label
            case OrderLabel():
                if label.lost:
                    self.lost.append(label)

    def is_true(self, subject: Subject, subject_id: str) -> bool | None:
        """Whether it is fake, or a gang's; None for a subject without a label."""
        if subject == "seller":
            seller = self.sellers.get(subject_id)
            return None if seller is None else seller.label == "gang"
        if subject == "listing":
            listing = self.listings.get(subject_id)
            return None if listing is None else listing.fake
        return subject_id.casefold() in self.true_ids(subject)

    def true_ids(self, subject: Subject) -> set[str]:
        """Every fake listing, gang's seller, or brand or category that a gang copies."""
        if subject == "seller":
            return {seller_id for seller_id, label in self.sellers.items() if label.label == "gang"}
        if subject == "listing":
            return {listing_id for listing_id, label in self.listings.items() if label.fake}
        return set(self.copied_since(subject))

    def copied_since(self, subject: Subject) -> dict[str, datetime | None]:
        """When the first gang opened that copies the brand or the category; None where its label does not say."""
        since: dict[str, datetime | None] = {}
        for gang in sorted(self.gangs.values(), key=lambda one: (one.opens_at is None, one.opens_at, one.gang)):
            named = (gang.category,) if subject == "category" else gang.brands or (gang.brand,)
            for name in named:
                if name:
                    since.setdefault(name.casefold(), gang.opens_at)
        return since

    def split(self, subject: Subject, subject_ids: Iterable[str]) -> tuple[int, int]:
        """How many of them are true, and how many are not."""
        truths = [self.is_true(subject, subject_id) for subject_id in subject_ids]
        return truths.count(True), truths.count(False)

    def first_lost(self) -> dict[str, datetime]:
        """When each seller's first lost order was paid."""
        first: dict[str, datetime] = {}
        for order in self.lost:
            first[order.seller_id] = min(order.paid_at, first.get(order.seller_id, order.paid_at))
        return first

    def first_returned(self) -> dict[str, datetime]:
        """When the goods of a lost order first came back to each seller."""
        first: dict[str, datetime] = {}
        for order in self.lost:
            if order.returned_at is not None:
                first[order.seller_id] = min(order.returned_at, first.get(order.seller_id, order.returned_at))
        return first

    def lost_by_seller(self) -> dict[str, list[OrderLabel]]:
        lost: defaultdict[str, list[OrderLabel]] = defaultdict(list)
        for order in self.lost:
            lost[order.seller_id].append(order)
        return lost
