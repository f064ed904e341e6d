"""Which guards a seller's listings of branded goods raised lately: a date a guard, never more than there are guards.

A guard is a reason not to compare a price. What the seller says of the goods counts; what is unknown to the catalogue
or to a market does not, and neither do accessories and parts in a category of their own.
"""

from typing import Final

from detectors.detector import Around
from detectors.products import product_of
from detectors.state import SellerState
from detectors.wording import GUARDS, is_of_accessories
from schemas import ListingChanged, ListingPublished
from schemas.fields import DAY_US

WINDOW_US: Final = 7 * DAY_US
KIND: Final = "guards"
COUNTED: Final = frozenset((*GUARDS, "price_kind"))
_BELONG: Final = frozenset(("accessory", "part"))
_WORTH_A_DEADLINE: Final = 2


def remember(
    state: SellerState, listing: ListingPublished | ListingChanged, guard: str, now_us: int, around: Around
) -> None:
    """Notes that the listing raised the guard, where it counts."""
    if guard not in COUNTED or not (listing.brand or product_of(listing, around)):
        return
    if guard in _BELONG and is_of_accessories(listing.category):
        return
    raised = state.core.guards
    raised[guard] = max(raised.get(guard, (0, "")), (now_us, listing.event_id))
    forget(state, now_us)


def forget(state: SellerState, now_us: int) -> None:
    """Drops what was raised longer than `WINDOW_US` ago, and asks again when the next one is."""
    kept = {guard: raised for guard, raised in state.core.guards.items() if now_us - raised[0] < WINDOW_US}
    had_deadline = len(state.core.guards) >= _WORTH_A_DEADLINE
    state.core.guards = kept
    if len(kept) >= _WORTH_A_DEADLINE:
        state.schedule(KIND, "", min(raised_us for raised_us, _ in kept.values()) + WINDOW_US)
    elif had_deadline:
        state.schedule(KIND, "", None)
