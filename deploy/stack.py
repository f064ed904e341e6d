"""A real Kafka and a real Redis on this machine, for developing and testing: `start`, `stop`, `check`.

Plain Python without packages. Both servers listen on free ports of 127.0.0.1 and outlive this process; where they
answer stands in `<dir>/env`, which every `assay` command finds. A second start changes nothing, and one that finds
half a stack starts the other half. Exit codes: 0 done, 1 it could not, 2 wrong usage.
"""

import argparse
import base64
import fcntl
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from needed import JARS, ROOT, StackError, check, fetch_jars, find_java, install_missing, last_line, say
from server import Server, kafka_answers, redis_answers

KAFKA_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=BROKER://127.0.0.1:{kafka},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=BROKER://127.0.0.1:{kafka}
listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=BROKER
log.dirs={data}
auto.create.topics.enable=false
message.max.bytes=16777216
replica.fetch.max.bytes=16777216
group.initial.rebalance.delay.ms=0
offsets.topic.replication.factor=1
offsets.topic.num.partitions=8
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=8
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
"""


def kafka_in(folder: Path) -> Server:
    return Server(folder / "kafka", "kafka.Kafka", ("kafka", "controller"), kafka_answers)


def redis_in(folder: Path) -> Server:
    return Server(folder / "redis", "redis-server", ("redis",), redis_answers)


def start(folder: Path, fresh: bool) -> None:
    """Both servers answer when this returns; `fresh` begins with empty ones."""
    install_missing()
    with locked(JARS.parent):
        fetch_jars()
    kafka, redis = kafka_in(folder), redis_in(folder)
    with locked(folder):
        if fresh:
            end(folder)
            for server in (kafka, redis):
                shutil.rmtree(server.folder / "data", ignore_errors=True)
        down = [server for server in (redis, kafka) if not server.works()]
        for server in down:
            server.stop()
            (server.folder / "data").mkdir(parents=True, exist_ok=True)
            if server.folder == kafka.folder:
                start_kafka(server)
            else:
                start_redis(server)
        env = f"ASSAY_KAFKA_BOOTSTRAP=127.0.0.1:{kafka.port()}\nASSAY_REDIS_URL=redis://127.0.0.1:{redis.port()}/0\n"
        (folder / "env").write_text(env)
    what = "runs" if len(down) == 2 else "is mended and runs" if down else "runs already"
    say(f"The stack {what}: Kafka on 127.0.0.1:{kafka.port()}, Redis on 127.0.0.1:{redis.port()} ({folder / 'env'}).")


def start_kafka(kafka: Server) -> None:
    data, properties = kafka.folder / "data", kafka.folder / "server.properties"
    properties.write_text(KAFKA_PROPERTIES.format(data=data, **kafka.pick_ports()))
    java = [str(find_java()), "-cp", f"{JARS}/*", "-Dorg.apache.logging.log4j.level=INFO"]
    if not (data / "meta.properties").exists():
        cluster = "A" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]
        storage = ["kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(properties)]
        done = subprocess.run([*java, "-Xmx256m", *storage], capture_output=True, text=True, check=False)
        if done.returncode:
            raise StackError(f"Kafka's folder {data} could not be formatted: {last_line(done.stderr or done.stdout)}")
    kafka.launch([*java, "-Xms256m", "-Xmx1g", "kafka.Kafka", str(properties)])


def start_redis(redis: Server) -> None:
    port = redis.pick_ports()["redis"]
    durable = ["--appendonly", "yes", "--appendfsync", "everysec", "--maxmemory-policy", "noeviction", "--save", ""]
    redis.launch(
        ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--dir", str(redis.folder / "data"), *durable]
    )


def stop(folder: Path) -> None:
    """Neither server runs when this returns; their data stay."""
    with locked(folder):
        stopped = end(folder)
    say(f"The stack in {folder} {'has stopped' if stopped else 'was not running'}.")


def end(folder: Path) -> bool:
    (folder / "env").unlink(missing_ok=True)
    stopped = [server.stop() for server in (kafka_in(folder), redis_in(folder))]
    return any(stopped)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One at a time: a second start waits for the first and then finds a stack that runs."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> int:
    parser = argparse.ArgumentParser(prog="deploy/stack.py", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("what", choices=("start", "stop", "check"), help="check: whether this machine could start it")
    parser.add_argument("--dir", type=Path, default=ROOT / ".stack", help="folder of its data, logs and ports [.stack]")
    parser.add_argument("--fresh", action="store_true", help="start with empty servers")
    options = parser.parse_args()
    try:
        if options.what == "start":
            start(options.dir.resolve(), options.fresh)
        elif options.what == "stop":
            stop(options.dir.resolve())
        else:
            check()
    except StackError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
