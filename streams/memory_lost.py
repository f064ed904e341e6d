"""A Redis that knows less than it was told: it was restarted from an older log, or emptied."""

import logging
from collections.abc import Mapping

from streams.polls import CannotGoOnError

LOGGER = logging.getLogger(__name__)


class StateLostError(CannotGoOnError):
    """Redis holds nothing of a partition that was judged before."""


def compare(partition: int, stored: Mapping[str, int], known: Mapping[str, int]) -> None:
    """`stored`: the next offset of each topic as Redis has it; `known`: as this worker or Kafka knows it to have been.

    Says that Redis has gone back, which is mended by judging again from there: states and offsets went back together.
    Raises `StateLostError` where nothing is stored, for judging from the log's start would give other states.
    """
    behind = {topic: at for topic, at in known.items() if at > stored.get(topic, 0)}
    if not behind:
        return
    if not stored:
        raise StateLostError(
            f"Redis holds no state of partition {partition}, which was judged before: bring Redis's data back, or "
            "build it again with `assay rebuild`."
        )
    LOGGER.error(
        "Redis has gone back in time: %s events of partition %s that were judged before are judged again (%s)",
        sum(at - stored.get(topic, 0) for topic, at in behind.items()),
        partition,
        ", ".join(f"{topic} from {stored.get(topic, 0)} to {at}" for topic, at in sorted(behind.items())),
    )
