"""A listing stands under the id of one product, and its title is of another.

Fires when: the title contradicts the product whose `product_id` or GTIN the listing carries: another model, another
    storage or generation, or a smaller bottle (ml, g, pieces) than its name states.
Stays quiet when: the id is not in the catalogue, the title names no product, or another id is carried after a
    `listing_changed`. A case for the phone under the phone's id is common and honest: it is only not compared.
Known gaps: a title of the product itself with pictures of something else; of products that differ by a word the
    resolver does not weigh, such as a colour; a model that the catalogue lacks contradicts nothing.
Moderator: which of the two do pictures and description show? Mistakes are common; a seller who does it often, with
    dear products, wants their visitors.

Parameters:
    quoted_characters: characters of a product's name that are quoted, at most
"""

from dataclasses import dataclass

from detectors.comparison import LISTINGS
from detectors.detector import Abstained, Around, Cause, Finding
from detectors.price_finding import shown
from detectors.products import Identity, identify
from detectors.reference import full_name
from detectors.state import SellerState
from schemas import Product


@dataclass(frozen=True, slots=True)
class ProductMismatch:
    """One grade: `seen`."""

    quoted_characters: int = 80

    def look(self, _state: SellerState, cause: Cause, _now_us: int, around: Around) -> Finding | Abstained | None:
        """Reads the listing's title beside the catalogue's name."""
        if not isinstance(cause, LISTINGS):
            return None
        identity = identify(cause, around)
        claimed = identity.claimed
        if claimed is None:
            return None
        return Finding(
            reason_code="product_mismatch",
            subject_kind="listing",
            subject_id=cause.listing_id,
            grade="seen",
            sentence=f"listed as the {self._quoted(claimed)}, but its title is of {self._meant(identity)}",
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
