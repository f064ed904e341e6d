"""What the state in Redis depends on, written beside it once: a worker that finds another leaves with a sentence."""

from typing import Final

from detectors.records import OLDEST_VERSION, STATE_VERSION
from schemas.topics import MARKETPLACE

#: Faust's own; it keeps partition p of all topics on one worker and moves few partitions when workers come and go.
ASSIGNOR: Final = "faust"
INPUTS: Final = tuple(topic.name for topic in MARKETPLACE)


VERSION: Final = "state_version"


def reads(version: str | None) -> bool:
    """Whether this release reads states of that version: its own and the one before."""
    return version is not None and version.isdecimal() and OLDEST_VERSION <= int(version) <= STATE_VERSION


def meta(partitions: int) -> dict[str, str]:
    """The fields of `assay:meta` for topics of that many partitions."""
    return {
        "partitions": str(partitions),
        "topics": ",".join(INPUTS),
        "assignor": ASSIGNOR,
        VERSION: str(STATE_VERSION),
    }
