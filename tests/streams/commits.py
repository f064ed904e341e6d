"""Commits that tests of stores make: of a little, of its end, and of all there is."""

from streams.store import Line, PartitionCommit, SellerChange

ALERTS, DEAD = "assay.alerts.v1", "assay.dead-letters.v1"


def filling(epoch: int, partition: int = 0) -> PartitionCommit:
    return PartitionCommit(
        partition,
        epoch,
        offsets={"t": 1},
        sellers={"s": SellerChange(b"core", orders={"o": b"1"})},
        deadlines={"d": 1},
        outbox=[Line("alerts", b"k", b"v", True)],
    )


def emptying(epoch: int) -> PartitionCommit:
    return PartitionCommit(
        0, epoch, sellers={"s": SellerChange(gone=True, orders={"o": None})}, deadlines={"d": None}, outbox=[]
    )


def everything(epoch: int, expected: dict[str, int | None], seller_id: str = "s") -> PartitionCommit:
    """A commit that touches all there is."""
    return PartitionCommit(
        0,
        epoch,
        expected=expected,
        offsets={"orders": 10, "returns": 4},
        watermark_us=1_700_000_000_000_000,
        sellers={
            seller_id: SellerChange(b"core", orders={"o": b"1", "p": None}, returns={"r": b"2"}, listings={"l": b"3"}),
            "old": SellerChange(gone=True),
        },
        deadlines={"d": 1_700_000_000_000_001, "gone": None},
        counts={"c": b"4", "gone": None},
        outbox=[Line(ALERTS, b"k", b"alert", True), Line(DEAD, b"k", b"letter", False)],
    )
