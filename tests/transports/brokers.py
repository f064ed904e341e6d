"""Kafka brokers of the tests' own: one that demands who comes to show itself, and three that copy each other.

They use the jars that the session's stack has fetched. Each is a process with a small heap, told apart by its folder.
"""

import base64
import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from deploy.needed import JARS, find_java
from tests.ports import free_ports
from tests.transports.papers import Papers

START_SECONDS = 240.0
HEAP = "-Xmx256m"
COMMON = {
    "process.roles": "broker,controller",
    "controller.listener.names": "CONTROLLER",
    "auto.create.topics.enable": "false",
    "message.max.bytes": "16777216",
    "replica.fetch.max.bytes": "16777216",
    "group.initial.rebalance.delay.ms": "0",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.num.partitions": "1",
}


@dataclass
class Broker:
    """One node; `properties` are what it runs with, `port` is where tests without papers come in."""

    folder: Path
    port: int
    properties: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def format(self, cluster: str, scram: Sequence[str] = ()) -> None:
        self._write_properties()
        users = [part for user in scram for part in ("--add-scram", user)]
        command = [*_java(), "kafka.tools.StorageTool", "format", "-t", cluster, "-c", "server.properties", *users]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr or done.stdout

    def format_like(self, other: "Broker") -> None:
        """A member of the other's cluster, without another start of Java."""
        self._write_properties()
        shutil.copytree(other.folder / "data", self.folder / "data")
        meta = self.folder / "data/meta.properties"
        lines = [line for line in meta.read_text().splitlines() if not line.startswith(("node.id", "directory.id"))]
        lines += [f"node.id={self.properties['node.id']}", f"directory.id={_fresh_id()}"]
        meta.write_text("\n".join(lines) + "\n")

    def _write_properties(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        lines = [f"{name}={value}\n" for name, value in self.properties.items()]
        (self.folder / "server.properties").write_text("".join(lines))

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            command = [*_java(), "kafka.Kafka", "server.properties"]
            self.process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def wait(self) -> None:
        """Until it takes connections."""
        deadline = time.monotonic() + START_SECONDS
        while not _listens(self.port):
            if self.process is None or self.process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"Kafka in {self.folder} did not start:\n{self.log[-3000:]}")
            time.sleep(0.1)

    def kill(self) -> None:
        """As `kill -9` does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


def three_brokers(folder: Path) -> list[Broker]:
    """A cluster in which each is broker and controller; started, and not waited for."""
    ports = free_ports(6)
    voters = ",".join(f"{number + 1}@127.0.0.1:{ports[3 + number]}" for number in range(3))
    brokers = []
    for number in range(3):
        kafka, controller = ports[number], ports[3 + number]
        properties = COMMON | {
            "node.id": str(number + 1),
            "controller.quorum.voters": voters,
            "listeners": f"BROKER://127.0.0.1:{kafka},CONTROLLER://127.0.0.1:{controller}",
            "listener.security.protocol.map": "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name": "BROKER",
            "log.dirs": str(folder / f"{number}/data"),
            "offsets.topic.replication.factor": "3",
            "transaction.state.log.replication.factor": "3",
            "transaction.state.log.min.isr": "2",
            "broker.session.timeout.ms": "6000",
            "replica.lag.time.max.ms": "6000",
        }
        brokers.append(Broker(folder / str(number), kafka, properties))
    brokers[0].format(_fresh_id())
    for broker in brokers[1:]:
        broker.format_like(brokers[0])
    for broker in brokers:
        broker.start()
    return brokers


@dataclass
class GuardedBroker:
    """A broker with an access list and three doors on `localhost`: a user with a password over TLS, a certificate
    alone, and one on which everybody is the super user, for the tests' own hands.
    """

    broker: Broker
    sasl: str
    mtls: str
    open: str


def guarded_broker(folder: Path, papers: Papers, users: Mapping[str, str]) -> GuardedBroker:
    """`users` are passwords by name; certificates' common names are users too."""
    sasl, mtls, plain, controller = free_ports(4)
    scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
    by_name = " ".join(f'user_{name}="{password}"' for name, password in users.items())
    properties = COMMON | {
        "node.id": "1",
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "listeners": f"SASL://localhost:{sasl},MTLS://localhost:{mtls},OPEN://127.0.0.1:{plain},"
        f"CONTROLLER://127.0.0.1:{controller}",
        "listener.security.protocol.map": "SASL:SASL_SSL,MTLS:SSL,OPEN:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "OPEN",
        "log.dirs": str(folder / "data"),
        "offsets.topic.replication.factor": "1",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
        "allow.everyone.if.no.acl.found": "false",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512,PLAIN",
        "listener.name.sasl.scram-sha-512.sasl.jaas.config": scram,
        "listener.name.sasl.plain.sasl.jaas.config": "org.apache.kafka.common.security.plain.PlainLoginModule "
        f"required {by_name};",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(papers.server_with_key),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(papers.authority),
        "listener.name.mtls.ssl.client.auth": "required",
        "ssl.principal.mapping.rules": "RULE:^.*CN=([^,]+).*$/$1/,DEFAULT",
    }
    broker = Broker(folder, plain, properties)
    broker.format(_fresh_id(), [f"SCRAM-SHA-512=[name={name},password={word}]" for name, word in users.items()])
    broker.start()
    broker.wait()
    return GuardedBroker(broker, f"localhost:{sasl}", f"localhost:{mtls}", f"127.0.0.1:{plain}")


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _fresh_id() -> str:
    return "A" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]


def _java() -> list[str]:
    java = find_java()
    assert java is not None
    return [java, HEAP, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", f"{JARS}/*"]
