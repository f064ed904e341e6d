"""A Kafka and a Redis that demand who comes to show itself, with users who may do what `streams.rights` lists."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis
from kafka.admin import KafkaAdminClient
from kafka.admin._acls import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
)

from streams.rights import KAFKA, REDIS_ADMINISTRATOR, REDIS_WORKER, ROLES, Right, redis_rule
from tests.ports import free_port
from tests.streams.conftest import BINARIES, USUAL, Server
from tests.transports.brokers import GuardedBroker, guarded_broker
from tests.transports.papers import Papers

#: Planted: none of them may come up in anything that assay says.
SECRETS = {user: f"s3cret-{user}-0815" for user in ROLES.values()}
REDIS_SECRET = "s3cret-redis-4711"
TESTS = "tests:own-hands"


@dataclass
class Guarded:
    """`papers` are known to both servers; the tests' own hands use `kafka.open` and `redis_url`."""

    kafka: GuardedBroker
    redis: Server
    redis_url: str
    redis_tls: int
    papers: Papers
    folder: Path

    def settings(self, role: str, door: str = "sasl", **others: Any) -> dict[str, Any]:
        """The settings of that user, by their names; `door` is `sasl` or `mtls`."""
        user = ROLES[role]
        paper = self.papers.client(user)
        given: dict[str, Any] = {"kafka_bootstrap": getattr(self.kafka, door), "kafka_ca_file": self.papers.authority}
        if door == "sasl":
            given |= {"kafka_security": "sasl_ssl", "kafka_user": user, "kafka_password_file": self.file(user)}
        else:
            given |= {"kafka_security": "ssl", "kafka_cert_file": paper.cert, "kafka_key_file": paper.key}
        given |= {
            "redis_url": f"rediss://{self.redis_user(role)}@localhost:{self.redis_tls}/0",
            "redis_password_file": self.file("redis"),
            "redis_ca_file": self.papers.authority,
            "redis_cert_file": paper.cert,
            "redis_key_file": paper.key,
        }
        return {name: value for name, value in (given | others).items() if value is not None}

    def redis_user(self, role: str) -> str:
        """Whoever is no administrator is a worker there."""
        return ROLES[role if role == "administrator" else "worker"]

    def file(self, user: str) -> Path:
        return self.folder / f"{user}.password"

    def grant(self, rights: Iterable[Right] = KAFKA) -> None:
        with KafkaAdminClient(bootstrap_servers=self.kafka.open) as admin:
            assert admin.create_acls([_acl(right) for right in rights])["failed"] == []

    def take_away(self, right: Right) -> None:
        kind = ResourcePatternFilter(ResourceType[right.resource.upper()], right.name, ACLResourcePatternType.LITERAL)
        wanted = ACLFilter(f"User:{ROLES[right.role]}", "*", _operation(right), ACLPermissionType.ALLOW, kind)
        with KafkaAdminClient(bootstrap_servers=self.kafka.open) as admin:
            ((_, taken, _),) = admin.delete_acls([wanted])
        assert len(taken) == 1

    def stop(self) -> None:
        self.kafka.broker.kill()
        self.redis.kill()


def guarded_servers(folder: Path) -> Guarded:
    """Both servers, their users without any right in Kafka yet."""
    papers = Papers(folder / "papers")
    for user, secret in (*SECRETS.items(), ("redis", REDIS_SECRET), ("wrong", "something else")):
        (folder / f"{user}.password").write_text(f"{secret}\n")
    tls = free_port()
    options = ["--tls-port", str(tls), "--tls-cert-file", str(papers.server.cert)]
    options += ["--tls-key-file", str(papers.server.key), "--tls-ca-cert-file", str(papers.authority)]
    (folder / "redis").mkdir()
    server = Server(BINARIES[USUAL], folder / "redis", "--appendonly", "yes", "--tls-auth-clients", "yes", *options)
    name, _, password = TESTS.partition(":")
    server.client.execute_command("ACL", "SETUSER", name, "on", f">{password}", "~*", "&*", "+@all")
    for user, wanted in (("assay-worker", REDIS_WORKER), ("assay-administrator", REDIS_ADMINISTRATOR)):
        server.client.execute_command("ACL", "SETUSER", *redis_rule(user, REDIS_SECRET, wanted=wanted).split())
    server.client.execute_command("ACL", "SETUSER", "default", "off")
    server.client = redis.Redis(port=server.port, username=name, password=password, protocol=2)
    kafka = guarded_broker(folder / "kafka", papers, SECRETS)
    return Guarded(kafka, server, f"redis://{TESTS}@127.0.0.1:{server.port}/0", tls, papers, folder)


def _acl(right: Right) -> ACL:
    where = ResourcePattern(ResourceType[right.resource.upper()], right.name)
    return ACL(f"User:{ROLES[right.role]}", "*", _operation(right), ACLPermissionType.ALLOW, where)


def _operation(right: Right) -> ACLOperation:
    return ACLOperation[{"DescribeConfigs": "DESCRIBE_CONFIGS"}.get(right.operation, right.operation.upper())]
