"""Which tests are about which module: its own file of that name, or those named here."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
_PRICES: Final = ("market", "market_falls", "market_weights", "market_under_attack", "below_market_price")
_STORIES: Final = ("alerts", "holds", "idempotence", "seed_story", "upheld_complaint", "guard_shopping")
_HOLDS: Final = ("holds", "hold_ends", "alerts", "upheld_complaint", "unpaid_refunds", "vanished_seller")
_RETURNS: Final = ("returns", "return_*", "overdue_refund", "contested_returns", "exposure")
_COMPLAINTS: Final = ("claims", "upheld_complaint", "compensation_drain", "contested_returns", "complaint_surge")
_SURGES: Final = ("surge", "complaint_surge", "streams/surge_replay")
_SILENCE: Final = ("silence", "silent_sellers", "rhythm", "vanished_seller")
_READ: Final = ("wording/*", "titles/languages", "replica_wording")
_SAID: Final = ("wording/messages", "off_platform_lure", "reassuring_messages")
_TITLES: Final = ("titles/*",)
_FORGOTTEN: Final = ("eviction", "forgetting", "streams/people")
_BREAKER: Final = ("streams/breaker", "streams/breaker_ends", "streams/limits")
_STORE: Final = tuple(
    f"streams/store_{name}" for name in ("contract", "content", "edges", "markets", "outbox", "owners")
)
#: Tests of tests/detectors, but for those of another folder, without "test_"; of a package those of all its modules.
BY_HAND: Final = {
    "detectors.advance": (
        "return_cases",
        "limits",
        "state_bounds",
        "idempotence",
        "judged",
        "silence",
        "return_countries",
        "claims",
        "complaint_surge",
        "off_platform_lure",
        "ledger",
    ),
    "detectors.aftersale": (*_RETURNS, "limits", "state_bounds", "ledger", "idempotence", "eviction"),
    "detectors.alerts": ("alerts", "alerts_said", "judged", "holds", "state_bounds", "upheld_complaint", "seed_story"),
    "detectors.asking": ("asking", "judged", "overdue_refund", *_STORIES),
    "detectors.baseline": _SURGES,
    "detectors.beta": ("beta", "counterfeit_returns"),
    "detectors.breaker": _BREAKER,
    "detectors.buyers": ("buyers", *_FORGOTTEN),
    "detectors.calendars": ("return_calendars", "return_terms", "returns"),
    "detectors.claims": _COMPLAINTS,
    "detectors.comparison": (*_PRICES, "implausible_price", "rates", "guard_shopping", "products"),
    "detectors.complaints": (*_COMPLAINTS, "ledger", "limits", "state_bounds"),
    "detectors.countries": ("return_countries", "limits"),
    "detectors.detector": ("limits", "catalogue", "policy"),
    "detectors.entries": _PRICES,
    "detectors.estimate": ("market", "market_falls", "market_weights", "below_market_price", "rates"),
    "detectors.eviction": ("state", *_FORGOTTEN, "ledger", "state_bounds"),
    "detectors.feed": ("feed", "streams/refund_feed"),
    "detectors.findings": ("state", "judged", "alerts", "alerts_said", *_STORIES),
    "detectors.fitting": ("fitting", "alerts", "alerts_said", "state_bounds"),
    "detectors.flags": ("flags", "market_falls", "market_weights", "judged", "holds", "below_market_price"),
    "detectors.folding": ("limits", "titles/*", "wording/*"),
    "detectors.forgetting": _FORGOTTEN,
    "detectors.heard": ("limits", *_SAID),
    "detectors.held": ("digests", *_HOLDS),
    "detectors.holds": (*_HOLDS, "many_flagged"),
    "detectors.judge": ("judged", "state_bounds", *_STORIES),
    "detectors.late": ("return_late", "overdue_refund", "unpaid_refunds", "vanished_seller", "ignored_return"),
    "detectors.ledger": ("ledger", "compensation_drain", "exposure"),
    "detectors.market": ("market", "market_falls", "market_weights", "below_market_price"),
    "detectors.marks": ("counterfeit_returns", "return_answers", "ignored_return", "contested_returns", "return_cases"),
    "detectors.measures.linear_count": ("digests", "claims", "buyers", "forgetting"),
    "detectors.measures.weighted": ("weighted", "market", "market_weights"),
    "detectors.orders": (*_RETURNS, "limits", "state_bounds", "eviction", "buyers", "ledger", "idempotence"),
    "detectors.overview": _RETURNS,
    "detectors.policy": ("complaint_surge", "policy", "return_terms", "rates"),
    "detectors.price_finding": (*_PRICES, "product_mismatch", "implausible_price", "limits", "rates"),
    "detectors.products": (
        "products",
        "product_mismatch",
        "rates",
        "below_market_price",
        "titles/languages",
        "wording/*",
    ),
    "detectors.raised": ("guard_shopping",),
    "detectors.rates": ("rates", "limits"),
    "detectors.records": ("ledger", "limits", "state_bounds", "streams/upgrades"),
    "detectors.reference": ("products", "product_mismatch", "titles/*", "streams/limits"),
    "detectors.refunding": ("unpaid_refunds", "vanished_seller", "silent_sellers", "silence"),
    "detectors.returns": _RETURNS,
    "detectors.rhythm": _SILENCE,
    "detectors.rulings": (
        "streams/metrics",
        "holds",
        "alerts",
        "judged",
        "upheld_complaint",
        "unpaid_refunds",
        "vanished_seller",
    ),
    "detectors.score": (
        "score",
        "alerts",
        "alerts_said",
        "holds",
        "reassuring_messages",
        "many_flagged",
        "policy",
        "seed_story",
    ),
    "detectors.shares": ("counterfeit_returns", "streams/usual_shares", "streams/days"),
    "detectors.shelf": ("judged", "products", "below_market_price", "holds", "limits", "state_bounds", "listing_burst"),
    "detectors.silence": (*_SILENCE, "limits"),
    "detectors.standing": ("upheld_complaint", "market_falls", "holds", "market_weights"),
    "detectors.state": ("state", "state_bounds", "limits", "idempotence", "eviction", "forgetting", "judged", "holds"),
    "detectors.subjects": ("streams/limits", *_SURGES, "compensation_drain", "streams/brands", "streams/days"),
    "detectors.surge": _SURGES,
    "detectors.surging": _SURGES,
    "detectors.system_alert": (*_BREAKER, "streams/refund_feed", "streams/brands"),
    "detectors.tally": ("compensation_drain", "streams/brands", "streams/days", "streams/limits", *_SURGES),
    "detectors.titles": _TITLES,
    "detectors.titles.plain": ("titles/plain", "product_mismatch", "guard_shopping"),
    "detectors.wording": _READ,
    "detectors.wording.denials": _SAID,
    "detectors.wording.messages": (*_SAID, "limits"),
    "streams.memory_store": _STORE,
}


def tests_of(module: str) -> list[str]:
    """The files of a module's tests, as paths from the root; those of its package where none are its own."""
    package, _, name = module.rpartition(".")
    names = BY_HAND.get(module) or BY_HAND.get(package) or (name,)
    found = {path for each in names for path in sorted(ROOT.glob(pattern_of(each)))}
    return [str(path.relative_to(ROOT)) for path in sorted(found)]


def pattern_of(name: str) -> str:
    """Where the tests of that name lie: "holds", "titles/*", "streams/breaker"."""
    folder, _, last = name.rpartition("/")
    return (
        f"tests/{folder}/test_{last}.py" if folder == "streams" else f"tests/detectors/{folder or '.'}/test_{last}.py"
    )


def modules() -> list[str]:
    """The modules of `detectors` in which there is something to break: a function."""
    named = {path: ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in ROOT.glob("detectors/**/*.py")}
    return sorted(module for path, module in named.items() if "def " in path.read_text(encoding="utf-8"))
