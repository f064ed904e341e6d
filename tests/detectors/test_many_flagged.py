"""A seller with thousands of listings under findings: what is decided does not grow with their number."""

import schemas
from tests.story import Story, at, listing, market, registered

GANG = "gang"


def test_one_event_takes_as_many_sums_beside_a_hundred_and_fifty_fakes_as_beside_three(sums: list[int]) -> None:
    story = Story().tell(market(), registered(at(-400), GANG))
    taken = []
    for number in range(150):
        sums.clear()
        story.tell(listing(at(2, number / 60), GANG, 1500, listing_id=f"L{number:03}"))
        taken.append(len(sums))
    assert set(taken[3:]) == {taken[3]}
    alert = story.open_alerts()["price"]
    assert len(alert.listing_ids) == 150
    assert alert.subject_id == "L000"
    story.tell(listing(at(9), GANG, 2990, listing_id="L000", word=schemas.ListingChanged))
    assert "L000" not in story.open_alerts()["price"].listing_ids
