"""What every market has to know of a seller, said again only when it has changed."""

import hashlib

from detectors.entries import Flags
from detectors.held import holds_of
from detectors.standing import has_standing
from detectors.state import SellerState
from schemas.fields import DAY_US


def new_flags(state: SellerState, now_us: int) -> Flags | None:
    """The seller's flags as of now; None when they were said before. `last_active_us` moves once a day."""
    core = state.core
    core.flags_day = now_us // DAY_US
    active = [hold for _, _, hold in holds_of(state) if hold.active]
    flags = Flags(
        stamp_us=core.last_seen_us,
        sequence=core.sequence,
        registered_us=state.since_us,
        last_active_us=core.flags_day * DAY_US,
        standing=has_standing(state, now_us),
        held=bool(active),
        held_unseen=bool(active) and not any(hold.seen_by_human for hold in active),
        confirmed_bad=core.confirmed_bad,
        ring="",
    )
    said = hashlib.blake2b(repr(flags[2:]).encode(), digest_size=8).digest()
    if said == core.flags_said:
        return None
    core.flags_said = said
    return flags
