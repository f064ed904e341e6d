"""Moderators' verdicts: what is in force on whom, and what it mutes.

On one subject the newest verdict of an equal or higher role counts. An allow mutes actions; findings are still
recorded. In the aftersale family a new fact (another buyer) ends an allow.
"""

import hashlib
from decimal import Decimal
from typing import Final

from detectors.policy import Policy
from detectors.records import ON_TRIAL, Listing, Ruling
from detectors.state import SellerState
from schemas import VerdictGiven
from schemas.fields import DAY_US, to_us

_RANK: Final = {"moderator": 0, "lead": 1}
LONGEST_US: Final = 3_650 * DAY_US
_BAD: Final = ("counterfeit", "non_delivery")


def rule(state: SellerState, event: VerdictGiven, now_us: int, policy: Policy) -> bool:
    """Takes a verdict in; False when one of a higher role is in force on the same subject."""
    before = ruling_on(state, event.subject, event.subject_id)
    if before is not None and now_us < before.expires_us and _RANK[before.role] > _RANK[event.role]:
        return False
    if event.expires_at is not None:
        expires_us = min(to_us(event.expires_at), now_us + LONGEST_US)
    else:
        expires_us = now_us + int(policy.holds.verdict_days * DAY_US)
    listing = state.listings.get(event.subject_id) if event.subject == "listing" else None
    ruling = Ruling(
        verdict=event.verdict,
        moderator=event.moderator,
        role=event.role,
        cause=event.cause or "",
        family=_key_of(state, event.alert_id).removesuffix(ON_TRIAL),
        at_us=now_us,
        expires_us=expires_us,
        judged_price=listing.price if listing else Decimal(0),
        facts=_facts(state, policy),
    )
    if event.subject == "listing":
        if listing is None:
            # A verdict on a listing that was never seen still binds.
            listing = state.listings[event.subject_id] = Listing(0, "", now_us, "", 0.0, Decimal(0), "")
        listing.ruling = ruling
        state.touch_listing(event.subject_id)
        state.schedule("ruling", f"listing:{event.subject_id}", expires_us)
    else:
        state.core.rulings[event.subject] = ruling
        state.schedule("ruling", event.subject, expires_us)
    if event.verdict == "rejected":
        state.core.confirmed_bad = False
    elif event.cause in _BAD:
        state.core.confirmed_bad = True
    return True


def expire(state: SellerState, subject: str, now_us: int) -> None:
    """A verdict's time is up: findings that still stand may act again."""
    kind, _, listing_id = subject.partition(":")
    if kind == "listing":
        listing = state.listings.get(listing_id)
        if listing is not None and listing.ruling is not None and listing.ruling.expires_us <= now_us:
            listing.ruling = None
            state.touch_listing(listing_id)
    elif kind in state.core.rulings and state.core.rulings[kind].expires_us <= now_us:
        del state.core.rulings[kind]
    state.schedule("ruling", subject, None)


def ruling_on(state: SellerState, subject: str, subject_id: str) -> Ruling | None:
    """The verdict on a listing, on the seller, or on its payout."""
    if subject != "listing":
        return state.core.rulings.get(subject)
    listing = state.listings.get(subject_id)
    return listing.ruling if listing is not None else None


def reasons_of(state: SellerState, event: VerdictGiven, policy: Policy) -> tuple[str, ...]:
    """The reason codes a verdict is about: its alert's own, its subject's hold's, else those that stand against it."""
    key = _key_of(state, event.alert_id)
    if key:
        family = key.removesuffix(ON_TRIAL)
        return tuple(code for code in state.core.alerts[key].reason_codes if policy.family(code) == family)
    if event.subject == "listing":
        listing = state.listings.get(event.subject_id)
        hold, findings = (listing.hold, listing.findings) if listing is not None else (None, {})
    else:
        hold, findings = state.core.holds.get(event.subject), state.findings
    return hold.reason_codes if hold is not None and hold.active else tuple(sorted(findings))


def is_muted(state: SellerState, family: str, listing: Listing | None, now_us: int, policy: Policy) -> bool:
    """Whether an allow in force covers that family, for the listing or for the seller (None)."""
    own = listing.ruling if listing is not None else None
    if own is not None and _allows(own, family, now_us) and _covers_facts(state, own, family, policy):
        return True
    rulings = state.core.rulings
    if not rulings:
        return False
    by_seller = rulings.get("seller")
    by_payout = rulings.get("payout") if family == "aftersale" else None
    allows = [one for one in (by_seller, by_payout) if one is not None and _allows(one, family, now_us)]
    return any(_covers_facts(state, one, family, policy) for one in allows)


def ends_allow(listing: Listing, identity: str, price: Decimal, allowed_fall: float) -> bool:
    """Whether a change of the listing is more than its allow covered."""
    ruling = listing.ruling
    if ruling is None or ruling.verdict != "rejected":
        return False
    floor = ruling.judged_price * (1 - Decimal(str(allowed_fall)))
    return identity != listing.identity or price < floor


def identity_of(*parts: str | None) -> str:
    """A digest of what a moderator looked at: title, product, condition."""
    joined = "\x1f".join(part or "" for part in parts)
    return hashlib.blake2b(joined.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _allows(ruling: Ruling, family: str, now_us: int) -> bool:
    return ruling.verdict == "rejected" and now_us < ruling.expires_us and ruling.family in ("", family)


def _covers_facts(state: SellerState, ruling: Ruling, family: str, policy: Policy) -> bool:
    """Whether nothing new (another buyer) has come since the verdict."""
    return family != "aftersale" or _facts(state, policy) <= ruling.facts


def _key_of(state: SellerState, alert_id: str | None) -> str:
    """The key of a named alert; "" (the whole subject) where none is named or none such is open."""
    if alert_id is None:
        return ""
    return next((key for key, alert in state.core.alerts.items() if alert.alert_id == alert_id), "")


def _facts(state: SellerState, policy: Policy) -> int:
    theirs = [one for one in state.findings.values() if policy.family(one.reason_code) == "aftersale"]
    return max([one.facts for one in theirs if policy.mode(one.reason_code) != "shadow"], default=0)
