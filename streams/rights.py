"""What each of assay's users in Kafka and Redis has to be allowed, and nothing else: source of a table and of tests."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from schemas import topics
from schemas.topics import Topic


class Right(NamedTuple):
    """One line of Kafka's access list: `role` may `operation` the `resource` (`topic`, `group`) called `name`."""

    role: str
    operation: str
    resource: str
    name: str
    why: str


GROUP: Final = "assay"
EVENTS: Final = topics.MARKETPLACE
SAID: Final = (topics.ALERTS, topics.HOLDS, topics.STANDINGS, topics.DEAD_LETTERS)
COMPACTED: Final = tuple(topic for topic in SAID if topic.compacted)
ROLES: Final = {
    "worker": "assay-worker",
    "console": "assay-console",
    "operator": "assay-operator",
    "administrator": "assay-administrator",
}


def _on(role: str, operation: str, which: Iterable[Topic], why: str) -> Iterator[Right]:
    return (Right(role, operation, "topic", topic.name, why) for topic in which)


#: Reading and writing a topic, and reading a group, include being told about it (Describe).
KAFKA: Final[tuple[Right, ...]] = (
    *_on("worker", "Read", EVENTS, "what is judged"),
    *_on("worker", "Read", topics.REFERENCE, "the catalogue, read before anything is judged"),
    *_on("worker", "Write", SAID, "what was decided, and what could not be"),
    Right("worker", "Read", "group", GROUP, "the workers share the partitions, and say how far they have come"),
    *_on("console", "Read", (*SAID, topics.AUDIT, topics.VERDICTS), "the feed, from its beginning"),
    *_on("console", "Read", [one for one in EVENTS if one is not topics.VERDICTS], "what explains an alert"),
    *_on("console", "Write", (topics.VERDICTS, topics.AUDIT), "what moderators rule, and who did what"),
    *_on("operator", "Create", topics.ALL, "`assay topics create`"),
    *_on("operator", "DescribeConfigs", topics.ALL, "`assay topics describe`, `assay doctor`"),
    *_on("operator", "Read", (*EVENTS, topics.DEAD_LETTERS), "`assay doctor` looks at keys; `assay dead-letters`"),
    *_on("operator", "Describe", [one for one in topics.ALL if one not in (*EVENTS, topics.DEAD_LETTERS)], "the same"),
    Right("operator", "Describe", "group", GROUP, "`assay doctor`: how far the workers have come"),
    *_on("administrator", "Read", (*EVENTS, *topics.REFERENCE), "`assay rebuild`: what is judged once more"),
    *_on("administrator", "Read", COMPACTED, "`assay rebuild`, `assay forget`: what was said"),
    *_on("administrator", "Write", SAID, "the same: what differs, and that somebody is forgotten"),
    *_on("administrator", "Write", (topics.AUDIT,), "`assay forget`: who forgot whom"),
    Right("administrator", "Describe", "group", GROUP, "the same: whether workers run, and how far they have come"),
)
#: Whoever sends a dead letter again writes it to where it came from: leave it out, and only that does not work.
AGAIN: Final[tuple[Right, ...]] = tuple(
    right
    for role in ("console", "operator")
    for right in _on(role, "Write", (*EVENTS, *topics.REFERENCE), "dead letters sent again")
    if (role, right.name) != ("console", topics.VERDICTS.name)
)

#: Commands of the hop and of its scripts, which run with the rights of whoever calls them.
REDIS_WORKER: Final = (
    *("eval", "evalsha", "exists", "get", "hdel", "hget", "hgetall", "hlen", "hmget", "hset", "info", "mset"),
    *("sadd", "smembers", "srem", "unlink", "xadd", "xdel", "xlen", "xrange"),
    *("zadd", "zcard", "zcount", "zrangebyscore", "zrem"),
)
#: Commands of `assay rebuild` and `assay forget`.
REDIS_ADMINISTRATOR: Final = (
    *("eval", "evalsha", "exists", "get", "hdel", "hget", "hgetall", "hlen", "hmget", "hscan", "hset", "info"),
    *("mset", "sadd", "scan", "set", "smembers", "srem", "unlink", "xadd", "xdel", "xrange"),
    *("zadd", "zrangebyscore", "zrem", "zscan"),
)
#: Beside these on a Redis Cluster. `select` only where redis_url names a database other than 0.
REDIS_CLUSTER: Final = ("asking", "cluster|slots")
REDIS_KEYS: Final = "assay:*"


def redis_rule(
    user: str, password: str = "PASSWORD", *, cluster: bool = False, wanted: Iterable[str] = REDIS_WORKER
) -> str:
    """The words behind ACL SETUSER for a worker, or for whoever needs these `wanted` commands."""
    commands = " ".join(f"+{name}" for name in (*wanted, *(REDIS_CLUSTER if cluster else ())))
    return f"{user} reset on >{password} ~{REDIS_KEYS} {commands}"


def missing(role: str, resource: str, name: str, allowed: Iterable[str]) -> list[str]:
    """Operations that the role needs on that resource and that are not among those that Kafka allows it."""
    held = {each.replace("_", "").lower() for each in allowed}
    wanted = (right for right in KAFKA if (right.role, right.resource, right.name) == (role, resource, name))
    return [right.operation for right in wanted if right.operation.lower() not in held]


def table() -> str:
    """Both lists as they stand in the operators' page."""
    lines = ["| user | may | on | for |", "|---|---|---|---|"]
    grouped: dict[tuple[str, str, str, str], list[str]] = {}
    for right in (*KAFKA, *AGAIN):
        grouped.setdefault((right.role, right.operation, right.resource, right.why), []).append(right.name)
    for (role, operation, resource, why), names in grouped.items():
        on = "all of assay's topics" if len(names) == len(topics.ALL) else ", ".join(f"`{name}`" for name in names)
        lines.append(f"| `{ROLES[role]}` | {operation} | {resource}: {on} | {why} |")
    command = f"    ACL SETUSER {redis_rule(ROLES['worker'])}"
    more = " ".join(f"+{name}" for name in REDIS_CLUSTER)
    redis = "In Redis, one user for the workers and `assay doctor`, one for whoever rebuilds or forgets; the console"
    rule = redis_rule(ROLES["administrator"], wanted=REDIS_ADMINISTRATOR)
    beside = f"On a Redis Cluster also `{more}`; with a database other than 0 also `+select`."
    return "\n".join([*lines, "", redis, "needs none:", "", command, f"    ACL SETUSER {rule}", "", beside, ""])
