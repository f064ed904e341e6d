"""A seller's complaints by the day: which count on which day, and when the day is looked at.

A complaint counts on the day it was opened, one that comes late on the day that is open; it does so when the day is
over, so that what was dismissed meanwhile does not. One buyer counts once as long as the complaint is remembered,
those who are not named count once a day together. A dismissed one is taken back from its day, an overturned dismissal
puts it back. A seller without complaints carries nothing; nor is there a deadline without a complaint to count or a
rise that may end.
"""

from typing import Final

from detectors.baseline import SurgeTerms
from detectors.records import NOT_COUNTED, UNCOUNTED, Complaint
from detectors.state import SellerState
from detectors.surge import Series, kind_of
from schemas.fields import DAY_US

KIND: Final = "surge"  # of the deadline: the end of the day that is open


def opened(state: SellerState, complaint_id: str, complaint: Complaint, was_of: str | None) -> None:
    """A complaint was opened, or an older opening of it came, by which it was perhaps not of the kind `was_of`."""
    kind = kind_of(complaint.kind)
    if complaint.counted > 0 and was_of is not None and kind != was_of:
        _amend(state, was_of, complaint.counted, -1)
        complaint.counted = NOT_COUNTED
    if complaint.counted == UNCOUNTED and kind is not None:
        state.uncounted.add(complaint_id)
        _schedule(state)
    elif complaint_id in state.uncounted:
        state.uncounted.discard(complaint_id)
        _schedule(state)


def decided(state: SellerState, complaint: Complaint) -> None:
    """The platform's newest word on it."""
    kind, day = kind_of(complaint.kind), complaint.counted
    if kind is None:
        return
    if complaint.outcome == "dismissed" and day > 0:
        complaint.counted = -day
        _amend(state, kind, day, -1)
    elif complaint.outcome == "upheld" and day < NOT_COUNTED:
        complaint.counted = -day
        _amend(state, kind, -day, 1)


def delivered(state: SellerState, now_us: int, terms: SurgeTerms) -> None:
    """An order counts as delivered: on its day, or where that is over on the one that is open."""
    if not state.surges:
        return
    day, (open_day, orders) = now_us // DAY_US, state.core.surge
    if day > open_day:
        _close(state, open_day, terms)
        open_day, orders = day, 0
    state.core.surge = open_day, orders + 1


def day_over(state: SellerState, due_us: int, terms: SurgeTerms) -> None:
    """The deadline came: the day is closed unless a later one is open, and is looked at again while there is need."""
    day = due_us // DAY_US - 1
    if not state.surges or day >= state.core.surge[0]:
        _close(state, day, terms)
    _schedule(state)


def forget(state: SellerState, complaint_id: str) -> None:
    """The complaint is not remembered any more; with the last one the series end."""
    state.uncounted.discard(complaint_id)
    if not state.complaints and state.surges:
        for kind in state.surges:
            state.touch("surges", kind)
        state.surges.clear()
        state.core.surge = (0, 0)
        state.schedule(KIND, "", None)


def _schedule(state: SellerState) -> None:
    """The end of the day that is open, where a complaint is to be counted or a rise may end."""
    is_raised = any(one.raised for one in state.surges.values())
    if not (state.uncounted or is_raised):
        state.schedule(KIND, "", None)
        return
    days = [state.complaints[one].opened_us // DAY_US for one in state.uncounted]
    if state.surges:
        days.append(state.core.surge[0])
    if is_raised:
        days.append(state.core.last_seen_us // DAY_US)  # the days since a late one are not gone through one by one
    state.schedule(KIND, "", (max(days) + 1) * DAY_US)


def _close(state: SellerState, day: int, terms: SurgeTerms) -> None:
    counts = _count(state, day)
    open_day, orders = state.core.surge if state.surges else (day, 0)
    for kind in counts:
        if kind not in state.surges:
            state.surges[kind] = Series(day)
    for kind, series in state.surges.items():
        if open_day < day:
            series.close_day(open_day, 0, orders, terms)
        series.close_day(day, counts.get(kind, 0), orders if open_day == day else 0, terms)
        state.touch("surges", kind)
    if state.surges:
        state.core.surge = day + 1, 0


def _count(state: SellerState, day: int) -> dict[str, int]:
    """How many complaints of each kind count on that day; they are marked so."""
    counts: dict[str, int] = {}
    waiting = [(one, state.complaints[one]) for one in state.uncounted]
    new = [(one.opened_us, one.opened_by, key, one) for key, one in waiting if one.opened_us // DAY_US <= day]
    if not new:
        return counts
    known = {(kind_of(one.kind), _who(one)) for one in state.complaints.values() if one.counted > 0}
    for _, _, complaint_id, complaint in sorted(new, key=lambda one: one[:3]):
        kind = kind_of(complaint.kind) or ""
        state.uncounted.discard(complaint_id)
        state.touch("complaints", complaint_id)
        complaint.counted = day
        if complaint.outcome == "dismissed" or (kind, _who(complaint)) in known:
            complaint.counted = NOT_COUNTED
            continue
        known.add((kind, _who(complaint)))
        counts[kind] = counts.get(kind, 0) + 1
    return counts


def _who(complaint: Complaint) -> str | int:
    """The buyer, else the day on which it counts."""
    return complaint.buyer_id or complaint.of_buyer or complaint.counted


def _amend(state: SellerState, kind: str, day: int, complaints: int) -> None:
    if kind in state.surges:
        state.surges[kind].amend(day, complaints)
        state.touch("surges", kind)
