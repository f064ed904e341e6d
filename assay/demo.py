"""`assay demo`: a simulated marketplace, judged on this machine without any server to install."""

import asyncio
import os
import sys

import click
from rich.console import Console

from assay.demo_board import Board
from assay.demo_story import OVERTIME, Pace, tell
from assay.demo_summary import show_summary
from assay.demo_view import SMALLEST, LineView, PageView
from assay.failure import Failure
from detectors.policy import make_policy
from streams.embedded import EmbeddedRedisError
from streams.settings import read_policy
from streams.store import StoreUnavailableError


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
def demo(minutes: float, speed: float | None) -> None:
    """Watch a marketplace with one gang in it being judged.

    Two hundred honest shops and a gang of three trade for two weeks; their events go through the same code as those of
    a live worker, on a Redis that is started for the demo and ended with it. Needs no server, no settings and no
    input; Ctrl-C ends it. Off a terminal it prints a line for each news. Either way a summary follows that compares
    what was judged with what the simulator knows.
    """
    board, pace = Board(), Pace(minutes, speed)
    console = Console(highlight=False)
    try:
        with PageView(console, pace) if _takes_a_page(console) else LineView() as view:
            policy = make_policy(read_policy(None))
            progress = asyncio.run(tell(policy, pace, minutes * 60 * OVERTIME, board, view))
    except EmbeddedRedisError as error:
        raise Failure(str(error)) from error
    except StoreUnavailableError as error:
        raise Failure(f"The demo lost its own Redis ({error}): start it again.") from error
    show_summary(console, progress, board)


def _takes_a_page(console: Console) -> bool:
    """Whether somebody is watching a terminal that is large enough."""
    if not sys.stdout.isatty() or console.is_dumb_terminal or os.environ.get("CI"):
        return False
    return console.width >= SMALLEST[0] and console.height >= SMALLEST[1]
