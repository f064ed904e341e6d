"""What a moderator would see: on a terminal one page that is kept up to date, elsewhere a line for each news."""

from types import TracebackType
from typing import Final, Self

import click
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from assay.demo_board import Board, News, seller_of
from assay.demo_story import FIRST_DAY, LAST_DAY, Pace, Progress
from assay.demo_words import line, money, reasons, sentence
from assay.table import printable
from schemas import Alert

SMALLEST: Final = (64, 20)  # columns and rows below which lines are easier to read than the page
_WIDE: Final = 110
_FRAME_S: Final = 0.2
_HEADER_ROWS: Final = 5
_BAR_COLUMNS: Final = 12
_STYLES: Final = {"critical": "bold white on red", "high": "bold red", "medium": "yellow", "low": "dim"}
_HELD: Final = {"payout": "payouts", "seller": "account", "listing": "listing"}


class LineView:
    """One line for each news, nothing else."""

    def __init__(self, where: str = "") -> None:
        """`where`: the moderators' page."""
        self._caption = ""
        self._where = where

    def __enter__(self) -> Self:
        if self._where:
            click.echo(f"The moderators' page: {self._where}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is left to be put back."""

    def show(self, progress: Progress, board: Board, news: list[News]) -> None:
        """Prints the news."""
        if progress.chapter.caption != self._caption:
            self._caption = progress.chapter.caption
            click.echo(f"-- Day {progress.day:.0f}: {self._caption}")
        for one in news:
            click.echo(printable(line(one, board)))


class PageView:
    """One page on the terminal's second screen; what was on the first one is there again afterwards."""

    def __init__(self, console: Console, pace: Pace, where: str = "") -> None:
        """`where`: the moderators' page."""
        self._where = where
        self._console = console
        self._pace = pace
        self._live = Live(console=console, screen=True, auto_refresh=False)
        self._drawn_s = -_FRAME_S

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def show(self, progress: Progress, board: Board, news: list[News]) -> None:
        """Draws the page anew, five times a second at most."""
        now_s = self._console.get_time()
        if now_s - self._drawn_s >= _FRAME_S:
            self._drawn_s = now_s
            self._live.update(page(self._console, progress, board, self._pace, self._where), refresh=True)


def page(console: Console, progress: Progress, board: Board, pace: Pace, where: str = "") -> RenderableType:
    """The page at the console's size: header, newest alerts, what is on hold, and how far the story is."""
    width, height = console.size
    body = height - _HEADER_ROWS - 1
    holds_rows = max(body * 2 // 5, 6)
    alerts_rows = body - holds_rows
    return Group(
        Panel(_header(progress, board, pace), title="[bold]assay demo[/]", title_align="left", height=_HEADER_ROWS),
        Panel(
            _alerts(console, board, width - 4, alerts_rows - 2),
            title="[bold]Newest alerts[/]",
            title_align="left",
            height=alerts_rows,
        ),
        Panel(_holds(board, width, holds_rows - 2), title="[bold]On hold[/]", title_align="left", height=holds_rows),
        _footer(progress, where, width),
    )


def _header(progress: Progress, board: Board, pace: Pace) -> Table:
    if progress.is_behind:
        speed = "as fast as this machine can"
    else:
        speed = f"a day takes {pace.seconds_a_day(progress.day):.1f} s"
    stakes = board.stakes()
    rows = (
        (f"{progress.at:%a %d %b %Y %H:%M}", f"day {progress.day:.1f} of {LAST_DAY:.0f}; {speed}"),
        (f"{progress.judged:,} events judged", f"{progress.rate:,.0f} a second"),
        (
            f"{board.orders:,} orders",
            f"parcels back and not refunded yet: {len(board.parcels_waiting)}",
        ),
    )
    grid = Table.grid(expand=True, padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True, overflow="ellipsis")
    grid.add_column(no_wrap=True, justify="right", ratio=1)
    right = ("Money at stake", stakes or "none yet", "")
    for at, (left, middle) in enumerate(rows):
        style = "bold" if at == 0 else "bold red" if stakes and at == 1 else ""
        grid.add_row(Text(left, "bold" if at == 0 else ""), middle, Text(right[at], style))
    return grid


def _alerts(console: Console, board: Board, width: int, rows: int) -> Text:
    """As many whole alerts as fit, the one that rose last at the top."""
    lines: list[Text] = []
    for alert in reversed(board.alerts.values()):
        block = _alert(console, alert, board, width)
        if len(lines) + len(block) > rows:
            break
        lines += block
    if not lines:
        return Text("Nothing to report yet: prices are being learnt, no refund is overdue.", "dim")
    return Text("\n").join(lines)


def _alert(console: Console, alert: Alert, board: Board, width: int) -> list[Text]:
    """When, how severe, who, what was done; below it the strongest evidence in at most two lines."""
    done = Text(f" {board.action(alert)}  {alert.score:.2f}", "bold" if alert.mode == "hold" else "")
    head = Text.assemble(
        (f"{board.risen[alert.alert_id]:%d %b %H:%M}", "dim"),
        "  ",
        (f" {alert.severity:<8} ", _STYLES[alert.severity]),
        "  ",
        (printable(board.name(seller_of(alert))), "bold"),
    )
    head.truncate(max(width - done.cell_len, 1), overflow="ellipsis", pad=True)
    lines = [Text.assemble(head, done)]
    told = list(Text(printable(sentence(alert))).wrap(console, width - 2))
    if len(told) > 2:
        second = Text(" ".join(part.plain.strip() for part in told[1:]))
        second.truncate(width - 2, overflow="ellipsis")
        told = [told[0], second]
    return lines + [Text.assemble("  ", part) for part in told]


def _holds(board: Board, width: int, rows: int) -> Table:
    """Payouts, accounts and listings, one row each; what does not fit is counted."""
    table = Table.grid(expand=True, padding=(0, 2, 0, 0))
    is_wide = width >= _WIDE
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=3)
    if is_wide:
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=4)
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=2)
    table.add_column(no_wrap=True, justify="right")
    holds = board.holds()
    shown = holds if len(holds) <= rows else holds[: rows - 1]
    for hold in shown:
        style = "" if hold.scope == "listing" else "bold red"
        cells = [_HELD[hold.scope], printable(board.name(hold.seller_id))]
        if is_wide:
            listed = board.listings.get(hold.subject_id) if hold.scope == "listing" else None
            cells.append(printable(listed.title) if listed else f"since {hold.placed_at:%d %b %H:%M}")
        cells += [reasons(hold)[0], money(hold, board)]
        table.add_row(*(Text(cell, style) for cell in cells))
    if len(shown) < len(holds):
        table.add_row("", Text(f"and {len(holds) - len(shown)} more listings", "dim"))
    if not holds:
        table.add_row(Text("Nothing is on hold.", "dim"))
    return table


def _footer(progress: Progress, where: str, width: int) -> Table:
    grid = Table.grid(expand=True, padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column(ratio=1)
    bar = ProgressBar(total=LAST_DAY - FIRST_DAY, completed=max(progress.day - FIRST_DAY, 0.0))
    said = (
        f" Moderators' page: {where}"
        if where and width >= _WIDE
        else f" {where}"
        if where
        else " Ctrl-C ends it with a summary "
    )
    left = Text(said, "bold" if where else "dim")
    left.truncate(max(width - _BAR_COLUMNS, 1), overflow="ellipsis")
    grid.add_row(left, bar)
    return grid
