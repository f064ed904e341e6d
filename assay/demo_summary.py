"""How the demo ended: what was judged beside what the simulator knows to be true."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from assay.demo_board import Board, summed
from assay.demo_story import DAYS, LAST_DAY, SEED, SELLERS, Progress
from assay.table import printable
from schemas.fields import HoldScope, Money
from simulator.report import Fate, Held, Report

_NAMED: Final = 5
_NEXT: Final = (
    f"simulate --seed {SEED} --sellers {SELLERS} --days {DAYS} --out sim",
    "replay sim/events.jsonl \\\n      --reference sim/reference.jsonl --out judged",
    "evaluate --labels sim/labels.jsonl --out-of judged",
)


def show_summary(console: Console, progress: Progress, board: Board) -> None:
    """Prints the summary and what to look at next."""
    table = Table.grid(padding=(0, 2), expand=False)
    table.add_column(no_wrap=True, style="bold")
    table.add_column()
    for name, value in _rows(progress, board, board.scoring.report()):
        table.add_row(name, Text(printable(value)))
    console.print()
    console.print(table)
    console.print()
    console.print("Next: such a marketplace as files, judged by the same code, then scored", style="bold")
    for command in _NEXT:
        console.print(Text(f"  {_program()} {command}"), soft_wrap=True)
    console.print("README.md says how to run assay beside a Kafka and a Redis of your own.")


def _program() -> str:
    """How this program is called from here."""
    installed = Path(sys.executable).with_name("assay")
    if shutil.which("assay") or not installed.exists():
        return "assay"
    here = Path.cwd()
    return str(installed.relative_to(here) if installed.is_relative_to(here) else installed)


def _rows(progress: Progress, board: Board, report: Report) -> Iterator[tuple[str, str]]:
    rate = progress.judged / progress.elapsed_s if progress.elapsed_s else 0.0
    told = "the whole story" if progress.is_complete else f"ended on day {progress.day:.1f} of {LAST_DAY:.0f}"
    if not progress.is_complete and not progress.is_interrupted:
        told += "; a larger --minutes shows more"
    yield (
        "Judged",
        f"{progress.judged:,} events in {progress.elapsed_s:.0f} s ({rate:,.0f} a second): {told}",
    )
    if not report.gang_sellers:
        yield "Gang", "no gang had opened a shop yet"
    else:
        yield from _gang(board, report)
    yield "Honest shops", _honest(board, report)


def _gang(board: Board, report: Report) -> Iterator[tuple[str, str]]:
    listings, payouts = _held(report, "listing"), _held(report, "payout")
    caught = sorted(board.name(seller_id) for seller_id in board.ever_held(of_gang=True))
    yield "Gang shops caught", f"{len(caught)} of {report.gang_sellers}: {', '.join(caught) or 'none'}"
    yield (
        "Listings held",
        f"{listings.true} of {report.fake_listings} fakes; {listings.false} of honest shops, by mistake",
    )
    yield (
        "Payouts frozen",
        f"{payouts.true} of {report.gang_sellers} gang shops; {payouts.false} of {report.honest_sellers} honest shops",
    )
    if report.payout_hold.median_hours is not None:
        yield (
            "Until the freeze",
            f"{report.payout_hold.median_hours:.0f} hours from a shop's first lost order (median); "
            "the platform pays out 7 days after delivery",
        )
    meanings: tuple[tuple[str, Fate, str], ...] = (
        ("Money prevented", "prevented", "was ordered while the listing was on hold"),
        ("Money frozen", "frozen", "was still with the platform when the payout was frozen"),
        ("Money gone", "gone", "was ordered before any hold and is not in a frozen payout"),
    )
    for name, fate, meaning in meanings:
        yield name, _fate(report, fate, meaning)


def _fate(report: Report, fate: Fate, meaning: str) -> str:
    sums = summed(Money(line.amounts[fate], line.currency) for line in report.lost if line.orders[fate])
    orders = sum(line.orders[fate] for line in report.lost)
    return f"{sums} in {orders} order{'s' if orders != 1 else ''}: {meaning}" if orders else "none"


def _held(report: Report, scope: HoldScope) -> Held:
    return next(held for held in report.holds if held.scope == scope)


def _honest(board: Board, report: Report) -> str:
    held = board.ever_held(of_gang=False)
    if not held:
        return f"none of {report.honest_sellers} was held"
    named = [f"{board.name(seller_id)} ({' and '.join(sorted(held[seller_id]))})" for seller_id in sorted(held)]
    more = [f"{len(named) - _NAMED} more"] if len(named) > _NAMED else []
    return f"{len(held)} of {report.honest_sellers} held: {', '.join(named[:_NAMED] + more)}"
