"""Every limit, for the table in docs/operations.md: where it is, what happens beyond it, and who gets to see that.

Each is a constant where it is used; this list only names them. Times are limits of another kind and not in it.
"""

from importlib import import_module
from typing import Final, NamedTuple


class Limit(NamedTuple):
    """A constant by module and name; what becomes of what is beyond it, and who sees it."""

    module: str
    name: str
    beyond: str
    seen: str

    @property
    def value(self) -> object:
        """What the constant is."""
        return getattr(import_module(self.module), self.name)


_LETTER: Final = "producers, as a dead letter"
_NOTED: Final = "moderators, in the note of the seller's alerts"
_NOBODY: Final = "nobody"
_WIRE: Final = "schemas.fields"


def _state(name: str, beyond: str, seen: str = _NOTED, module: str = "detectors.state") -> Limit:
    return Limit(module, name, beyond, seen)


EVENTS: Final = (
    Limit(_WIRE, "MAX_EVENT_BYTES", "`too_large`; its first 64 KiB are shown", _LETTER),
    Limit(
        "schemas.topics", "MAX_MESSAGE_BYTES", "the broker refuses the record", "producers, as an error of their client"
    ),
    Limit(_WIRE, "MAX_NESTING", "`bad_field`", _LETTER),
    Limit(_WIRE, "MAX_ID_CHARS", "`bad_field`: any identifier", _LETTER),
    Limit(_WIRE, "MAX_SHORT_CHARS", "`bad_field`: shop names, brands, categories, addresses, carriers", _LETTER),
    Limit(_WIRE, "MAX_TITLE_CHARS", "`bad_field`: titles, names of products", _LETTER),
    Limit(_WIRE, "MAX_TEXT_CHARS", "`bad_field`: descriptions, messages, reasons, notes", _LETTER),
    Limit(_WIRE, "MAX_COUNT", "`bad_field`: quantities, sizes of packs", _LETTER),
    Limit(_WIRE, "MAX_URLS", "`bad_field`: addresses of pictures", _LETTER),
    Limit(_WIRE, "MAX_IMAGE_HASHES", "`bad_field`", _LETTER),
    Limit(_WIRE, "MAX_IDENTIFIERS", "`bad_field`: identifiers of a seller", _LETTER),
    Limit(_WIRE, "MAX_ORDERS_IN_PAYOUT", "`bad_field`", _LETTER),
    Limit(_WIRE, "MAX_REFERENCES", "`bad_field`: references to evidence", _LETTER),
    Limit(_WIRE, "MAX_ALIASES", "`bad_field`: aliases, GTINs, categories of a product or brand", _LETTER),
    Limit(_WIRE, "MAX_AUTHORISED_SELLERS", "`bad_field`: of a brand", _LETTER),
    Limit(_WIRE, "PRICE_LIMIT", "`bad_price`, from there on", _LETTER),
    Limit(_WIRE, "SMALLEST_POWER", "`bad_price` below that power of ten, 0 apart", _LETTER),
    Limit("schemas.masking", "SHOWN_BYTES", "a dead letter shows so much of a value", "whoever reads the dead letter"),
    Limit("schemas.wire", "DEAD_LETTER_KEY_BYTES", "and so much of a key", "whoever reads the dead letter"),
)

SELLERS: Final = (
    _state("MAX_OPEN_ORDERS", "not remembered: its money does not count, a return of it does"),
    _state("MAX_OPEN_RETURNS", "not remembered, so never overdue; those that are remembered still count"),
    _state("MAX_LISTINGS", "judged, and remembered only while something stands against it"),
    _state("MAX_COMPLAINTS", "not remembered, so never upheld"),
    _state("MAX_PAYMENTS", "not counted in the ledger"),
    _state("MAX_RETURNS_OF_ORDER", "remembered and judged; its money does not count"),
    _state("MAX_CURRENCIES", "sums in one more currency are not kept"),
    _state("REMEMBERED_EVENTS", "a repeat of an older event is judged again, which changes nothing", _NOBODY),
    _state("MAX_STEPS_OF_A_KIND", "the oldest steps of that kind stay", _NOBODY, "detectors.returns"),
    _state("MAX_STEPS_WITH_IDS", "the same of refunds, payments and decisions", _NOBODY, "detectors.returns"),
    _state("MAX_CONVERSATIONS", "counted as so many", "moderators: “at least 8 conversations”", "detectors.heard"),
    _state("MAX_PHRASE", "a seller's words are cut", "moderators, in the evidence", "detectors.heard"),
    _state("MAX_COUNTRIES", "the first and the newest stay", _NOBODY, "detectors.countries"),
    _state("MAX_AWAY", "the latest announced absences stay", _NOBODY, "detectors.rhythm"),
    _state("MAX_TITLE_KEPT", "a title is remembered up to there", _NOBODY, "detectors.shelf"),
    _state("MAX_RAW_TITLE", "a title is read up to there", _NOBODY, "detectors.folding"),
    _state("MAX_RAW", "a message is read up to there", _NOBODY, "detectors.folding"),
    _state("MAX_CHUNKS", "a title's product is looked for in so many words", _NOBODY, "detectors.titles.tokens"),
)

