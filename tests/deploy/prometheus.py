"""A real Prometheus for a test: it asks one worker and one console once a second, under the rules that are shipped."""

import json
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import yaml

from tests.ports import free_port

SHIPPED = Path(__file__).resolve().parents[2] / "deploy/prometheus"
PATIENCE_SECONDS = 60.0


class Prometheus:
    """Started with the shipped configuration, but for where the worker answers and how often it is asked."""

    def __init__(self, folder: Path, worker_port: int, console_port: int) -> None:
        folder.mkdir()
        config = yaml.safe_load((SHIPPED / "prometheus.yml").read_text())
        config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
        ports = {"assay-worker": worker_port, "assay-console": console_port}
        for job in config["scrape_configs"]:
            del job["dns_sd_configs"]
            job["static_configs"] = [{"targets": [f"127.0.0.1:{ports.pop(job['job_name'])}"]}]
        assert not ports
        (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
        shutil.copy(SHIPPED / "rules.yml", folder)
        self._port = free_port()
        command = ["prometheus", f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}"]
        with (folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [*command, f"--web.listen-address=127.0.0.1:{self._port}", "--log.level=warn"], stdout=log, stderr=log
            )
        self._until_it_answers()

    def ask(self, path: str, **parameters: str) -> Any:
        """The data of an answer of its API."""
        url = f"http://127.0.0.1:{self._port}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=PATIENCE_SECONDS) as answer:
            return json.load(answer)["data"]

    def value(self, expr: str) -> float | None:
        """The sum of what an expression gives now; None where it gives nothing."""
        found = self.ask("query", query=expr)["result"]
        return sum(float(each["value"][1]) for each in found) if found else None

    def end(self) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE_SECONDS)

    def _until_it_answers(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self._port}/-/ready", timeout=1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError("Prometheus did not start")
