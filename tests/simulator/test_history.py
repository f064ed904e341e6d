"""What holds of every history: the codec takes its events, each follows its cause, and the labels agree."""

from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal

from schemas import (
    Brand,
    CompensationPaid,
    ComplaintDecided,
    ComplaintOpened,
    Event,
    ListingChanged,
    ListingPublished,
    ListingRemoved,
    OrderCancelled,
    OrderDelivered,
    OrderPaid,
    PayoutReleased,
    Product,
    RefundIssued,
    ReturnAccepted,
    ReturnCancelled,
    ReturnDelivered,
    ReturnDisputed,
    ReturnRefused,
    ReturnRequested,
    ReturnShipped,
    SellerActive,
    SellerAway,
    SellerRegistered,
)
from schemas.topics import MESSAGES, VERDICTS
from schemas.topics import TOPIC_OF as TOPICS
from schemas.wire import decode_event, decode_reference, encode
from simulator import START, Marketplace
from simulator.labels import GangLabel, ListingLabel, OrderLabel, SellerLabel, decode_label

from .conftest import DAYS, GANGS, SELLERS, History

#: What must have been said of the same return, order, listing or complaint before.
_CAUSE: dict[type[Event], tuple[str, type[Event]]] = {
    ListingChanged: ("listing_id", ListingPublished),
    ListingRemoved: ("listing_id", ListingPublished),
    OrderPaid: ("listing_id", ListingPublished),
    OrderDelivered: ("order_id", OrderPaid),
    OrderCancelled: ("order_id", OrderPaid),
    ReturnRequested: ("order_id", OrderPaid),
    ReturnAccepted: ("return_id", ReturnRequested),
    ReturnRefused: ("return_id", ReturnRequested),
    ReturnCancelled: ("return_id", ReturnRequested),
    ReturnShipped: ("return_id", ReturnAccepted),
    ReturnDelivered: ("return_id", ReturnShipped),
    ReturnDisputed: ("return_id", ReturnDelivered),
    RefundIssued: ("return_id", ReturnRequested),
    ComplaintOpened: ("order_id", OrderPaid),
    ComplaintDecided: ("complaint_id", ComplaintOpened),
    CompensationPaid: ("complaint_id", ComplaintDecided),
}


def test_every_event_passes_the_codec_unchanged(history: History) -> None:
    for event in history.events:
        decoded = decode_event(encode(event))
        assert isinstance(decoded, tuple), decoded
        assert decoded[0] == event


def test_every_label_and_reference_line_passes_its_codec_unchanged(history: History) -> None:
    assert [decode_label(encode(label)) for label in history.labels] == history.labels
    reference = list(history.marketplace.reference())
    assert [decode_reference(encode(word)) for word in reference] == reference


def test_events_come_by_time_then_id_and_ids_are_unique(history: History) -> None:
    keys = [(event.event_time, event.event_id) for event in history.events]
    assert keys == sorted(keys)
    assert len({event.event_id for event in history.events}) == len(keys)
    assert len({len(event.event_id) for event in history.events}) == 1, "ids of one width sort as numbers do"
    assert len({event_time for event_time, _ in keys}) < len(keys), "no tie was there to be broken"
    assert keys[-1][0] <= START + timedelta(days=DAYS)


def test_every_event_has_its_cause_before_it(history: History) -> None:
    said: dict[type[Event], dict[str, str]] = defaultdict(dict)
    own_id = {word: name for name, word in _CAUSE.values()}
    registered: set[str] = set()
    removed: set[str] = set()
    for event in history.events:
        word = type(event)
        if isinstance(event, SellerRegistered):
            registered.add(event.seller_id)
        assert event.seller_id in registered
        if word in _CAUSE:
            name, cause = _CAUSE[word]
            assert said[cause][getattr(event, name)] == event.seller_id, event
        if isinstance(event, ListingChanged | OrderPaid):
            assert event.listing_id not in removed
        if isinstance(event, ListingRemoved):
            removed.add(event.listing_id)
        if word in own_id:
            said[word][getattr(event, own_id[word])] = event.seller_id


def test_every_kind_of_event_but_verdicts_occurs(history: History) -> None:
    seen = {type(event) for event in history.events}
    expected = {word for word, topic in TOPICS.items() if topic is not VERDICTS}
    assert not {word.__name__ for word in expected - seen}
    assert any(TOPICS[word] is MESSAGES for word in seen)


def test_markets_are_warm_before_trading_begins(history: History) -> None:
    before = [event for event in history.events if event.event_time < START]
    assert {type(event) for event in before} == {SellerRegistered, ListingPublished}
    published = Counter(
        event.product_id
        for event in before
        if isinstance(event, ListingPublished) and event.condition == "new" and event.currency == "CNY"
    )
    assert published["p-001"] >= 5
    ages = [START - event.event_time for event in before if isinstance(event, SellerRegistered)]
    assert sum(age > timedelta(days=180) for age in ages) > SELLERS / 2
    assert any(age < timedelta(days=60) for age in ages)


