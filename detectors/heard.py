"""What a seller tells its buyers, as far as a detector asks for it: noted when it is said, forgotten after 90 days.

No text is kept but the phrase itself. A conversation counts once; a busy seller who says the same all day is noted once
a day and in its first few conversations, so that honest ones cost little.
"""

import hashlib
from typing import Final

from detectors.detector import Finding
from detectors.orders import Terms
from detectors.records import Spoken
from detectors.state import SellerState
from detectors.wording.messages import read_message
from schemas import MessageSent
from schemas.fields import DAY_US
from schemas.people import without_people

KIND: Final = "spoken"  # of the deadline, whose subject is the reason code
KEPT_US: Final = 90 * DAY_US
MAX_CONVERSATIONS: Final = 8
MAX_PHRASE: Final = 24  # characters
REASSURING: Final = "reassuring_messages"
LURE: Final = "off_platform_lure"


def heard(state: SellerState, event: MessageSent, now_us: int, _terms: Terms) -> None:
    """Reads a message of the seller; a buyer's says nothing of the seller."""
    if event.sender != "seller":
        return
    said = read_message(event.text)
    for reason_code, phrase in ((REASSURING, said.reassuring), (LURE, said.lure)):
        if phrase:
            _note(state, reason_code, without_people(phrase)[:MAX_PHRASE], event, now_us)


def forget(state: SellerState, reason_code: str, due_us: int) -> None:
    """Its time is up, unless it was said again."""
    spoken = state.core.spoken.get(reason_code)
    if spoken is not None and spoken.last_us + KEPT_US <= due_us:
        del state.core.spoken[reason_code]
        state.schedule(KIND, reason_code, None)


def _note(state: SellerState, reason_code: str, phrase: str, event: MessageSent, now_us: int) -> None:
    before = state.core.spoken.get(reason_code)
    known = before.conversations if before is not None else ()
    conversation = _digest(event.conversation_id)
    if conversation not in known and len(known) < MAX_CONVERSATIONS:
        known = (*known, conversation)
    elif before is not None and now_us - before.last_us < DAY_US:
        return
    if before is not None and before.last_us > now_us:
        spoken = Spoken(before.last_us, before.event_id, before.phrase, known)
    else:
        spoken = Spoken(now_us, event.event_id, phrase, known)
    state.core.spoken[reason_code] = spoken
    state.schedule(KIND, reason_code, spoken.last_us + KEPT_US)


def _digest(conversation_id: str) -> int:
    return int.from_bytes(hashlib.blake2b(conversation_id.encode("utf-8", "surrogatepass"), digest_size=4).digest())


def finding(state: SellerState, reason_code: str, grade: str, conversations_enough: int, does: str) -> Finding | None:
    """What was noted under that code, said as what the seller `does`; None below so many conversations."""
    spoken = state.core.spoken.get(reason_code)
    if spoken is None or len(spoken.conversations) < conversations_enough:
        return None
    count = len(spoken.conversations)
    least = "at least " if count == MAX_CONVERSATIONS else ""
    return Finding(
        reason_code=reason_code,
        subject_kind="seller",
        subject_id=state.seller_id,
        grade=grade,
        sentence=f'the seller {does}, last with "{spoken.phrase}" '
        f"({least}{count} conversation{'s' if count > 1 else ''} in {KEPT_US // DAY_US} days)",
        numbers={"phrase": spoken.phrase, "conversations": count},
        event_ids=(spoken.event_id,),
        event_count=1,
        facts=count,
    )
