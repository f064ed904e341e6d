"""A seller at each of its limits, at their real size: the last that fits is remembered, and one more is not.

The stories of `test_state_bounds` say what follows with limits of two or three.
Turned red by: `>` for `>=` at each of the limits.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

import schemas
from detectors.countries import MAX_COUNTRIES, with_country
from detectors.detector import Finding
from detectors.folding import MAX_RAW, MAX_RAW_TITLE
from detectors.heard import MAX_CONVERSATIONS, MAX_PHRASE
from detectors.price_finding import MAX_NAME_CHARS, shown
from detectors.rates import MAX_RATES, RateError, rates_of
from detectors.records import Complaint, Listing, Order, Payment, Return
from detectors.returns import MAX_STEPS_OF_A_KIND, MAX_STEPS_WITH_IDS
from detectors.rhythm import DEFAULT_SILENCE, MAX_AWAY, announced
from detectors.shelf import MAX_TITLE_KEPT
from detectors.state import (
    MAX_COMPLAINTS,
    MAX_CURRENCIES,
    MAX_LISTINGS,
    MAX_OPEN_ORDERS,
    MAX_OPEN_RETURNS,
    MAX_PAYMENTS,
    MAX_RETURNS_OF_ORDER,
    REMEMBERED_EVENTS,
)
from detectors.titles.tokens import MAX_CHUNKS, tokens
from detectors.wording.messages import read_message
from schemas.fields import DAY_US
from schemas.outputs import MAX_EVENT_IDS
from tests.detectors.aftersales import Desk, hour_us, said
from tests.detectors.prices import USUAL, listing, sellers, world
from tests.detectors.test_alerts import odd_story
from tests.story import at
from tests.story import listing as published


def desk_with(kept: str, made: Callable[[], Any], count: int) -> Desk:
    """A seller of whom `count` records of that kind are remembered already."""
    desk = Desk(around=world(sellers(USUAL)))
    setattr(desk.state, kept, {f"old-{number}": made() for number in range(count)})
    return desk


def complaint(number: int) -> Any:
    return said(schemas.ComplaintOpened, number, complaint_id=f"new-{number}", kind="other")


def payment(number: int) -> Any:
    money = {"amount": Decimal(1), "currency": "CNY"}
    return said(schemas.CompensationPaid, number, compensation_id=f"new-{number}", **money)


def offer(number: int) -> Any:
    return listing("2950", seller_id="shop", listing_id=f"new-{number}", event_id=f"e{number}")


CAPS: tuple[tuple[str, int, Callable[[], Any], Callable[[int], Any]], ...] = (
    (
        "orders",
        MAX_OPEN_ORDERS,
        lambda: Order(Decimal(0), ""),
        lambda n: said(schemas.OrderPaid, n, order_id=f"new-{n}"),
    ),
    ("returns", MAX_OPEN_RETURNS, Return, lambda n: said(schemas.ReturnAccepted, n, return_id=f"new-{n}")),
    ("listings", MAX_LISTINGS, lambda: Listing(0, "", 0, "", 0.0, Decimal(1), "CNY"), offer),
    ("complaints", MAX_COMPLAINTS, Complaint, complaint),
    ("payments", MAX_PAYMENTS, lambda: Payment(0, "", Decimal(0), "CNY"), payment),
)


@pytest.mark.parametrize(("kept", "limit", "made", "event"), CAPS, ids=[cap[0] for cap in CAPS])
def test_the_last_that_fits_is_remembered_and_one_more_is_not(
    kept: str, limit: int, made: Callable[[], Any], event: Callable[[int], Any]
) -> None:
    desk = desk_with(kept, made, limit - 1).take(event(1))
    assert len(getattr(desk.state, kept)) == limit
    assert not desk.state.core.truncated
    desk.take(event(2))
    assert len(getattr(desk.state, kept)) == limit
    assert desk.state.core.truncated


def test_the_returns_of_one_order_count_up_to_the_limit_and_one_more_is_still_judged() -> None:
    desk = Desk().take(said(schemas.OrderPaid, 0))
    for number in range(MAX_RETURNS_OF_ORDER + 1):
        assert desk.state.core.truncated is (number > MAX_RETURNS_OF_ORDER)
        desk.take(said(schemas.ReturnRequested, 1, return_id=f"R{number}"))
    assert len(desk.state.orders["O"].return_ids) == MAX_RETURNS_OF_ORDER
    assert desk.state.core.truncated
    last = f"R{MAX_RETURNS_OF_ORDER}"
    desk.take(said(schemas.ReturnDelivered, 2, return_id=last, signed=True)).fire(hour_us(300))
    assert desk.state.overdue == {last}


def test_sums_are_kept_in_so_many_currencies() -> None:
    codes = ["".join(map(chr, (65 + number // 26, 65 + number % 26, 65))) for number in range(MAX_CURRENCIES + 1)]
    orders = [said(schemas.OrderPaid, 0, order_id=code, currency=code) for code in codes]
    desk = Desk().take(orders[:-1])
    assert (len(desk.state.core.exposure), desk.state.core.truncated) == (MAX_CURRENCIES, False)
    desk.take(orders[-1])
    assert (len(desk.state.core.exposure), desk.state.core.truncated) == (MAX_CURRENCIES, True)


def test_an_event_is_known_again_for_as_many_events_as_are_remembered() -> None:
    desk = Desk()
    assert all(desk.state.is_new(f"e{number}") for number in range(REMEMBERED_EVENTS))
    assert not desk.state.is_new("e0")
    assert desk.state.is_new("one more")
    assert desk.state.is_new("e0")


def test_steps_of_a_return_are_kept_up_to_the_limit_of_their_kind() -> None:
    paid = {"amount": Decimal(1), "currency": "CNY", "paid_by": "seller"}
    for number in (0, 1):
        desk = Desk(forgetful=True)
        desk.take(
            said(schemas.ReturnShipped, each, event_id=f"s{each}") for each in range(MAX_STEPS_OF_A_KIND + number)
        )
        refunds = range(MAX_STEPS_WITH_IDS + number)
        desk.take(
            said(schemas.RefundIssued, 1, event_id=f"f{each:03}", refund_id=f"f{each}", **paid) for each in refunds
        )
        kinds = [step.kind for step in desk.state.returns["R"].steps]
        assert (kinds.count("shipped"), kinds.count("refund")) == (MAX_STEPS_OF_A_KIND, MAX_STEPS_WITH_IDS)


def test_conversations_are_counted_up_to_the_limit_and_a_phrase_is_cut() -> None:
    told = {"sender": "seller", "text": "加我微信" + "，加我微信" * 20}
    desk = Desk()
    for number in range(MAX_CONVERSATIONS + 1):
        desk.take(said(schemas.MessageSent, number, conversation_id=f"c{number}", **told))
        spoken = desk.state.core.spoken["off_platform_lure"]
        assert len(spoken.conversations) == min(number + 1, MAX_CONVERSATIONS)
    assert len(spoken.phrase) <= MAX_PHRASE


def test_countries_and_absences_are_few() -> None:
    known: tuple[tuple[int, str], ...] = ()
    away: tuple[tuple[int, int], ...] = ()
    for number in range(9):
        known = with_country(known, number, f"C{number}")
        away = announced(away, number * DAY_US, (number + 1) * DAY_US, -1, DEFAULT_SILENCE)
        assert len(known) == min(number + 1, MAX_COUNTRIES)
        assert len(away) == min(number + 1, MAX_AWAY)
    assert known[0] == (0, "C0")
    assert away[-1] == (8 * DAY_US, 9 * DAY_US)


@pytest.mark.parametrize("length", [MAX_TITLE_KEPT, MAX_TITLE_KEPT + 1])
def test_a_title_is_remembered_up_to_the_limit(length: int) -> None:
    desk = Desk().take(listing(seller_id="shop", title="x" * length))
    assert desk.state.listings["l-1"].title == "x" * MAX_TITLE_KEPT


def test_what_stands_behind_the_limit_of_a_message_or_a_title_is_not_read() -> None:
    lure = "加我微信"
    assert read_message(" " * (MAX_RAW - len(lure)) + lure).lure
    assert not read_message(" " * (MAX_RAW - len(lure) + 1) + lure).lure
    hidden = "\u200b" * (MAX_RAW_TITLE - 5)
    assert "i9100" in tokens(hidden + "i9100").folded
    assert "i9100" not in tokens(hidden + " i9100").folded


def test_so_many_words_of_a_title_are_looked_at() -> None:
    words = [chr(97 + at // 26) + chr(97 + at % 26) for at in range(MAX_CHUNKS + 1)]
    known = tokens(" ".join(words)).features
    assert words[MAX_CHUNKS - 1] in known
    assert words[MAX_CHUNKS] not in known


def test_rates_are_few_and_names_in_sentences_short() -> None:
    codes = ["AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN"]
    assert len(rates_of(dict.fromkeys(codes[:MAX_RATES], "1"))) == MAX_RATES
    with pytest.raises(RateError, match=f"at most {MAX_RATES}"):
        rates_of(dict.fromkeys(codes[: MAX_RATES + 1], "1"))
    assert shown("x" * MAX_NAME_CHARS) == shown("x" * (MAX_NAME_CHARS + 1)) == "x" * MAX_NAME_CHARS


@dataclass(frozen=True, slots=True)
class Counting:
    """Names as many events as it is told to."""

    events: int

    def look(self, *_: Any) -> Finding:
        ids = tuple(f"e{number}" for number in range(self.events))
        return Finding("odd", "listing", "L-shop", "seen", "counted", {}, ids, self.events)


@pytest.mark.parametrize("events", [MAX_EVENT_IDS, MAX_EVENT_IDS + 1])
def test_evidence_names_the_newest_events_up_to_the_limit_and_counts_all(events: int) -> None:
    story = odd_story(Counting(events)).tell(published(at(1), "shop", 3000))
    (shown_as,) = [one for one in story.alerts[-1].evidence if one.reason_code == "odd"]
    assert shown_as.event_ids == tuple(f"e{number}" for number in range(events))[-MAX_EVENT_IDS:]
    assert shown_as.event_count == events
