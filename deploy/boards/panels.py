"""The few kinds of panels that the boards are made of, and what every board has."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, Protocol

from grafana_foundation_sdk.builders import bargauge, common, heatmap, stat, timeseries
from grafana_foundation_sdk.builders import dashboard as boards
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import dashboard
from grafana_foundation_sdk.models.common import (
    BarGaugeDisplayMode,
    BigValueColorMode,
    BigValueGraphMode,
    GraphDrawStyle,
    LegendDisplayMode,
    LegendPlacement,
    StackingMode,
    TooltipDisplayMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

SOURCE: Final = dashboard.DataSourceRef(type_val="prometheus", uid="${datasource}")
WIDTH: Final = 24
NUMBER_HEIGHT: Final = 4
PANEL_HEIGHT: Final = 8
#: For rates a graph needs a few scrapes in each of its points; numbers count over all that the board shows.
RATE: Final = "$__rate_interval"
RANGE: Final = "$__range"


class Query(NamedTuple):
    """One expression; `legend` may name labels in double braces."""

    expr: str
    legend: str = ""


class Placed(NamedTuple):
    """A panel and how many of the board's 24 columns it takes."""

    panel: Builder[dashboard.Panel]
    width: int


class _Panel(Protocol):
    """What the generated panels have in common."""

    def title(self, title: str) -> Any: ...
    def description(self, description: str) -> Any: ...
    def datasource(self, datasource: dashboard.DataSourceRef) -> Any: ...
    def unit(self, unit: str) -> Any: ...
    def with_target(self, target: Builder[Any]) -> Any: ...


def number(title: str, about: str, unit: str, *queries: Query, width: int = 4, bad_from: float | None = None) -> Placed:
    """One big number each; red from `bad_from` on."""
    panel = (
        stat.Panel()
        .graph_mode(BigValueGraphMode.NONE)
        .color_mode(BigValueColorMode.VALUE)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
        .thresholds(_thresholds(bad_from))
        .height(NUMBER_HEIGHT)
        .span(width)
    )
    _fill(panel, title, about, unit, queries, instant=True)
    return Placed(panel, width)


def lines(title: str, about: str, unit: str, *queries: Query, width: int = 8, stacked: bool = False) -> Placed:
    """Curves over time; stacked ones add up."""
    legend = common.VizLegendOptions().display_mode(LegendDisplayMode.LIST).placement(LegendPlacement.BOTTOM)
    panel = (
        timeseries.Panel()
        .draw_style(GraphDrawStyle.LINE)
        .line_width(1)
        .fill_opacity(30 if stacked else 5)
        .stacking(common.StackingConfig().mode(StackingMode.NORMAL if stacked else StackingMode.NONE))
        .legend(legend.show_legend(True))
        .tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI))
        .min(0)
        .height(PANEL_HEIGHT)
        .span(width)
    )
    _fill(panel, title, about, unit, queries)
    return Placed(panel, width)


def bars(title: str, about: str, unit: str, *queries: Query, width: int = 8) -> Placed:
    """One bar for each series, over all that the board shows."""
    panel = (
        bargauge.Panel()
        .display_mode(BarGaugeDisplayMode.BASIC)
        .orientation(VizOrientation.HORIZONTAL)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
        .min(0)
        .height(PANEL_HEIGHT)
        .span(width)
    )
    _fill(panel, title, about, unit, queries, instant=True)
    return Placed(panel, width)


def heat(title: str, about: str, unit: str, query: Query, width: int = 8) -> Placed:
    """A histogram over time; the query gives increases by `le`."""
    panel = (
        heatmap.Panel()
        .calculate(False)
        .color(heatmap.HeatmapColorOptions().mode(HeatmapColorMode.SCHEME).scheme("Oranges").steps(64))
        .y_axis(heatmap.YAxisConfig().unit(unit))
        .height(PANEL_HEIGHT)
        .span(width)
    )
    panel.title(title).description(about).datasource(SOURCE)
    panel.with_target(
        Dataquery().expr(query.expr).legend_format("{{le}}").format(PromQueryFormat.HEATMAP).ref_id("A").range()
    )
    return Placed(panel, width)


def board(uid: str, title: str, about: str, rows: Sequence[tuple[str, Sequence[Placed]]]) -> dashboard.Dashboard:
    """A board of rows; its uid is its address for ever."""
    made = (
        boards.Dashboard(title)
        .uid(uid)
        .description(about)
        .tags(["assay"])
        .timezone("utc")
        .refresh("30s")
        .time("now-6h", "now")
        .editable()
        .tooltip(dashboard.DashboardCursorSync.CROSSHAIR)
        .with_variable(boards.DatasourceVariable("datasource").type("prometheus").label("Prometheus"))
        .link(
            boards.DashboardLink("assay")
            .type(dashboard.DashboardLinkType.DASHBOARDS)
            .tags(["assay"])
            .as_dropdown(True)
            .keep_time(True)
        )
    )
    for name, panels in rows:
        assert sum(placed.width for placed in panels) % WIDTH == 0, f"{title}, {name}: a line is {WIDTH} wide"
        made.with_row(boards.Row(name))
        for placed in panels:
            made.with_panel(placed.panel)
    built = made.build()
    for place, panel in enumerate(built.panels or (), 1):
        panel.id_val = place
    return built


def quantile(share: float, name: str, *by: str, over: str = RATE, where: str = "") -> str:
    """The value that this share of what a histogram counted does not exceed."""
    labels = ", ".join(("le", *by))
    return f"histogram_quantile({share}, sum by ({labels}) (rate({name}_bucket{where}[{over}])))"


def mean(name: str, *by: str, where: str = "") -> str:
    """The mean of what a histogram counted."""
    grouped = f" by ({', '.join(by)})" if by else ""
    return f"sum{grouped} (rate({name}_sum{where}[{RATE}])) / sum{grouped} (rate({name}_count{where}[{RATE}]))"


def _fill(panel: _Panel, title: str, about: str, unit: str, queries: Sequence[Query], instant: bool = False) -> None:
    panel.title(title)
    panel.description(about)
    panel.datasource(SOURCE)
    panel.unit(unit)
    for place, query in enumerate(queries):
        target = Dataquery().expr(query.expr).legend_format(query.legend or "__auto").ref_id(chr(ord("A") + place))
        panel.with_target(target.instant() if instant else target.range())


def _thresholds(bad_from: float | None) -> boards.ThresholdsConfig:
    steps = [dashboard.Threshold(value=None, color="text")]
    if bad_from is not None:
        steps = [dashboard.Threshold(value=None, color="green"), dashboard.Threshold(value=bad_from, color="red")]
    return boards.ThresholdsConfig().mode(dashboard.ThresholdsMode.ABSOLUTE).steps(steps)
