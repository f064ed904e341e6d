"""What is remembered of a seller stays small however long it trades, and at its caps nothing breaks or accuses."""

import itertools
import random
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

import schemas
from detectors.alerts import TRUNCATED
from detectors.records import encode
from detectors.returns import MAX_STEPS_OF_A_KIND, MAX_STEPS_WITH_IDS
from detectors.state import EVENT_MARK_BYTES, MAX_CURRENCIES, REMEMBERED_EVENTS
from schemas.fields import HOUR_US, to_us
from tests.detectors.aftersales import Desk, hour_us, said
from tests.detectors.prices import NOW, USUAL, listing, sellers, world

EVENTS = 10_000
CORE_BYTES = 1024
LONGEST_CORE_BYTES = 12 * 1024  # everything open at once, every id of 256 four-byte characters


def trade(seed: int, unpaid_of_100: int) -> Iterator[tuple[float, Any]]:
    """A busy shop, an order an hour: (hours, event) without end, ids as long as a UUID."""
    draw = random.Random(seed)

    def name() -> str:
        return str(uuid.UUID(int=draw.getrandbits(128)))

    for hour in itertools.count():
        order, back, buyer = name(), name(), name()
        money = {"amount": Decimal(draw.randrange(100, 100_000)) / 100, "currency": draw.choice(["CNY", "EUR"])}
        about = {"order_id": order, "listing_id": f"L{draw.randrange(50)}", "buyer_id": buyer}
        told = [
            said(schemas.OrderPaid, hour, event_id=name(), **about, **money),
            said(schemas.OrderDelivered, hour + 0.1, event_id=name(), order_id=order),
            said(schemas.MessageSent, hour + 0.2, event_id=name(), conversation_id=name(), sender="seller", text="hi"),
        ]
        if draw.random() < 0.3:
            why = {"return_id": back, "reason": "changed_mind"}
            told += [
                said(schemas.ReturnRequested, hour + 0.3, event_id=name(), **why, **about, **money),
                said(schemas.ReturnDelivered, hour + 0.4, event_id=name(), return_id=back, signed=True),
            ]
            if draw.randrange(100) >= unpaid_of_100:
                paid = {"refund_id": name(), "return_id": back, "paid_by": "seller", **money}
                told.append(said(schemas.RefundIssued, hour + 0.5, event_id=name(), **paid))
        for one in told:
            yield float(hour), one


def longest_core(desk: Desk, events: Iterator[tuple[float, Any]]) -> int:
    longest = 0
    for number, (hour, one) in enumerate(itertools.islice(events, EVENTS)):
        desk.fire(hour_us(hour) - 1).take(one)
        desk.judged.clear()
        if number % 20 == 0:
            longest = max(longest, len(encode(desk.state.core)))
    return longest


def test_ten_thousand_events_of_an_honest_seller_leave_a_small_core_and_only_what_is_open() -> None:
    desk = Desk()
    assert longest_core(desk, trade(1, unpaid_of_100=0)) <= CORE_BYTES
    state = desk.state
    assert len(state.core.seen) == REMEMBERED_EVENTS * EVENT_MARK_BYTES
    assert not state.findings
    assert len(state.orders) < 1000, "orders of the last week, and those whose return is remembered"
    desk.fire(hour_us(24 * 400))
    assert (state.orders, state.returns, state.core.exposure) == ({}, {}, {})


def test_open_findings_alerts_and_holds_do_not_make_the_core_grow() -> None:
    desk = Desk()
    assert longest_core(desk, trade(2, unpaid_of_100=50)) <= CORE_BYTES
    assert set(desk.state.findings) == {"overdue_refund", "unpaid_refunds"}
    assert len(desk.state.overdue) > 100
    assert set(desk.state.core.alerts) == {"aftersale"}
    assert set(desk.state.core.holds) == {"payout"}


