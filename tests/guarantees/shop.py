"""A shop's days: what it asks, what comes back to it, and what is no event at all."""

import random
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import schemas
from tests.guarantees.told import DAY, HOUR, LANES, START, USUAL_PRICE, Record, Told

ROUND_DAYS = 5.0
TALES = (
    "left_until_it_expires",
    "corrected",
    "confirmed",
    "rejected",
    "removed",
    "implausible",
    "several_wait_for_refunds",
    "one_waits_for_a_refund",
    "a_late_refund",
    "in_dispute",
    "honest",
)


class Shop:
    """One shop's days. Its listings are of one product that no other shop sells."""

    def __init__(self, told: Told, name: str, product: schemas.Product, rng: random.Random) -> None:
        self._told = told
        self._name = name
        self._product = product
        self._rng = rng
        self._moment = START

    def trade(self, rounds: int) -> None:
        self._say(schemas.SellerRegistered, START + timedelta(hours=2, seconds=self._rng.random() * 20_000))
        tales = list(TALES)
        for number in range(rounds):
            if number % len(TALES) == 0:
                self._rng.shuffle(tales)
            start = START + (1 + ROUND_DAYS * number + self._rng.random()) * DAY
            getattr(self, f"_{tales[number % len(TALES)]}")(start, f"{self._name}-{number}")
            self._small_talk(start, f"{self._name}-{number}")

    def _say(self, word: type[schemas.Event], when: datetime, **fields: Any) -> Record:
        return self._told.tell(word, when, self._name, **fields)

    def _list(self, when: datetime, listing_id: str, share: float, **fields: Any) -> None:
        price = round(USUAL_PRICE * (share + self._rng.uniform(-0.02, 0.02)))
        self._told.list_goods(when, self._name, self._product, listing_id, price, **fields)

    def _small_talk(self, start: datetime, name: str) -> None:
        for number in range(8):
            when = start + timedelta(hours=9.7 * number, minutes=self._rng.random() * 300)
            buyer = {"conversation_id": f"C-{name}-{number}", "text": "Is it still there?"}
            self._say(schemas.MessageSent, when, sender="buyer", **buyer)
            self._say(schemas.SellerActive, when + HOUR, activity="reply")
        twice = self._say(schemas.SellerActive, start + 2 * HOUR, activity="login")
        self._told.arrive(twice, start + 3 * HOUR)
        self._say(schemas.SellerActive, start + 4 * HOUR, arrives=start + 7 * HOUR, activity="shipment")
        if self._rng.random() < 0.25:
            self._no_event(start + 5 * HOUR)

    def _no_event(self, when: datetime) -> None:
        topic = self._rng.choice(list(LANES))
        head = f'"event_id":"b","event_time":"2026-01-02T00:00:00Z","seller_id":"{self._name}"'
        value = self._rng.choice(
            [
                b'{"type":"order_paid"',
                f'{{"type":"weather_changed",{head}}}'.encode(),
                f'{{"type":"listing_published",{head},"price":NaN}}'.encode(),
                f'{{"type":"order_delivered",{head},"order_id":7}}'.encode(),
                b"\xff\xfe",
            ]
        )
        self._told.arrive(Record(topic, self._name.encode(), value, 0), when)

    # ---- prices

    def _left_until_it_expires(self, start: datetime, name: str) -> None:
        self._list(start, f"L-{name}", 0.45)

    def _corrected(self, start: datetime, name: str) -> None:
        self._list(start, f"L-{name}", 0.45)
        self._list(start + 20 * HOUR, f"L-{name}", 1.0, word=schemas.ListingChanged)

    def _confirmed(self, start: datetime, name: str) -> None:
        self._list(start, f"L-{name}", 0.45)
        self._rule(start + 15 * HOUR, f"L-{name}", "confirmed", cause="counterfeit", expires_at=start + 9 * DAY)

    def _rejected(self, start: datetime, name: str) -> None:
        self._list(start, f"L-{name}", 0.45)
        self._rule(start + 15 * HOUR, f"L-{name}", "rejected", cause="honest", expires_at=start + 9 * DAY)

    def _rule(self, when: datetime, listing_id: str, verdict: str, **fields: Any) -> None:
        subject = {"subject": "listing", "subject_id": listing_id, "moderator": "mo", "reason": "looked at it"}
        self._say(schemas.VerdictGiven, when, verdict=verdict, **subject, **fields)

    def _removed(self, start: datetime, name: str) -> None:
        self._list(start, f"L-{name}", 0.45)
        self._say(schemas.ListingRemoved, start + 9 * HOUR, listing_id=f"L-{name}", reason="seller")

    def _implausible(self, start: datetime, name: str) -> None:
        self._list(start, f"L-{name}", 0.06)
        self._list(start + 2 * DAY, f"L-{name}", 0.64, word=schemas.ListingChanged)

    # ---- parcels that come back

    def _several_wait_for_refunds(self, start: datetime, name: str) -> None:
        for buyer in range(4):
            back = self._sell_and_take_back(start + buyer * HOUR, f"{name}-{buyer}")
            if buyer:
                self._refund(start + (9 + buyer) * DAY, back)

    def _one_waits_for_a_refund(self, start: datetime, name: str) -> None:
        self._sell_and_take_back(start, name)

    def _a_late_refund(self, start: datetime, name: str) -> None:
        """It was paid before the deadline, and is told of after the alert; the seller's own request goes before it."""
        back = self._sell_and_take_back(start, name)
        told_at = start + timedelta(days=2 + 4, hours=9)
        self._request(told_at - HOUR, f"{name}-other")
        self._refund(start + 4 * DAY, back, arrives=told_at)

    def _in_dispute(self, start: datetime, name: str) -> None:
        back = self._sell_and_take_back(start, name)
        self._say(schemas.ReturnDisputed, start + 3 * DAY, return_id=back, by="seller")
        complaint = f"K-{name}"
        self._say(schemas.ComplaintOpened, start + 3.1 * DAY, complaint_id=complaint, kind="no_refund", return_id=back)
        outcome = self._rng.choice(["upheld", "dismissed"])
        self._say(schemas.ComplaintDecided, start + 8.3 * DAY, complaint_id=complaint, outcome=outcome)

    def _honest(self, start: datetime, name: str) -> None:
        self._list(start, f"L-{name}", 1.0)
        back = self._sell_and_take_back(start, name)
        self._refund(start + 3 * DAY, back)
        money = {"amount": Decimal(900), "currency": "CNY"}
        self._say(schemas.PayoutReleased, start + 3.5 * DAY, payout_id=f"P-{name}", **money)

    def _request(self, when: datetime, name: str) -> str:
        fields: dict[str, Any] = {"amount": Decimal(1500), "currency": "CNY", "buyer_id": f"B-{name}"}
        fields |= {"order_id": f"O-{name}", "listing_id": f"L-{self._name}-0", "return_id": f"R-{name}"}
        self._say(schemas.ReturnRequested, when, reason="counterfeit", **fields)
        return f"R-{name}"

    def _sell_and_take_back(self, start: datetime, name: str) -> str:
        """The parcel is back two days after the payment."""
        fields: dict[str, Any] = {"amount": Decimal(1500), "currency": "CNY", "buyer_id": f"B-{name}"}
        self._say(schemas.OrderPaid, start, order_id=f"O-{name}", listing_id=f"L-{self._name}-0", **fields)
        self._say(schemas.OrderDelivered, start + 12 * HOUR, order_id=f"O-{name}")
        back = self._request(start + 18 * HOUR, name)
        self._say(schemas.ReturnAccepted, start + 20 * HOUR, return_id=back)
        self._say(schemas.ReturnShipped, start + 24 * HOUR, return_id=back)
        self._say(schemas.ReturnDelivered, start + 2 * DAY, return_id=back, signed=True)
        return back

    def _refund(self, when: datetime, back: str, arrives: datetime | None = None) -> None:
        money = {"amount": Decimal(1500), "currency": "CNY", "paid_by": "seller"}
        self._say(schemas.RefundIssued, when, arrives=arrives, refund_id=f"F-{back}", return_id=back, **money)
