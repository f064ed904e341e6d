"""Who looks at what now, and what has changed for them. A slow reader finds one note per alert, not a queue."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from console.projection import Changed

READERS_KEPT: Final = 2_000


class Reader:
    """One open page."""

    def __init__(self, user_id: str, alert_id: str, name: str) -> None:
        self.user_id = user_id
        self.alert_id = alert_id  # "" for the feed
        self.name = name
        self._changed: dict[str, None] = {}
        self._woken = asyncio.Event()

    def tell(self, alert_ids: frozenset[str]) -> None:
        """Something about these alerts looks different now."""
        self._changed.update(dict.fromkeys(alert_ids))
        self._woken.set()

    def wake(self) -> None:
        """Something beside the alerts looks different: somebody came or went."""
        self._woken.set()

    async def changed(self, wait_s: float) -> list[str]:
        """The alerts that have changed since the last call, after at most `wait_s` seconds."""
        try:
            async with asyncio.timeout(wait_s):
                await self._woken.wait()
        except TimeoutError:
            pass
        self._woken.clear()
        changed, self._changed = list(self._changed), {}
        return changed


class Live:
    """All open pages of this process."""

    def __init__(self) -> None:
        self._readers: dict[Reader, None] = {}
        self._is_closed = False

    def close(self) -> None:
        """Ends every stream, so that the server need not cut them off."""
        self._is_closed = True
        for reader in self._readers:
            reader.wake()

    @contextmanager
    def reading(self, user_id: str, alert_id: str = "", name: str = "") -> Iterator[Reader]:
        """Somebody has a page open."""
        while len(self._readers) >= READERS_KEPT:
            del self._readers[next(iter(self._readers))]
        reader = Reader(user_id, alert_id, name)
        self._readers[reader] = None
        self._move(alert_id)
        try:
            yield reader
        finally:
            self._readers.pop(reader, None)
            self._move(alert_id)

    def is_reading(self, reader: Reader) -> bool:
        """Whether the page still counts; one that had to go for others ends its stream."""
        return reader in self._readers and not self._is_closed

    def tell(self, changed: Changed) -> None:
        """Passes on what a record changed."""
        if not changed.alert_ids:
            return
        for reader in self._readers:
            if not reader.alert_id:
                reader.tell(changed.alert_ids)
            elif reader.alert_id in changed.alert_ids:
                reader.tell(frozenset((reader.alert_id,)))

    def others(self, alert_id: str, user_id: str) -> list[str]:
        """Names of the others who have this alert open, each once."""
        there = (one for one in self._readers if one.alert_id == alert_id and one.user_id != user_id)
        return sorted({one.name for one in there})

    def __len__(self) -> int:
        return len(self._readers)

    def _move(self, alert_id: str) -> None:
        if alert_id:
            for reader in self._readers:
                if reader.alert_id == alert_id:
                    reader.wake()
