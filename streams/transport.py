"""Transport: Faust by the poll. One message is one poll; positions, acknowledgement and commits are the handler's.

Faust keeps the group, the heartbeats, the agent and the worker's life. Its own bookkeeping of single offsets is not
used: what is committed to Kafka is what the handler has published, and a worker reads on from where the handler says.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import faust
from faust.transport.drivers.aiokafka import Transport
from faust.types.auth import CredentialsT
from mode.supervisors import CrashingSupervisor

from streams.consumer import BatchConsumer
from streams.fetching import FetchLimits
from streams.polls import Control, Handler

AGENT: Final = "judge"


class BatchTransport(Transport):  # type: ignore[misc]  # Faust's classes are untyped here
    """Faust's aiokafka driver with a consumer that hands over whole polls."""

    Consumer = BatchConsumer

    def __init__(
        self, app: Any, *, handler: Handler, control: Control, limits: FetchLimits, settle_timeout_s: float
    ) -> None:
        super().__init__(app.conf.broker_consumer, app)
        self.handler = handler
        self.control = control
        self.limits = limits
        self.settle_timeout_s = settle_timeout_s


class BatchApp(faust.App):  # type: ignore[misc]  # Faust's classes are untyped here
    """A Faust app that keeps nothing on disk."""

    def _create_directories(self) -> None:
        """There are no tables."""


def make_app(
    *,
    name: str,
    bootstrap: str,
    topics: Sequence[str],
    handler: Handler,
    control: Control,
    limits: FetchLimits = FetchLimits(),  # noqa: B008  # immutable
    session_timeout_s: float = 30.0,
    heartbeat_interval_s: float = 3.0,
    commit_interval_s: float = 1.0,
    settle_timeout_s: float = 20.0,
    request_timeout_s: float = 90.0,
    credentials: CredentialsT | None = None,
) -> faust.App:
    """The app of consumer group `name`, with one agent that gives each poll of `topics` to `handler`.

    `settle_timeout_s` is what a poll in hand gets to finish when partitions go or the worker stops. An exception of
    the handler, or an assignment without positions within the request timeout, ends the worker with exit code 1.
    """
    app = BatchApp(
        name,
        broker=[f"kafka://{server}" for server in _servers(bootstrap)],
        broker_credentials=credentials,
        broker_session_timeout=session_timeout_s,
        broker_heartbeat_interval=heartbeat_interval_s,
        broker_commit_interval=commit_interval_s,
        broker_request_timeout=request_timeout_s,
        broker_max_poll_records=limits.max_poll_records,
        consumer_max_fetch_size=limits.max_partition_bytes,
        consumer_auto_offset_reset="none",  # a reset in silence would lose or repeat a whole log
        table_standby_replicas=1,  # no tables: it only makes Faust use its own assignor
        stream_buffer_maxsize=1,
        stream_wait_empty=True,
        stream_recovery_delay=0.0,
        topic_allow_declare=False,
        topic_disable_leader=True,
        store="memory://",
        web_enabled=False,
        autodiscover=False,
    )
    app.transport = BatchTransport(
        app, handler=handler, control=control, limits=limits, settle_timeout_s=settle_timeout_s
    )
    source = app.topic(*topics, key_serializer="raw", value_serializer="raw", internal=False)

    @app.agent(source, name=AGENT, supervisor_strategy=CrashingSupervisor)  # type: ignore[untyped-decorator]
    async def judge(stream: Any) -> None:
        polls = stream.noack()
        async for event in polls.events():
            if await app.consumer.hand(event.value):
                await polls.ack(event)

    return app


def _servers(bootstrap: str) -> Iterable[str]:
    return (server.strip() for server in bootstrap.split(",") if server.strip())
