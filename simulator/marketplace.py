"""The marketplace: honest sellers and gangs on one clock."""

from collections.abc import Iterator
from datetime import UTC, datetime

from schemas.events import Brand, Event, Product
from simulator import catalogue, sellers
from simulator.chance import Chance
from simulator.clock import Story, tell
from simulator.gang import Gang
from simulator.labels import Label, Sink
from simulator.scene import DAY_S, Scene, moment
from simulator.shop import Shop

#: When a run begins unless it is told otherwise: a fixed day, so that one seed is one history.
START = datetime(2026, 3, 1, tzinfo=UTC)


def _forget(label: Label) -> None:
    """The sink of those who do not ask for labels."""


class Marketplace:
    """A labelled history; iterate over it, as often as needed, for its events in the order of (event time, event id).

    `days` counts from `start` (whole seconds). Registrations, and the listings of the days before, come first with
    their own earlier times, so that prices are known when trading begins. `sellers` counts the honest ones; each
    gang adds three shops. `label` is told each label when its subject appears. The same arguments give the same
    history; with other gangs honest sellers do the same under other ids. Raises ValueError when a count is negative.
    """

    def __init__(
        self, seed: int, sellers: int, days: int, start: datetime = START, *, gangs: int = 1, label: Sink = _forget
    ) -> None:
        if min(sellers, days, gangs) < 0:
            raise ValueError("sellers, days and gangs count from 0")
        self.seed, self.sellers, self.days, self.gangs = seed, sellers, days, gangs
        self.start_s = int(start.timestamp())
        self.label = label

    def __iter__(self) -> Iterator[Event]:
        end_s = self.start_s + self.days * DAY_S
        return tell(self._stories(Scene(self.start_s, end_s, self.label)), end_s)

    def reference(self) -> Iterator[Product | Brand]:
        """Products with their prices of the start, then brands with their authorised sellers."""
        yield from catalogue.products(moment(self.start_s))
        yield from catalogue.brands(sellers.authorised(self.sellers))

    def _stories(self, scene: Scene) -> Iterator[Story]:
        chance = Chance(self.seed, "honest")
        for seller in sellers.honest(scene, Chance(self.seed, "sellers"), self.sellers):
            yield Shop(scene, chance, seller).tell()
        for number in range(self.gangs):
            yield Gang(scene, Chance(self.seed, "gang", number), number).tell()
