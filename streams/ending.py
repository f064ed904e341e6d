"""How a worker ends by an error: one way for all of them, and a limit to how long it may take.

What was not committed is judged by the next owner either way. Closing everything in good order may wait for ever, in
the middle of a rebalance for instance, where the consumer's thread waits for the event loop and the loop for the
thread; the group would go on to take such a worker for healthy.
"""

import logging
import os
import threading
from typing import Final

import faust

from streams.polls import CannotGoOnError

LOGGER = logging.getLogger(__name__)
ENDING_S: Final = 60.0


class PlainlySaid(logging.Filter):
    """For a handler: an error that tells a person what to do is logged without its traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Never holds a record back."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, CannotGoOnError):
            record.msg, record.args, record.exc_info, record.exc_text = str(error), (), None, None
        return True


class EndingWorker(faust.Worker):  # type: ignore[misc]  # Faust's classes are untyped here
    """Faust's worker, which after an error is gone within `ending_s`, with exit code 1."""

    ending_s = ENDING_S

    def _crash(self, reason: BaseException) -> None:
        """Called for an error in any part, and for each that follows it."""
        if not self.crashed:
            watch = threading.Timer(self.ending_s, _end_now, [self.ending_s])
            watch.daemon = True
            watch.start()
        super()._crash(reason)


def end_with(app: faust.App, error: Exception) -> None:
    """Trouble outside a poll that no retry mends: the worker ends, and its supervisor starts a new one."""
    LOGGER.error("The worker ends: %s: %s", type(error).__name__, error)
    app.add_future(app.crash(error))


def _end_now(ending_s: float) -> None:
    LOGGER.error("The worker could not leave in good order within %.0f s of its error and is gone now.", ending_s)
    logging.shutdown()
    os._exit(1)
