"""On the way to the provider and back: what a sign-in elsewhere was begun with, in a cookie of the browser.

Nothing is kept here until somebody comes back, so that a stranger who begins a million sign-ins crowds nobody out.
State, nonce and PKCE's verifier come from the cookie's seed and a secret of this process; the browser never sees the
verifier.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, NamedTuple

LONGEST_SECONDS: Final = 10 * 60
ONWARD_CHARS: Final = 1_000  # a cookie has some 4,000 at most
USED_KEPT: Final = 20_000


class Journey(NamedTuple):
    """One sign-in under way: what the provider is told, and where to go on afterwards."""

    state: str
    nonce: str
    verifier: str
    onward: str


class Journeys:
    """Makes them and takes each back once. The clock is in seconds and never jumps."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._secret = secrets.token_bytes(32)
        self._used: OrderedDict[str, None] = OrderedDict()  # states

    def begin(self, onward: str) -> tuple[str, Journey]:
        """A new journey and its cookie. `onward` comes back as it was given, so it has to be safe already."""
        seed = secrets.token_urlsafe(32)
        kept = onward if len(onward) <= ONWARD_CHARS else "/"
        told = f"{seed}.{int(self._clock())}.{_text_of(kept.encode('utf-8', 'surrogatepass'))}"
        return f"{told}.{self._sealed('cookie', told)}", self._journey(seed, kept)

    def back(self, cookie: str, state: str) -> Journey | None:
        """The journey of a browser that comes back; None for a forged, foreign, old or used state."""
        told, _, seal = cookie.rpartition(".")
        parts = told.split(".")
        if len(parts) != 3 or not _same(seal, self._sealed("cookie", told)):
            return None
        journey = self._journey(parts[0], _onward_of(parts[2]))
        if not _same(state, journey.state) or journey.state in self._used:
            return None
        if self._clock() - int(parts[1]) > LONGEST_SECONDS:
            return None
        self._used[journey.state] = None
        while len(self._used) > USED_KEPT:
            self._used.popitem(last=False)
        return journey

    def _journey(self, seed: str, onward: str) -> Journey:
        return Journey(self._sealed("state", seed), self._sealed("nonce", seed), self._sealed("verifier", seed), onward)

    def _sealed(self, kind: str, text: str) -> str:
        digest = hmac.digest(self._secret, f"{kind} {text}".encode("utf-8", "surrogatepass"), hashlib.sha256)
        return _text_of(digest)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))


def _text_of(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _onward_of(text: str) -> str:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("utf-8", "surrogatepass")
    except (binascii.Error, ValueError):
        return "/"
