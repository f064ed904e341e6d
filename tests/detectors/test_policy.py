"""The policy: what a team may override, how it is told what does not fit, and the packaged one's scores."""

import copy
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from assay.__main__ import main
from detectors.catalogue import CATALOGUE
from detectors.detector import Finding
from detectors.policy import Policy, PolicyError, make_policy, shown
from detectors.score import score_of
from streams.settings import read_policy

PACKAGED = read_policy(None)
ROOT = Path(__file__).parents[2]


def policy(**own: Any) -> Policy:
    return make_policy(PACKAGED, own)


def score(*seen: tuple[str, str], young: bool = False, **own: Any) -> float:
    """The score over findings given as (reason code, grade)."""
    findings = [Finding(code, "seller", "s", grade, "") for code, grade in seen]
    return score_of(findings, policy(**own), young).value


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`assay policy` in a folder without any settings: run("show") gives (exit code, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("ASSAY_")]:
        monkeypatch.delenv(name)

    def invoke(*arguments: str) -> tuple[int, str, str]:
        ended = CliRunner().invoke(main, ["policy", *arguments])
        return ended.exit_code, ended.stdout, ended.stderr

    return invoke


def test_the_packaged_policy_has_the_modes_of_the_design() -> None:
    assert [policy().mode(code) for code in ("below_market_price", "unpaid_refunds")] == ["hold", "hold"]
    assert [policy().mode(code) for code in ("implausible_price", "overdue_refund")] == ["alert", "alert"]
    assert policy().mode("one_of_another_release") == "shadow"


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ([("below_market_price", "strong")], 0.92),
        ([("below_market_price", "strong_unsure")], 0.55),
        ([("below_market_price", "moderate")], 0.14),
        ([("implausible_price", "seen")], 0.55),
        ([("overdue_refund", "one_buyer")], 0.55),
        ([("overdue_refund", "more_buyers")], 0.77),
        ([("unpaid_refunds", "seen")], 0.95),
    ],
)
def test_what_one_finding_alone_scores(seen: list[tuple[str, str]], expected: float) -> None:
    assert round(score(*seen), 2) == expected


def test_of_one_family_only_the_strongest_counts_and_families_add_up() -> None:
    assert score(("overdue_refund", "more_buyers"), ("unpaid_refunds", "seen")) == score(("unpaid_refunds", "seen"))
    both = score(("below_market_price", "moderate"), ("overdue_refund", "one_buyer"))
    assert round(both, 2) == 0.92


def test_youth_counts_only_beside_a_finding() -> None:
    assert score(young=True) == score()
    assert score(("overdue_refund", "one_buyer"), young=True) == 0.7109


def test_a_detector_in_shadow_counts_nowhere() -> None:
    shadow = {"detectors": {"unpaid_refunds": {"mode": "shadow"}}}
    assert score(("unpaid_refunds", "seen"), young=True, **shadow) == score()
    assert score(("unpaid_refunds", "seen"), ("overdue_refund", "one_buyer"), **shadow) == score(
        ("overdue_refund", "one_buyer")
    )


def test_a_team_overrides_key_by_key() -> None:
    own = policy(bands={"alert": 0.4}, detectors={"below_market_price": {"mode": "alert", "strong_ratio": 0.5}})
    assert (own.bands.alert, own.bands.hold) == (0.4, 0.9)
    assert own.mode("below_market_price") == "alert"
    detector: Any = own.by_code["below_market_price"].detector
    assert (detector.strong_ratio, detector.moderate_ratio) == (0.5, 0.7)
    terms: Any = policy(returns={"refund_sla_hours": 48}).by_code["overdue_refund"].detector
    assert terms.terms.refund_sla_hours == 48, "the detectors look with the same terms as the state is kept"


NAN, INFINITE = float("nan"), float("inf")
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"prior": NAN}, "prior"),
    ({"prior": -1e9}, "prior"),
    ({"prior": "strong"}, "prior"),
    ({"priors": 1}, "priors"),
    ({"young_weight": True}, "young_weight"),
    ({"bands": 3}, "bands"),
    ({"bands": {"alert": 0.95}}, "bands"),
    ({"bands": {"hold": 1}}, "bands"),
    ({"bands": {"holt": 0.9}}, "bands.holt"),
    ({"holds": {"listing_days": -1}}, "holds.listing_days"),
    ({"holds": {"seller_days": INFINITE}}, "holds.seller_days"),
    ({"holds": {"payout_days": 10**400}}, "holds.payout_days"),
    ({"holds": {"clean_release_min_hours": 7}}, "clean_release_min_hours"),
    ({"holds": {"allowed_fall": 1.5}}, "holds.allowed_fall"),
    ({"returns": {"refund_sla_hour": 72}}, "returns.refund_sla_hour"),
    ({"returns": {"tolerance_amount": "NaN"}}, "returns.tolerance_amount"),
    ({"returns": {"tolerance_share": [1]}}, "returns.tolerance_share"),
    ({"exposure": {"payout_window": 7}}, "exposure.payout_window"),
    ({"class_discounts": {"used": 0}}, "class_discounts.used"),
    ({"class_discounts": {"usd": 0.5}}, "class_discounts.usd"),
    ({"weights": {"overdue_refund": {"one_buyer": INFINITE}}}, "weights.overdue_refund.one_buyer"),
    ({"weights": {"overdue_refund": {"one_byer": 4}}}, "weights.overdue_refund.one_byer"),
    ({"weights": {"overdue_refund": 4}}, "weights.overdue_refund"),
    ({"weights": {"overdue": {"one_buyer": 4}}}, "weights.overdue"),
    ({"detectors": 4}, "detectors"),
    ({"detectors": {"overdue_refund": 4}}, "detectors.overdue_refund"),
    ({"detectors": {"overdue": {"mode": "alert"}}}, "detectors.overdue"),
    ({"detectors": {"overdue_refund": {"mode": "loud"}}}, "mode of overdue_refund"),
    ({"detectors": {"overdue_refund": {"mode": ["hold"]}}}, "mode of overdue_refund"),
    ({"detectors": {"overdue_refund": {"few_buyers": 2}}}, "few_buyers"),
    ({"detectors": {"overdue_refund": {"terms": 2}}}, "terms"),
    ({"detectors": {"overdue_refund": {"more_buyers": 2.5}}}, "more_buyers"),
    ({"detectors": {"below_market_price": {"strong_z": NAN}}}, "strong_z"),
    ({"detectors": {"below_market_price": {"strong_z": 10**400}}}, "strong_z"),
    ({"detectors": {"below_market_price": {"strong_ratio": "0.5"}}}, "strong_ratio"),
]


