"""Guessing passwords is slow: so many failures, then a wait. It knows names that exist and names that do not alike."""

from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Final

WINDOW_SECONDS: Final = 15 * 60
FROM_ONE_PLACE: Final = 5  # failures for one name from one address
OF_ONE_NAME: Final = 50  # from everywhere: high, so that a stranger does not lock somebody out for long
OF_ONE_ADDRESS: Final = 50  # for all names: an office shares one
KEYS_KEPT: Final = 20_000


class Throttle:
    """Counts failures in the last quarter of an hour."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failed: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def wait_s(self, name: str, address: str) -> float:
        """Seconds until the next attempt is looked at; 0 for at once."""
        return max(self._left(key, limit) for key, limit in _keys(name, address))

    def failed(self, name: str, address: str) -> None:
        """One more failure."""
        for key, limit in _keys(name, address):
            self._count(key, limit)

    def succeeded(self, name: str, address: str) -> None:
        """The right password from there: what failed before was a slip."""
        self._failed.pop((name, address), None)

    def address_wait_s(self, address: str) -> float:
        """Seconds until the next attempt from there, whoever it is, is looked at; 0 for at once."""
        return self._left(("", address), OF_ONE_ADDRESS)

    def address_failed(self, address: str) -> None:
        """One more failure from there, of somebody without a name: whoever comes back from the provider."""
        self._count(("", address), OF_ONE_ADDRESS)

    def _count(self, key: tuple[str, str], limit: int) -> None:
        self._failed.setdefault(key, deque(maxlen=limit)).append(self._clock())
        self._failed.move_to_end(key)
        while len(self._failed) > KEYS_KEPT:
            self._failed.popitem(last=False)

    def _left(self, key: tuple[str, str], limit: int) -> float:
        times = self._failed.get(key)
        if times is None or len(times) < limit:
            return 0.0
        return max(0.0, times[0] + WINDOW_SECONDS - self._clock())


def _keys(name: str, address: str) -> tuple[tuple[tuple[str, str], int], ...]:
    return ((name, address), FROM_ONE_PLACE), ((name, ""), OF_ONE_NAME), (("", address), OF_ONE_ADDRESS)
