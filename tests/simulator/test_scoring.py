"""The arithmetic of the evaluation, on labels and decisions whose figures can be checked by hand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal

import msgspec

from schemas.fields import HoldScope, Mode
from schemas.outputs import Alert, Hold
from simulator.accused import Spoken
from simulator.labels import GangLabel, ListingLabel, OrderLabel, SellerLabel
from simulator.report import Caught, Delay, Held, HonestHeld, HonestHolds, Lost, Reason, Report, Span
from simulator.scoring import Scoring

T0 = datetime(2026, 1, 1, tzinfo=UTC)
SPOKEN = {
    "below_market_price": Spoken("price", "listing"),
    "replica_wording": Spoken("words", "listing"),
    "reassuring_messages": Spoken("words", "seller"),
    "overdue_refund": Spoken("aftersale", "seller"),
    "vanished_seller": Spoken("aftersale", "seller"),
}


def hours(count: float) -> datetime:
    return T0 + timedelta(hours=count)


def alert(
    alert_id: str,
    *codes: str,
    kind: Literal["listing", "seller", "brand", "category", "system"] = "listing",
    family: str = "price",
    at: float = 0,
    subject: str = "fake-1",
    seller: str | msgspec.UnsetType = "gang-1",
    mode: Mode = "alert",
    status: Literal["opened", "withdrawn"] = "opened",
    revision: int = 1,
    listing_ids: tuple[str, ...] = (),
) -> Alert:
    return Alert(
        alert_id=alert_id,
        revision=revision,
        status=status,
        family=family,
        subject_kind=kind,
        subject_id=subject,
        seller_id=seller,
        listing_ids=listing_ids,
        reason_codes=codes,
        score=0.9,
        severity="medium",
        exposure=(),
        evidence=(),
        mode=mode,
        policy_version="p",
        event_time=hours(at),
        detected_at=hours(at),
    )


def hold(
    scope: HoldScope,
    subject: str,
    at: float,
    *,
    seller: str = "gang-1",
    until: float = 168.0,
    released: float | None = None,
    revision: int = 1,
) -> Hold:
    return Hold(
        hold_id=f"h-{scope}-{subject}-{at}",
        revision=revision,
        action="placed" if released is None else "released",
        scope=scope,
        subject_id=subject,
        seller_id=seller,
        reason_codes=("below_market_price",),
        score=0.95,
        decided_by="policy",
        notice="",
        policy_version="p",
        event_time=hours(at if released is None else released),
        placed_at=hours(at),
        expires_at=hours(at + until),
    )


def order(
    order_id: str,
    listing: str,
    at: float,
    payout: float,
    *,
    seller: str = "gang-1",
    cny: int = 100,
    returned: float | None = None,
) -> OrderLabel:
    return OrderLabel(
        order_id=order_id,
        listing_id=listing,
        seller_id=seller,
        paid_at=hours(at),
        lost=True,
        amount=Decimal(cny),
        currency="CNY",
        payout_at=hours(payout),
        returned_at=None if returned is None else hours(returned),
    )


def scored(*decisions: Alert | Hold, orders: tuple[OrderLabel, ...] = ()) -> Report:
    """Two gang sellers with a fake each, two honest ones with a listing each; fakes appear at hours 0 and 10."""
    scoring = Scoring(SPOKEN)
    scoring.label(
        GangLabel(
            gang="g",
            depth=0.5,
            vanishes=True,
            brand="Samsung",
            shops=("gang-1", "gang-2"),
            habit="logs in",
            brands=("Samsung", "Xiaomi"),
            category="phones",
            opens_at=hours(-48),
        )
    )
    for seller_id in ("gang-1", "gang-2", "honest-1", "honest-2"):
        is_gang = seller_id < "h"
        traits = () if is_gang else ("refunds late",)
        scoring.label(SellerLabel(seller_id=seller_id, label="gang" if is_gang else "honest", traits=traits))
    for listing_id, seller_id, at in (
        ("fake-1", "gang-1", 0),
        ("fake-2", "gang-2", 10),
        ("good-1", "honest-1", 0),
        ("good-2", "honest-2", 0),
    ):
        fake = listing_id.startswith("fake")
        scoring.label(ListingLabel(listing_id=listing_id, seller_id=seller_id, fake=fake, published_at=hours(at)))
    for label in orders:
        scoring.label(label)
    for decision in decisions:
        if isinstance(decision, Alert):
            scoring.alert(decision)
        else:
            scoring.hold(decision)
    return scoring.report()


def reason(report: Report, code: str) -> Reason:
    return next(line for line in report.reasons if line.reason_code == code)


def test_precision_and_recall_of_a_listing_reason_are_counted_over_listings() -> None:
    report = scored(
        alert("a", "below_market_price", subject="fake-1", mode="hold"),
        alert("b", "below_market_price", subject="good-1", seller="honest-1"),
        alert("c", "below_market_price", subject="good-1", seller="honest-1"),
    )
    assert report.reasons == (
        Reason(
            reason_code="below_market_price",
            subject="listing",
            true=1,
            false=1,
            missed=1,
            precision=0.5,
            recall=0.5,
            shadow_true=0,
            shadow_false=0,
            withdrawn=0,
            raised_true=1,
            raised_false=1,
            raised_precision=0.5,
            raised_recall=0.5,
        ),
    )


def test_a_sellers_reason_on_a_listings_alert_counts_for_the_seller_and_the_other_way_round() -> None:
    report = scored(
        alert("a", "below_market_price", "vanished_seller", subject="fake-1", seller="gang-1"),
        alert("b", "overdue_refund", "below_market_price", kind="seller", subject="gang-2", listing_ids=("fake-2",)),
    )
    assert (reason(report, "vanished_seller").true, reason(report, "vanished_seller").missed) == (1, 1)
    assert (reason(report, "overdue_refund").true, reason(report, "overdue_refund").subject) == (1, "seller")
    assert (reason(report, "below_market_price").true, reason(report, "below_market_price").recall) == (2, 1.0)


def test_shadow_and_withdrawn_alerts_stand_apart() -> None:
    report = scored(
        alert("a", "replica_wording", subject="fake-1", mode="shadow", family="words"),
        alert("b", "replica_wording", subject="good-1", seller="honest-1", mode="shadow", family="words"),
        alert("c", "replica_wording", subject="good-2", seller="honest-2", status="withdrawn", family="words"),
    )
    line = reason(report, "replica_wording")
    assert (line.true, line.false, line.missed, line.precision, line.recall) == (0, 0, 2, None, 0.0)
    assert (line.shadow_true, line.shadow_false, line.withdrawn) == (1, 1, 1)


def test_the_highest_revision_counts_whatever_the_order_of_the_lines() -> None:
    opened = alert("a", "below_market_price", subject="good-1", seller="honest-1")
    gone = alert("a", "below_market_price", subject="good-1", seller="honest-1", status="withdrawn", revision=2)
    for lines in ((opened, gone), (gone, opened)):
        line = reason(scored(*lines), "below_market_price")
        assert (line.false, line.withdrawn) == (0, 1)
        assert (line.raised_false, line.raised_precision) == (1, 0.0), "what was withdrawn had been alerted"


def test_holds_are_counted_by_scope_and_honest_sellers_once() -> None:
    report = scored(
        hold("listing", "fake-1", 1),
        hold("listing", "good-1", 1, seller="honest-1"),
        hold("payout", "honest-1", 2, seller="honest-1"),
        hold("payout", "gang-1", 3),
        hold("payout", "gang-1", 200),
    )
    assert report.holds == (
        Held(scope="listing", true=1, false=1),
        Held(scope="seller", true=0, false=0),
        Held(scope="payout", true=1, false=1),
    )
    assert (report.honest_sellers, report.honest_sellers_held) == (2, 1)


def test_time_to_hold_counts_from_publication_and_from_the_first_lost_order() -> None:
    report = scored(
        hold("listing", "fake-1", 2),
        hold("listing", "fake-1", 50),
        hold("listing", "fake-2", 16),
        hold("payout", "gang-1", 100),
        orders=(
            order("o2", "fake-1", 30, 300),
            order("o1", "fake-1", 20, 300),
            order("o3", "fake-2", 5, 300, seller="gang-2"),
        ),
    )
    assert report.listing_hold == Span(subjects=2, held=2, median_hours=4.0, p90_hours=6.0)
    assert report.payout_hold == Span(subjects=2, held=1, median_hours=80.0, p90_hours=80.0)


def test_every_lost_order_is_prevented_frozen_or_gone() -> None:
    """Listing held from hour 10 to 20, payout from 100 to 268: each order by where its payment and payout fall."""
    report = scored(
        hold("listing", "fake-1", 10, released=20, revision=2),
        hold("payout", "gang-1", 100),
        orders=(
            order("before the hold, paid out before the freeze", "fake-1", 9, 99, cny=1),
            order("while held", "fake-1", 10, 200, cny=10),
            order("just released, paid out while frozen", "fake-1", 20, 100, cny=100),
            order("paid out when the freeze has expired", "fake-1", 30, 268, cny=1_000),
            order("another seller", "fake-2", 15, 150, seller="gang-2", cny=10_000),
        ),
    )
    assert report.lost == (
        Lost(
            currency="CNY",
            orders={"prevented": 1, "frozen": 1, "gone": 3},
            amounts={"prevented": "10.00", "frozen": "100.00", "gone": "11001.00"},
            saved=0.0099,
        ),
    )
    assert report.lost_if_confirmed == (
        Lost(
            currency="CNY",
            orders={"prevented": 3, "frozen": 0, "gone": 2},
            amounts={"prevented": "1110.00", "frozen": "0.00", "gone": "10001.00"},
            saved=0.0999,
        ),
    )


def test_a_hold_on_the_seller_prevents_orders_on_all_its_listings() -> None:
    report = scored(hold("seller", "gang-1", 5), orders=(order("o", "fake-1", 6, 300),))
    assert report.lost[0].orders == {"prevented": 1, "frozen": 0, "gone": 0}


def test_a_brand_or_category_is_true_when_a_gang_copies_it() -> None:
    report = scored(
        alert("a", "complaint_surge", kind="brand", subject="samsung", seller=msgspec.UNSET, at=24),
        alert("b", "complaint_surge", kind="brand", subject="nike", seller=msgspec.UNSET),
        alert("c", "complaint_surge", kind="category", subject="Phones", seller=msgspec.UNSET),
        alert("d", "complaint_surge", kind="seller", subject="gang-2", seller="gang-2", family="aftersale"),
    )
    of = {line.subject: line for line in report.reasons}
    assert (of["brand"].true, of["brand"].false, of["brand"].missed, of["brand"].recall) == (1, 1, 1, 0.5)
    assert (of["category"].true, of["category"].false, of["category"].missed) == (1, 0, 0)
    assert (of["seller"].true, of["seller"].missed) == (1, 1)
    since_opening = next(line for line in report.delays if line.subject == "brand")
    assert (since_opening.subjects, since_opening.alerted, since_opening.median_hours) == (2, 1, 72.0)


def test_of_a_reason_code_that_no_catalogue_names_the_alert_says_whom_it_accuses() -> None:
    report = scored(
        alert("a", "new_of_listings", subject="fake-1"),
        alert("b", "new_of_sellers", kind="seller", subject="gang-1"),
    )
    assert (reason(report, "new_of_listings").subject, reason(report, "new_of_listings").true) == ("listing", 1)
    assert (reason(report, "new_of_sellers").subject, reason(report, "new_of_sellers").true) == ("seller", 1)


def test_an_alert_of_another_family_accuses_no_listing_of_a_low_price() -> None:
    """An aftersale alert carries the price's code as well, and the listings that a complaint names."""
    named = alert("a", "overdue_refund", "below_market_price", family="aftersale", kind="seller", subject="gang-1")
    report = scored(msgspec.structs.replace(named, listing_ids=("fake-1", "good-1")))
    assert [line.reason_code for line in report.reasons] == ["overdue_refund"]


