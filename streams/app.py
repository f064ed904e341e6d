"""What is wired to what: the map of a running worker.

marketplace topics -> transport -> LiveHop -> Hop -> outbox -> assay's topics
                                    |  |  |
                          reference  judge  store (Redis)

beside it: what is counted on the way -> metrics -> Prometheus
"""

import asyncio
import logging
from typing import Final

import faust

from detectors.judge import Judge
from detectors.policy import Policy
from detectors.reference import Reference
from schemas.fields import SECOND_US
from streams.depths import Depths
from streams.ending import EndingWorker, PlainlySaid, end_with
from streams.exposition import serve
from streams.fetching import FetchLimits
from streams.hop import Hop, HopTerms, wall_clock_us
from streams.interpreter import relax_collector, switch_threads_often
from streams.kafka_access import kafka_access
from streams.live import LiveHop
from streams.meta import INPUTS
from streams.outbox import CountedOutbox, KafkaOutbox
from streams.polls import Control
from streams.preflight import preflight
from streams.readings import Watched
from streams.redis_access import redis_access
from streams.redis_store import RedisStore
from streams.reference import ReferenceTopics
from streams.settings import Settings
from streams.surroundings import Surroundings
from streams.transport import make_app

#: Loggers of the frameworks, and of the modules whose classes are Faust services and log under their own names.
FRAMEWORKS: Final = ("faust", "mode", "aiokafka", "kafka", "streams.transport", "streams.consumer", "streams.fetching")


def run_worker(settings: Settings, policy: Policy) -> None:
    """Runs one worker until it is told to stop; does not return.

    Raises `CannotStartError` with a sentence where topics, Redis, the state in it or a taken port do not allow a start.
    """
    _set_up_logging(settings.log_level)
    partitions = preflight(settings)
    catalogue = ReferenceTopics(kafka_access(settings).options, Reference())
    asyncio.run(catalogue.read_to_end())
    app = make_worker(settings, policy, partitions, catalogue)
    relax_collector()
    switch_threads_often()
    worker = EndingWorker(app, quiet=True, override_logging=False)
    worker.spinner = None  # it writes escape codes, into files too
    worker.execute_from_commandline()


def make_worker(settings: Settings, policy: Policy, partitions: int, catalogue: ReferenceTopics) -> faust.App:
    """The Faust app of one worker, wired and not started."""
    by_events = settings.clock == "events"
    access, redis = kafka_access(settings), redis_access(settings)
    store = RedisStore(redis)
    kafka = KafkaOutbox(access.options, settings.linger_ms)
    outbox = CountedOutbox(kafka)
    hop = Hop(
        Judge(policy),
        store,
        outbox,
        Surroundings(catalogue.reference, int(settings.market_cache_seconds * SECOND_US), policy.rates),
        HopTerms(
            by_events=by_events,
            lateness_us=int(settings.allowed_lateness_seconds * SECOND_US),
            batch=settings.max_poll_records,
            sellers_kept=max(1, settings.seller_cache // partitions),
            partitions=partitions,
            checks_keys=True,
        ),
        clock=wall_clock_us,
    )
    control = Control()
    live = LiveHop(hop, control, INPUTS, stop=lambda error: end_with(app, error))
    depths = Depths(redis, live)
    app = make_app(
        name=settings.consumer_group,
        bootstrap=settings.kafka_bootstrap,
        topics=INPUTS,
        handler=live,
        control=control,
        limits=FetchLimits(max_poll_records=settings.max_poll_records),
        session_timeout_s=settings.session_timeout_seconds,
        heartbeat_interval_s=max(0.5, settings.session_timeout_seconds / 6),
        credentials=access.for_faust(),
    )

    @app.task  # type: ignore[untyped-decorator]  # Faust's classes are untyped here
    async def follow_catalogue() -> None:
        await catalogue.follow(outbox, is_first=lambda: 0 in live.partitions)

    if settings.metrics_port:
        serve(settings.metrics_port, Watched(settings, live, outbox, depths, (store.pipe, depths.pipe)))
        app.task(depths.follow)

    async def close(*_: object, **__: object) -> None:
        await live.close()
        await kafka.close()
        await store.close()
        await depths.pipe.close()

    app.on_before_shutdown.connect(close)  # by then the partitions are let go
    return app


def _set_up_logging(level: str) -> None:
    """One line a record on standard error. What the frameworks do is worth a line when it fails, or for `debug`."""
    logging.basicConfig(level=level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for handler in logging.getLogger().handlers:
        handler.addFilter(PlainlySaid())
    if level == "info":
        for name in FRAMEWORKS:
            logging.getLogger(name).setLevel(logging.WARNING)
