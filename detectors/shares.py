"""What share of a seller's buyers send goods back, told for its category, so that what is usual there is known.

Once a day, at the seller's first event: how many buyers had parcels lately, how many of them doubted the goods. What
was told before is taken away, so the sums over sellers are those of today's shares. A seller's category is that of the
last order delivered.
"""

from detectors import buyers
from detectors.beta import Moments, moments_of
from detectors.marks import DOUBTS
from detectors.returns import buyer_of
from detectors.state import SellerState


def tell(state: SellerState, now_us: int) -> None:
    """The seller's shares as of now, where they are others than were told."""
    if not state.core.category:
        return
    delivered = buyers.recent(state, now_us)
    doubting: tuple[set[str], ...] = tuple(set() for _ in DOUBTS)
    for return_id in state.doubted:
        held = state.returns[return_id]
        if held.steps[-1].time_us >= delivered.since_us:
            doubting[DOUBTS.index(held.doubt)].add(buyer_of(held))
    trials = delivered.count_with(set().union(*doubting))
    _replace(state, (trials, len(doubting[0]), len(doubting[1])))


def move(state: SellerState, category: str) -> None:
    """The seller's last order was of that category: what it comes to is told for it from now on."""
    if category and category != state.core.category:
        withdraw(state)
        state.core.category = category


def withdraw(state: SellerState) -> None:
    """Its shares are among those of its category no longer."""
    _replace(state, (0, 0, 0))


def _replace(state: SellerState, told: tuple[int, int, int]) -> None:
    before = state.core.told_share
    if told == before:
        return
    for (trials, *hits), sign in ((before, -1), (told, 1)):
        for reason, count in zip(DOUBTS, hits, strict=True):
            if trials:
                one = moments_of(count, trials)
                state.changes.shares.append((reason, state.core.category, one if sign > 0 else Moments().minus(one)))
    state.core.told_share = told
