"""Silence: what is life and what only looks like it, late events, and the deadline that watches."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import schemas
from detectors.records import Core, decode, encode
from schemas.fields import to_us
from tests.detectors.aftersales import Desk, hour_us, said, when
from tests.detectors.silent import CNY, DUE, away, closed, day_by_day, found, held, holds, message, working
from tests.detectors.test_overdue_refund import unpaid
from tests.detectors.test_unpaid_refunds import paid

LIFE = {
    "message": message,
    "reply": lambda at: said(schemas.SellerActive, at, activity="reply"),
    "shipment": lambda at: said(schemas.SellerActive, at, activity="shipment"),
    "refund": lambda at: paid(9, at),
    "accepted": lambda at: said(schemas.ReturnAccepted, at, return_id="another"),
    "refused": lambda at: said(schemas.ReturnRefused, at, return_id="another"),
    "disputed": lambda at: said(schemas.ReturnDisputed, at, return_id="another", by="seller"),
    "published": lambda at: said(schemas.ListingPublished, at, **LISTING),
    "changed": lambda at: said(schemas.ListingChanged, at, **LISTING),
}
NO_LIFE = {
    "login": lambda at: said(schemas.SellerActive, at, activity="login"),
    "buyer's message": lambda at: message(at, sender="buyer"),
    "platform's refund": lambda at: paid(9, at, paid_by="platform"),
    "buyer's dispute": lambda at: said(schemas.ReturnDisputed, at, return_id="another", by="buyer"),
    "removed": lambda at: said(schemas.ListingRemoved, at, listing_id="L", reason="seller"),
    "order": lambda at: said(schemas.OrderPaid, at, order_id="another"),
    "payout": lambda at: said(schemas.PayoutReleased, at, payout_id="p", **CNY),
    "registered": lambda at: said(schemas.SellerRegistered, at),
}
LISTING: dict[str, Any] = {
    "listing_id": "L",
    "title": "phone",
    "price": Decimal(10),
    "currency": "CNY",
    "price_kind": "fixed",
    "condition": "new",
}


@pytest.mark.parametrize("act", LIFE.values(), ids=LIFE)
def test_an_act_towards_buyers_is_life_and_releases_the_seller_at_once(act: Any) -> None:
    desk = day_by_day(Desk(), unpaid(1), unpaid(2)).fire(hour_us(120))
    assert held(desk) == {"payout", "seller"}
    desk.take(act(120))
    assert found(desk) is None
    assert held(desk) == {"payout"}, "two buyers still wait, which is `unpaid_refunds`"
    desk.fire(hour_us(192) - 1)
    assert found(desk) is None
    assert found(desk.fire(hour_us(192))) is not None, "and it is silent again three days later"


@pytest.mark.parametrize("other", NO_LIFE.values(), ids=NO_LIFE)
def test_nothing_else_is_life(other: Any) -> None:
    desk = day_by_day(Desk(), unpaid(1), unpaid(2), [other(at) for at in range(0, 120, 10)]).fire(hour_us(DUE))
    assert found(desk) is not None
    assert found(desk.take(other(120))) is not None


def test_silence_alone_freezes_nobody_and_sets_no_deadline() -> None:
    desk = day_by_day(Desk(), [message(at) for at in range(0, 2000, 12)], closed(2100, "seller"))
    assert ("silence", "") not in desk.deadlines
    assert not desk.fire(hour_us(9000)).state.findings
    assert not desk.state.core.holds


# ---- order and cost


hours = st.integers(0, 700)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(hours, max_size=12),
    st.lists(st.tuples(hours, hours, st.integers(1, 300)), max_size=3),
    st.lists(hours, min_size=1, max_size=12),
)
def test_it_stands_exactly_while_three_days_are_without_an_act_or_an_announced_absence(
    acts: list[int], absences: list[tuple[int, int, int]], looks: list[int]
) -> None:
    desk, told = Desk(), [*unpaid(1), *unpaid(2), *map(message, acts)]
    told += [away(at, from_, from_ + long) for at, from_, long in absences]
    for look in sorted(looks):
        day_by_day(desk, [one for one in told if one.event_time <= when(look)])
        told = [one for one in told if one.event_time > when(look)]
        desk.fire(hour_us(look))
        ends = [from_ + long for at, from_, long in absences if max(at, from_) <= look]
        heard = max([0, *ends, *(at for at in acts if at <= look)])  # the first event, where no act is known
        assert (found(desk) is not None) == (look >= DUE and look - heard >= 72)


def test_what_arrives_late_neither_ends_a_silence_nor_starts_one_early() -> None:
    desk = day_by_day(Desk(), unpaid(1), unpaid(2), message(60)).fire(hour_us(200))
    assert holds(desk)[-1] == ("seller", "placed", 132.0)
    late = [message(20), *unpaid(3, at=30), said(schemas.SellerActive, 50, activity="login"), message(59)]
    assert held(desk.take(late)) == {"payout", "seller"}
    assert desk.state.core.rhythm.last_us == hour_us(60)
    assert held(desk.take(message(180))) == {"payout"}, "an act that is late but newer than any known one is life"


def test_acts_while_a_refund_is_overdue_write_a_deadline_once_in_three_days() -> None:
    desk, written = Desk(), 0
    for one in [*unpaid(1), *(message(200 + number / 2) for number in range(1000))]:
        desk.fire(to_us(one.event_time) - 1)
        before = desk.deadlines.get(("silence", ""))
        desk.take(one)
        written += desk.deadlines.get(("silence", "")) != before
    assert written <= 500 / 72 + 2
    seen = found(desk.fire(hour_us(699.5 + 168)))
    assert seen is not None
    assert seen.opened_by == f"silence::{hour_us(699.5 + 168)}", "and still it comes at the exact moment"


def test_a_seller_remembered_by_an_older_release_is_not_silent_since_it_was_first_seen() -> None:
    desk = Desk()
    desk.state.core = decode(Core, msgspec.msgpack.encode([1, hour_us(-9000)]))
    upheld = [
        each
        for number in (1, 2)
        for each in (
            said(schemas.ComplaintOpened, 20, complaint_id=f"C{number}", kind="no_refund", return_id=f"R{number}"),
            said(schemas.ComplaintDecided, 20, complaint_id=f"C{number}", outcome="upheld"),
        )
    ]
    day_by_day(desk, unpaid(1), unpaid(2), upheld).fire(hour_us(72) - 1)
    assert len(desk.state.overdue) == 2
    assert found(desk) is None
    assert found(desk.fire(hour_us(72))) is not None, "nothing was heard since its acts are noted"


def test_an_announced_absence_is_not_learned() -> None:
    desk = day_by_day(Desk(), [message(at) for at in range(0, 300, 12)], away(290, 300, 500), message(500))
    assert desk.state.core.rhythm.gaps == 24
    assert desk.state.core.away == ()
    assert day_by_day(desk, message(900)).state.core.rhythm.gaps == 25


def test_what_a_buyer_writes_and_a_login_change_nothing_that_stands() -> None:
    desk = day_by_day(Desk(), unpaid(1), unpaid(2)).fire(hour_us(120))
    seen, lines = found(desk), len(holds(desk))
    desk.take(message(130, sender="buyer"), said(schemas.SellerActive, 131, activity="login"))
    assert found(desk) is seen
    assert len(holds(desk)) == lines


def test_the_core_of_a_silent_seller_is_hardly_larger() -> None:
    desk = Desk().take((away(0, number, number + 20) for number in range(300)), working(4000))
    numbers = encode(desk.state.core), encode(Core(seen=desk.state.core.seen))
    assert len(numbers[0]) - len(numbers[1]) < 150
