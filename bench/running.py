"""One engine's process over one load: started, killed, and its progress seen from outside."""

import os
import pickle
import re
import signal
import sqlite3
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from engines import PEERS, PEERS_PYTHON, Engine
from kafka.errors import CoordinatorLoadInProgressError, CoordinatorNotAvailableError, NotCoordinatorError
from kafka.structs import TopicPartition
from measured import cpu_s
from servers import Servers

from schemas import topics

SESSION_S: Final = 10  # for all: at their own 30 to 60 s a restart would mostly be waiting
SNAPSHOT_S: Final = 10  # Bytewax has no default of its own
Committed = dict[TopicPartition, int]
NOT_YET: Final = (CoordinatorLoadInProgressError, CoordinatorNotAvailableError, NotCoordinatorError)


@dataclass
class Run:
    """One engine over one load. `id` names its group, its topics and its folder, and nothing else's."""

    engine: Engine
    servers: Servers
    id: str
    prefix: str  # of the load's topics
    commit_s: float | None
    process: subprocess.Popen[bytes] | None = None
    started: int = 0
    old_epochs: set[bytes | None] = field(default_factory=set)
    used_cpu_s: float = 0.0  # of processes that have ended
    peak_bytes: int = 0

    @property
    def holds(self) -> str:
        return topics.HOLDS.name if self.engine.is_assay else f"{self.id}.holds"

    @property
    def calls(self) -> str:
        return f"{self.id}.calls"

    @property
    def own_topics(self) -> list[str]:
        """What is made before it starts.

        Faust would make its topic between the two steps itself, and look again after five minutes where that has no
        leader at once.
        """
        between = [f"{self.id}-product-repartition"] if self.engine.name == "faust" else []
        return [self.holds, self.calls, *between]

    @property
    def inputs(self) -> list[str]:
        return [self.prefix + topic.name for topic in topics.MARKETPLACE]

    @property
    def folder(self) -> Path:
        return self.servers.folder / self.id

    @property
    def log(self) -> Path:
        """Of the process started last."""
        return self.servers.folder / f"{self.id}.{self.started}.log"

    @property
    def pid(self) -> int:
        if self.process is None or self.process.poll() is not None:
            raise SystemExit(f"{self.engine.shown} has ended: see {self.log}.")
        return self.process.pid

    def start(self) -> None:
        """A process and a log of its own."""
        self.folder.mkdir(exist_ok=True)
        self.started += 1
        self.old_epochs = (
            {epoch for epoch in self.servers.epochs() if epoch is not None} if self.engine.is_assay else set()
        )
        if self.engine.is_seen_by_snapshots and not list(self.folder.glob("*.sqlite3")):
            command = (str(PEERS_PYTHON), "-m", "bytewax.recovery", str(self.folder), "1")
            subprocess.run(command, check=True)
        command = [
            part.format(folder=self.folder, snapshot=round(self.commit_s or SNAPSHOT_S)) if "{" in part else part
            for part in self.engine.command
        ]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, env=self._environment(), cwd=self.folder, stdout=log, stderr=log)

    def _environment(self) -> dict[str, str]:
        servers, kafka = self.servers, self.servers.settings().kafka_bootstrap
        if self.engine.is_assay:
            own = {"CONSUMER_GROUP": self.id, "CLOCK": "events", "SESSION_TIMEOUT_SECONDS": str(SESSION_S)}
            if self.engine.policy is not None:
                own["POLICY_FILE"] = str(self.engine.policy)
            return {**servers.environment, **{f"ASSAY_{name}": value for name, value in own.items()}}
        own = {
            "BOOTSTRAP": kafka,
            "TOPICS": ",".join([*self.inputs, self.calls]),
            "HOLDS": self.holds,
            "GROUP": self.id,
            "FOLDER": str(self.folder),
            "PARTITIONS": str(servers.partitions),
            "COMMIT_S": "" if self.commit_s is None else str(self.commit_s),
        }
        path = os.pathsep.join([str(PEERS), *filter(None, [os.environ.get("PYTHONPATH")])])
        return {**os.environ, **{f"BENCH_{name}": value for name, value in own.items()}, "PYTHONPATH": path}

    # ---- the end

    def kill(self) -> None:
        """`kill -9`; what it used so far is remembered."""
        pid = self.pid
        self.used_cpu_s += cpu_s(pid)
        self.note_memory()
        os.kill(pid, signal.SIGKILL)
        assert self.process is not None
        self.process.wait()

    def end(self) -> None:
        """Nothing of it runs when this returns."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def note_memory(self) -> None:
        """The most that any of its processes held, where it is asked before the process ends."""
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text())
        self.peak_bytes = max(self.peak_bytes, int(found[1]) * 1024 if found else 0)

    def cpu(self) -> float:
        """CPU seconds of the engine's processes so far."""
        return self.used_cpu_s + cpu_s(self.pid)

    # ---- what is seen from outside

    def is_in_work(self) -> bool:
        """Whether this very process has begun: peers say so with their first event in hand, assay opens partitions."""
        if not self.engine.is_assay:
            return "in work" in self.log.read_text(errors="replace")
        epochs = self.servers.epochs()
        return None not in epochs and not set(epochs) & self.old_epochs

    def committed(self) -> Committed:
        """Next offsets whose effects would outlive a `kill -9`."""
        if self.engine.is_assay:
            return self.servers.stored_offsets()
        if self.engine.is_seen_by_snapshots:
            return _snapshots(next(self.folder.glob("*.sqlite3")))
        try:
            told = self.servers.admin.list_group_offsets({self.id: None})[self.id]
        except NOT_YET:  # the first group of a fresh broker
            return {}
        return {tp: held.offset for tp, held in told.items() if held.offset > 0}


def _snapshots(database: Path) -> Committed:
    """What Bytewax would resume its sources from: their newest state before the epoch that is not yet closed."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5.0) as connection:
        (frontier,) = connection.execute(
            "SELECT MIN(worker_frontier) FROM fronts WHERE ex_num = (SELECT MAX(ex_num) FROM fronts)"
        ).fetchone()
        rows = connection.execute(
            "SELECT state_key, ser_change FROM snaps WHERE step_id LIKE '%kafka%' AND snap_epoch < ?"
            " ORDER BY snap_epoch",
            (frontier or 0,),
        ).fetchall()
    committed: Committed = {}
    for key, change in rows:
        number, _, topic = key.partition("-")
        offset = None if change is None else pickle.loads(change)
        if isinstance(offset, int) and offset > 0:
            committed[TopicPartition(topic, int(number))] = offset
    return committed
