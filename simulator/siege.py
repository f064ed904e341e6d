"""Buyers of one hand against one honest shop: several accounts order, and all want their money back and the goods."""

from simulator.buyers import Manner
from simulator.chance import Chance
from simulator.clock import Story
from simulator.scene import DAY_S, Scene
from simulator.sellers import Seller
from simulator.trade import order

SELLER_DAYS_A_SIEGE = 60_000  # one siege for so many: six in half a year of 2,000 sellers
ACCOUNTS = (4, 7)
LASTS_DAYS = 12.0


def sieges(scene: Scene, chance: Chance, shops: list[Seller]) -> list[Story]:
    """The sieges of the run; whom they meet is marked among the seller's traits."""
    days = (scene.end_s - scene.start_s) // DAY_S
    victims = [shop for shop in shops if shop.registered_s < scene.start_s and shop.closes_s > scene.end_s]
    stories = []
    for _ in range(len(shops) * days // SELLER_DAYS_A_SIEGE if victims else 0):
        seller = chance.pick(victims)
        seller.traits = (*seller.traits, "besieged by buyers")
        stories.append(_siege(scene, chance, seller, scene.start_s + int(chance.between(0.1, 0.8) * days * DAY_S)))
    return stories


def _siege(scene: Scene, chance: Chance, seller: Seller, at_s: int) -> Story:
    manner: Manner = "claims a fake" if chance.often(0.6) else "sends back nothing"
    span_s = int(LASTS_DAYS * DAY_S)
    for at in sorted(at_s + chance.whole(0, span_s) for _ in range(chance.whole(*ACCOUNTS))):
        yield at
        if seller.live:
            yield order(scene, chance, seller, chance.pick(seller.live), at, manner)
