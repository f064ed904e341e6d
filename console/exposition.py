"""How `console.metrics` gets to Prometheus: `/metrics`, without a sign-in; it names no seller, listing or moderator."""

from collections.abc import Iterable
from typing import Final

from litestar import Response, get
from litestar.types import Message, Scope
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from console.metrics import NO_ROUTE, SERIES, Asked
from console.office import TheOffice
from console.roles import ROUTES

NAMESPACE: Final = "assay_console"  # of what any process shows; the worker's is `assay`


class _Asked(Collector):
    """Reads `SERIES` once."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked

    def collect(self) -> Iterable[Metric]:
        for series in SERIES:
            if series.read is not None:
                kind = CounterMetricFamily if series.kind == "counter" else GaugeMetricFamily
                family = kind(series.name, series.help, labels=series.labels)
                for labels, number in series.read(self._asked):
                    family.add_metric(labels, float(number))
                yield family


@get("/metrics")
async def metrics(office: TheOffice) -> Response[bytes]:
    """Everything in `SERIES`, and nothing that anybody else in this process has registered."""
    asked = Asked(office, await office.figures.counted(office))
    registry = CollectorRegistry()
    registry.register(_Asked(asked))
    ProcessCollector(namespace=NAMESPACE, registry=registry)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST, headers={"cache-control": "no-store"})


async def count_answer(message: Message, scope: Scope) -> None:
    """Counts every answer by its route; what has no name in the table is no route of ours."""
    if message["type"] == "http.response.start":
        name = getattr(scope.get("route_handler"), "handler_name", "")
        figures = scope["litestar_app"].state.office.figures
        figures.note_answer(name if name in ROUTES else NO_ROUTE, message["status"])
