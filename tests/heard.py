"""What a logger says."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def heard(logger: str) -> Iterator[list[str]]:
    """The messages of this logger, as they come."""
    messages: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: messages.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger(logger).addHandler(handler)
    try:
        yield messages
    finally:
        logging.getLogger(logger).removeHandler(handler)
