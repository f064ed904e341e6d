"""What stands against a seller and its listings: a finding stands until its detector is quiet about the same subject.

The seller's own are stored beside its returns, not in its core: a core is written with every event and has to stay
small, a finding with its sentence and evidence is written when it changes.
"""

from detectors.detector import Finding
from detectors.state import SellerState


def keep(
    state: SellerState, listing_id: str, reason_code: str, answer: Finding | None, now_us: int, cause_id: str
) -> bool:
    """Opens, updates or closes a finding on the listing, or on the seller (""); whether anything changed."""
    found = state.listings[listing_id].findings if listing_id else state.findings
    before = found.get(reason_code)
    if answer is None:
        if before is None:
            return False
        del found[reason_code]
    else:
        after = _since(answer, before, now_us, cause_id)
        if after == before:
            return False
        found[reason_code] = after
    if listing_id:
        state.touch_listing(listing_id)
    else:
        state.touch("findings", reason_code)
    return True


def _since(answer: Finding, before: Finding | None, now_us: int, cause_id: str) -> Finding:
    """`answer` as the same finding that stood before, or as one that this cause opens."""
    return Finding(
        answer.reason_code,
        answer.subject_kind,
        answer.subject_id,
        answer.grade,
        answer.sentence,
        answer.numbers,
        answer.event_ids,
        answer.event_count,
        answer.facts,
        before.since_us if before is not None else now_us,
        before.opened_by if before is not None else cause_id,
        answer.listing_ids,
    )
