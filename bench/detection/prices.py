"""Genuine offers through the real hop: how many of those judged are flagged as too cheap. Reads real data by --data.

Tracked offers: each product gets a simulated market of established sellers around its average price; then a seller
outside it asks the current price, and after that the lowest price ever seen. Phones: each listing is judged against
the other listings of its group. Nothing of the data is copied here.
"""

import argparse
import asyncio
import csv
import random
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parent.parent))  # what the benchmarks share lies one folder up

from measured import keep

from detectors.policy import Policy, make_policy
from detectors.products import Reference
from detectors.score import listing_score
from schemas import ListingChanged, ListingPublished, OrderDelivered, OrderPaid, SellerRegistered
from schemas.events import Event
from schemas.fields import Condition, to_us
from schemas.wire import encode
from streams.hop import Hop
from streams.outbox import ProcessOutbox
from streams.partition import Arrival, Partition
from streams.replay import BATCH, LANE, feed, history_hop
from streams.settings import read_policy

START: Final = datetime(2026, 3, 2, tzinfo=UTC)
LONG_AGO: Final = START - timedelta(days=400)
SIZES: Final = (12, 20, 40)
SPREADS: Final = (0.08, 0.15, 0.25)
STANDING_ORDERS: Final = 120
STANDING_POOL: Final = 60
STRONG: Final = ("strong", "strong_unsure")
FILES: Final = {"tracked": "price_history/amazon_tracked.csv", "phones": "phone_listings/amazon_2019.csv"}