def test_hours_to_an_alert_count_from_the_first_return_that_stays_unpaid() -> None:
    report = scored(
        alert("a", "overdue_refund", kind="seller", subject="gang-1", family="aftersale", at=150, mode="shadow"),
        alert("a", "overdue_refund", kind="seller", subject="gang-1", family="aftersale", at=160, revision=2),
        alert("a", "overdue_refund", kind="seller", subject="gang-1", family="aftersale", at=900, revision=3),
        alert("b", "reassuring_messages", kind="seller", subject="gang-1", family="words", at=1),
        orders=(
            order("o1", "fake-1", 20, 300, returned=90),
            order("o2", "fake-1", 10, 300, returned=60),
            order("o3", "fake-2", 10, 300, seller="gang-2", returned=80),
            order("kept by its buyer", "fake-1", 1, 300),
        ),
    )
    assert report.delays == (
        Delay(
            reason_code="overdue_refund",
            subject="seller",
            subjects=2,
            alerted=1,
            median_hours=100.0,
            p90_hours=100.0,
        ),
    )


def test_each_gang_is_told_with_what_was_held_of_it() -> None:
    report = scored(
        alert("a", "below_market_price", subject="fake-2", seller="gang-2"),
        alert("b", "below_market_price", subject="fake-1", seller="gang-1", mode="shadow"),
        hold("payout", "gang-2", 5, seller="gang-2"),
        orders=(order("o1", "fake-1", 1, 9), order("o2", "fake-2", 1, 9, seller="gang-2", cny=300)),
    )
    assert report.gangs == (
        Caught(
            gang="g",
            habit="logs in",
            depth=0.5,
            shops=2,
            alerted=1,
            held={"listing": 0, "seller": 0, "payout": 1},
            lost_orders=2,
            saved=0.75,
            listing_hold=Span(subjects=2, held=0, median_hours=None, p90_hours=None),
            payout_hold=Span(subjects=2, held=1, median_hours=4.0, p90_hours=4.0),
        ),
    )


