"""The platform looked at a buyer's complaint and found it right: the strongest fact there is.

Fires when:        complaints of counterfeit, of no refund or of a seller who cannot be reached were upheld in the last
                   90 days, graded by the number of different buyers: one, two, three or more. A few of a shop that
                   served hundreds weigh little: every large shop comes to three some day. Where two are about one
                   listing they count, at most as two; so do three or more below one in 50 of the buyers. Then fakes
                   that three buyers of one listing had, and 5 % of all who bought it, are that listing's alone: it is
                   held, and the shop and its money are not.
Stays quiet when:  the complaint is of another kind, not decided, or dismissed (a dismissal takes an upheld one back);
                   several complaints of one buyer are one buyer, so are those about one order whose buyer is not known,
                   and so are all together that name neither.
Known gaps:        of a shop's buyers those are known whose parcels were reported as delivered, and beyond about 5,000
                   their count saturates; buyers who work together and are believed are believed here too; a listing
                   that was never seen, or that is forgotten and does not come back, is not held. An order is forgotten
                   a week after it closed: a complaint that comes later and names nothing else holds no listing, and
                   who complains so about two orders counts as two buyers. Goods that never came are seen by the kinds
                   above, not as `other`, as which honest shops lose what a carrier lost; a shop that is only slow is
                   held where the platform finds for its buyers before their parcels come. A fake among many goods that
                   was sold out when the first complaint about it was upheld is not held by itself.
Moderator:         read the decisions and what they rest on; look at the other orders of the listings named, and whether
                   the buyers are different people.

Parameters:
    more_buyers: different buyers from which on it is the strongest grade; from two on it is the second [policy]
    more_share: of the buyers who had parcels in the last 45 to 90 days, from which on it may be the strongest grade
        [chosen: three of 400 happen to every twentieth honest shop where one order in 500 is complained about so]
    share_of_sold: of what was sold of one listing, complaints of fakes from so many buyers, at least, for it to be held
        alone [chosen: at one in 500 orders three of 60 happen to one honest listing in 4,000]
    least_sold: pieces of it, fewer tell no share
    least_share: of the same buyers, below which they are few of many [chosen, not
        measured: no data on upheld complaints was at hand; at one in a thousand orders every second honest shop with
        700 has one, so that it tells little: a likelihood ratio of 2 to 5]
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from detectors.claims import KINDS, Claims
from detectors.complaints import UPHELD_COUNTS_US
from detectors.detector import MAX_FINDING_EVENT_IDS, Abstained, Around, Cause, Finding
from detectors.standing import FEW_SHARE, is_few_of_many, served
from detectors.state import SellerState

MAX_LISTINGS_NAMED = 200  # the newest


class _Fake(NamedTuple):
    """A listing of which so many buyers had fakes, of so many that were sold."""

    buyers: int
    sold: int
    listing_id: str


@dataclass(frozen=True, slots=True)
class UpheldComplaint:
    """Five grades: `few_of_many`, `one_buyer`, `two_buyers`, `more_buyers`, and `one_listing` of many."""

    more_buyers: int = 3
    more_share: float = 0.02
    share_of_sold: float = 0.05
    least_sold: int = 10
    least_share: float = FEW_SHARE

    def look(self, state: SellerState, _cause: Cause, now_us: int, _around: Around) -> Finding | Abstained | None:
        """A finding about the seller, with the listings that may be held for it."""
        if not state.core.last_upheld_us:
            return None
        claims = state.claims
        upheld = claims.upheld_since(now_us - UPHELD_COUNTS_US + 1)
        if not upheld:
            return None
        buyers = len(claims.buyers)
        customers = served(state, now_us)
        are_many = buyers >= self.more_buyers and buyers >= self.more_share * customers
        fakes = [] if are_many else self._fakes(state)
        return Finding(
            reason_code="upheld_complaint",
            subject_kind="seller",
            subject_id=state.seller_id,
            grade="more_buyers" if are_many else "one_listing" if fakes else self._grade(state, buyers, customers),
            sentence=f"the platform upheld complaints of {_people(buyers)}: {_kinds(claims)}" + _said_of_fakes(fakes),
            numbers={
                "buyers": buyers,
                "buyers_delivered_to": customers,
                "complaints": upheld,
                # Findings of an older version lack the last of these, and do not change for a 0 that they never had.
                **{kind: claims.kinds.get(kind, 0) for kind in ("counterfeit", "no_refund")},
                **claims.kinds,
                **_numbers_of(fakes),
            },
            event_ids=_event_ids(claims),
            event_count=2 * upheld,
            facts=buyers,
            listing_ids=tuple(one.listing_id for one in fakes) or _listing_ids(claims),
        )

    def _grade(self, state: SellerState, buyers: int, customers: int) -> str:
        if is_few_of_many(state, customers, self.least_share):
            return "few_of_many"
        return "two_buyers" if buyers > 1 else "one_buyer"

    def _fakes(self, state: SellerState) -> list[_Fake]:
        """Listings of which so many buyers had fakes, and so large a share of them; most first."""
        found = []
        for listing_id, complaints in state.claims.listings.items():
            listing = state.listings.get(listing_id)
            if listing is None or listing.sold < self.least_sold or complaints < self.more_buyers:
                continue
            buyers = state.claims.buyers_of(listing_id, "counterfeit")
            if buyers >= max(self.more_buyers, self.share_of_sold * listing.sold):
                found.append(_Fake(buyers, listing.sold, listing_id))
        return sorted(found, key=lambda one: (-one.buyers, one.listing_id))[:MAX_LISTINGS_NAMED]


def _event_ids(claims: Claims) -> tuple[str, ...]:
    """The openings and decisions of the newest, oldest first."""
    newest = islice(claims.newest(), MAX_FINDING_EVENT_IDS // 2)
    return tuple(event_id for one in reversed(list(newest)) for event_id in (one.opened_by, one.decided_by))


def _listing_ids(claims: Claims) -> tuple[str, ...]:
    """The listings named, those of the newest decisions first."""
    named: dict[str, None] = {}
    wanted = min(len(claims.listings), MAX_LISTINGS_NAMED)
    for one in claims.newest():
        if len(named) == wanted:
            break
        if listing_id := one.listing_id or one.of_listing:
            named[listing_id] = None
    return tuple(named)


def _kinds(claims: Claims) -> str:
    *most, last = [f"{claims.kinds[kind]} of {_said_of(kind)}" for kind in KINDS if kind in claims.kinds]
    return f"{', '.join(most)} and {last}" if most else last


def _numbers_of(fakes: Sequence[_Fake]) -> dict[str, int]:
    numbers: dict[str, int] = {
        "fake_listings": len(fakes),
        "buyers_of_fakes": sum(one.buyers for one in fakes),
        "sold": sum(one.sold for one in fakes),
    }
    return numbers if fakes else {}


def _said_of_fakes(fakes: Sequence[_Fake]) -> str:
    if not fakes:
        return ""
    buyers, sold = sum(one.buyers for one in fakes), sum(one.sold for one in fakes)
    of = "one listing" if len(fakes) == 1 else f"{len(fakes)} listings"
    return f"; of {sold} sold of {of}, {_people(buyers)} had fakes"


def _said_of(kind: str) -> str:
    return "an unreachable seller" if kind == "seller_unreachable" else kind.replace("_", " ")


def _people(buyers: int) -> str:
    return "1 buyer" if buyers == 1 else f"{buyers} buyers"
