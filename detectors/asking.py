"""What the detectors say of one event: each is asked, and a detector that raises ends here."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import msgspec

from detectors.detector import Abstained, Around, Cause, DeadlineReached, Finding
from detectors.findings import keep
from detectors.judged import Judged
from detectors.policy import Policy
from detectors.state import SellerState
from schemas.people import without_people


class Answers(msgspec.Struct, frozen=True, gc=False):
    """Whether what is known of the listing or of the seller changed, and whether at most those on trial spoke."""

    changed_listing: bool = False
    changed_seller: bool = False
    all_quiet: bool = True


QUIET: Final = Answers()


class _Asked(NamedTuple):
    """A detector as it is asked at one type of event; made once, since every event asks several."""

    look: Callable[[SellerState, Cause, int, Around], Finding | Abstained | None]
    reason_code: str
    about_listing: bool
    on_trial: bool


class Asking:
    """The detectors of one policy, by the types of events at which they are asked."""

    def __init__(self, policy: Policy) -> None:
        self._asked: dict[Any, list[_Asked]] = {}
        for entry in policy.entries:
            asked = _Asked(entry.detector.look, entry.reason_code, entry.about == "listing", entry.mode == "shadow")
            for cause in entry.asked_at:
                self._asked.setdefault(cause, []).append(asked)

    def ask(
        self, state: SellerState, cause: Cause, now_us: int, around: Around, listing_id: str, judged: Judged
    ) -> Answers:
        """A finding stands until its detector is quiet about the same subject; failures and guards go to `judged`."""
        changed_listing = changed_seller = False
        all_quiet = True
        own = state.findings
        theirs = state.listings[listing_id].findings if listing_id else own
        about = cause.kind if type(cause) is DeadlineReached else type(cause)
        for look, reason_code, about_listing, on_trial in self._asked.get(about, ()):
            try:
                answer = look(state, cause, now_us, around)
            except Exception as error:  # noqa: BLE001 - a detector's bug becomes a dead letter, never a quiet detector
                said = f"{type(error).__name__}: {without_people(str(error))}"  # it may quote a title
                judged.failures.append(f"{reason_code}: {said}")
                all_quiet = all_quiet and on_trial
                continue
            if answer is None:
                if reason_code not in (theirs if about_listing else own):
                    continue
            elif isinstance(answer, Abstained):
                judged.guards.append((reason_code, answer.guard))
                all_quiet = all_quiet and on_trial
                continue
            elif not on_trial:
                all_quiet = False
            subject_id = listing_id if about_listing else ""
            if keep(state, subject_id, reason_code, answer, now_us, cause.event_id):
                if answer is not None:
                    judged.found += (reason_code,)
                if subject_id:
                    changed_listing = True
                else:
                    changed_seller = True
        if all_quiet and not (changed_listing or changed_seller):
            return QUIET
        return Answers(changed_listing, changed_seller, all_quiet)
