"""Trying again while Redis or Kafka is away."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from aiokafka.errors import KafkaError

from streams.store import StoreUnavailableError

Done = TypeVar("Done")

LOGGER = logging.getLogger(__name__)
RETRY_FIRST_S: Final = 0.2
RETRY_LAST_S: Final = 5.0
GIVE_UP_S: Final = 120.0


async def lasting(attempt: Callable[[], Awaitable[Done]], patience_s: float = GIVE_UP_S) -> Done:
    """Tries until it works; raises, which ends the worker, when that takes too long."""
    wait_s, began_s = RETRY_FIRST_S, time.monotonic()
    while True:
        try:
            return await attempt()
        except (StoreUnavailableError, KafkaError) as error:
            if time.monotonic() - began_s > patience_s:
                raise
            LOGGER.warning("Redis or Kafka does not do what it was asked, trying again: %s", error)
        await asyncio.sleep(wait_s)
        wait_s = min(2 * wait_s, RETRY_LAST_S)
