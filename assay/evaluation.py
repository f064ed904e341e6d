"""The tables of `assay evaluate`."""

from collections import Counter
from collections.abc import Iterator
from typing import TypeAlias, get_args

from schemas.fields import HoldScope
from simulator.report import Fate, Report

#: Title, header, rows.
Table: TypeAlias = tuple[str, tuple[str, ...], list[tuple[str, ...]]]


def tables(report: Report) -> Iterator[Table]:
    """Everything that the report says, in the order in which a person asks; tables without rows are left out."""
    for table in (*_reasons(report), *_holds(report), *_money(report), *_sellers(report)):
        if table[2]:
            yield table


def _reasons(report: Report) -> Iterator[Table]:
    header = ("reason code", "of", "true", "false", "missed", "precision", "recall")
    yield (
        f"Reason codes at the end ({report.fake_listings} fake listings, {report.gang_sellers} gang sellers)",
        (*header, "shadow true", "shadow false", "withdrawn"),
        [
            (
                line.reason_code,
                line.subject,
                *_texts(line.true, line.false, line.missed, line.precision, line.recall),
                *_texts(line.shadow_true, line.shadow_false, line.withdrawn),
            )
            for line in report.reasons
        ],
    )
    yield (
        "Reason codes that were alerted at any time",
        ("reason code", "of", "true", "false", "precision", "recall"),
        [
            (
                line.reason_code,
                line.subject,
                *_texts(line.raised_true, line.raised_false, line.raised_precision, line.raised_recall),
            )
            for line in report.reasons
            if line.raised_true or line.raised_false
        ],
    )


def _holds(report: Report) -> Iterator[Table]:
    yield (
        f"Holds ({report.honest_sellers_held} of {report.honest_sellers} honest sellers were held in some scope)",
        ("scope", "true", "false"),
        [(line.scope, *_texts(line.true, line.false)) for line in report.holds],
    )
    yield (
        "Hours to the first hold",
        ("from", "subjects", "held", "median", "p90"),
        [
            (name, *_texts(span.subjects, span.held, span.median_hours, span.p90_hours))
            for name, span in (
                ("a fake listing's publication to its hold", report.listing_hold),
                ("a seller's first lost order to the payout hold", report.payout_hold),
            )
        ],
    )
    yield (
        "Hours to the first alert: from the first return that a gang's shop keeps unpaid, or from the gang's opening",
        ("reason code", "of", "subjects", "alerted", "median", "p90"),
        [
            (
                line.reason_code,
                line.subject,
                *_texts(line.subjects, line.alerted, line.median_hours, line.p90_hours),
            )
            for line in report.delays
        ],
    )


def _money(report: Report) -> Iterator[Table]:
    fates: tuple[Fate, ...] = get_args(Fate)
    yield (
        "Lost orders: prevented by a hold, frozen with the payout, gone",
        ("currency", "holds", *(f"{fate}{unit}" for fate in fates for unit in (" orders", " amount")), "saved"),
        [
            (
                line.currency,
                name,
                *(text for fate in fates for text in (str(line.orders[fate]), line.amounts[fate])),
                *_texts(line.saved),
            )
            for name, lines in (("as decided", report.lost), ("if confirmed", report.lost_if_confirmed))
            for line in lines
        ],
    )


def _sellers(report: Report) -> Iterator[Table]:
    scopes: tuple[HoldScope, ...] = get_args(HoldScope)
    yield (
        "Gangs: shops of which anything was alerted, or held in a scope; median hours to the first hold as above",
        ("gang", "habit", "depth", "shops", "alerted", *scopes, "fake held", "payout held", "lost orders", "saved"),
        [
            (
                line.gang,
                line.habit or "-",
                *_texts(line.depth, line.shops, line.alerted),
                *_texts(*(line.held.get(scope, 0) for scope in scopes)),
                *_texts(line.listing_hold.median_hours, line.payout_hold.median_hours),
                *_texts(line.lost_orders, line.saved),
            )
            for line in report.gangs
        ],
    )
    yield (
        "Holds of honest sellers, by what they were placed for",
        ("reason codes", "scope", "sellers", "holds", "median hours"),
        [
            (", ".join(line.reason_codes), line.scope, *_texts(line.sellers, line.holds, line.median_hours))
            for line in report.honest_holds
        ],
    )
    traits = Counter(trait for one in report.honest_held for trait in one.traits or ("nothing peculiar",))
    yield (
        "What is peculiar about honest sellers that were held; --json names them",
        ("trait", "sellers"),
        [(trait, str(count)) for trait, count in sorted(traits.items(), key=lambda item: (-item[1], item[0]))],
    )


def _texts(*numbers: float | None) -> tuple[str, ...]:
    return tuple(
        "-" if number is None else f"{number:g}" if isinstance(number, float) else str(number) for number in numbers
    )