_STORAGE: Final = re.compile(r"\b(\d+)\s?(gb|tb)\b")
_WORD: Final = re.compile(r"[a-z0-9]+")
#: A maker's code for a variant (SM-G955U, A6013): one model has many.
_CODE: Final = re.compile(r"[a-z]{1,3}\d{3,4}[a-z0-9]*|sm|sgh|sch|sph")
#: Where a title stops naming the model and begins to describe it.
_DESCRIPTION: Final = re.compile(
    "(un)?locked|smart(phone)?|(cell)?phone|cell(ular)?|gsm|cdma|dual|single|lte|[345]g|android|with|w|factory|for|at|the"
    "|verizon|tmobile|sprint|carrier|boost|straight|talk|cricket|prepaid|postpaid|metropcs|tracfone|simple|consumer|net10"
    "|renewed|refurbished|certified|us|usa|version|international|warranty|no|contract|fully|compatible|original|new|bar"
    "|basic|black|white|blue|red|gold|silver|gr[ae]y|rose|space|midnight|jet|pink|purple|green|coral|yellow|orchid|arctic"
    "|lavender|maple|titanium|lilac|clear|camera|wifi|duos|display|screen|quad|octa|core|inch|sim|free|gb|mobile|company"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A price that is to be judged: in which market, by whom."""

    seller_id: str
    listing_id: str
    product_id: str
    title: str
    price: Decimal
    condition: Condition = "new"


@dataclass(slots=True)
class Tally:
    """What became of the prices of one setting."""

    asked: int = 0
    answered: int = 0
    grades: Counter[str] = field(default_factory=Counter)
    alerts: int = 0
    holds: int = 0
    guards: Counter[str] = field(default_factory=Counter)
    flagged: list[dict[str, Any]] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        """Shares are of those answered."""
        share = 100 / self.answered if self.answered else 0.0
        strong = sum(self.grades[grade] for grade in STRONG)
        return {
            "asked": self.asked,
            "judged": self.answered,
            "coverage_percent": round(100 * self.answered / max(1, self.asked), 1),
            "strong_percent": round(share * strong, 2),
            "moderate_percent": round(share * self.grades["moderate"], 2),
            "implausible_percent": round(share * self.grades["implausible"], 2),
            "alert_percent": round(share * self.alerts, 2),
            "hold_percent": round(share * self.holds, 2),
            "counts": {"strong": strong, "moderate": self.grades["moderate"], "alert": self.alerts, "hold": self.holds},
            "abstained": dict(self.guards),
            "flagged": self.flagged[:40],
        }


class Market:
    """A replay that can be looked into: the real hop, with state in memory."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.hop: Hop = history_hop(policy, Reference(), ProcessOutbox(lambda line: None))
        self.partition: Partition = asyncio.run(self.hop.open(0, [LANE]))
        self._offset = 0
        self._events = 0

    def take(self, events: Iterable[Event]) -> None:
        """Judges events in the order given."""
        asyncio.run(self._take(events))

    async def _take(self, events: Iterable[Event]) -> None:
        chunk: list[Arrival] = []
        for event in events:
            chunk.append(Arrival(LANE, 0, self._offset, None, encode(event)))
            self._offset += 1
            if len(chunk) == BATCH:
                await feed(self.hop, self.partition, chunk)
                chunk = []
        if chunk:
            await feed(self.hop, self.partition, chunk)

    def stamp(self, seller_id: str, at: datetime) -> dict[str, Any]:
        self._events += 1
        return {"event_id": f"e-{self._events:09d}", "event_time": at, "seller_id": seller_id}

    def registered(self, seller_ids: Iterable[str]) -> Iterator[Event]:
        for seller_id in seller_ids:
            yield SellerRegistered(**self.stamp(seller_id, LONG_AGO))

    def with_standing(self, seller_ids: Iterable[str]) -> Iterator[Event]:
        """Enough delivered orders, all of them long ago."""
        for number in range(STANDING_ORDERS):
            at = LONG_AGO + timedelta(days=number)
            for seller_id in seller_ids:
                order_id = f"o-{seller_id}-{number}"
                paid = {
                    "order_id": order_id,
                    "listing_id": "l",
                    "buyer_id": "b",
                    "amount": Decimal(9),
                    "currency": "USD",
                }
                yield OrderPaid(**self.stamp(seller_id, at), **paid)
                yield OrderDelivered(**self.stamp(seller_id, at), order_id=order_id)

    def listed(
        self, asked: Iterable[Asked], at: datetime, word: type[ListingPublished] | type[ListingChanged]
    ) -> Iterator[Event]:
        for one in asked:
            yield word(
                **self.stamp(one.seller_id, at),
                listing_id=one.listing_id,
                title=one.title,
                price=one.price,
                currency="USD",
                price_kind="fixed",
                condition=one.condition,
                product_id=one.product_id,
            )

    def judge(self, asked: list[Asked], at: datetime, word: type[ListingPublished] | type[ListingChanged]) -> Tally:
        """What the detectors said of these prices, read from the sellers' states."""
        tally = Tally()
        before = Counter(self.hop.counts.guards)
        self.take(self.listed(asked, at, word))
        for (who, guard), count in (self.hop.counts.guards - before).items():
            if who == "below_market_price":
                tally.guards[guard] += count
        tally.asked = len(asked)
        tally.answered = tally.asked - sum(tally.guards.values())
        for one in asked:
            self._note(tally, one, to_us(at))
        return tally

    def _note(self, tally: Tally, one: Asked, now_us: int) -> None:
        state = self.partition.sellers[one.seller_id]
        listing = state.listings[one.listing_id]
        for code, finding in listing.findings.items():
            grade = "implausible" if code == "implausible_price" else finding.grade
            tally.grades[grade] += 1
            tally.flagged.append({"title": one.title, "grade": grade, **finding.numbers})
        if not listing.findings:
            return
        tally.alerts += listing_score(state, listing, self.policy, now_us).value >= self.policy.bands.alert
        is_held = listing.hold is not None and listing.hold.active
        tally.holds += is_held and any(finding.grade == "strong" for finding in listing.findings.values())


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    """One file of the data; one sentence and exit code 1 where it is absent."""
    path = folder / FILES[name]
    if not path.is_file():
        raise SystemExit(f"{path} is absent: give the folder that holds {FILES[name]} as --data.")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def price_of(text: str) -> Decimal | None:
    """A price as written ("$1,299.00"); None for what is missing or 0."""
    found = re.fullmatch(r"\$?([0-9][0-9,]*\.?[0-9]*)", text.strip())
    price = Decimal(found[1].replace(",", "")) if found else Decimal(0)
    return price or None


def tracked(folder: Path, policy: Policy, seed: int) -> dict[str, Any]:
    """The tracked offers in markets of each size and spread, asked by a seller with and without standing."""
    goods = []
    for row in rows(folder, "tracked"):
        average, current, lowest = (price_of(row[f"{name}_price"]) for name in ("average", "current", "lowest"))
        if average and current and lowest:
            goods.append((row["title"][:200], average, current, lowest))
    results: dict[str, Any] = {"offers": len(goods)}
    for size in SIZES:
        for spread in SPREADS:
            market = Market(policy)
            others, pool = [f"s-{at}" for at in range(size)], [f"p-{at}" for at in range(STANDING_POOL)]
            fresh = [f"f-{at}" for at in range(len(goods))]
            market.take(market.registered([*others, *pool, *fresh]))
            market.take(market.with_standing(pool))
            chance = random.Random(f"{seed}/{size}/{spread}")
            shelves = [
                Asked(seller, f"{seller}-{kind}-{at}", f"{kind}-{at}", title, _around(average, spread, chance))
                for at, (title, average, _, _) in enumerate(goods)
                for kind in ("a", "b")  # two markets of each product: one for each kind of seller
                for seller in others
            ]
            market.take(market.listed(shelves, START, ListingPublished))
            for kind, who in (("a", "no standing"), ("b", "standing")):
                for what, hour, word in (("current", 12, ListingPublished), ("lowest", 13, ListingChanged)):
                    asked = [
                        Asked(
                            fresh[at] if kind == "a" else pool[at % len(pool)],
                            f"j-{kind}-{at}",
                            f"{kind}-{at}",
                            title,
                            current if what == "current" else lowest,
                        )
                        for at, (title, _, current, lowest) in enumerate(goods)
                    ]
                    tally = market.judge(asked, START + timedelta(hours=hour), word)
                    results[f"{what} price, {who}, {size} sellers, spread {spread}"] = tally.shown()
    return results


def _around(average: Decimal, spread: float, chance: random.Random) -> Decimal:
    return max(Decimal("0.01"), round(average * Decimal(str(chance.lognormvariate(0, spread))), 2))


def model_of(brand: str, title: str) -> tuple[str, str] | None:
    """Brand and the first run of up to four words that name the model, and the largest storage; None without words.

    Words that describe (colour, carrier, kind of phone) are skipped before the model and end it after; makers' codes
    are skipped.
    """
    text = re.sub(r"t-mobile|at&t", "tmobile", title.casefold()).replace("+", " plus ")
    storage = max((int(size) * (1024 if unit == "tb" else 1) for size, unit in _STORAGE.findall(text)), default=0)
    words: list[str] = []
    for word in _WORD.findall(_STORAGE.sub(" gb ", text)):
        if word == brand.casefold() or _CODE.fullmatch(word) or words[-1:] == [word]:
            continue
        if len(words) == 4 or (words and _DESCRIPTION.fullmatch(word)):
            break
        if not _DESCRIPTION.fullmatch(word):
            words.append(word)
    return (f"{brand.casefold()} {' '.join(words)}", f"{storage or '?'}GB") if words else None


def phones(folder: Path, policy: Policy, by: tuple[str, ...]) -> dict[str, Any]:
    """Each phone listing against the others of its group, which `by` names; every listing has a seller of its own."""
    asked = []
    for at, row in enumerate(rows(folder, "phones")):
        price, named = price_of(row["price"]), model_of(row["brand"], row["title"])
        if price is None or named is None:
            continue
        text = row["title"].casefold()
        condition: Condition = "refurbished" if "renewed" in text or "refurbished" in text else "new"
        parts = {"model": named[0], "storage": named[1], "condition": condition}
        group = " ".join(parts[name] for name in by)
        asked.append(Asked(f"s-{at}", f"l-{at}", group, row["title"][:300], price, condition))
    market = Market(policy)
    market.take(market.registered([one.seller_id for one in asked]))
    market.take(market.listed(asked, START, ListingPublished))
    tally = market.judge(asked, START + timedelta(hours=1), ListingChanged)
    groups = Counter(one.product_id for one in asked)
    return {"groups": len(groups), "largest": groups.most_common(10), **tally.shown()}


def show(name: str, held: dict[str, Any]) -> None:
    print(
        f"| {name} | {held['judged']} of {held['asked']} ({held['coverage_percent']} %) | {held['strong_percent']} | "
        f"{held['moderate_percent']} | {held['alert_percent']} | {held['hold_percent']} | {held['abstained'] or ''} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench/detection/prices.py", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help=f"folder that holds {' and '.join(FILES.values())}")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for name in FILES:
        rows(options.data, name)
    policy = make_policy(read_policy(None))
    results: dict[str, Any] = {
        f"phones by {', '.join(by)}": phones(options.data, policy, by)
        for by in (("model", "storage", "condition"), ("model", "storage"), ("model", "condition"))
    }
    offers = tracked(options.data, policy, options.seed)
    print("| setting | judged | strong % | moderate % | alert % | hold % | abstained |\n|---|---|---|---|---|---|---|")
    for name, held in [*results.items(), *((name, held) for name, held in offers.items() if name != "offers")]:
        show(name, held)
    keep("prices", {"seed": options.seed, "policy": policy.version}, {**results, "tracked": offers})


if __name__ == "__main__":
    main()
