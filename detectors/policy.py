"""What is in force: modes, weights, bands and terms, read once at start and named by a hash of themselves."""

import dataclasses
import hashlib
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from detectors.baseline import Surges
from detectors.breaker import BreakerTerms
from detectors.calendars import CalendarError, check_calendars, holidays_version
from detectors.catalogue import CATALOGUE, Entry
from detectors.exposure import ExposureTerms
from detectors.feed import FeedTerms
from detectors.orders import Terms
from detectors.rates import RateError, rates_of
from detectors.returns import ReturnTerms
from detectors.rhythm import SilenceTerms
from schemas.fields import Mode

_TERMS: Final = "terms"
_SILENCE: Final = "silence"
_DISCOUNTS: Final = "class_discounts"
_SHARED: Final = (_TERMS, _SILENCE, _DISCOUNTS)
_DETECTORS: Final = "detectors"
_RATES: Final = "rates"
_FREE: Final = ("returns.calendars", _RATES)  # tables whose keys are a team's own
_NATS: Final = (-100.0, 100.0)  # their sum never leaves the range of `exp`
_LARGEST: Final = 1e15
_OTHERS: Final = (0.0, 10_000.0)  # days or hours, added to any time of an event, stay a time
_RANGES: Final = {
    "prior": _NATS,
    "young_weight": _NATS,
    "weights": _NATS,
    _DISCOUNTS: (0.01, 1.0),
    "holds.allowed_fall": (0.0, 1.0),
    "silence.smoothing": (0.001, 1.0),
    "silence.probability": (1e-9, 0.5),
    "silence.session_hours": (0.1, 10_000.0),
    "silence.most_hours": (1.0, 10_000.0),
    "silence.refunded_share": (0.0, 1.0),
    "breaker.share": (0.0, 1.0),
    "feed.pending_hours": (0.1, 10_000.0),
    "feed.history_days": (1.0, 400.0),
    **{f"surge.{whose}.design_shift": (1.05, 10.0) for whose in ("seller", "market")},
    **{f"surge.{whose}.least_shift": (1.05, 10.0) for whose in ("seller", "market")},
    **{f"surge.{whose}.false_alarm_years": (0.01, 1_000.0) for whose in ("seller", "market")},
    **{f"surge.{whose}.pooled_complaints": (0.1, 10_000.0) for whose in ("seller", "market")},
    **{f"surge.{whose}.least_weeks": (1.0, 12.0) for whose in ("seller", "market")},
    **{f"surge.{whose}.least_offset": (0.0, 1.0) for whose in ("seller", "market")},
}
_WANTED: Final[dict[type[Any], tuple[str, tuple[type[Any], ...]]]] = {
    int: ("a whole number", (int,)),
    float: ("a number", (int, float)),
    str: ("text", (str,)),
}


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
    silence: SilenceTerms
    feed: FeedTerms
    breaker: BreakerTerms
    surge: Surges
    rates: dict[str, float]
    class_discounts: dict[str, float]
    weights: dict[str, dict[str, float]]
    detectors: dict[str, dict[str, Any]] = {}


