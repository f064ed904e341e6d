"""What moderators are told: one alert per seller and family, opened at once, updated in place, withdrawn."""

import hashlib
from collections.abc import Iterator
from typing import Final, NamedTuple

import msgspec

from detectors.catalogue import FAMILIES
from detectors.detector import Finding
from detectors.exposure import total
from detectors.held import Moment, derived_id, holds_of, is_expiring
from detectors.policy import Policy
from detectors.records import OpenAlert
from detectors.score import Score, listing_findings, listing_score, seller_findings, seller_score
from detectors.state import SellerState
from schemas import Alert, Evidence, SellerStanding
from schemas.fields import to_time
from schemas.outputs import MAX_ALERT_BYTES, MAX_EVENT_IDS, MAX_LISTING_IDS

YOUNG: Final = "young"
EXPIRING: Final = "A hold expires within a day; confirm it to keep it."
EXPIRED: Final = "A hold has expired while its finding still stands; only a moderator places it again."
TRUNCATED: Final = "This seller has more open orders, returns or listings than are remembered; sums may be too low."
FEW_EVENT_IDS: Final = 5  # what stays of a line that would be too long
MAX_SHORT_SENTENCE: Final = 500
MAX_SHORT_NUMBER: Final = 40
#: Honest sellers reassure too: shown beside other findings, never the reason for an alert.
NEVER_OPENS: Final = ("reassuring_messages",)
_SEVERITY: Final = {"shadow": "low", "alert": "medium"}


class _Case(NamedTuple):
    """What one family has to say of a seller now."""

    score: Score
    evidence: tuple[Finding, ...]
    listing_ids: tuple[str, ...]
    first: Finding


def decide_alerts(state: SellerState, moment: Moment, policy: Policy) -> Iterator[Alert]:
    """The alerts to publish after an event: for each family that has something new to say."""
    for family in FAMILIES:
        case = _case(state, family, moment, policy)
        alert = state.core.alerts.get(family)
        if case is None:
            if alert is not None:
                del state.core.alerts[family]
                yield _withdrawn(state, family, alert, moment, policy)
            continue
        if alert is None:
            first = case.first
            alert = OpenAlert(
                alert_id="a" + derived_id(state.seller_id, family, moment.cause_id),
                opened_us=moment.now_us,
                subject_kind=first.subject_kind,
                subject_id=first.subject_id,
            )
        line = _line(state, family, alert, case, moment, policy)
        said = _digest(case, line, policy)
        if said == alert.said:
            continue
        state.core.revision += 1
        status = "updated" if alert.said else "opened"
        alert.said, alert.reason_codes = said, line.reason_codes
        state.core.alerts[family] = alert
        yield _fitting(msgspec.structs.replace(line, revision=state.core.revision, status=status))


def standing(state: SellerState, moment: Moment, policy: Policy) -> SellerStanding:
    """The seller's line, published with every alert or hold on it."""
    score, _ = seller_score(state, policy, moment.now_us)
    state.core.revision += 1
    return SellerStanding(
        seller_id=state.seller_id,
        revision=state.core.revision,
        score=score.value if score.counted else 0.0,
        reason_codes=_codes(score.counted),
        exposure=total(state),
        event_time=to_time(moment.now_us),
    )


def _case(state: SellerState, family: str, moment: Moment, policy: Policy) -> _Case | None:
    """The family's findings that no verdict mutes: of the seller, and of its listings."""
    own = [one for one in seller_findings(state, policy, moment.now_us) if _opens(one, family, policy)]
    shelf: list[tuple[int, str, Finding]] = []
    best: tuple[float, int, str, Score, list[Finding]] | None = None
    for listing_id in state.flagged:
        listing = state.listings[listing_id]
        found = [one for one in listing_findings(state, listing, policy, moment.now_us) if _opens(one, family, policy)]
        if not found:
            continue
        first = min(found, key=lambda one: (one.since_us, one.reason_code))
        shelf.append((first.since_us, listing_id, first))
        score = listing_score(state, listing, policy, moment.now_us)
        if best is None or (-score.value, first.since_us, listing_id) < best[:3]:
            best = (-score.value, first.since_us, listing_id, score, found)
    if not own and not shelf:
        return None
    shelf.sort(key=lambda one: one[:2])
    if best is None or own:
        score, _ = seller_score(state, policy, moment.now_us)
        first = min(own, key=lambda one: (one.since_us, one.reason_code))
    else:
        score, first = best[3], shelf[0][2]
    theirs = own if best is None or own else best[4]
    on_trial = [one for one in theirs if policy.mode(one.reason_code) == "shadow"]
    ordered = sorted([*score.counted, *on_trial], key=lambda one: _place_of(one, family, policy))
    named = [listing_id for one in own for listing_id in one.listing_ids]
    return _Case(score, tuple(ordered), tuple(dict.fromkeys([*(one[1] for one in shelf), *named])), first)


def _opens(finding: Finding, family: str, policy: Policy) -> bool:
    return policy.family(finding.reason_code) == family and finding.reason_code not in NEVER_OPENS


def _place_of(finding: Finding, family: str, policy: Policy) -> tuple[bool, int, float, str]:
    """Own family first, then by family and weight."""
    theirs = policy.family(finding.reason_code)
    rank = FAMILIES.index(theirs) if theirs in FAMILIES else len(FAMILIES)
    return theirs != family, rank, -policy.weight(finding.reason_code, finding.grade), finding.reason_code


