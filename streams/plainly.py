"""What servers answer to an administrator's command, as the one sentence with which that ends."""

from collections.abc import Iterator
from contextlib import contextmanager

from aiokafka.errors import KafkaError

from streams.doctor_redis import why_not
from streams.redis_access import redis_access
from streams.settings import Settings
from streams.store import StoreUnavailableError
from streams.upkeep import refused


@contextmanager
def plainly(settings: Settings, cannot: type[Exception]) -> Iterator[None]:
    """Errors of the servers become `cannot` with one sentence."""
    try:
        yield
    except StoreUnavailableError as error:
        raise cannot(why_not(error, redis_access(settings))) from None
    except KafkaError as error:
        raise cannot(str(refused(settings, error))) from None