def test_even_the_longest_ids_do_not_blow_the_core_up() -> None:
    def long(name: str) -> str:
        return (name + "🧨" * 256)[:256]

    desk = Desk(around=world(sellers(USUAL)))
    for number in range(5):
        about = {"order_id": long(f"O{number}"), "listing_id": long("L"), "buyer_id": long(f"B{number}")}
        back = long(f"R{number}")
        desk.take(said(schemas.ReturnRequested, 0, return_id=back, **about))
        desk.take(said(schemas.ReturnDelivered, 1, return_id=back, signed=True))
    for number in range(100):
        currency = "".join(map(chr, (65 + number // 26, 65 + number % 26, 65)))
        about = {"order_id": long(f"P{number}"), "amount": Decimal("999999999999.99999999"), "currency": currency}
        desk.take(said(schemas.OrderPaid, 2, **about))
    assert len(desk.state.core.exposure) == MAX_CURRENCIES
    assert desk.state.core.truncated
    desk.fire(hour_us(200)).take(listing("1400", listing_id=long("L"), seller_id="shop", event_id=long("e")))
    verdict = {"verdict": "confirmed", "moderator": long("mo"), "reason": "seen", "cause": "counterfeit"}
    for subject in ("payout", "seller", "listing"):
        desk.take(said(schemas.VerdictGiven, 201, subject=subject, subject_id=long("L"), **verdict))
    for number in range(10):
        told = {"conversation_id": long(f"T{number}"), "sender": "seller", "text": "加我微信，渠道不同"}
        desk.take(said(schemas.MessageSent, 202, event_id=long(f"m{number}"), **told))
    core = desk.state.core
    assert (len(core.alerts), len(core.holds), len(core.rulings), len(core.spoken)) == (3, 2, 2, 2)
    assert CORE_BYTES < len(encode(core)) <= LONGEST_CORE_BYTES


def test_an_amount_of_a_thousand_digits_is_remembered_as_money() -> None:
    desk = Desk().take(said(schemas.OrderPaid, 0, amount=Decimal("12." + "3" * 1000)))
    assert len(encode(desk.state.orders["O"])) < 100
    desk.take(said(schemas.ReturnRequested, 1, amount=Decimal("12." + "0" * 1000)))
    assert len(encode(desk.state.returns["R"])) < 100


def test_the_steps_of_a_return_are_capped_by_kind_and_the_oldest_stay_whatever_comes_first() -> None:
    shipped = [said(schemas.ReturnShipped, number, event_id=f"s{number}") for number in range(200)]
    paid = {"amount": Decimal(1), "currency": "CNY", "paid_by": "seller"}
    refunds = [said(schemas.RefundIssued, 7, event_id=f"f{n:03}", refund_id=f"f{n}", **paid) for n in range(200)]
    desk = Desk().take(shipped, refunds)
    steps = desk.state.returns["R"].steps
    assert [one.kind for one in steps].count("shipped") == MAX_STEPS_OF_A_KIND
    assert [one.kind for one in steps].count("refund") == MAX_STEPS_WITH_IDS
    assert Desk().take(reversed(shipped), reversed(refunds)).state.returns["R"].steps == steps


def unpaid(number: int) -> list[Any]:
    about = {"return_id": f"R{number}", "order_id": f"O{number}", "buyer_id": f"B{number}"}
    return [
        said(schemas.ReturnRequested, number, **about),
        said(schemas.ReturnDelivered, number + 1, return_id=f"R{number}", signed=True),
    ]


def alerts(desk: Desk) -> list[schemas.Alert]:
    return [word for judged in desk.judged for word in judged.words if isinstance(word, schemas.Alert)]


def test_beyond_the_cap_of_returns_the_alert_says_so_and_what_is_known_still_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("detectors.aftersale.MAX_OPEN_RETURNS", 3)
    desk = Desk().take(each for number in range(5) for each in unpaid(number))
    assert set(desk.state.returns) == {"R0", "R1", "R2"}
    assert desk.state.core.truncated
    desk.fire(hour_us(200))
    assert desk.state.core.holds["payout"].active, "three buyers wait, and that is known"
    assert alerts(desk)[-1].note == TRUNCATED
    paid = {"amount": Decimal(1000), "currency": "CNY", "paid_by": "seller"}
    desk.take(
        said(schemas.RefundIssued, 201, refund_id=f"f{number}", return_id=f"R{number}", **paid) for number in range(5)
    )
    assert not desk.state.core.holds["payout"].active, "refunds of what is remembered are taken in"


def test_beyond_the_cap_of_orders_the_sums_go_on_and_nothing_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detectors.orders.MAX_OPEN_ORDERS", 2)
    desk = Desk().take(said(schemas.OrderPaid, number, order_id=f"O{number}") for number in range(4))
    assert desk.exposure() == {("undelivered", "CNY"): 2000}
    assert desk.state.core.truncated
    desk.take(said(schemas.OrderDelivered, 5, order_id=f"O{number}") for number in range(4))
    assert desk.exposure() == {("in_payout_window", "CNY"): 2000}
    desk.take(unpaid(9)).fire(hour_us(200))
    assert set(desk.state.overdue) == {"R9"}, "a return is remembered without its order"
    assert not desk.state.core.holds
    assert alerts(desk)[-1].note == TRUNCATED
    assert desk.fire(hour_us(24 * 900)).state.orders == {}


def test_beyond_the_cap_of_listings_a_listing_is_judged_and_forgotten_unless_something_stands_against_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("detectors.shelf.MAX_LISTINGS", 2)
    desk = Desk(around=world(sellers(USUAL)))

    def publish(number: int, price: str, word: Any = schemas.ListingPublished) -> None:
        told = listing(price, seller_id="shop", listing_id=f"L{number}", event_id=f"e{number}{price}{word.__name__}")
        fields = {name: getattr(told, name) for name in told.__struct_fields__}
        desk.take(word(**fields))

    for number in range(4):
        publish(number, "2950")
    assert set(desk.state.listings) == {"L0", "L1"}
    assert desk.state.core.truncated
    publish(4, "1400")
    assert set(desk.state.listings) == {"L0", "L1", "L4"}, "what is held is remembered"
    assert desk.state.listings["L4"].hold is not None
    assert TRUNCATED in str(alerts(desk)[-1].note)
    publish(5, "1900")
    publish(5, "2950", schemas.ListingChanged)
    assert set(desk.state.listings) == {"L0", "L1", "L4"}, "forgotten once nothing stands against it, without a fall"
    assert to_us(NOW) + HOUR_US > desk.state.core.last_seen_us


def test_beyond_the_cap_of_complaints_nothing_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detectors.complaints.MAX_COMPLAINTS", 1)
    desk = Desk()
    for number in range(3):
        desk.take(
            said(schemas.ComplaintOpened, number, complaint_id=f"C{number}", kind="other"),
            said(schemas.ComplaintDecided, number, complaint_id=f"C{number}", outcome="upheld"),
        )
    assert set(desk.state.complaints) == {"C0"}
    assert desk.state.core.truncated
