"""`assay demo`: a simulated marketplace, judged on this machine without any server to install."""

import asyncio
import contextlib
import os
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import click
from rich.console import Console

from assay.demo_board import Board
from assay.demo_story import FIRST_DAY, OVERTIME, Pace, Progress, staged
from assay.demo_summary import show_summary
from assay.demo_view import SMALLEST, LineView, PageView
from assay.failure import Failure
from detectors.policy import Policy, make_policy
from simulator import START
from streams.embedded import EmbeddedRedisError
from streams.settings import read_policy
from streams.store import StoreUnavailableError

if TYPE_CHECKING:
    from assay.demo_console import Guest


@click.command
@click.option(
    "--minutes",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    help="How long it takes; a fifth more on a machine that cannot keep up.",
)
@click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    help="Simulated seconds in one second.  [default: what fits the story into --minutes]",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8080,
    show_default=True,
    help="Where the moderators' page is served; another where this one is taken.",
)
def demo(minutes: float, speed: float | None, port: int) -> None:
    """Shows a marketplace with one gang in it being judged.

    Two hundred honest shops and a gang of three trade for two weeks; their events go through the same code as those of
    a live worker, on a Redis that is started for the demo and ended with it. Needs no server, no settings and no
    input; Ctrl-C ends it. Off a terminal it prints a line for each news. Either way a summary follows that compares
    what was judged with what the simulator knows. The moderators' page is served beside it, and at a terminal stays
    until Ctrl-C.
    """
    try:
        asyncio.run(_show(Pace(minutes, speed), minutes * 60 * OVERTIME, Console(highlight=False), port))
    except EmbeddedRedisError as error:
        raise Failure(str(error)) from error
    except StoreUnavailableError as error:
        raise Failure(f"The demo lost its own Redis ({error}): start it again.") from error


async def _show(pace: Pace, limit_s: float, console: Console, port: int) -> None:
    """The story, its summary, and the console for as long as somebody may look at it."""
    policy, board, progress = make_policy(read_policy(None)), Board(), Progress(START + timedelta(days=FIRST_DAY))
    async with contextlib.AsyncExitStack() as guests:
        guest = await _guest(guests, policy, progress, port)
        where = f"{guest.address} (sign in as {guest.login})" if guest is not None else ""
        async with staged(policy, board, guest) as stage:
            view = PageView(console, pace, where) if _takes_a_page(console) else LineView(where)
            with view:
                await stage.play(progress, pace, limit_s, view)
            show_summary(console, progress, board)
            if guest is not None and _is_watched() and not progress.is_interrupted:
                click.echo(f"\nThe moderators' page stays at {where}; Ctrl-C ends it.")
                await stage.linger(progress)


async def _guest(guests: contextlib.AsyncExitStack, policy: Policy, progress: Progress, port: int) -> "Guest | None":
    """The console; None where its packages are not installed."""
    try:
        from assay.demo_console import served  # noqa: PLC0415 - an extra, slow to import
    except ImportError:
        click.echo("The moderators' page is left out: install assay with its extra `console`.", err=True)
        return None
    return await guests.enter_async_context(served(policy, lambda: progress.at, port))


def _is_watched() -> bool:
    return sys.stdout.isatty() and not os.environ.get("CI")


def _takes_a_page(console: Console) -> bool:
    """Whether somebody is watching a terminal that is large enough."""
    if not _is_watched() or console.is_dumb_terminal:
        return False
    return console.width >= SMALLEST[0] and console.height >= SMALLEST[1]
