"""Who looks at what now, and what has changed for them. A slow reader finds one note per alert, not a queue.

A page is rendered at a position and its stream starts from there, so what changes in between is told too; each stream
says how far it has told, for the next one to go on from.
"""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from console.projection import Changed

READERS_KEPT: Final = 2_000
CHANGES_KEPT: Final = 20_000  # alerts of which it is known when they changed last
BEHIND_FROM: Final = 1_000  # alerts that wait for one page: above that, loading it anew is less to do


class Reader:
    """One open page. `is_behind`: more has changed than it took; its stream ends and the page comes again."""

    def __init__(self, user_id: str, alert_id: str, name: str) -> None:
        self.user_id = user_id
        self.alert_id = alert_id  # "" for the feed
        self.name = name
        self.is_behind = False
        self._changed: dict[str, None] = {}
        self._woken = asyncio.Event()

    def tell(self, alert_ids: frozenset[str]) -> None:
        """Something about these alerts looks different now."""
        if not self.is_behind:
            self._changed.update(dict.fromkeys(alert_ids))
            if len(self._changed) > BEHIND_FROM:
                self.is_behind = True
                self._changed = {}
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

    @property
    def waits(self) -> bool:
        """Whether it has not been told everything yet."""
        return self.is_behind or bool(self._changed)

    def __len__(self) -> int:
        return len(self._changed)


class Live:
    """All open pages of this process."""

    def __init__(self) -> None:
        self._readers: dict[Reader, None] = {}
        self._is_closed = False
        self._run = secrets.token_hex(4)  # positions of another process say nothing here
        self._at = self._forgotten_to = 0
        self._changed_at: OrderedDict[str, int] = OrderedDict()

    @property
    def position(self) -> str:
        """How much has changed until now; a page that is rendered now shows all of it."""
        return f"{self._run}-{self._at}"

    def since(self, position: str) -> frozenset[str] | None:
        """The alerts that have changed since then; None where that is not known, or too many to tell one by one.

        Whoever names no position has no page that could be old.
        """
        if not position:
            return frozenset()
        run, _, number = position.partition("-")
        if run != self._run or not number.isdecimal() or not self._forgotten_to <= int(number) <= self._at:
            return None
        found: list[str] = []
        for alert_id, at in reversed(self._changed_at.items()):
            if at <= int(number):
                break
            found.append(alert_id)
            if len(found) > BEHIND_FROM:
                return None
        return frozenset(found)

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
        """Whether the page still counts; one that is behind, or had to go for others, ends its stream."""
        return reader in self._readers and not reader.is_behind and not self._is_closed

    def tell(self, changed: Changed) -> None:
        """Passes on what a record changed."""
        if not changed:
            return
        self._note(changed)
        for reader in self._readers:
            if not reader.alert_id:
                reader.tell(changed)
            elif reader.alert_id in changed:
                reader.tell(frozenset((reader.alert_id,)))

    def others(self, alert_id: str, user_id: str) -> list[str]:
        """Names of the others who have this alert open, each once."""
        there = (one for one in self._readers if one.alert_id == alert_id and one.user_id != user_id)
        return sorted({one.name for one in there})

    def __len__(self) -> int:
        return len(self._readers)

    def _note(self, alert_ids: frozenset[str]) -> None:
        self._at += 1
        for alert_id in alert_ids:
            self._changed_at[alert_id] = self._at
            self._changed_at.move_to_end(alert_id)
        while len(self._changed_at) > CHANGES_KEPT:
            _, self._forgotten_to = self._changed_at.popitem(last=False)

    def _move(self, alert_id: str) -> None:
        if alert_id:
            for reader in self._readers:
                if reader.alert_id == alert_id:
                    reader.wake()
