"""Draws the house and the two walks of docs/architecture.md as SVG: `python docs/pictures/draw.py [--check]`.

Every box names a file; `tests/test_architecture.py` holds that it is there and that the pictures are not stale.
"""

import sys
from pathlib import Path
from typing import Final, NamedTuple
from xml.sax.saxutils import escape

FOLDER: Final = Path(__file__).parent
WIDTH, BOX_W, BOX_H, GAP_X, GAP_Y, MARGIN = 1000, 290, 84, 45, 46, 20
HALF_W, HALF_H, TIP = BOX_W // 2, BOX_H // 2, 3  # an arrow ends a tip before its box


class Box(NamedTuple):
    """`at`: column and row; `kind`: which fill."""

    at: tuple[int, int]
    title: str
    lines: tuple[str, ...]
    kind: str = "room"


HOUSE: Final = (
    Box((1, 0), "assay/", ("the command line: one file a command", "imports all others, decides nothing"), "shell"),
    Box((0, 1), "streams/", ("Kafka, Redis, the hop, the outbox", "streams/app.py is its map"), "shell"),
    Box((1, 1), "console/", ("pages, HTTP API, roles", "console/app.py is its map"), "shell"),
    Box((2, 1), "simulator/", ("a labelled marketplace", "knows schemas/ only"), "shell"),
    Box((1, 2), "detectors/", ("the judgement: pure", "detectors/catalogue.py is its map"), "core"),
    Box((1, 3), "schemas/", ("the words: events in, lines out", "schemas/__init__.py is its map"), "core"),
)
HOUSE_ARROWS: Final = ((0, 1), (0, 2), (0, 3), (1, 4), (2, 4), (4, 5), (3, 5))

LISTING: Final = (
    Box((0, 0), "1 transport", ("streams/fetching.py drains the client", "streams/consumer.py hands a poll over")),
    Box((1, 0), "streams/live.py", ("trims overlaps, seeks holes back", "says when a step is taken"), "corridor"),
    Box((2, 0), "2 wire", ("schemas/wire.py: bytes to an event,", "or a dead letter, into its lane")),
    Box((2, 1), "3 store: load", ("streams/batch.py takes in event time", "sellers and markets in one round trip")),
    Box((1, 1), "streams/hop.py", ("the six steps in their order", "streams/judging.py: record by record"), "corridor"),
    Box((0, 1), "4 judge", ("detectors/judge.py, detectors/shelf.py", "detectors/rules/below_market_price.py"), "core"),
    Box((0, 2), "5 policy", ("detectors/score.py: findings to a score", "detectors/holds.py: the hold"), "core"),
    Box((1, 2), "store: commit", ("streams/redis_commit.py", "streams/commit.lua: all or nothing")),
    Box((2, 2), "6 outbox", ("streams/publishing.py, streams/outbox.py", "assay.holds.v1, then Kafka is told")),
)
LISTING_ARROWS: Final = tuple((at, at + 1) for at in range(len(LISTING) - 1))

RETURN: Final = (
    Box((0, 0), "the parcel is back", ("return_delivered, signed", "rooms 1 to 3 as a listing"), "corridor"),
    Box((1, 0), "detectors/aftersale.py", ("a step more on the return", "detectors/returns.py folds them"), "core"),
    Box((2, 0), "a deadline", ("refund SLA and scan grace", "detectors/calendars.py counts days"), "core"),
    Box((2, 1), "kept in the commit", ("streams/judging.py schedules it", "streams/commit.lua: assay:{p}:deadlines")),
    Box((1, 1), "no refund comes", ("streams/partition.py: the watermark", "of all six topics passes it"), "corridor"),
    Box((0, 1), "it fires", ("streams/deadlines.py pops it", "streams/judging.py: DeadlineReached")),
    Box((0, 2), "detectors/judge.py", ("detectors/rules/overdue_refund.py", "speaks of the seller"), "core"),
    Box(
        (1, 2),
        "detectors/alerts.py",
        ("one alert a family, revision by", "revision; detectors/holds.py: payout"),
        "core",
    ),
    Box((2, 2), "outbox", ("streams/outbox.py", "assay.alerts.v1")),
)
RETURN_ARROWS: Final = tuple((at, at + 1) for at in range(len(RETURN) - 1))

PICTURES: Final = {
    "house.svg": (HOUSE, HOUSE_ARROWS, "The packages; arrows are imports, and all point down"),
    "walk-listing.svg": (LISTING, LISTING_ARROWS, "From a listing's bytes to a hold"),
    "walk-return.svg": (RETURN, RETURN_ARROWS, "From a signed return to the alert at its deadline"),
}
FILLS: Final = {"room": "#e8f0fe", "core": "#e6f4ea", "corridor": "#fef7e0", "shell": "#e8f0fe"}


def picture(boxes: tuple[Box, ...], arrows: tuple[tuple[int, int], ...], title: str) -> str:
    """One picture, light ground included so that it can be read on dark pages."""
    rows = 1 + max(box.at[1] for box in boxes)
    height = 2 * MARGIN + rows * BOX_H + (rows - 1) * GAP_Y
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        'font-family="system-ui, sans-serif">',
        f"<title>{escape(title)}</title>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" orient="auto">'
        '<path d="M0 0 8 4 0 8z" fill="#5f6368"/></marker></defs>',
        f'<rect width="{WIDTH}" height="{height}" rx="8" fill="#ffffff"/>',
    ]
    parts += [_arrow(boxes[start], boxes[end]) for start, end in arrows]
    parts += [_drawn(box) for box in boxes]
    return "\n".join((*parts, "</svg>", ""))


def _corner(box: Box) -> tuple[int, int]:
    column, row = box.at
    return MARGIN + column * (BOX_W + GAP_X), MARGIN + row * (BOX_H + GAP_Y)


def _drawn(box: Box) -> str:
    x, y = _corner(box)
    lines = [f'<text x="{x + 14}" y="{y + 26}" font-size="16" font-weight="600">{escape(box.title)}</text>']
    lines += [
        f'<text x="{x + 14}" y="{y + 49 + 21 * at}" font-size="13" fill="#3c4043">{escape(line)}</text>'
        for at, line in enumerate(box.lines)
    ]
    ground = (
        f'<rect x="{x}" y="{y}" width="{BOX_W}" height="{BOX_H}" rx="8" fill="{FILLS[box.kind]}" stroke="#9aa0a6"/>'
    )
    return "\n".join((ground, *lines))


def _arrow(start: Box, end: Box) -> str:
    (x, y), (to_x, to_y) = _corner(start), _corner(end)
    if start.at[1] == end.at[1]:
        away, side = (BOX_W, -TIP) if to_x > x else (0, BOX_W + TIP)
        line = (x + away, y + HALF_H, to_x + side, to_y + HALF_H)
    elif end.at[1] - start.at[1] > 1 and to_x < x:
        line = (x + HALF_W, y + BOX_H, to_x + BOX_W + TIP, to_y + HALF_H)
    else:
        line = (x + HALF_W, y + BOX_H, to_x + HALF_W, to_y - TIP)
    return '<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="#5f6368" stroke-width="2" marker-end="url(#tip)"/>'.format(
        *line
    )


def main(arguments: list[str]) -> None:
    """Writes them; with --check it exits 1 and one sentence where one is stale."""
    for name, (boxes, arrows, title) in PICTURES.items():
        drawn, path = picture(boxes, arrows, title), FOLDER / name
        if "--check" not in arguments:
            path.write_text(drawn, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != drawn:
            sys.exit(f"stale: {name}; run python docs/pictures/draw.py and commit it.")


if __name__ == "__main__":
    main(sys.argv[1:])
