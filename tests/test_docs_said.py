"""What the pages say: commands and targets exist, the first alert is one, the numbers are those in force.

Each was turned red once: a misspelt option, a target that there is not, a field that alerts do not have, another
weight, and the refund's deadline, the breaker's share and a market's half-life changed.
"""

import json
import math
import re
import shlex
from pathlib import Path

import click
import msgspec
import pytest

from assay.__main__ import main
from detectors import entries, estimate, market, standing
from detectors.policy import make_policy
from detectors.rules.below_market_price import BelowMarketPrice
from schemas import Alert
from schemas.fields import DAY_US
from streams.settings import LIVE_LATENESS_SECONDS, read_policy

ROOT = Path(__file__).resolve().parent.parent
PAGES = {
    str(page.relative_to(ROOT)): page.read_text("utf-8") for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
}
TEXT = "\n".join(PAGES.values())
SHOWN = re.findall(r"^(?:    |\$ )(assay [a-z-].*?)(?: +#.*)?$", TEXT, re.MULTILINE)
NAMED = re.findall(r"`(assay [a-z-][^`]*)`", TEXT)
TARGETS = re.findall(r"(?:`|^    |^\$ )make ([a-z-]+)", TEXT, re.MULTILINE)
POLICY = make_policy(read_policy(None))


@pytest.mark.parametrize("command", sorted({" ".join(said.split()) for said in (*SHOWN, *NAMED)}))
def test_a_command_on_a_page_exists_with_its_options(command: str) -> None:
    at: click.Command = main
    words = shlex.split(command)[1:]
    while words:
        word = words.pop(0)
        if word.startswith("--"):
            if word == "--help":
                continue
            (option,) = [each for each in at.params if word in each.opts]
            if not getattr(option, "is_flag", False):
                words.pop(0)
        elif isinstance(at, click.Group):
            at = at.commands[word]


def test_the_pages_show_commands() -> None:
    assert len(SHOWN) >= 20
    assert len(NAMED) >= 20


def test_every_target_of_make_that_a_page_names_is_there() -> None:
    there = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert set(TARGETS) <= set(there)
    assert {"demo", "docs"} <= set(TARGETS)


def test_the_first_alert_is_an_alert_and_its_score_is_what_its_evidence_comes_to() -> None:
    (shown,) = re.findall(r"```json\n(.*?)```", PAGES["docs/start.md"], re.DOTALL)
    alert = msgspec.json.decode(shown, type=Alert)
    assert json.loads(shown).keys() <= set(Alert.__struct_fields__)
    nats = POLICY.prior + sum(one.weight for one in alert.evidence)
    assert alert.score == round(1 / (1 + math.exp(-nats)), 4)
    assert alert.evidence[0].weight == POLICY.weight("below_market_price", "strong")


def test_the_numbers_on_the_page_of_concepts_are_those_in_force() -> None:
    page = " ".join(PAGES["docs/concepts.md"].split())
    assert [said for said in claims() if said not in page] == []


def claims() -> list[str]:
    holds, returns, breaker, price = POLICY.holds, POLICY.terms.returns, POLICY.breaker, BelowMarketPrice()
    return [
        f"an allowed lateness ({LIVE_LATENESS_SECONDS:g} seconds",
        f"weighs fully for {market.FRESH_US // DAY_US} days",
        f"half as much every {estimate.HALF_LIFE_DAYS} days",
        f"registered for less than {entries.YOUNG_US // DAY_US} days",
        f"Fewer than {estimate.MIN_SIZE:g} effective sellers",
        f"not older than {estimate.REFERENCE_US // DAY_US} days",
        f"a prior of {POLICY.prior:g}, and {POLICY.young_weight:g} for a seller",
        f"{returns.refund_sla_hours:g} hours, and {returns.scan_grace_hours:g} more",
        f"{returns.unsigned_extra_days:g} days longer where nobody signed",
        f"pauses it once, for {returns.dispute_days:g} days",
        f"wait for {POLICY.feed.pending_hours:g} hours",
        f"the score is {POLICY.bands.alert:g} or more",
        f"within the {POLICY.terms.exposure.payout_window_days:g} days",
        f"a score of {POLICY.bands.hold:g} or more",
        f"a listing, for {holds.listing_days:g} days",
        f"the payouts, for {holds.payout_days:g} days",
        f"the account, for {holds.seller_days:g} days",
        f"at most {price.strong_ratio:g} of the usual, and {price.strong_z:g} standard deviations",
        f"at least {price.hold_sellers:g} effective sellers of whom {price.hold_established} are established",
        f"{price.hold_certainty * 100:g} % sure",
        f"Below {price.plain_ratio:g} of the usual price",
        f"no more than {price.moving_ratio:g} times as much",
        f"{holds.clean_release_min_hours:g} to {holds.clean_release_max_hours:g} hours after",
        f"once in {holds.clean_release_once_in_days:g} days",
        f"after {standing.STANDING_AGE_US // DAY_US} days, with {standing.STANDING_DELIVERED_ORDERS} delivered orders",
        f"in the last {standing.STANDING_COMPLAINT_US // DAY_US} days",
        f"more than {breaker.sellers_most:g} sellers, or at least {breaker.sellers_enough:g} and more than "
        f"{breaker.share * 100:g} % of those judged",
        f"obeyed for {holds.verdict_days:g} days",
    ]
