"""docker-compose.yml without an engine: its shape, and that what it names exists.

Turned red by: `worker` misspelt under depends_on; ASSAY_METRIC_PORT; a rules file that is not there; redis:latest; the
address 0.0.0.0 before a port; `read_only` taken away; another Grafana than that of the boards' SDK.
"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from assay.__main__ import COMMANDS, main
from streams.settings import load

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"].startswith("assay:")}

#: Of https://github.com/compose-spec: what may stand in a service, as far as it is used here, and of what type it is.
KEYS: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("image", "user", "restart", "stop_grace_period"), str),
    **dict.fromkeys(("command", "volumes", "ports", "tmpfs", "cap_drop", "security_opt", "secrets", "profiles"), list),
    **dict.fromkeys(("build", "environment", "healthcheck"), dict),
    **dict.fromkeys(("read_only", "init"), bool),
    "depends_on": (list, dict),
}
CONDITIONS = ("service_started", "service_healthy", "service_completed_successfully")
DURATION = re.compile(r"(\d+(us|ms|s|m|h))+")


def test_the_file_has_no_other_parts_than_compose_knows() -> None:
    assert {key for key in COMPOSE if not key.startswith("x-")} <= {"name", "services", "volumes", "secrets"}
    assert {name for service in SERVICES.values() for name in service} <= KEYS.keys()


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_the_shape_of_one(name: str) -> None:
    service = SERVICES[name]
    for key, value in service.items():
        assert isinstance(value, KEYS[key]), key
    assert service["restart"] in ("no", "always", "unless-stopped") or service["restart"].startswith("on-failure:")
    for each in service.get("command", ()):
        assert isinstance(each, str)
    for variable, value in service.get("environment", {}).items():
        assert re.fullmatch(r"[A-Z_]+", variable)
        assert isinstance(value, str | int)
        assert not isinstance(value, bool), "YAML's true would be refused"
    health = service.get("healthcheck", {})
    assert health.keys() <= {"test", "interval", "timeout", "retries", "start_period"}
    for key in {"interval", "timeout", "start_period"} & health.keys():
        assert DURATION.fullmatch(health[key])
    assert not health or health["test"][0] == "CMD"


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_waits_for_can_happen(name: str) -> None:
    waits = SERVICES[name].get("depends_on", {})
    for other, how in waits.items() if isinstance(waits, dict) else ((each, {}) for each in waits):
        assert other in SERVICES
        condition = how.get("condition", "service_started")
        assert condition in CONDITIONS
        assert condition != "service_healthy" or "healthcheck" in SERVICES[other]
        assert condition != "service_completed_successfully" or SERVICES[other]["restart"].startswith("on-failure")


@pytest.mark.parametrize("name", SERVICES)
def test_an_image_is_pinned_and_its_ports_are_this_machines_own(name: str) -> None:
    _, _, tag = SERVICES[name]["image"].partition(":")
    assert re.fullmatch(r"v?\d+\.\d+\.\d+(-\S+)?|local", tag)
    for port in SERVICES[name].get("ports", ()):
        assert re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port)


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_mounted_is_there(name: str) -> None:
    for mount in SERVICES[name].get("volumes", ()):
        source, target, *how = mount.split(":")
        assert target.startswith("/")
        if source.startswith("."):
            assert (ROOT / source).exists(), mount
            assert how == ["ro"]
        else:
            assert source in COMPOSE["volumes"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_secret_has_a_file_and_is_given_by_its_path(name: str) -> None:
    service = SERVICES[name]
    for secret in service.get("secrets", ()):
        assert COMPOSE["secrets"][secret].keys() == {"file"}
        assert f"/run/secrets/{secret}" in service["environment"].values()


@pytest.mark.parametrize("name", OURS)
def test_our_services_run_as_nobody_on_a_read_only_file_system(name: str) -> None:
    service = OURS[name]
    uid, _, gid = service["user"].partition(":")
    assert int(uid) > 0
    assert int(gid) > 0
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert (ROOT / service["build"]["dockerfile"]).is_file()


@pytest.mark.parametrize("name", OURS)
def test_our_commands_exist_and_our_settings_are_known(name: str) -> None:
    service = OURS[name]
    given = {key: str(value) for key, value in service["environment"].items()}
    assert len(load(environment=given, folder=ROOT / "docs").sources) == len(given)
    command, *rest = service["command"]
    assert command in {each.name for each in COMMANDS}
    found = main.commands[command]
    for each in rest:
        found = found.commands[each]  # type: ignore[attr-defined]


def test_the_health_of_a_worker_is_asked_at_the_port_that_prometheus_asks() -> None:
    worker = SERVICES["worker"]
    port = worker["environment"]["ASSAY_METRICS_PORT"]
    prometheus = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())
    jobs = {job["job_name"]: job["dns_sd_configs"][0] for job in prometheus["scrape_configs"]}
    assert (jobs["assay-worker"]["names"], jobs["assay-worker"]["port"]) == (["worker"], port)
    console = SERVICES["console"]["environment"]["ASSAY_CONSOLE_PORT"]
    assert (jobs["assay-console"]["names"], jobs["assay-console"]["port"]) == (["console"], console)
    assert f":{port}/metrics" in worker["healthcheck"]["test"][-1]


def test_grafana_is_of_the_line_that_the_boards_are_made_for() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    line = re.search(r"grafana-foundation-sdk==\d+!(\d+\.\d+)\.", project)
    assert line is not None
    assert SERVICES["grafana"]["image"].startswith(f"grafana/grafana:{line[1]}.")


def test_kafka_is_the_version_that_the_tests_run_on() -> None:
    pom = (ROOT / "deploy/kafka/pom.xml").read_text()
    version = re.search(r"<artifactId>kafka_2\.13</artifactId>\s*<version>([^<]+)<", pom)
    assert version is not None
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{version[1]}"


def test_grafana_finds_the_boards_and_prometheus_where_they_are_provisioned() -> None:
    mounts = dict(mount.split(":")[1::-1] for mount in SERVICES["grafana"]["volumes"])
    folder = ROOT / "deploy/grafana/provisioning"
    (provider,) = yaml.safe_load((folder / "dashboards/assay.yml").read_text())["providers"]
    assert mounts[provider["options"]["path"]] == "./deploy/grafana/dashboards"
    home = SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert (ROOT / "deploy/grafana/dashboards" / Path(home).name).is_file()
    (source,) = yaml.safe_load((folder / "datasources/prometheus.yml").read_text())["datasources"]
    assert source["type"] == "prometheus"
    assert re.fullmatch(r"http://prometheus:9090", source["url"])
