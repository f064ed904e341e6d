"""The title itself says that the goods are a copy.

Fires when: the title speaks of a copy in English, Chinese, German, Spanish or French: "replica", "AAA quality",
    "1:1 quality", "super clone", "高仿", "A货", "复刻"; of perfume also "inspired by" and its like. Letters of other
    scripts, full-width ones, invisible characters and gaps between letters do not hide it.
Stays quiet when: the words are denied ("not a replica", "拒绝高仿"), when the product's own name or brand says them
    ("Maison Margiela Replica"), and of what is sold as what it is: scale models, props, fan shirts, AAA batteries,
    natural jade of grade A.
Known gaps: pictures and descriptions are not read; a code among insiders is found only where it is listed; a title that
    names a scale or a football silences "replica", though not "AAA quality" or "1:1 quality".
Moderator: read the whole title and the description, look whether the brand is shown in the pictures, and at the
    seller's other titles; a perfume house that names its model may be lawful where you are.

Parameters:
    quoted_characters: characters of the phrase that are quoted, at most
"""

from dataclasses import dataclass

from detectors.comparison import LISTINGS
from detectors.detector import Abstained, Around, Cause, Finding
from detectors.products import product_of
from detectors.state import SellerState
from detectors.wording import read_title
from schemas import ListingChanged, ListingPublished


@dataclass(frozen=True, slots=True)
class ReplicaWording:
    """One grade: `seen`."""

    quoted_characters: int = 40

    def look(self, _state: SellerState, cause: Cause, _now_us: int, around: Around) -> Finding | Abstained | None:
        """Reads the listing's title."""
        if not isinstance(cause, LISTINGS):
            return None
        phrase = read_title(cause.title, cause.category).replica
        if not phrase or _is_its_name(phrase, cause, around):
            return None
        quoted = phrase[: self.quoted_characters]
        return Finding(
            reason_code="replica_wording",
            subject_kind="listing",
            subject_id=cause.listing_id,
            grade="seen",
            sentence=f'the title says "{quoted}"',
            numbers={"phrase": quoted},
            event_ids=(cause.event_id,),
            event_count=1,
        )


def _is_its_name(phrase: str, cause: ListingPublished | ListingChanged, around: Around) -> bool:
    product = product_of(cause, around)
    if product is not None and phrase == read_title(product.name, product.category).replica:
        return True
    brand = cause.brand if product is None else product.brand
    return bool(brand) and not read_title(f"{brand} {cause.title}", cause.category).replica