@pytest.mark.parametrize(("own", "key"), WRONG, ids=[key for _, key in WRONG])
def test_what_does_not_fit_is_named_in_one_sentence(own: dict[str, Any], key: str) -> None:
    with pytest.raises(PolicyError) as refused:
        policy(**own)
    sentence = str(refused.value)
    assert key in sentence
    assert sentence.startswith("The policy")
    assert sentence.endswith(".")
    assert "\n" not in sentence


def _numbers(table: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _numbers(value, (*path, key))
        else:
            yield (*path, key)


@pytest.mark.parametrize("path", list(_numbers(PACKAGED)), ids=".".join)
def test_any_other_value_is_another_version(path: tuple[str, ...]) -> None:
    changed = copy.deepcopy(PACKAGED)
    table = changed
    for key in path[:-1]:
        table = table[key]
    held = table[path[-1]]
    days = {"from": "11-12", "until": "11-29"}
    table[path[-1]] = not held if isinstance(held, bool) else days.get(path[-1]) or float(held) * 0.99
    assert make_policy(changed).version != policy().version


@pytest.mark.parametrize("entry", CATALOGUE, ids=[entry.reason_code for entry in CATALOGUE])
def test_any_other_mode_or_threshold_is_another_version(entry: Any) -> None:
    held = shown(policy())["detectors"][entry.reason_code]
    assert policy(detectors={entry.reason_code: {"mode": entry.mode}}).version == policy().version
    other = "alert" if entry.mode == "hold" else "hold"
    versions = {policy().version, policy(detectors={entry.reason_code: {"mode": other}}).version}
    thresholds = {name: value for name, value in held.items() if name not in ("family", "mode")}
    for name, value in thresholds.items():
        versions.add(policy(detectors={entry.reason_code: {name: value + 1}}).version)
    assert len(versions) == 2 + len(thresholds)


def test_a_version_is_of_the_meaning_whatever_the_order_of_keys_and_the_process() -> None:
    own = {"bands": {"alert": 0.4, "hold": 0.8}, "returns": {"refund_sla_hours": 48}}
    turned = {"returns": {"refund_sla_hours": 48.0}, "bands": {"hold": 0.8, "alert": 0.4}}
    backwards = dict(reversed(PACKAGED.items()))
    assert policy(**own).version == policy(**turned).version == make_policy(backwards, turned).version
    program = (
        "from detectors.policy import make_policy; from streams.settings import read_policy;"
        f"print(make_policy(read_policy(None), {own!r}).version)"
    )
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        ended = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, env=environment, cwd=ROOT, check=True
        )
        assert ended.stdout.strip() == policy(**own).version


def test_show_prints_everything_in_force(run: Any, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("[bands]\nalert = 0.4\n")
    code, out, _ = run("show", "--policy", "own.toml")
    told = json.loads(out)
    assert code == 0
    assert told["policy_version"] == policy(bands={"alert": 0.4}).version
    assert told["bands"] == {"alert": 0.4, "hold": 0.9}
    assert set(told["detectors"]) == {entry.reason_code for entry in CATALOGUE}
    assert told["detectors"]["unpaid_refunds"]["share_of_returns"] == 0.25


def test_check_says_the_version_or_what_does_not_fit(run: Any, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("[bands]\nalert = 0.4\n")
    assert run("check", "own.toml") == (
        0, f"own.toml is a valid policy, version {policy(bands={'alert': 0.4}).version}.\n", ""
    )  # fmt: skip
    for text, word in (("[bands]\nalert = nan\n", "bands.alert"), ("bands = ", "TOML"), ("[bands\n", "TOML")):
        (tmp_path / "own.toml").write_text(text)
        code, out, error = run("check", "own.toml")
        assert (code, out) == (1, "")
        assert word in error
        assert error.count("\n") == 1
    assert run("check", "absent.toml")[0] == 1