def test_every_honest_seller_that_was_held_is_named_with_what_for() -> None:
    report = scored(
        hold("listing", "good-2", 1, seller="honest-2", until=10),
        hold("payout", "honest-2", 4, seller="honest-2", released=6),
        hold("payout", "gang-1", 4),
    )
    assert report.honest_held == (
        HonestHeld(
            seller_id="honest-2",
            traits=("refunds late",),
            scopes=("listing", "payout"),
            reason_codes=("below_market_price",),
            holds=2,
            first_at=hours(1),
            hours=12.0,
        ),
    )


def test_honest_holds_are_counted_by_what_they_were_first_placed_for() -> None:
    placed = hold("payout", "honest-1", 4, seller="honest-1")
    ended = hold("payout", "honest-1", 4, seller="honest-1", released=10, revision=2)
    for lines in ((placed, ended), (ended, placed)):
        report = scored(*(msgspec.structs.replace(line, reason_codes=("b", "a")[: line.revision]) for line in lines))
        assert report.honest_holds == (
            HonestHolds(scope="payout", reason_codes=("b",), sellers=1, holds=1, median_hours=6.0),
        )


def test_subjects_without_a_label_are_told_and_the_system_is_left_out() -> None:
    report = scored(
        alert("a", "below_market_price", subject="of another run", seller="gang-1"),
        alert("b", "feed_stalled", kind="system", subject="3", seller=msgspec.UNSET),
        hold("payout", "nobody", 1, seller="nobody"),
    )
    assert report.unlabelled == 2
    assert [line.reason_code for line in report.reasons] == ["below_market_price"]
    assert reason(report, "below_market_price").precision is None


def test_nothing_decided_means_everything_missed_and_gone() -> None:
    report = scored(orders=(order("o", "fake-1", 6, 300),))
    assert report.reasons == ()
    assert report.listing_hold == Span(subjects=2, held=0, median_hours=None, p90_hours=None)
    assert report.lost[0].orders == {"prevented": 0, "frozen": 0, "gone": 1}