def _line(state: SellerState, family: str, alert: OpenAlert, case: _Case, moment: Moment, policy: Policy) -> Alert:
    """The alert's line as it reads now."""
    held = [(scope, subject, hold) for scope, subject, hold in holds_of(state) if hold.active or hold.expired]
    shelf = set(case.listing_ids)
    theirs = [
        (scope, hold)
        for scope, subject, hold in held
        if (subject in shelf if scope == "listing" else family == "aftersale" or hold.by_human)
    ]
    active = {scope for scope, hold in theirs if hold.active}
    counted = any(_opens(one, family, policy) for one in case.score.counted)
    if active:
        mode, severity = "hold", "critical" if active - {"listing"} else "high"
    else:
        mode = "alert" if counted and case.score.value >= policy.bands.alert else "shadow"
        severity = _SEVERITY[mode]
    notes = [EXPIRED] if any(hold.expired and not hold.active for _, hold in theirs) else []
    notes += [EXPIRING] if any(is_expiring(hold, moment.now_us, policy) for _, hold in theirs) else []
    notes += [TRUNCATED] if state.core.truncated else []
    return Alert(
        alert_id=alert.alert_id,
        revision=0,
        status="opened",
        family=family,
        subject_kind=alert.subject_kind,  # type: ignore[arg-type]  # listing or seller
        subject_id=alert.subject_id,
        seller_id=state.seller_id,
        listing_id=alert.subject_id if alert.subject_kind == "listing" else msgspec.UNSET,
        listing_ids=case.listing_ids[:MAX_LISTING_IDS],
        reason_codes=_codes(case.evidence),
        score=case.score.value,
        severity=severity,  # type: ignore[arg-type]
        exposure=total(state),
        evidence=_evidence(state, case, moment, policy),
        mode=mode,  # type: ignore[arg-type]
        note=" ".join(notes) if notes else msgspec.UNSET,
        policy_version=policy.version,
        event_time=to_time(moment.now_us),
        detected_at=to_time(moment.decided_us),
    )


def _evidence(state: SellerState, case: _Case, moment: Moment, policy: Policy) -> tuple[Evidence, ...]:
    shown = [
        Evidence(
            reason_code=one.reason_code,
            weight=round(policy.weight(one.reason_code, one.grade), 3),
            sentence=one.sentence,
            numbers=one.numbers,
            event_ids=one.event_ids[-MAX_EVENT_IDS:],
            event_count=one.event_count or len(one.event_ids),
        )
        for one in case.evidence
    ]
    if case.score.counted and state.is_young(moment.now_us):
        days = round((moment.now_us - state.since_us) / 86_400_000_000, 3)
        sentence = f"the seller joined {days:.0f} days ago"
        shown.append(Evidence(reason_code=YOUNG, weight=policy.young_weight, sentence=sentence, numbers={"days": days}))
    return tuple(shown)


def _withdrawn(state: SellerState, family: str, alert: OpenAlert, moment: Moment, policy: Policy) -> Alert:
    score, _ = seller_score(state, policy, moment.now_us)
    state.core.revision += 1
    return Alert(
        alert_id=alert.alert_id,
        revision=state.core.revision,
        status="withdrawn",
        family=family,
        subject_kind=alert.subject_kind,  # type: ignore[arg-type]
        subject_id=alert.subject_id,
        seller_id=state.seller_id,
        listing_id=alert.subject_id if alert.subject_kind == "listing" else msgspec.UNSET,
        reason_codes=alert.reason_codes,
        score=score.value if score.counted else 0.0,
        severity="low",
        exposure=total(state),
        evidence=(),
        mode="shadow",
        policy_version=policy.version,
        event_time=to_time(moment.now_us),
        detected_at=to_time(moment.decided_us),
    )


def _digest(case: _Case, line: Alert, policy: Policy) -> bytes:
    """What makes a new line worth publishing: the family's own facts, and how far they led.

    Times, the exposure (it moves with every order) and other families' facts do not: they have alerts of their own.
    """
    own = [
        (one.reason_code, one.grade, one.facts, one.subject_id)
        for one in case.evidence
        if policy.family(one.reason_code) == line.family
    ]
    note = "" if line.note is msgspec.UNSET else line.note
    content = (own, line.listing_ids, line.score, line.severity, line.mode, note, line.reason_codes)
    return hashlib.blake2b(msgspec.msgpack.encode(content), digest_size=8).digest()


def _codes(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.reason_code for one in findings))


def _fitting(line: Alert) -> Alert:
    """`line` within `MAX_ALERT_BYTES`: event ids go first, then listing ids, then what makes a sentence long."""
    if _fits(line):
        return line
    evidence = tuple(msgspec.structs.replace(one, event_ids=one.event_ids[-FEW_EVENT_IDS:]) for one in line.evidence)
    line = msgspec.structs.replace(line, evidence=evidence)
    while not _fits(line) and line.listing_ids:
        line = msgspec.structs.replace(line, listing_ids=line.listing_ids[: len(line.listing_ids) // 2])
    if _fits(line):
        return line
    return msgspec.structs.replace(line, evidence=tuple(map(_shortened, line.evidence)))


def _fits(line: Alert) -> bool:
    return len(msgspec.json.encode(line)) <= MAX_ALERT_BYTES


def _shortened(evidence: Evidence) -> Evidence:
    numbers = {name: value for name, value in evidence.numbers.items() if len(str(value)) <= MAX_SHORT_NUMBER}
    sentence = evidence.sentence
    if len(sentence) > MAX_SHORT_SENTENCE:
        sentence = sentence[:MAX_SHORT_SENTENCE] + "…"
    return msgspec.structs.replace(evidence, sentence=sentence, numbers=numbers)
