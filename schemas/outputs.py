"""What assay says: one frozen struct per output topic. Schemas only grow; numbers are rounded before they get here."""

from typing import Literal

import msgspec

from schemas.fields import HoldScope, Mode, Money, Time

MAX_EVENT_IDS = 50
MAX_LISTING_IDS = 200
MAX_ALERT_BYTES = 64 * 1024

Family = str
DeadLetterReason = Literal[
    "not_json",
    "no_type",
    "bad_field",
    "bad_time",
    "bad_price",
    "raw_identifier",
    "too_large",
    "wrong_partition",
    "detector_failed",
    "kills_worker",
    "unreadable_state",
]


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One reason behind an alert: its weight in nats and a sentence that a person understands."""

    reason_code: str
    weight: float
    sentence: str
    numbers: dict[str, int | float | str] = {}
    event_ids: tuple[str, ...] = ()
    event_count: int = 0


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """A line of `assay.alerts.v1`; a consumer keeps the highest `revision` per `alert_id`."""

    alert_id: str
    revision: int
    status: Literal["opened", "updated", "withdrawn"]
    family: Family
    subject_kind: Literal["listing", "seller", "ring", "brand", "category", "system"]
    subject_id: str
    seller_id: str | msgspec.UnsetType = msgspec.UNSET
    listing_id: str | msgspec.UnsetType = msgspec.UNSET
    listing_ids: tuple[str, ...] = ()
    reason_codes: tuple[str, ...]
    score: float
    severity: Literal["low", "medium", "high", "critical"]
    exposure: tuple[Money, ...]
    evidence: tuple[Evidence, ...]
    mode: Mode
    note: str | msgspec.UnsetType = msgspec.UNSET
    policy_version: str
    event_time: Time
    detected_at: Time


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """A line of `assay.holds.v1`; binds the marketplace until `expires_at` at its own clock."""

    hold_id: str
    revision: int
    action: Literal["placed", "released"]
    scope: HoldScope
    subject_id: str
    seller_id: str
    reason_codes: tuple[str, ...]
    score: float
    decided_by: str
    notice: str
    policy_version: str
    event_time: Time
    placed_at: Time
    expires_at: Time


class SellerStanding(msgspec.Struct, frozen=True, kw_only=True):
    """A line of `assay.sellers.v1`, published with every alert or hold on that seller."""

    seller_id: str
    revision: int
    score: float
    reason_codes: tuple[str, ...]
    exposure: tuple[Money, ...]
    event_time: Time


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Bytes that could not be judged, where they came from, and one sentence that says why."""

    reason: DeadLetterReason
    topic: str
    partition: int
    offset: int
    key: str | None
    value: str
    value_bytes: int
    sha256: str
    error: str
    at: Time
    redacted: bool = False


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who did what, in the console or by `assay forget`.

    `assigned` without `assignee` and `snoozed` without `until` end what was before.
    """

    audit_id: str
    actor: str
    action: Literal["signed_in", "assigned", "snoozed", "noted", "ruled", "overridden", "replayed", "forgotten"]
    at: Time
    reason: str
    alert_id: str | None = None
    hold_id: str | None = None
    assignee: str | None = None
    until: Time | None = None
