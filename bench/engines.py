"""The engines of the comparison: how each is started, and their versions."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
PEERS: Final = ROOT / "bench" / "peers"
PEERS_PYTHON: Final = ROOT / ".venv-peers" / "bin" / "python"
JAVA_BUILT: Final = PEERS / "kafka_streams" / "target"
WORKER: Final = (sys.executable, "-m", "assay", "worker")


@dataclass(frozen=True)
class Engine:
    """`small`: it gets fewer events. `durable`: its state outlives a `kill -9`. `repartitions`: through Kafka.

    `killed`: in the middle of its window, where that is asked for.
    """

    name: str
    shown: str
    command: tuple[str, ...]
    repartitions: bool = True
    durable: bool = True
    killed: bool = True
    small: bool = False
    policy: Path | None = None

    @property
    def is_assay(self) -> bool:
        return self.name.startswith("assay")

    @property
    def is_seen_by_snapshots(self) -> bool:
        """Bytewax has no group at the broker; what it would resume from is in its recovery store."""
        return self.name == "bytewax"


ENGINES: Final = (
    Engine(
        "assay-job",
        "assay, the job",
        WORKER,
        repartitions=False,
        policy=PEERS / "assay_job.toml",
    ),
    Engine("assay-all", "assay, every detector", WORKER, repartitions=False),
    Engine(
        "bytewax",
        "Bytewax",
        (str(PEERS_PYTHON), "-m", "bytewax.run", "bytewax_flow:flow", "-r", "{folder}", "-s", "{snapshot}", "-b", "0"),
        repartitions=False,
    ),
    Engine(
        "kafka-streams",
        "Kafka Streams",
        (
            "java",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-cp",
            f"{JAVA_BUILT}/classes:{JAVA_BUILT}/jars/*",
            "bench.Job",
        ),
    ),
    Engine("quix", "Quix Streams", (str(PEERS_PYTHON), str(PEERS / "quix.py"))),
    Engine(
        "faust",
        "stock Faust",
        (sys.executable, str(PEERS / "stock_faust.py"), "worker", "-l", "warn", "--without-web"),
        killed=False,  # after one it commits one offset every 2.8 s, see job.md
        small=True,
    ),
    Engine(
        "ceiling",
        "bare loop, nothing durable",
        (str(PEERS_PYTHON), str(PEERS / "ceiling.py")),
        repartitions=False,
        durable=False,
        killed=False,
    ),
)


def versions() -> dict[str, str]:
    """Of the engines that live in the peers' own environment, of Kafka Streams and of Java."""
    said = subprocess.run([PEERS_PYTHON, "-c", _ASK_VERSIONS], capture_output=True, text=True, check=True).stdout
    jars = {
        jar.name.removesuffix(".jar").rpartition("-")[0]: jar.stem.rpartition("-")[2]
        for jar in JAVA_BUILT.glob("jars/*.jar")
    }
    java = subprocess.run(["java", "-version"], capture_output=True, text=True, check=True).stderr.splitlines()[0]
    return {**json.loads(said), "kafka-streams": jars["kafka-streams"], "rocksdbjni": jars["rocksdbjni"], "java": java}


_ASK_VERSIONS: Final = """
import json, platform
from importlib.metadata import version
names = ("bytewax", "quixstreams", "confluent-kafka", "msgspec", "rocksdict")
print(json.dumps({name: version(name) for name in names} | {"peers' Python": platform.python_version()}))
"""
