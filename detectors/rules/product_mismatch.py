"""A listing stands under the id of one product, and its title is of another.

Fires when: the title contradicts the product whose `product_id` or GTIN the listing carries (another model, storage or
    generation), or says that it is an accessory, a part or an empty box for it.
Stays quiet when: the id is not in the catalogue, the title names no product, the product's own name says the same, or
    another id is carried after a `listing_changed`.
Known gaps: a title of the product itself with pictures of something else; of products that differ by a word the
    resolver does not weigh, such as a colour; a model that the catalogue lacks contradicts nothing.
Moderator: which of the two do pictures and description show? Mistakes are common; a seller who does it often, with
    dear products, wants their visitors.

Parameters:
    quoted_characters: characters of a product's name that are quoted, at most
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from detectors.comparison import shown
from detectors.detector import Abstained, Around, Cause, Finding
from detectors.products import Identity, claimed_product, identify
from detectors.reference import full_name
from detectors.state import SellerState
from detectors.wording import read_title
from schemas import ListingChanged, ListingPublished, Product

LESS: Final = MappingProxyType(
    {"accessory": "an accessory", "part": "a part", "empty_box": "an empty box", "dummy": "a dummy"}
)
LESS_THAN_THE_GOODS: Final = frozenset(LESS)


@dataclass(frozen=True, slots=True)
class ProductMismatch:
    """Grades: `other` (another product, or none that is known), `accessory` (something for the product)."""

    quoted_characters: int = 80

    def look(self, _state: SellerState, cause: Cause, _now_us: int, around: Around) -> Finding | Abstained | None:
        """Reads the listing's title beside the catalogue's name."""
        if not isinstance(cause, ListingPublished | ListingChanged):
            return None
        claimed = claimed_product(cause, around)
        if claimed is None:
            return None
        extra = _less_than(claimed, cause)
        identity = identify(cause, around)
        if not extra and identity.claimed is None:
            return None
        return Finding(
            reason_code="product_mismatch",
            subject_kind="listing",
            subject_id=cause.listing_id,
            grade="accessory" if extra else "other",
            sentence=f"listed as the {self._quoted(claimed)}, but its title is of {extra or self._meant(identity)}",
            numbers={"product_id": claimed.product_id},
            event_ids=(cause.event_id,),
            event_count=1,
        )

    def _meant(self, identity: Identity) -> str:
        if identity.product is None:
            return "something else"
        return f"the {self._quoted(identity.product)} ({identity.sure:.2f} sure)"

    def _quoted(self, product: Product) -> str:
        return shown(full_name(product))[: self.quoted_characters]


def _less_than(claimed: Product, cause: ListingPublished | ListingChanged) -> str:
    """What the title says the goods are instead of the product, "" where it says nothing of the kind."""
    said = LESS_THAN_THE_GOODS.intersection(read_title(cause.title, cause.category).guards)
    more = said.difference(read_title(claimed.name, claimed.category).guards) if said else said
    return f"{LESS[min(more)]} for it" if more else ""
