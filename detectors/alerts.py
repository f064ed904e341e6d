"""What moderators are told: one alert per seller and family, opened at once, updated in place, withdrawn.

What detectors on trial see has an alert of its own in each family: were it in the family's, it would name it, open it
earlier and choose the listing whose score it shows, and a trial may change nothing that is decided.
"""

import hashlib
from collections.abc import Iterator
from itertools import chain, product
from typing import Final

import msgspec

from detectors.catalogue import FAMILIES
from detectors.detector import Finding
from detectors.exposure import total
from detectors.fitting import fitting
from detectors.held import Moment, derived_id, holds_of, is_expiring
from detectors.policy import Policy
from detectors.records import ON_TRIAL, OpenAlert
from detectors.score import SUPPORTING, Score, Shelf, look_at, score_of
from detectors.state import SellerState
from schemas import Alert, Evidence, SellerStanding
from schemas.fields import DAY_US, to_time
from schemas.outputs import MAX_EVENT_IDS, MAX_LISTING_IDS

YOUNG: Final = "young"
EXPIRING: Final = "A hold expires within a day; confirm it to keep it."
EXPIRED: Final = "A hold has expired while its finding still stands; only a moderator places it again."
BRAKED: Final = "The breaker has tripped: what would be a hold is an alert until it ends."
TRUNCATED: Final = "This seller has more open orders, returns or listings than are remembered; sums may be too low."
_SEVERITY: Final = {"shadow": "low", "alert": "medium"}


class _Case(msgspec.Struct, frozen=True, gc=False):
    """What one family has to say of a seller now."""

    score: Score
    evidence: tuple[Finding, ...]
    listing_ids: tuple[str, ...]
    first: Finding
    on_trial: bool


def decide_alerts(state: SellerState, moment: Moment, policy: Policy) -> Iterator[Alert]:
    """The alerts to publish after an event: for each family, what is on trial in it apart: what is new to say."""
    shelf = look_at(state, policy, moment.now_us)
    found = chain(shelf.own, *(listing.findings for listing in shelf.listings))
    any_on_trial = any(policy.mode(one.reason_code) == "shadow" for one in found)
    for family, on_trial in product(FAMILIES, (False, True)):
        key = family + ON_TRIAL if on_trial else family
        if on_trial and not any_on_trial and key not in state.core.alerts:
            continue
        case = _case(shelf, family, policy, on_trial)
        alert = state.core.alerts.get(key)
        if case is None:
            if alert is not None:
                del state.core.alerts[key]
                yield _withdrawn(state, family, alert, shelf.score, moment, policy)
            continue
        if alert is None:
            first = case.first
            alert = OpenAlert(
                alert_id="a" + derived_id(state.seller_id, key, moment.cause_id),
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
        state.core.alerts[key] = alert
        yield fitting(msgspec.structs.replace(line, revision=state.core.revision, status=status))


def standing(state: SellerState, moment: Moment, policy: Policy) -> SellerStanding:
    """The seller's line, published with every alert or hold on it."""
    score = look_at(state, policy, moment.now_us).score
    state.core.revision += 1
    return SellerStanding(
        seller_id=state.seller_id,
        revision=state.core.revision,
        score=score.value if score.counted else 0.0,
        reason_codes=_codes(score.counted),
        exposure=total(state),
        event_time=to_time(moment.now_us),
    )


def _case(shelf: Shelf, family: str, policy: Policy, on_trial: bool) -> _Case | None:
    """The family's findings that no verdict mutes, those on trial or the others: of the seller, and of its listings."""
    own = [one for one in shelf.own if _opens(one, family, policy, on_trial)]
    theirs = []
    for listing in shelf.listings:
        found = [one for one in listing.findings if _opens(one, family, policy, on_trial)]
        if found:
            first = min(found, key=_since)
            theirs.append((first.since_us, listing.listing_id, first, listing, found))
    if not own and not theirs:
        return None
    theirs.sort(key=lambda one: one[:2])
    if own:
        score, first, tried = shelf.score, min(own, key=_since), own
    else:
        _, _, _, best, tried = min(theirs, key=lambda one: (-one[3].value, one[0], one[1]))
        score, first = score_of([*best.findings, *shelf.own], policy, shelf.young), theirs[0][2]
    ordered = sorted([*score.counted, *(tried if on_trial else ())], key=lambda one: _place_of(one, family, policy))
    named = [listing_id for one in own for listing_id in one.listing_ids]
    return _Case(score, tuple(ordered), tuple(dict.fromkeys([*(one[1] for one in theirs), *named])), first, on_trial)


def _since(finding: Finding) -> tuple[int, str]:
    return finding.since_us, finding.reason_code


def _opens(finding: Finding, family: str, policy: Policy, on_trial: bool) -> bool:
    code = finding.reason_code
    return policy.family(code) == family and code not in SUPPORTING and (policy.mode(code) == "shadow") is on_trial


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
        if not case.on_trial
        if (subject in shelf if scope == "listing" else family == "aftersale" or hold.by_human)
    ]
    active = {scope for scope, hold in theirs if hold.active}
    counted = not case.on_trial and any(_opens(one, family, policy, False) for one in case.score.counted)
    if active:
        mode, severity = "hold", "critical" if active - {"listing"} else "high"
    else:
        mode = "alert" if counted and case.score.value >= policy.bands.alert else "shadow"
        severity = _SEVERITY[mode]
    notes = [EXPIRED] if any(hold.expired for _, hold in theirs) else []
    notes += [EXPIRING] if any(is_expiring(hold, moment.now_us, policy) for _, hold in theirs) else []
    notes += [BRAKED] if state.core.braked_us and not active else []
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
        days = round((moment.now_us - state.since_us) / DAY_US, 3)
        sentence = f"the seller joined {_ago(days)}"
        shown.append(Evidence(reason_code=YOUNG, weight=policy.young_weight, sentence=sentence, numbers={"days": days}))
    return tuple(shown)


def _ago(days: float) -> str:
    whole = round(days)
    return f"{whole} days ago" if whole > 1 else "1 day ago" if days >= 1.0 else "less than a day ago"


def _withdrawn(
    state: SellerState, family: str, alert: OpenAlert, score: Score, moment: Moment, policy: Policy
) -> Alert:
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
