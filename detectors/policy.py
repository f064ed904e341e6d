"""What is in force: modes, weights, bands and terms, read once at start and named by a hash of themselves."""

import dataclasses
import hashlib
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from detectors.catalogue import CATALOGUE, Entry
from detectors.exposure import ExposureTerms
from detectors.orders import Terms
from detectors.returns import ReturnTerms
from schemas.fields import Mode

_TERMS: Final = "terms"
_DISCOUNTS: Final = "class_discounts"


class PolicyError(Exception):
    """The policy cannot be used; the message is one sentence that says what to change."""


class Bands(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Scores from which an alert is shown and a hold is placed."""

    alert: float
    hold: float


class HoldTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long holds and verdicts last, and how a clean price ends one."""

    listing_days: float
    seller_days: float
    payout_days: float
    warn_days: float
    tombstone_days: float
    verdict_days: float
    clean_release_min_hours: float
    clean_release_max_hours: float
    clean_release_once_in_days: float
    allowed_fall: float


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    prior: float
    young_weight: float
    bands: Bands
    holds: HoldTerms
    returns: ReturnTerms
    exposure: ExposureTerms
    class_discounts: dict[str, float]
    weights: dict[str, dict[str, float]]
    detectors: dict[str, dict[str, Any]] = {}


class Policy(msgspec.Struct, frozen=True):
    """The policy in force. `entries` are the catalogue's with this policy's modes and thresholds."""

    version: str
    content: dict[str, Any]
    prior: float
    young_weight: float
    bands: Bands
    holds: HoldTerms
    terms: Terms
    weights: dict[str, dict[str, float]]
    entries: tuple[Entry, ...]
    by_code: dict[str, Entry]

    def mode(self, reason_code: str) -> Mode:
        """The mode of a detector; one that this release no longer has counts as on trial."""
        entry = self.by_code.get(reason_code)
        return entry.mode if entry else "shadow"

    def family(self, reason_code: str) -> str:
        """The family of a detector, "" for one that this release no longer has."""
        entry = self.by_code.get(reason_code)
        return entry.family if entry else ""

    def weight(self, reason_code: str, grade: str) -> float:
        """The weight of evidence in nats."""
        return self.weights.get(reason_code, {}).get(grade, 0.0)


def make_policy(packaged: Mapping[str, Any], own: Mapping[str, Any] | None = None) -> Policy:
    """The packaged policy, overridden key by key by a team's `own`.

    Raises `PolicyError` with a sentence that names the key for anything unknown or out of range.
    """
    content = _merge(packaged, own or {})
    try:
        read = msgspec.convert(content, _File)
    except msgspec.ValidationError as error:
        raise PolicyError(f"The policy does not fit: {error}; see `assay policy show` for every key.") from error
    if not 0 < read.bands.alert <= read.bands.hold < 1:
        raise PolicyError("The policy's bands must be 0 < alert <= hold < 1.")
    if not 0 <= read.holds.clean_release_min_hours <= read.holds.clean_release_max_hours:
        raise PolicyError("The policy's clean_release_min_hours must not exceed clean_release_max_hours.")
    terms = Terms(read.returns, read.exposure)
    entries = tuple(_entry(entry, read, terms) for entry in CATALOGUE)
    by_code = {entry.reason_code: entry for entry in entries}
    for section, names in (("detectors", read.detectors), ("weights", read.weights)):
        if unknown := sorted(set(names) - set(by_code)):
            raise PolicyError(
                f"The policy's [{section}.{unknown[0]}] names no detector; there are {', '.join(by_code)}."
            )
    canonical = msgspec.json.encode([content, [_thresholds(entry) for entry in entries]], order="deterministic")
    return Policy(
        version=hashlib.sha256(canonical).hexdigest()[:12],
        content=content,
        prior=read.prior,
        young_weight=read.young_weight,
        bands=read.bands,
        holds=read.holds,
        terms=terms,
        weights=read.weights,
        entries=entries,
        by_code=by_code,
    )


def shown(policy: Policy) -> dict[str, Any]:
    """Everything in force, every detector's mode and thresholds included, for `assay policy show`."""
    detectors = {
        entry.reason_code: {"family": entry.family, "mode": entry.mode, **_thresholds(entry)}
        for entry in policy.entries
    }
    return {"policy_version": policy.version, **policy.content, "detectors": detectors}


def _entry(entry: Entry, read: _File, terms: Terms) -> Entry:
    """The catalogue's entry with the policy's mode and thresholds."""
    wanted = dict(read.detectors.get(entry.reason_code, {}))
    mode = wanted.pop("mode", entry.mode)
    if mode not in ("shadow", "alert", "hold"):
        raise PolicyError(f"The policy's mode of {entry.reason_code} must be shadow, alert or hold, not {mode!r}.")
    fields = {field.name: field for field in dataclasses.fields(entry.detector)}  # type: ignore[arg-type]
    given: dict[str, Any] = {}
    for name, value in wanted.items():
        if name not in fields or name in (_TERMS, _DISCOUNTS):
            raise PolicyError(f"The policy's [detectors.{entry.reason_code}] has no threshold {name!r}.")
        kind = type(getattr(entry.detector, name))
        if isinstance(value, bool) or not isinstance(value, (int, float) if kind is float else kind):
            raise PolicyError(f"The policy's {name} of {entry.reason_code} must be a {kind.__name__}, not {value!r}.")
        given[name] = kind(value)
    if _TERMS in fields:
        given[_TERMS] = terms.returns
    if _DISCOUNTS in fields:
        given[_DISCOUNTS] = read.class_discounts
    detector = dataclasses.replace(entry.detector, **given)  # type: ignore[type-var]
    return entry._replace(detector=detector, mode=mode)


def _thresholds(entry: Entry) -> dict[str, Any]:
    """A detector's own thresholds, without what it shares with the rest of the policy."""
    held = dataclasses.fields(entry.detector)  # type: ignore[arg-type]
    return {field.name: getattr(entry.detector, field.name) for field in held if field.name not in (_TERMS, _DISCOUNTS)}


def _merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        held = merged.get(key)
        merged[key] = _merge(held, value) if isinstance(held, Mapping) and isinstance(value, Mapping) else value
    return merged
