"""What the state in Redis depends on, written beside it once: a worker that finds another leaves with a sentence."""

from typing import Final

from detectors.records import STATE_VERSION
from schemas.topics import MARKETPLACE

#: Faust's own; it keeps partition p of all topics on one worker and moves few partitions when workers come and go.
ASSIGNOR: Final = "faust"
INPUTS: Final = tuple(topic.name for topic in MARKETPLACE)


def meta(partitions: int) -> dict[str, str]:
    """The fields of `assay:meta` for topics of that many partitions."""
    return {
        "partitions": str(partitions),
        "topics": ",".join(INPUTS),
        "assignor": ASSIGNOR,
        "state_version": str(STATE_VERSION),
    }