class Policy(msgspec.Struct, frozen=True):
    """The policy in force. `entries` are the catalogue's with this policy's modes and thresholds.

    `rates`: each currency's worth in units of one base, for comparing across currencies; empty: never.
    """

    version: str
    content: dict[str, Any]
    prior: float
    young_weight: float
    bands: Bands
    holds: HoldTerms
    terms: Terms
    feed: FeedTerms
    breaker: BreakerTerms
    rates: dict[str, float]
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
    for given in (packaged, own or {}):
        _check(given, packaged)
    content = _merge(packaged, own or {})
    try:
        check_calendars(content.get("returns", {}).get("calendars", {}))
        content[_RATES] = rates_of(content.get(_RATES, {}))
        read = msgspec.convert(content, _File)
    except (CalendarError, RateError) as error:
        raise PolicyError(str(error)) from None
    except msgspec.ValidationError as error:
        raise PolicyError(f"The policy does not fit: {error}; see `assay policy show` for every key.") from error
    if not 0 < read.bands.alert <= read.bands.hold < 1:
        raise PolicyError("The policy's bands must be 0 < alert <= hold < 1.")
    if not 0 <= read.holds.clean_release_min_hours <= read.holds.clean_release_max_hours:
        raise PolicyError("The policy's clean_release_min_hours must not exceed clean_release_max_hours.")
    terms = Terms(read.returns, read.exposure, read.silence, read.surge)
    entries = tuple(_entry(entry, read, terms) for entry in CATALOGUE)
    by_code = {entry.reason_code: entry for entry in entries}
    for section, names in ((_DETECTORS, read.detectors), ("weights", read.weights)):
        if unknown := sorted(set(names) - set(by_code)):
            raise PolicyError(
                f"The policy's [{section}.{unknown[0]}] names no detector; there are {', '.join(by_code)}."
            )
    return Policy(
        version=_version(read, entries),
        content=content,
        prior=read.prior,
        young_weight=read.young_weight,
        bands=read.bands,
        holds=read.holds,
        terms=terms,
        feed=read.feed,
        breaker=read.breaker,
        rates=read.rates,
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
        if name not in fields or name in _SHARED:
            raise PolicyError(f"The policy's [detectors.{entry.reason_code}] has no threshold {name!r}.")
        kind = type(getattr(entry.detector, name))
        wanted_kind, kinds = _WANTED[kind]
        if isinstance(value, bool) or not isinstance(value, kinds) or not _is_finite(value):
            raise PolicyError(f"The policy's {name} of {entry.reason_code} must be {wanted_kind}, not {value!r}.")
        given[name] = kind(value)
    if _TERMS in fields:
        given[_TERMS] = terms.returns
    if _SILENCE in fields:
        given[_SILENCE] = terms.silence
    if _DISCOUNTS in fields:
        given[_DISCOUNTS] = read.class_discounts
    detector = dataclasses.replace(entry.detector, **given)  # type: ignore[type-var]
    return entry._replace(detector=detector, mode=mode)


def _thresholds(entry: Entry) -> dict[str, Any]:
    """A detector's own thresholds, without what it shares with the rest of the policy."""
    held = dataclasses.fields(entry.detector)  # type: ignore[arg-type]
    return {field.name: getattr(entry.detector, field.name) for field in held if field.name not in _SHARED}


def _version(read: _File, entries: tuple[Entry, ...]) -> str:
    """A hash of what is in force: the same for two files that mean the same."""
    detectors = [[entry.reason_code, entry.family, entry.mode, _thresholds(entry)] for entry in entries]
    in_force = [msgspec.structs.replace(read, detectors={}), detectors, holidays_version(read.returns.calendars)]
    return hashlib.sha256(msgspec.json.encode(in_force, order="deterministic")).hexdigest()[:12]


def _check(given: Mapping[str, Any], packaged: Mapping[str, Any], path: str = "") -> None:
    """Every key of `given` is one of the packaged policy's, of its kind and in its range; detectors are not asked."""
    for key, value in given.items():
        name = f"{path}{key}"
        if name == _DETECTORS or path == f"{_DETECTORS}.":
            if not isinstance(value, Mapping):
                raise PolicyError(f"The policy's {name} must be a table, not {value!r}.")
            if not path:
                _check(value, value, f"{name}.")
        elif name in _FREE:
            if not isinstance(value, Mapping):
                raise PolicyError(f"The policy's {name} must be a table, not {value!r}.")
        elif key not in packaged:
            raise PolicyError(f"The policy has no key {name}; `assay policy show` prints every key.")
        elif isinstance(packaged[key], Mapping):
            if not isinstance(value, Mapping):
                raise PolicyError(f"The policy's {name} must be a table, not {value!r}.")
            _check(value, packaged[key], f"{name}.")
        else:
            _check_number(name, value, packaged[key])


def _check_number(name: str, value: Any, packaged: Any) -> None:
    low, high = _RANGES.get(name) or _RANGES.get(name.partition(".")[0]) or _OTHERS
    kinds = (int, float, str) if isinstance(packaged, str) else (int, float)
    try:
        fits = not isinstance(value, bool) and isinstance(value, kinds) and low <= float(value) <= high
    except (ValueError, OverflowError):  # text that is no number, a whole number of a thousand digits
        fits = False
    if not fits:
        raise PolicyError(f"The policy's {name} must be a number from {low:g} to {high:g}, not {value!r}.")


def _is_finite(value: Any) -> bool:
    return isinstance(value, str) or abs(value) <= _LARGEST  # which neither NaN nor infinity is


def _merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        held = merged.get(key)
        merged[key] = _merge(held, value) if isinstance(held, Mapping) and isinstance(value, Mapping) else value
    return merged
