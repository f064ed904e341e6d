"""What the local stack needs of this machine (Java, Maven, redis-server, Kafka's jars), and how it gets there.

`python deploy/needed.py Prometheus` gets what only the tests of the boards need. Exit codes: 0 done, 1 it could not.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
POM = ROOT / "deploy/kafka/pom.xml"
JARS = ROOT / ".stack/kafka/jars"  # fetched once, whatever `--dir` says
OLDEST_JAVA = 17

#: What each tool is called by apt; the first package that apt knows is taken.
PACKAGES = {
    "Java 17 or newer": ("openjdk-17-jre-headless", "default-jre-headless"),
    "Maven": ("maven",),
    "redis-server": ("redis-server",),
    "Prometheus": ("prometheus",),
    "javac": ("openjdk-17-jdk-headless", "default-jdk-headless"),  # for `make bench` alone
}
STACK = ("Java 17 or newer", "Maven", "redis-server")


class StackError(Exception):
    """One sentence that says what to do."""


def say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def last_line(text: str) -> str:
    """The last line that says something, for an error of one sentence."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"


def find_java() -> str | None:
    """The Java to run Kafka with: that of JAVA_HOME, else the one on PATH; None where it is missing or too old."""
    home = os.environ.get("JAVA_HOME")
    for candidate in (f"{home}/bin/java" if home else None, shutil.which("java")):
        if candidate and os.access(candidate, os.X_OK):
            said = subprocess.run([candidate, "-version"], capture_output=True, text=True, check=False).stderr
            version = re.search(r'version "(?:1\.)?(\d+)', said)
            if version and int(version[1]) >= OLDEST_JAVA:
                return candidate
    return None


def kafka_version() -> str:
    """The Kafka that `deploy/kafka/pom.xml` names."""
    found = re.search(r"<artifactId>kafka_2\.13</artifactId>\s*<version>([^<]+)<", POM.read_text(encoding="utf-8"))
    if not found:
        raise StackError(f"{POM} names no version of kafka_2.13: restore that file from the repository.")
    return found[1]


def has_jars() -> bool:
    return (JARS / f"kafka_2.13-{kafka_version()}.jar").exists()


def is_here(tool: str) -> bool:
    """Whether this machine has it."""
    if tool == "Java 17 or newer":
        return find_java() is not None
    if tool == "Maven":
        return shutil.which("mvn") is not None or has_jars()
    commands = ("prometheus", "promtool") if tool == "Prometheus" else (tool,)
    return all(shutil.which(command) for command in commands)


def missing(tools: Sequence[str] = STACK) -> list[str]:
    """Which of the tools, by their keys in `PACKAGES`, are not on this machine."""
    return [tool for tool in tools if not is_here(tool)]


def check(tools: Sequence[str] = STACK) -> None:
    """Raises `StackError` where a tool is missing that this process may not install."""
    lacking = missing(tools)
    if lacking and not (os.geteuid() == 0 and shutil.which("apt-get")):
        packages = " ".join(PACKAGES[tool][0] for tool in lacking)
        raise StackError(f"{' and '.join(lacking)} cannot be found here: install {packages} and start again.")


def install_missing(tools: Sequence[str] = STACK) -> None:
    """Installs the tools that are missing, where this process may; `StackError` where it may not or cannot."""
    check(tools)
    lacking = missing(tools)
    if not lacking:
        return
    run("apt-get", "update")
    packages = [next((name for name in PACKAGES[tool] if _apt_knows(name)), PACKAGES[tool][0]) for tool in lacking]
    say(f"Installing with apt: {' '.join(packages)}.")
    done = run("apt-get", "install", "--yes", "--no-install-recommends", *packages)
    if done.returncode or (lacking := missing(tools)):
        raise StackError(f"apt could not install {' and '.join(lacking)}: {last_line(done.stderr or done.stdout)}")


def fetch_jars() -> None:
    """Kafka's jars from Maven Central into `JARS`, whole or not at all. The caller holds the lock of their folder."""
    if has_jars():
        return
    say(f"Fetching the jars of Kafka {kafka_version()} with Maven.")
    part = JARS.with_name("jars.part")
    shutil.rmtree(part, ignore_errors=True)
    done = run("mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", f"-DoutputDirectory={part}")
    if done.returncode:
        errors = [line for line in done.stdout.splitlines() if line.startswith("[ERROR]")]
        raise StackError(f"Maven could not fetch Kafka: {errors[0][8:] if errors else last_line(done.stdout)}")
    shutil.rmtree(JARS, ignore_errors=True)
    part.rename(JARS)


def _apt_knows(package: str) -> bool:
    said = run("apt-cache", "policy", package).stdout
    return "Candidate:" in said and "Candidate: (none)" not in said


def run(*command: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def main() -> int:
    try:
        install_missing(sys.argv[1:])
    except StackError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
