"""The arithmetic of the evaluation, on labels and decisions whose figures can be checked by hand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal

import msgspec

from schemas.fields import HoldScope, Mode
from schemas.outputs import Alert, Hold
from simulator.labels import GangLabel, ListingLabel, OrderLabel, SellerLabel
from simulator.report import Held, Lost, Reason, Report, Span
from simulator.scoring import Scoring

T0 = datetime(2026, 1, 1, tzinfo=UTC)


def hours(count: float) -> datetime:
    return T0 + timedelta(hours=count)


def alert(
    alert_id: str,
    *codes: str,
    kind: Literal["listing", "seller", "brand"] = "listing",
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
        family="price",
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
        event_time=T0,
        detected_at=T0,
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
    order_id: str, listing: str, at: float, payout: float, *, seller: str = "gang-1", cny: int = 100
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
    )


def scored(*decisions: Alert | Hold, orders: tuple[OrderLabel, ...] = ()) -> Report:
    """Two gang sellers with a fake each, two honest ones with a listing each; fakes appear at hours 0 and 10."""
    scoring = Scoring()
    scoring.label(GangLabel(gang="g", depth=0.5, vanishes=True, brand="Samsung", shops=("gang-1", "gang-2")))
    for seller_id in ("gang-1", "gang-2", "honest-1", "honest-2"):
        scoring.label(SellerLabel(seller_id=seller_id, label="gang" if seller_id < "h" else "honest"))
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
        alert("a", "replica_wording", subject="fake-1", mode="shadow"),
        alert("b", "replica_wording", subject="good-1", seller="honest-1", mode="shadow"),
        alert("c", "replica_wording", subject="good-2", seller="honest-2", status="withdrawn"),
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
        ),
    )


def test_a_hold_on_the_seller_prevents_orders_on_all_its_listings() -> None:
    report = scored(hold("seller", "gang-1", 5), orders=(order("o", "fake-1", 6, 300),))
    assert report.lost[0].orders == {"prevented": 1, "frozen": 0, "gone": 0}


def test_subjects_without_a_label_are_told_and_brands_are_left_out() -> None:
    report = scored(
        alert("a", "below_market_price", subject="of another run", seller="gang-1"),
        alert("b", "complaint_surge", kind="brand", subject="Samsung", seller=msgspec.UNSET),
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
