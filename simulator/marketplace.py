"""The marketplace: honest sellers and gangs on one clock."""

from collections.abc import Iterator
from datetime import UTC, datetime

from schemas.events import Brand, Event, Product
from simulator import catalogue, population
from simulator.chance import Chance
from simulator.clock import Story, tell
from simulator.gang import Gang
from simulator.kinds import CAMPAIGN_DAYS, CAMPAIGN_GANGS
from simulator.labels import Label, Sink
from simulator.scene import DAY_S, Scene, moment
from simulator.shop import Shop
from simulator.siege import sieges

#: When a run begins unless it is told otherwise: a fixed day, so that one seed is one history.
START = datetime(2026, 3, 1, tzinfo=UTC)


def _forget(label: Label) -> None:
    """The sink of those who do not ask for labels."""


class Marketplace:
    """A labelled history; iterate over it, as often as needed, for its events in the order of (event time, event id).

    `days` counts from `start` (whole seconds). Registrations, and the listings of the days before, come first with
    their own earlier times, so that prices are known when trading begins. `sellers` counts the honest ones; each gang
    adds three shops, in a run of 90 days and more one for every 150 sellers, from 3 to 14. `gangs` is 1, in such a run
    3, unless it is said. `label` is told each label when its subject appears. The same arguments give the same history;
    with other gangs honest sellers do the same under other ids. Raises ValueError when a count is negative.
    """

    def __init__(
        self,
        seed: int,
        sellers: int,
        days: int,
        start: datetime = START,
        *,
        gangs: int | None = None,
        label: Sink = _forget,
    ) -> None:
        if gangs is None:
            gangs = 1 if days < CAMPAIGN_DAYS else CAMPAIGN_GANGS
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
        yield from catalogue.brands(population.authorised(self.sellers))

    def _stories(self, scene: Scene) -> Iterator[Story]:
        chance = Chance(self.seed, "honest")
        shops = list(
            population.honest(scene, Chance(self.seed, "sellers"), Chance(self.seed, "peculiar"), self.sellers)
        )
        besieged = sieges(scene, Chance(self.seed, "sieges"), shops)
        for seller in shops:
            yield Shop(scene, chance, seller).tell()
        yield from besieged
        for number in range(self.gangs):
            yield Gang(scene, Chance(self.seed, "gang", number), number, self.sellers).tell()
