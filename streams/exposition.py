"""How `streams.metrics` gets to Prometheus: over HTTP, in threads of its own, read anew each time it asks."""

from collections.abc import Iterable, Iterator
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from streams.metrics import SERIES, Series
from streams.preflight import CannotStartError
from streams.readings import Reading, Watched
from streams.spread import Spread


class WorkerCollector(Collector):
    """Reads `SERIES` of one worker each time it is asked."""

    def __init__(self, seen: Watched) -> None:
        self._seen = seen

    def collect(self) -> Iterator[Metric]:
        for series in SERIES:
            if series.read is not None:
                yield _family(series, series.read(self._seen))


def registry_of(seen: Watched) -> CollectorRegistry:
    """Everything in `SERIES`, and nothing that anybody else in this process has registered."""
    registry = CollectorRegistry()
    registry.register(WorkerCollector(seen))
    ProcessCollector(namespace="assay", registry=registry)
    return registry


def serve(port: int, seen: Watched) -> WSGIServer:
    """Answers Prometheus on every address of this machine, in threads of its own; `CannotStartError` where it may not.

    Without a password: it names no seller, buyer or listing.
    """
    try:
        server, _ = start_http_server(port, registry=registry_of(seen))
    except OSError as error:
        raise CannotStartError(
            f"metrics_port {port} cannot be opened ({error.strerror}): give each worker of this machine its own."
        ) from None
    return server


def _family(series: Series, found: Iterable[Reading]) -> Metric:
    if series.kind == "histogram":
        histogram = HistogramMetricFamily(series.name, series.help, labels=series.labels)
        for labels, spread in found:
            assert isinstance(spread, Spread)
            total, reached = spread.total, spread.cumulative()
            buckets = [(str(float(bound)), float(count)) for bound, count in zip(spread.bounds, reached, strict=False)]
            histogram.add_metric(labels, [*buckets, ("+Inf", float(reached[-1]))], total)
        return histogram
    kind = CounterMetricFamily if series.kind == "counter" else GaugeMetricFamily
    family = kind(series.name, series.help, labels=series.labels)
    for labels, number in found:
        assert not isinstance(number, Spread)
        family.add_metric(labels, float(number))
    return family
