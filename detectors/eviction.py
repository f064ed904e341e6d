"""Forgetting a seller: never by a clock of Redis, always by a deadline of its own.

A seller that has been silent for `IDLE_US` and has nothing open shrinks to a tombstone (when it was first seen, what
moderators found, how many orders it delivered, what the platform paid for it), and is forgotten `TOMBSTONE_US` later.
One of whom a single event is known, such as its registration, stays, without any deadline: it is small, and a
marketplace that plays its registrations in before recent events must not find its oldest shops young, nor look at each
of them every month that it plays. Nor is one ever forgotten of whom something was published: consumers keep the highest
revision, so it must not begin anew.
"""

from typing import Final

from detectors import shares
from detectors.records import Core
from detectors.rhythm import Rhythm
from detectors.state import EVENT_MARK_BYTES, SellerState
from schemas.fields import DAY_US

IDLE_US: Final = 180 * DAY_US
TOMBSTONE_US: Final = 400 * DAY_US
LOOK_AGAIN_US: Final = 30 * DAY_US  # while something is open
KIND: Final = "seller"


def seen(state: SellerState, now_us: int) -> None:
    """An event of the seller: its second sets the deadline, which from then on moves by itself; a tombstone revives."""
    core = state.core
    if core.entombed_us or len(core.seen) == 2 * EVENT_MARK_BYTES:
        core.entombed_us = 0
        state.schedule(KIND, "", now_us + IDLE_US)
    core.first_seen_us = min(core.first_seen_us or now_us, now_us)
    core.last_seen_us = max(core.last_seen_us, now_us)


def review(state: SellerState, now_us: int) -> None:
    """The seller's deadline came: it is still alive, becomes a tombstone, or is forgotten."""
    idle_from_us = state.core.last_seen_us + IDLE_US
    if state.core.entombed_us:
        if not state.core.revision:
            _forget(state)
    elif now_us < idle_from_us:
        state.schedule(KIND, "", idle_from_us)
    elif _has_something_open(state):
        state.schedule(KIND, "", now_us + LOOK_AGAIN_US)
    elif len(state.core.seen) > EVENT_MARK_BYTES or state.core.first_seen_us < state.core.last_seen_us:
        _entomb(state, now_us)


def _has_something_open(state: SellerState) -> bool:
    core = state.core
    records = (state.orders, state.returns, state.listings, state.complaints, state.findings, state.payments)
    return any(records) or bool(core.alerts or core.holds or core.rulings)


def _entomb(state: SellerState, now_us: int) -> None:
    shares.withdraw(state)
    before = state.core
    state.core = Core(
        first_seen_us=before.first_seen_us,
        registered_us=before.registered_us,
        last_seen_us=before.last_seen_us,
        sequence=before.sequence,
        revision=before.revision,
        delivered_orders=before.delivered_orders,
        deliveries_known=before.deliveries_known,
        last_upheld_us=before.last_upheld_us,
        closed_by=before.closed_by,
        closed_us=before.closed_us,
        rhythm=Rhythm(before.rhythm.last_us),
        watched_us=before.watched_us,
        confirmed_bad=before.confirmed_bad,
        ledger=before.ledger,
        countries=before.countries,
        entombed_us=now_us,
    )
    state.schedule(KIND, "", now_us + TOMBSTONE_US)


def _forget(state: SellerState) -> None:
    state.core = Core()
    state.changes.gone = True
    state.schedule(KIND, "", None)
