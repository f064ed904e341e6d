"""An honest shop that gives up: the shelf is cleared, what is on its way is delivered, every refund is paid."""

from schemas.events import SellerClosed
from simulator import listings
from simulator.chance import Chance
from simulator.clock import Story
from simulator.scene import DAY_S, MINUTE_S, Scene
from simulator.sellers import Seller

WINDING_DOWN_DAYS = (16.0, 28.0)
ABRUPT_DAYS = (0.5, 3.0)  # the account is closed while returns are still under way
ABRUPT_LATE_SHARE = 0.35  # of the refunds that are due after that


def close(scene: Scene, chance: Chance, seller: Seller, at_s: int) -> Story:
    """Clears the shelf from `at_s` on and closes; refunds go on in the stories of their orders."""
    at_s = seller.open_at(at_s + chance.hours(1, 8))
    for listing in list(seller.live):
        yield at_s
        yield listings.remove(scene, seller, listing, "seller", at_s)
        at_s += chance.whole(1, 3 * MINUTE_S)
    if seller.closes_abruptly:
        seller.late_share = max(seller.late_share, ABRUPT_LATE_SHARE)
    at_s = seller.open_at(
        at_s + int(chance.between(*(ABRUPT_DAYS if seller.closes_abruptly else WINDING_DOWN_DAYS)) * DAY_S)
    )
    yield at_s
    yield SellerClosed(**scene.stamp(seller.seller_id, at_s), by="seller")
