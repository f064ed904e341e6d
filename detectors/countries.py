"""Where a seller says it is, and when it said so.

A parcel is judged by the country of the day on which it came back: who moves the shop to a country with longer terms
gains nothing for what it owes already.
"""

from typing import Final

MAX_COUNTRIES: Final = 4
Countries = tuple[tuple[int, str], ...]


def with_country(known: Countries, time_us: int, country: str) -> Countries:
    """`known` and one more, oldest first: the very first, and the newest of the others.

    The first is never given up, else a few changes would push out where the seller was when it began to owe. What is
    kept is the same in whatever order they arrive.
    """
    first, *others = sorted({*known, (time_us, country)})
    return (first, *others[-(MAX_COUNTRIES - 1) :])


def country_at(known: Countries, time_us: int) -> str:
    """The country in force at that time, before the first that is known that one; "" where none is."""
    country = known[0][1] if known else ""
    for since_us, named in known:
        if since_us > time_us:
            break
        country = named
    return country
