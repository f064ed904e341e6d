"""What a team may say of refunds in its countries, and how it is told what does not fit."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from assay.__main__ import main
from detectors.policy import PolicyError, make_policy
from streams.settings import read_policy

PACKAGED = read_policy(None)


def policy(**calendars: Any) -> Any:
    return make_policy(PACKAGED, {"returns": {"calendars": calendars}})


def season(begins: Any, ends: Any, hours: Any = 24) -> dict[str, Any]:
    return {"from": begins, "until": ends, "extra_hours": hours}


def seasons(**named: Any) -> dict[str, Any]:
    return {"seasons": named}


NO_COUNTRY = "names no country; write its two capital letters of ISO 3166, such as DE."
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"Germany": {}}, f"The policy's [returns.calendars.Germany] {NO_COUNTRY}"),
    ({"de": {}}, f"The policy's [returns.calendars.de] {NO_COUNTRY}"),
    ({"XX": {}}, f"The policy's [returns.calendars.XX] {NO_COUNTRY}"),
    ({"DE": 72}, "The policy's [returns.calendars.DE] must be a table, not 72."),
    (
        {"DE": {"sla": 72}},
        "The policy's [returns.calendars.DE] does not fit: object contains unknown field `sla`.",
    ),
    (
        {"DE": {"refund_sla_hours": -1}},
        "The policy's [returns.calendars.DE] does not fit: expected `float` >= 0.0 for `refund_sla_hours`.",
    ),
    (
        {"FR": {"utc_offset_hours": 15}},
        "The policy's [returns.calendars.FR] does not fit: expected `float` <= 14.0 for `utc_offset_hours`.",
    ),
    (
        {"FR": {"weekends_count": "no"}},
        "The policy's [returns.calendars.FR] does not fit: expected `bool`, got `str` for `weekends_count`.",
    ),
    (
        {"FR": {"seasons": 3}},
        "The policy's [returns.calendars.FR] must have a table for each of its seasons, not 3.",
    ),
    (
        {"FR": seasons(sales=season("01-10", "02-10", -24))},
        "The policy's [returns.calendars.FR.seasons.sales] does not fit: expected `float` >= 0.0 for `extra_hours`.",
    ),
    (
        {"FR": seasons(sales={"from": "01-10", "until": "02-10"})},
        "The policy's [returns.calendars.FR.seasons.sales] does not fit: object missing required field `extra_hours`.",
    ),
    (
        {"FR": seasons(sales=season("01-10", "2026-02-10"))},
        'The policy\'s [returns.calendars.FR.seasons.sales] must have `from` and `until` alike, "11-11" for every year '
        "or \"2026-11-11\" for one, not '01-10' and '2026-02-10'.",
    ),
    (
        {"FR": seasons(sales=season("02-29", "03-10"))},
        "The policy's [returns.calendars.FR.seasons.sales] has no day '02-29'; write one that every such year has.",
    ),
    (
        {"FR": seasons(sales=season("2026-01-01", "2026-13-01"))},
        "The policy's [returns.calendars.FR.seasons.sales] has no day '2026-13-01'; "
        "write one that every such year has.",
    ),
    (
        {"FR": seasons(sales=season("2026-02-10", "2026-01-10"))},
        "The policy's [returns.calendars.FR.seasons.sales] must not end (2026-01-10) before it begins (2026-02-10).",
    ),
    (
        {"FR": seasons(sales=season("01-10", "02-10"), soldes=season("02-10", "03-01"))},
        "The policy's [returns.calendars.FR] has two seasons, sales and soldes, on the same days; part them.",
    ),
    (
        {"CN": seasons(black_friday=season("2026-11-27", "2026-11-30"))},
        "The policy's [returns.calendars.CN] has two seasons, singles_day and black_friday, on the same days; "
        "part them.",
    ),
    (
        {"FR": seasons(winter=season("12-15", "01-10"), sales=season("2027-01-10", "2027-02-01"))},
        "The policy's [returns.calendars.FR] has two seasons, winter and sales, on the same days; part them.",
    ),
]


@pytest.mark.parametrize(("calendars", "sentence"), WRONG, ids=[sentence[29:60] for _, sentence in WRONG])
def test_what_does_not_fit_of_a_calendar_is_said_in_one_sentence(calendars: dict[str, Any], sentence: str) -> None:
    with pytest.raises(PolicyError) as refused:
        policy(**calendars)
    assert str(refused.value) == sentence


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), 10**400, True, None, [], "72"])
@pytest.mark.parametrize("key", ["refund_sla_hours", "utc_offset_hours", "extra_hours"])
def test_what_is_no_number_is_refused_and_nothing_raises_otherwise(key: str, wrong: Any) -> None:
    table = {key: wrong} if key != "extra_hours" else seasons(one=season("01-01", "01-02", wrong))
    if (key, wrong) == ("refund_sla_hours", None):
        return  # as for everybody
    with pytest.raises(PolicyError):
        policy(FR=table)


def test_seasons_that_touch_in_no_year_fit() -> None:
    terms = policy(
        FR=seasons(
            winter=season("12-15", "01-09"),
            sales=season("01-10", "02-10"),
            strike=season("2027-02-11", "2027-03-01"),
        )
    )
    assert set(terms.terms.returns.calendars["FR"].seasons) == {"winter", "sales", "strike"}


def test_a_team_overrides_a_calendar_key_by_key_and_adds_countries() -> None:
    own = policy(CN={"refund_sla_hours": 48}, FR={}).terms.returns.calendars
    packaged = policy().terms.returns.calendars
    assert set(own) == {*packaged, "FR"}
    assert own["CN"].refund_sla_hours == 48
    assert own["CN"].utc_offset_hours == packaged["CN"].utc_offset_hours == 8
    assert set(own["CN"].seasons) == set(packaged["CN"].seasons)


def test_the_version_names_the_calendars_and_the_holidays_that_are_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    assert policy(FR={}).version != policy().version
    before = policy().version
    monkeypatch.setattr("detectors.calendars.version", lambda _: "another")
    assert policy().version != before


def test_show_prints_calendars_and_check_says_what_does_not_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("ASSAY_")]:
        monkeypatch.delenv(name)
    Path("own.toml").write_text("[returns.calendars.FR]\nrefund_sla_hours = 48\n")
    shown = json.loads(CliRunner().invoke(main, ["policy", "show", "--policy", "own.toml"]).stdout)
    assert shown["returns"]["calendars"]["FR"] == {"refund_sla_hours": 48}
    assert shown["returns"]["calendars"]["CN"] == PACKAGED["returns"]["calendars"]["CN"]
    Path("own.toml").write_text("[returns.calendars.FR]\nrefund_sla_hours = -48\n")
    ended = CliRunner().invoke(main, ["policy", "check", "own.toml"])
    assert (ended.exit_code, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)
    assert "[returns.calendars.FR]" in ended.stderr
