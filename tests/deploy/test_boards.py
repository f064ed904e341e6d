"""The boards that are committed are what the code gives, and ask only for what a worker shows."""

import json
import re
from typing import Any

import pytest

from console import metrics as of_console
from deploy.generated import DASHBOARDS, OPERATIONS, ROOT, boards
from deploy.marked import BEGIN, END
from streams import metrics as of_worker
from tests.deploy.promql import used

BOARDS = {path.stem: json.loads(path.read_text()) for path in sorted((ROOT / DASHBOARDS).glob("*.json"))}
PANELS = [
    pytest.param(panel, id=f"{name}: {panel['title']}")
    for name, board in BOARDS.items()
    for panel in board["panels"]
    if panel["type"] != "row"
]


@pytest.mark.parametrize(
    ("mark", "shown"),
    [(BEGIN.format("series"), of_worker.SERIES), (BEGIN.format("series of the console"), of_console.SERIES)],
    ids=["worker", "console"],
)
def test_the_operators_page_lists_every_series(mark: str, shown: Any) -> None:
    said = (ROOT / OPERATIONS).read_text().partition(mark)[2].partition(END)[0]
    assert [series.name for series in shown if f"| `{series.name}` |" not in said] == []


def test_no_series_of_the_console_bears_the_name_of_a_workers() -> None:
    names = [series.name for series in (*of_worker.SERIES, *of_console.SERIES)]
    assert len(set(names)) == len(names)


def test_every_board_has_its_own_address_and_is_found_by_its_tag() -> None:
    assert [board.uid for board in boards()] == ["assay-marketplace", "assay-worker", "assay-quality"]
    for board in BOARDS.values():
        assert board["tags"] == ["assay"]
        ids = [panel["id"] for panel in board["panels"]]
        assert len(set(ids)) == len(ids)
        assert all(panel["title"] for panel in board["panels"])


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_says_what_it_shows_and_asks_for_known_series_by_known_labels(panel: dict[str, Any]) -> None:
    assert panel["description"].endswith(".")
    assert panel["datasource"]["uid"] == "${datasource}"
    assert panel["targets"]
    for target in panel["targets"]:
        asked = used(target["expr"])
        assert asked.series
        assert asked.unknown == []
        assert asked.strange_labels == set()
        shown = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
        assert shown <= {label for one in asked.series for label in one.labels} | {"instance", "le"}


@pytest.mark.parametrize("name", BOARDS)
def test_panels_do_not_overlap_and_fill_their_lines(name: str) -> None:
    cells: set[tuple[int, int]] = set()
    for panel in BOARDS[name]["panels"]:
        at = panel["gridPos"]
        own = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not own & cells
        cells |= own
    assert {x for x, _ in cells} == set(range(24))
    assert len(cells) == 24 * len({y for _, y in cells})