MARKETS: Final = (
    Limit("detectors.entries", "MARKET_SELLERS", "the seller that wrote longest ago makes room", _NOBODY),
    Limit("detectors.entries", "MARKET_YOUNG_SELLERS", "the same among sellers of under 30 days", _NOBODY),
    Limit("detectors.subjects", "MAX_CURRENCIES", "a brand's money in one more currency is not counted", _NOBODY),
    Limit("detectors.rates", "MAX_RATES", "the policy is refused", "analysts, from `assay policy check`"),
    Limit("streams.days", "MAX_SUBJECTS", "brands and categories of one more are not counted that day", _NOBODY),
    Limit("streams.shares", "MAX_CATEGORIES", "one more category of a partition has no usual share", _NOBODY),
)

ALERTS: Final = (
    Limit("schemas.outputs", "MAX_EVENT_IDS", "the newest are named; `event_count` is all", "moderators"),
    Limit("schemas.outputs", "MAX_LISTING_IDS", "the first are named", "moderators"),
    Limit("schemas.outputs", "MAX_ALERT_BYTES", "event ids go first, then listings, then long sentences", "moderators"),
    Limit("detectors.price_finding", "MAX_NAME_CHARS", "a product's name is cut in a sentence", "moderators"),
)

WORKER: Final = (
    Limit("streams.live", "LANE_FULL", "a topic-partition is not fetched until there is room", "operators: lag grows"),
    Limit(
        "streams.deadlines", "MOST_FIRED", "the rest falls due with the next commits", "operators: overdue deadlines"
    ),
    Limit("streams.deadlines", "HEAD", "later deadlines are read from Redis when their time comes", _NOBODY),
    Limit("streams.hop", "SELLERS_KEPT", "the least used of a partition are read again", "operators: round trips"),
    Limit("streams.surroundings", "MARKETS_KEPT", "the least used are read again", "operators: round trips"),
    Limit("streams.lives", "MAX_ACCUSED", "of a partition: the record accused longest ago is tried anew", _NOBODY),
    Limit("streams.counts", "CURRENCIES", "money in one more currency is shown as `other`", "operators"),
)

CONSOLE: Final = (
    Limit("console.app", "MAX_BODY_BYTES", "answered with 413", "whoever asks"),
    Limit("console.deeds", "MAX_REASON_CHARS", "answered with 422", "whoever asks"),
    Limit("console.api.shapes", "PAGE_LIMIT", "answered with 400", "whoever asks"),
    Limit("console.history", "SELLERS_KEPT", "a seller that acted longest ago has no timeline", "moderators"),
)

GROUPS: Final = {
    "an event": EVENTS,
    "a seller": SELLERS,
    "a market, a brand, a category": MARKETS,
    "an alert": ALERTS,
    "a worker": WORKER,
    "the console": CONSOLE,
}
LIMITS: Final = tuple(limit for group in GROUPS.values() for limit in group)


def table() -> str:
    """The limits as a table, by what they are of."""
    lines = ["| limit of | name | value | beyond it | who sees it |", "|---|---|---|---|---|"]
    for of, group in GROUPS.items():
        for limit in group:
            value = f"{limit.value:,}" if isinstance(limit.value, int) else "10^12"
            lines.append(f"| {of} | `{limit.module}.{limit.name}` | {value} | {limit.beyond} | {limit.seen} |")
    return "\n".join(lines) + "\n"
