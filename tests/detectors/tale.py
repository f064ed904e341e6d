"""Three shops of one hand that do the same, minutes apart, and what the system says meanwhile: its margin."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import msgspec

import schemas
from detectors.exposure import PARTS
from detectors.records import Core, Sums
from detectors.score import SUPPORTING
from schemas import Alert, Hold
from tests.story import PHONE, Story, event

SHOPS: Final = ("samsung direct sales store", "samsung huaqiang direct", "galaxy first hand")
APART: Final = timedelta(minutes=10)
YEAR: Final = 2013
YUAN: Final = {"currency": "CNY"}
_FORM: Final = "%Y-%m-%d %H:%M"
_MOMENT: Final = re.compile(rf"{YEAR}-\d\d-\d\d \d\d:\d\d")
_LISTED: Final = {"title": PHONE.name, "price_kind": "fixed", "condition": "new", "product_id": PHONE.product_id}


def day(text: str) -> datetime:
    """ "03-04 09:00" of the year."""
    return datetime.strptime(f"{YEAR}-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


def honest_market() -> Iterator[schemas.Event]:
    """Twenty old sellers that ask about 3,000 for the phone."""
    for number in range(20):
        seller, price = f"honest-{number:02}", Decimal(3000 * (100 + (number * 7) % 21 - 10) // 100)
        yield event(schemas.SellerRegistered, day("01-01 00:00") - timedelta(days=400), seller)
        listed_at = day("03-01 00:00") + timedelta(hours=number)
        yield event(
            schemas.ListingPublished, listed_at, seller, listing_id=f"L-{number}", price=price, **_LISTED, **YUAN
        )


class Tale:
    """What happens to each of the shops is told once; what is said of the first is read, of the others compared."""

    def __init__(self) -> None:
        phone = msgspec.structs.replace(PHONE, as_of=day("02-01 00:00"))
        self.story = Story(products=[phone])
        self.story.tell(sorted(honest_market(), key=lambda one: one.event_time))
        self._waiting: list[schemas.Event] = []
        self._known: dict[str, set[str]] = {}
        self._holds = self._alerts = 0

    def happens(self, when: str, word: type[schemas.Event], **fields: Any) -> None:
        """To the first shop then, to each other ten minutes later; "{shop}" in a field is the shop's name."""
        for number, shop in enumerate(SHOPS):
            told = {name: _named(held, shop) for name, held in fields.items()}
            self._waiting.append(event(word, day(when) + number * APART, shop, **told))

    def listed(self, when: str, price: int) -> None:
        """The phone is on offer."""
        fields = {"listing_id": "L-{shop}", "shop_name": "{shop}", "price": Decimal(price), **_LISTED, **YUAN}
        self.happens(when, schemas.ListingPublished, **fields)

    def writes(self, when: str, sender: str, text: str) -> None:
        """A line of chat."""
        fields = {"conversation_id": "T-{shop}", "listing_id": "L-{shop}"}
        self.happens(when, schemas.MessageSent, sender=sender, text=text, **fields)

    def bought(self, when: str, buyer: str, amount: int = 1500) -> None:
        """Paid, and delivered after two and a half days."""
        order = {"order_id": f"O-{buyer}-{{shop}}"}
        fields = {"listing_id": "L-{shop}", "buyer_id": f"{buyer} of {{shop}}", "amount": Decimal(amount), **YUAN}
        self.happens(when, schemas.OrderPaid, **order, **fields)
        self.happens(later(when, hours=60), schemas.OrderDelivered, **order)

    def sent_back(self, when: str, buyer: str, amount: int = 1500) -> None:
        """Noticed, asked for and agreed to, on its way the same day, signed for two days later."""
        back = {"return_id": f"R-{buyer}-{{shop}}"}
        fields = {"order_id": f"O-{buyer}-{{shop}}", "listing_id": "L-{shop}", "buyer_id": f"{buyer} of {{shop}}"}
        money = {"amount": Decimal(amount), **YUAN}
        self.happens(when, schemas.ReturnRequested, reason="counterfeit", **back, **fields, **money)
        self.happens(later(when, hours=1), schemas.ReturnAccepted, **back)
        self.happens(later(when, hours=5), schemas.ReturnShipped, **back)
        self.happens(later(when, hours=53), schemas.ReturnDelivered, signed=True, signed_by="gatekeeper", **back)

    def until(self, when: str) -> list[str]:
        """Lets time go on to then; what is new in the first shop's margin, which the others' must be like."""
        until = day(when)
        self.story.tell((one for one in self._waiting if one.event_time <= until), until=until)
        self._waiting = [one for one in self._waiting if one.event_time > until]
        margins: list[list[tuple[datetime, str]]] = [[], [], []]
        for line in self._new_lines():
            assert line.seller_id in SHOPS, f"nobody else is accused: {line}"
            number = SHOPS.index(line.seller_id)
            said = self._told(line)
            if said is not None:
                said = said.replace(SHOPS[number], SHOPS[0])
                margins[number].append((line.event_time, _MOMENT.sub(lambda at, by=number: _earlier(at[0], by), said)))
        for number, margin in enumerate(margins):
            assert [said for _, said in margin] == [said for _, said in margins[0]], "one hand, one case"
            behind = [at - first for (at, _), (first, _) in zip(margin, margins[0], strict=True)]
            assert all(timedelta(0) <= by <= number * APART for by in behind)
        return [f"{at:%m-%d %H:%M} {said}" for at, said in margins[0]]

    def at_stake(self) -> dict[str, Decimal]:
        """What is at stake with the first shop, by part, and the same with the others."""
        sums = [dict(zip(PARTS, self._core(shop).exposure["CNY"], strict=True)) for shop in SHOPS]
        assert sums == [sums[0]] * 3
        return {part: amount for part, amount in sums[0].items() if amount}

    def ledger(self) -> Sums:
        """What the platform paid for all of the shops, what came back, what they delivered."""
        accounts = [self._core(shop).ledger["CNY"].ever for shop in SHOPS]
        return Sums(*(sum(column, Decimal(0)) for column in zip(*accounts, strict=True)))

    def _core(self, shop: str) -> Core:
        core: Core = self.story.state(shop).core
        return core

    def _new_lines(self) -> list[Any]:
        new = [*self.story.holds[self._holds :], *self.story.alerts[self._alerts :]]
        self._holds, self._alerts = len(self.story.holds), len(self.story.alerts)
        return sorted(new, key=lambda one: (one.event_time, one.revision))

    def _told(self, line: Alert | Hold) -> str | None:
        """The line as one sentence; None for an alert that says nothing of its own family that was not said before."""
        if isinstance(line, Hold):
            return f"{line.scope} {'held' if line.action == 'placed' else 'released'} by {line.decided_by}"
        said = [
            f"{one.reason_code}: {one.sentence}"
            for one in line.evidence
            if one.reason_code in SUPPORTING or self.story.policy.family(one.reason_code) == line.family
        ]
        if line.note is not msgspec.UNSET:
            said.append(line.note)
        known = self._known.setdefault(str(line.seller_id), set())
        news = [one for one in said if one not in known]
        known.update(news)
        return f"{line.family} alert, {line.severity}, {line.score}: {'; '.join(news)}" if news else None


def later(when: str, hours: float) -> str:
    """So many hours after that."""
    return f"{day(when) + timedelta(hours=hours):%m-%d %H:%M}"


def _earlier(moment: str, number: int) -> str:
    """The moment as it would read for the first shop."""
    return f"{datetime.strptime(moment, _FORM) - number * APART:%m-%d %H:%M}"


def _named(held: Any, shop: str) -> Any:
    return held.replace("{shop}", shop) if isinstance(held, str) else held