def test_money_never_exceeds_what_was_paid(history: History) -> None:
    paid: dict[str, Decimal] = {}
    back: defaultdict[str, Decimal] = defaultdict(Decimal)
    out: defaultdict[str, Decimal] = defaultdict(Decimal)
    in_parts = 0
    delivered = {}
    for event in history.events:
        if isinstance(event, OrderPaid):
            paid[event.order_id] = event.amount
        elif isinstance(event, OrderDelivered):
            delivered[event.order_id] = event.event_time
        elif isinstance(event, ReturnRequested):
            assert event.amount == paid[event.order_id]
        elif isinstance(event, RefundIssued):
            order_id = "o" + event.return_id[1:]
            back[order_id] += event.amount
            in_parts += event.amount < paid[order_id]
            assert back[order_id] <= paid[order_id]
        elif isinstance(event, PayoutReleased):
            assert all(event.event_time - delivered[order_id] >= timedelta(days=7) for order_id in event.order_ids)
            assert all(event.event_time - delivered[order_id] <= timedelta(days=8) for order_id in event.order_ids)
            assert event.amount == sum(paid[order_id] - back[order_id] for order_id in event.order_ids)
            assert all(back[order_id] < paid[order_id] for order_id in event.order_ids)
            for order_id in event.order_ids:
                out[order_id] += 1
    assert in_parts > 0
    assert set(out.values()) == {1}


def test_honest_returns_are_about_one_in_twenty_and_end_well(history: History) -> None:
    honest = [event for event in history.events if event.seller_id < "s-9"]
    counts = Counter(type(event) for event in honest)
    assert 0.035 < counts[ReturnRequested] / counts[OrderDelivered] < 0.065
    refunded = {event.return_id for event in honest if isinstance(event, RefundIssued)}
    upheld = [event for event in honest if isinstance(event, ComplaintDecided) and event.outcome == "upheld"]
    dismissed = {event.complaint_id for event in honest if isinstance(event, ComplaintDecided)} - {
        event.complaint_id for event in upheld
    }
    early = START + timedelta(days=DAYS - 25)
    for event in honest:
        if isinstance(event, ReturnDelivered) and event.event_time < early:
            assert event.return_id in refunded or "c" + event.return_id[1:] in dismissed
    assert counts[CompensationPaid] < counts[ReturnRequested] / 50


def test_labels_name_every_subject_once_and_only_those(history: History) -> None:
    sellers = [label.seller_id for label in history.labels if isinstance(label, SellerLabel)]
    listings = [label for label in history.labels if isinstance(label, ListingLabel)]
    orders = [label for label in history.labels if isinstance(label, OrderLabel)]
    assert sellers == [event.seller_id for event in history.events if isinstance(event, SellerRegistered)]
    assert [(one.listing_id, one.seller_id, one.published_at) for one in listings] == [
        (event.listing_id, event.seller_id, event.event_time)
        for event in history.events
        if isinstance(event, ListingPublished)
    ]
    assert [(one.order_id, one.listing_id, one.paid_at, one.amount, one.currency) for one in orders] == [
        (event.order_id, event.listing_id, event.event_time, event.amount, event.currency)
        for event in history.events
        if isinstance(event, OrderPaid)
    ]
    gangs = [label for label in history.labels if isinstance(label, GangLabel)]
    of_gangs = {
        label.seller_id: label.gang for label in history.labels if isinstance(label, SellerLabel) and label.gang
    }
    assert len(gangs) == GANGS
    assert of_gangs == {shop: gang.gang for gang in gangs for shop in gang.shops}
    assert {one.seller_id for one in listings if one.fake} == set(of_gangs)


def test_the_reference_names_authorised_sellers_that_exist(history: History) -> None:
    reference = list(history.marketplace.reference())
    products = [word for word in reference if isinstance(word, Product)]
    brands = [word for word in reference if isinstance(word, Brand)]
    sellers = {
        label.seller_id for label in history.labels if isinstance(label, SellerLabel) and label.label == "honest"
    }
    assert len({product.product_id for product in products}) == len(products) >= 55
    assert {product.brand for product in products} == {brand.brand for brand in brands}
    authorised = [seller_id for brand in brands for seller_id in brand.authorised_sellers]
    assert authorised
    assert set(authorised) <= sellers
    assert any(product.reference_price is None for product in products)
    assert all(product.as_of and product.as_of <= START for product in products if product.reference_price)


def test_holidays_are_announced_and_kept(history: History) -> None:
    away = [event for event in history.events if isinstance(event, SellerAway)]
    assert away
    for event in history.events:
        if isinstance(event, SellerActive) and event.activity == "shipment":
            for holiday in away:
                assert event.seller_id != holiday.seller_id or not holiday.from_ <= event.event_time < holiday.until


def test_a_marketplace_without_anybody_is_silent() -> None:
    assert list(Marketplace(1, 0, 10, gangs=0)) == []
