"""A worker process for the tests of the transport: it keeps a diary of what it is given, and its positions in Redis.

    python polling_worker.py '{"group": ..., "bootstrap": ..., "redis": ..., "topics": [...], "diary": ...}'

A diary line is a JSON object with one key: `assigned`, `revoked` (partitions), `lanes` (topic, partition, start, end,
and per record its offset, key, length of the value and value of at most 40 characters), `ahead`, `status`, `leaving`.
"""

import asyncio
import json
import os
import sys
from typing import Any

import redis.asyncio

from streams.ending import ENDING_S, EndingWorker, end_with
from streams.fetching import FetchLimits
from streams.polls import TP, Control, Poll
from streams.transport import make_app


class Diarist:
    """A handler that judges nothing; what it is to do otherwise stands in the value of a record."""

    def __init__(self, config: dict[str, Any], control: Control) -> None:
        self.control = control
        self.redis = redis.asyncio.Redis.from_url(
            config["redis"],
            decode_responses=True,
            socket_timeout=None,  # a frozen process would take its own sleep for Redis's
        )
        self.key = f"positions:{config['group']}"
        self.diary = os.open(config["diary"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.stamps = config.get("stamps", False)
        self.unwanted = set(config.get("unwanted", []))
        self.rewound = False
        self.failing: bytes | None = None
        self.positions: dict[TP, int] = {}
        self.app: Any = None

    def write(self, what: str, content: object) -> None:
        os.write(self.diary, json.dumps({what: content}).encode() + b"\n")

    async def assigned(self, partitions: set[int]) -> dict[TP, int]:
        self.write("assigned", sorted(partitions))
        if self.stamps and not self.positions:
            self.stamping = asyncio.create_task(self.write_stamps())
        stored = await self.redis.hgetall(self.key)
        self.positions = {lane_of(name): int(at) for name, at in stored.items()}
        return {tp: at for tp, at in self.positions.items() if tp.partition in partitions}

    async def revoked(self, partitions: set[int]) -> None:
        self.write("revoked", sorted(partitions))

    async def leaving(self, *_: object, **__: object) -> None:
        """Faust is on its way to the worker's end."""
        self.write("leaving", [])
        if self.failing == b"fail and stay":
            await asyncio.Event().wait()

    async def polled(self, poll: Poll) -> None:
        values = [record.value for lane in poll.lanes.values() for record in lane.records]
        if b"rewind" in values and not self.rewound:
            self.rewound = True
            await asyncio.sleep(0.3)  # the next polls are on their way by then
            self.control.rewind({tp: self.positions.get(tp, lane.start) for tp, lane in poll.lanes.items()})
            self.write("rewound", [])
            return
        self.failing = next((value for value in values if value and value.startswith(b"fail")), None)
        if self.failing == b"fail outside":
            end_with(self.app, RuntimeError("What the handler does beside its polls cannot go on."))
        elif self.failing:
            raise RuntimeError("The handler cannot judge this.")
        if b"slow" in values:
            self.write("slow", [])
            await asyncio.sleep(1.5)
            self.write("ahead", self.ahead())
        self.write(
            "lanes",
            [[*tp, lane.start, lane.end, [said(record) for record in lane.records]] for tp, lane in poll.lanes.items()],
        )
        ends = {tp: lane.end for tp, lane in poll.lanes.items()}
        await self.redis.hset(self.key, mapping={f"{topic}:{number}": at for (topic, number), at in ends.items()})
        if b"slow" in values:  # a commit of older offsets is under way when the poll ends
            self.positions.update({tp: lane.start + 1 for tp, lane in poll.lanes.items()})
            self.committing = asyncio.create_task(self.app.consumer.commit())
            await asyncio.sleep(0)
        self.positions.update(ends)
        if b"want all" in values:
            self.unwanted.clear()

    def published(self) -> dict[TP, int]:
        return self.positions

    def wanted(self, tp: TP) -> bool:
        return tp.topic not in self.unwanted

    def ahead(self) -> int:
        """How many offsets were fetched and not handed over yet."""
        tenure = self.control.tenure
        assert tenure is not None
        return sum(tenure.reached[tp] - at for tp, at in tenure.handed.items())

    async def write_stamps(self) -> None:
        last = None
        while True:
            status = [[*tp, *standing] for tp, standing in self.control.status().items()]
            if status != last:
                self.write("status", status)
                last = status
            await asyncio.sleep(0.0005)


def lane_of(name: str) -> TP:
    topic, _, number = name.rpartition(":")
    return TP(topic, int(number))


def said(record: Any) -> list[Any]:
    key = None if record.key is None else record.key.decode()
    value = None if record.value is None else record.value[:40].decode()
    return [record.offset, key, len(record.value or b""), value]


def main(config: dict[str, Any]) -> None:
    control = Control()
    diarist = Diarist(config, control)
    app = make_app(
        name=config["group"],
        bootstrap=config["bootstrap"],
        topics=config["topics"],
        handler=diarist,
        control=control,
        limits=FetchLimits(**config.get("limits", {})),
        session_timeout_s=6.0,
        heartbeat_interval_s=1.0,
        commit_interval_s=config.get("commit_interval_s", 0.3),
        settle_timeout_s=5.0,
    )
    diarist.app = app
    app.on_before_shutdown.connect(diarist.leaving)
    worker = EndingWorker(app, loglevel=config.get("loglevel", "WARNING"))
    worker.ending_s = config.get("ending_s", ENDING_S)
    worker.execute_from_commandline()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
