"""How gangs work: what they sell and how cheaply, what they do with returns, when their shops open and fall silent.

A short run has gangs after the story that the project began with: three shops, one moment of silence. A long run has
campaigns: shop after shop, faster and faster, each used up after some weeks, so that complaints rise.
"""

from dataclasses import dataclass
from math import inf
from typing import Literal, NamedTuple, TypeAlias

from simulator.chance import Chance
from simulator.scene import DAY_S, Scene

Habit: TypeAlias = Literal["keeps the money", "pays back", "pays the first", "disputes", "logs in"]

SHOPS = 3  # of a gang in a short run
CAMPAIGN_DAYS = 90  # runs at least that long have campaigns
CAMPAIGN_GANGS = 3  # unless it is said otherwise
SELLERS_PER_SHOP, MOST_SHOPS = 150, 14  # of a campaign
PAYS_FIRST = (6, 10)  # how many buyers of a shop are paid back by a gang that pays the first
FASTER = 0.86  # each shop of a campaign opens after that share of the time that passed before the one before
LIFE_DAYS = (32.0, 52.0)  # of a campaign's shop
SHORTEST_LIFE_DAYS = 15.0


@dataclass(frozen=True, slots=True)
class Kind:
    """How a gang works. `depth` is its price as a share of the market's."""

    brands: tuple[str, ...]
    depth: float
    orders_a_day: float
    habit: Habit = "keeps the money"
    category: str = "phones"

    @property
    def vanishes(self) -> bool:
        return self.habit != "pays back"


#: The first is the story's. The others go less deep, or pay back whoever complains and stay.
KINDS = (
    Kind(("Samsung", "Xiaomi"), 0.50, 9.0),
    Kind(("Apple",), 0.50, 8.0),
    Kind(("Huawei", "Samsung"), 0.62, 6.0),
    Kind(("Xiaomi", "Huawei"), 0.40, 10.0),
    Kind(("Apple", "Samsung"), 0.75, 4.0, "pays back"),
)
#: Each with a habit that makes it look alive. Only the first is as cheap as the story's; the last is not cheap at all.
CAMPAIGNS = (
    Kind(("Samsung", "Xiaomi"), 0.50, 7.0, "pays the first"),
    Kind(("Nike", "Jordan", "adidas"), 0.66, 6.0, "disputes", "sneakers"),
    Kind(("Apple", "Sony"), 0.84, 5.0, "logs in", "headphones"),
    *KINDS,
)


class Span(NamedTuple):
    """A shop's life; seconds since 1970, `vanish_s` is infinite for one that stays."""

    opens_s: int
    vanish_s: float


def is_campaign(scene: Scene) -> bool:
    return scene.end_s - scene.start_s >= CAMPAIGN_DAYS * DAY_S


def spans(scene: Scene, chance: Chance, kind: Kind, number: int, sellers: int) -> list[Span]:
    """The lives of the shops of gang `number` among so many honest sellers, by opening."""
    days = (scene.end_s - scene.start_s) / DAY_S
    if is_campaign(scene):
        return _campaign(scene, chance, kind, days, max(SHOPS, min(sellers // SELLERS_PER_SHOP, MOST_SHOPS)))
    opens_day = chance.between(1.0, 2.5) if number == 0 else chance.between(1.0, max(1.5, days * 0.6))
    opens_s = scene.start_s + int(opens_day * DAY_S)
    vanish_s = opens_s + int(chance.between(10, 13) * DAY_S) if kind.vanishes else inf
    return [Span(opens_s, vanish_s)] * SHOPS


def _campaign(scene: Scene, chance: Chance, kind: Kind, days: float, shops: int) -> list[Span]:
    """Begins in the first sixth of the run; its last shops vanish together some weeks before the end."""
    first_day = chance.between(4.0, days / 6)
    last_day = days - chance.between(20.0, 32.0)
    gaps = [FASTER**at * chance.between(0.7, 1.3) for at in range(shops - 1)]
    whole = 0.0
    for gap in gaps:
        whole += gap
    day, lives = first_day, []
    for gap in (*gaps, 0.0):
        vanish_day = min(day + chance.between(*LIFE_DAYS), last_day)
        vanish_s = scene.start_s + int(vanish_day * DAY_S) if kind.vanishes else inf
        lives.append(Span(scene.start_s + int(day * DAY_S), vanish_s))
        day += gap / whole * (last_day - SHORTEST_LIFE_DAYS - first_day)
    return lives
