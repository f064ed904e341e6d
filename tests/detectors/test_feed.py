"""Whether a feed of refunds has stalled, by hand: what is expected at which hours, and which share is usual."""

from detectors.feed import Feed, FeedTerms, Stall
from schemas.fields import HOUR_US

TERMS = FeedTerms(refunds_enough=100, expected_enough=5, history_days=2, deadlines_enough=4)
START = 490_896  # an hour of 2026, the first of a day


def hour_us(hour: float) -> int:
    return round((START + hour) * HOUR_US)


def fed(hours: range, days: int = 7, each: int = 1) -> Feed:
    """So many refunds in each of these hours of the days."""
    feed = Feed()
    for day in range(days):
        for hour in hours:
            for _ in range(each):
                feed.note_refund(hour_us(24 * day + hour), TERMS)
    return feed


def test_six_hours_without_the_refunds_of_those_hours_are_a_stall_with_its_numbers() -> None:
    feed = fed(range(24))
    assert feed.stall(hour_us(167 + 5.9), 0, TERMS) is None
    stall = feed.stall(hour_us(167 + 6) + 1_000_000, 0, TERMS)
    assert stall == Stall(
        "silence",
        "no refund has come in for 6 hours, where 5 were to be expected; deadlines of refunds wait for 24 hours",
        {"silent_hours": 6.0, "expected_refunds": 5.0, "refunds_in_7_days": 168},
    )


def test_at_night_where_there_never_are_refunds_none_are_missed() -> None:
    feed = fed(range(8, 20), each=2)
    assert feed.stall(hour_us(6 * 24 + 28), 0, TERMS) is None
    stall = feed.stall(hour_us(7 * 24 + 14), 0, TERMS)
    assert stall is not None
    assert stall.numbers["expected_refunds"] == 12.0, "from eight to two on the next day"


def test_a_share_of_overdue_refunds_several_times_the_usual_one_is_a_loss_with_its_numbers() -> None:
    feed = Feed()
    feed.note_refund(hour_us(0), TERMS)
    for _ in range(90):
        feed.note_settled(hour_us(1.5))
    for _ in range(10):
        feed.note_fired(hour_us(1.5), TERMS)
    for _ in range(10):
        feed.note_settled(hour_us(60.5))
    feed.note_refund(hour_us(59), TERMS)
    assert feed.stall(hour_us(60.7), 4, TERMS) is None, "as few are overdue anyway"
    assert feed.stall(hour_us(60.7), 10, TERMS) == Stall(
        "loss",
        "10 refunds would be overdue within the hour, 50% of those due where 10.0% are usual; "
        "deadlines of refunds wait for 24 hours",
        {"overdue_in_hour": 10, "share": 0.5, "usual_share": 0.1},
    )
