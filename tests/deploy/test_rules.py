"""Alert rules: promtool's own cases, and what a person finds who follows one."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.promql import used

ROOT = Path(__file__).resolve().parents[2]
PROMETHEUS = ROOT / "deploy/prometheus"
GROUPS = yaml.safe_load((PROMETHEUS / "rules.yml").read_text())["groups"]
CASE_FILES = [PROMETHEUS / "rules_test.yml", PROMETHEUS / "rules_days_test.yml"]
CASES = [case for file in CASE_FILES for case in yaml.safe_load(file.read_text())["tests"]]
RULES = [pytest.param(rule, id=rule["alert"]) for group in GROUPS for rule in group["rules"]]


def _promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False)


@pytest.mark.prometheus
def test_the_rules_fire_and_stay_quiet_as_their_cases_say() -> None:
    done = _promtool("test", "rules", *map(str, CASE_FILES))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.prometheus
def test_prometheus_takes_its_configuration() -> None:
    done = _promtool("check", "config", str(PROMETHEUS / "prometheus.yml"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(RULES)} rules found" in done.stdout


@pytest.mark.parametrize("rule", RULES)
def test_an_alert_has_a_runbook_a_severity_and_asks_for_known_series(rule: dict[str, Any]) -> None:
    page, _, heading = rule["annotations"]["runbook_url"].partition("#")
    headings = re.findall(r"^#+ (.*)$", (ROOT / page).read_text(), re.MULTILINE)
    assert heading in [each.lower().replace(" ", "-") for each in headings]
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"].endswith(".")
    asked = used(rule["expr"])
    assert asked.unknown == []
    assert asked.strange_labels == set()


@pytest.mark.parametrize("rule", RULES)
def test_an_alert_has_a_case_in_which_it_fires_and_one_in_which_it_does_not(rule: dict[str, Any]) -> None:
    expected = [
        bool(one["exp_alerts"])
        for case in CASES
        for one in case["alert_rule_test"]
        if one["alertname"] == rule["alert"]
    ]
    assert True in expected
    assert False in expected
