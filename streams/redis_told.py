"""What sellers and partitions tell each other, as calls of scripts: entries of markets, flags, fields of tables."""

from collections.abc import Sequence

from detectors.entries import MARKET_SELLERS, MARKET_YOUNG_SELLERS, YOUNG_US
from streams.redis_scripts import MARKET, NEWEST, Call
from streams.store import FlagWrite, MarketWrite, TableWrite


def market_key(prefix: str, market: str) -> str:
    """The hash of a market's entries by seller."""
    return f"{prefix}:market:{market}"


def flags_key(prefix: str) -> str:
    """The hash of flags by seller."""
    return f"{prefix}:flags"


def table_key(prefix: str, table: str) -> str:
    """The hash of a table's fields."""
    return f"{prefix}:table:{table}"


def told_calls(
    prefix: str, entries: Sequence[MarketWrite], flags: Sequence[FlagWrite], tables: Sequence[TableWrite]
) -> list[Call]:
    """One call for all flags, one for each market and one for each table."""
    by_market: dict[str, list[bytes | str | int]] = {}
    for market, seller_id, entry in entries:
        arguments = by_market.setdefault(market_key(prefix, market), [MARKET_SELLERS, MARKET_YOUNG_SELLERS, YOUNG_US])
        arguments += (seller_id, entry)
    by_table: dict[str, list[bytes | str | int]] = {}
    for table, name, told in tables:
        by_table.setdefault(table_key(prefix, table), []).extend((name, told))
    calls = [Call(NEWEST, (flags_key(prefix),), [each for write in flags for each in write])] if flags else []
    calls += [Call(MARKET, (key,), arguments) for key, arguments in by_market.items()]
    return calls + [Call(NEWEST, (key,), arguments) for key, arguments in by_table.items()]
