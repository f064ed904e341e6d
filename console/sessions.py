"""Who is signed in: kept here, in the memory of this process; the browser holds a random token and nothing else."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from console.guests import Guest

IDLE_SECONDS: Final = 30 * 60
LONGEST_SECONDS: Final = 12 * 3_600
SESSIONS_KEPT: Final = 10_000
SESSIONS_OF_ONE: Final = 10


@dataclass(slots=True)
class Session:
    """A sign-in. `csrf` is what every form of it must send back. Times are in seconds of a clock that never jumps.

    `guest` is whoever the provider vouched for; None for a person of the users' file.
    """

    key: str
    user_id: str
    csrf: str
    opened_s: float
    seen_s: float
    guest: Guest | None = None


class Sessions:
    """Sessions by the hash of their token, so that this memory, dumped, opens none."""

    def __init__(
        self, clock: Callable[[], float], idle_s: float = IDLE_SECONDS, longest_s: float = LONGEST_SECONDS
    ) -> None:
        self._clock = clock
        self._idle_s = idle_s
        self._longest_s = longest_s
        self._held: dict[str, Session] = {}

    def open(self, user_id: str, guest: Guest | None = None) -> tuple[str, Session]:
        """A new session and its token, fresh at every sign-in: one that was planted in a browser never counts."""
        self._sweep()
        theirs = [one for one in self._held.values() if one.user_id == user_id]
        for oldest in sorted(theirs, key=lambda one: one.seen_s)[: max(0, len(theirs) - SESSIONS_OF_ONE + 1)]:
            del self._held[oldest.key]
        while len(self._held) >= SESSIONS_KEPT:
            del self._held[min(self._held.values(), key=lambda one: one.seen_s).key]
        token = secrets.token_urlsafe(32)
        now_s = self._clock()
        session = Session(_key(token), user_id, secrets.token_urlsafe(32), now_s, now_s, guest)
        self._held[session.key] = session
        return token, session

    def find(self, token: str) -> Session | None:
        """The session of a token, which counts as used now; None where it has ended."""
        session = self._held.get(_key(token))
        if session is None or not self.is_alive(session):
            return None
        session.seen_s = self._clock()
        return session

    def is_alive(self, session: Session) -> bool:
        """Whether it still counts; asking is no use of it. One that does not is forgotten."""
        now_s = self._clock()
        alive = now_s - session.seen_s < self._idle_s and now_s - session.opened_s < self._longest_s
        if not alive:
            self.close(session)
        return alive and session.key in self._held

    def close(self, session: Session) -> None:
        """Signs out."""
        self._held.pop(session.key, None)

    def __len__(self) -> int:
        return len(self._held)

    def _sweep(self) -> None:
        for session in list(self._held.values()):
            self.is_alive(session)


def _key(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
