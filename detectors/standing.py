"""Whether a seller is old and proven: its low price is an alert, never a hold on price alone."""

from typing import Final

from detectors.buyers import recent
from detectors.state import SellerState
from schemas.fields import DAY_US

STANDING_AGE_US: Final = 180 * DAY_US
STANDING_DELIVERED_ORDERS: Final = 100
STANDING_COMPLAINT_US: Final = 180 * DAY_US
FEW_SHARE: Final = 0.005  # of the buyers who had parcels lately: upheld complaints of so few are in every large shop


def has_standing(state: SellerState, now_us: int) -> bool:
    """Registered long ago, many orders delivered, no refund overdue, of complaints of `KINDS` upheld few of many."""
    core = state.core
    if now_us - state.since_us < STANDING_AGE_US or core.delivered_orders < STANDING_DELIVERED_ORDERS or state.overdue:
        return False
    if not core.last_upheld_us or now_us - core.last_upheld_us > STANDING_COMPLAINT_US:
        return True
    state.claims.upheld_since(now_us - STANDING_COMPLAINT_US)
    return is_few_of_many(state, served(state, now_us), FEW_SHARE)


def served(state: SellerState, now_us: int) -> int:
    """How many buyers had parcels in the last 45 to 90 days, those of the upheld complaints just asked for included."""
    claims = state.claims
    return recent(state, now_us).count_with_bits(claims.bits, len(claims.buyers))


def is_few_of_many(state: SellerState, served: int, few_share: float) -> bool:
    """Whether the upheld complaints just asked for are of less than that share of the buyers, no two of one listing."""
    claims = state.claims
    return 0 < len(claims.buyers) < few_share * served and max(claims.listings.values(), default=0) < 2
