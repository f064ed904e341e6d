"""The synthetic mix "structured listings and returns", as `job.md` states it: JSON lines in the order of event time."""

import argparse
import heapq
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from schemas.wire import encode
from simulator import Marketplace

EVENTS_PER_SELLER: Final = 100
LISTINGS_PER_SELLER: Final = 13
SELLERS_PER_MARKET: Final = 65
SPREAD: Final = 0.10  # of log price between sellers
SPAN_S: Final = 20 * 86_400
STEPS_S: Final = (6 * 3_600, 12 * 3_600, 48 * 3_600, 24 * 3_600)  # accepted, shipped, delivered, refunded
FAKE_SHARE: Final = 0.002  # of changed listings, at half the price
UNPAID_SHARE: Final = 0.01  # of returns
DOUBTED_EVERY: Final = 25  # returns
START: Final = datetime(2026, 3, 1, tzinfo=UTC)
SIMULATED_PER_SELLER: Final = 430  # events of a simulated seller in 40 days
STEP_TYPES: Final = ("return_accepted", "return_shipped", "return_delivered", "refund_issued")


class Mix:
    """`events` events of so many sellers, listings and products as `job.md` says; the same seed, the same bytes."""

    def __init__(
        self,
        events: int,
        seed: int = 1,
        sellers: int = 0,
        listings_per_seller: int = LISTINGS_PER_SELLER,
        span_s: float = SPAN_S,
    ) -> None:
        self.events = events
        self.span_s = span_s
        self.sellers = sellers or max(SELLERS_PER_MARKET, events // EVENTS_PER_SELLER)
        self.listings_per_seller = listings_per_seller
        self.listings = self.sellers * listings_per_seller
        self.products = max(1, self.listings // SELLERS_PER_MARKET)
        self._random = random.Random(seed)
        self._price = [self._random.lognormvariate(6.5, 0.8) for _ in range(self.products)]
        self._written = 0

    def lines(self) -> Iterator[tuple[str, bytes]]:
        """Seller id (the Kafka key) and JSON of each event."""
        yield from self.opening()
        left = self.events - self._written
        waiting: list[tuple[float, int, int]] = []  # when, which return, which step
        for at in range(left):
            now_s = at * self.span_s / left
            if waiting and waiting[0][0] <= now_s:
                _, number, step = heapq.heappop(waiting)
                yield self._step(number, step, now_s)
                self._wait(waiting, number, step + 1, now_s)
            elif self._random.random() < 1 / 6:  # five events of a return for five of a listing
                yield self._requested(at, now_s)
                self._wait(waiting, at, 0, now_s)
            else:
                yield self.listing("listing_changed", self._random.randrange(self.listings), now_s)

    def opening(self) -> Iterator[tuple[str, bytes]]:
        """Every seller and every listing, before the span begins."""
        for seller in range(self.sellers):
            yield self._line(
                "seller_registered", seller, -400 * 86_400 + seller % 86_400, f'"shop_name":"Shop {seller}"'
            )
        for listing in range(self.listings):
            yield self.listing("listing_published", listing, -3 * 86_400 + listing * 3 * 86_400 / self.listings)

    def reference(self) -> Iterator[bytes]:
        """The products, for `reference.products.v1`."""
        for product in range(self.products):
            yield f'{{"product_id":"p-{product}","brand":"Brand","name":"Product {product}"}}'.encode()

    def _wait(self, waiting: list[tuple[float, int, int]], number: int, step: int, now_s: float) -> None:
        last = len(STEPS_S) - 1
        if step < last or (step == last and number % round(1 / UNPAID_SHARE)):
            heapq.heappush(waiting, (now_s + STEPS_S[step], number, step))

    def _line(self, kind: str, seller: int, at_s: float, rest: str) -> tuple[str, bytes]:
        time = (START + timedelta(seconds=at_s)).isoformat(timespec="microseconds").replace("+00:00", "Z")
        self._written += 1
        seller_id = f"s-{seller:06d}"
        head = f'{{"type":"{kind}","event_id":"e-{self._written:09d}","event_time":"{time}","seller_id":"{seller_id}"'
        return seller_id, f"{head},{rest}}}".encode()

    def listing(self, kind: str, listing: int, at_s: float) -> tuple[str, bytes]:
        product = listing % self.products
        fake = kind == "listing_changed" and self._random.random() < FAKE_SHARE
        price = self._price[product] * (0.5 if fake else self._random.lognormvariate(0, SPREAD))
        rest = (
            f'"listing_id":"l-{listing:07d}","title":"Brand Product {product} 128 GB, new and sealed",'
            f'"price":"{price:.2f}","currency":"CNY","price_kind":"fixed","condition":"new","brand":"Brand",'
            f'"category":"phones","product_id":"p-{product}","quantity":5,"ships_from":"CN"'
        )
        return self._line(kind, listing // self.listings_per_seller, at_s, rest)

    def _listing_of(self, number: int) -> int:
        return number * 7_919 % self.listings

    def _requested(self, number: int, at_s: float) -> tuple[str, bytes]:
        listing = self._listing_of(number)
        rest = (
            f'"return_id":"r-{number}","order_id":"o-{number}","listing_id":"l-{listing:07d}",'
            f'"buyer_id":"b-{number}","amount":"{self._price[listing % self.products]:.2f}","currency":"CNY",'
            f'"reason":"{"not_as_described" if number % DOUBTED_EVERY == 0 else "changed_mind"}"'
        )
        return self._line("return_requested", listing // self.listings_per_seller, at_s, rest)

    def _step(self, number: int, step: int, at_s: float) -> tuple[str, bytes]:
        listing = self._listing_of(number)
        rest = f'"return_id":"r-{number}"'
        if STEP_TYPES[step] == "return_delivered":
            rest += ',"signed":true'
        elif STEP_TYPES[step] == "refund_issued":
            amount = self._price[listing % self.products]
            rest += f',"refund_id":"f-{number}","amount":"{amount:.2f}","currency":"CNY","paid_by":"seller"'
        return self._line(STEP_TYPES[step], listing // self.listings_per_seller, at_s, rest)


def write(events: int, folder: Path, seed: int = 1) -> tuple[Path, Path]:
    """events.jsonl and reference.jsonl of the mix in `folder`, made only where they are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    mix = Mix(events, seed)
    written, reference = folder / "events.jsonl", folder / "reference.jsonl"
    if not written.exists():
        with (folder / "events.part").open("wb") as file:
            file.writelines(line + b"\n" for _, line in mix.lines())
        (folder / "events.part").rename(written)
        reference.write_bytes(b"".join(line + b"\n" for line in mix.reference()))
    return written, reference


def simulate(events: int, folder: Path) -> tuple[Path, Path]:
    """The same two files from the simulator: honest sellers and gangs, every event type, at least `events` events."""
    folder.mkdir(parents=True, exist_ok=True)
    written, reference = folder / "events.jsonl", folder / "reference.jsonl"
    if not written.exists():
        made = Marketplace(7, max(50, events // SIMULATED_PER_SELLER), 40, gangs=4)
        with (folder / "events.part").open("wb") as file:
            file.writelines(encode(event) + b"\n" for event in made)
        (folder / "events.part").rename(written)
        reference.write_bytes(b"".join(encode(word) + b"\n" for word in made.reference()))
    return written, reference


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench/mix.py", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--events", type=int, default=300_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, help="folder for events.jsonl and reference.jsonl")
    options = parser.parse_args()
    written, _ = write(options.events, options.out, options.seed)
    sys.stderr.write(f"{options.events:,} events in {written}\n")


if __name__ == "__main__":
    main()
