"""People who signed in elsewhere: what the provider said of them, as long as this process lives."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Final, NamedTuple, Protocol

from console.journeys import Journey

GUESTS_KEPT: Final = 10_000


class Unreachable(Exception):
    """The provider does not answer as one does; the message is for the log."""


class Refused(Exception):
    """What came back is not believed; the message is for the log."""


class Guest(NamedTuple):
    """Whoever the provider vouches for: an id of its own, a name, and what the claim for roles says."""

    id: str
    name: str
    values: tuple[str, ...]


class Elsewhere(Protocol):
    """A provider of logins."""

    @property
    def name(self) -> str:
        """What the button says."""

    async def address(self, journey: Journey) -> str:
        """Where to send the browser; `Unreachable`."""

    async def guest(self, code: str, issuer: str, journey: Journey) -> Guest:
        """Whoever it gave the code for; `Unreachable` or `Refused`. `issuer` is who says so, "" where nobody does."""


class Guests:
    """Guests by id, the newest so many."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, Guest] = OrderedDict()

    def put(self, guest: Guest) -> None:
        """Somebody signed in."""
        self._held[guest.id] = guest
        self._held.move_to_end(guest.id)
        while len(self._held) > GUESTS_KEPT:
            self._held.popitem(last=False)

    def name_of(self, guest_id: str) -> str:
        """A guest's name; "" for somebody unknown."""
        guest = self._held.get(guest_id)
        return guest.name if guest is not None else ""

    def __iter__(self) -> Iterator[Guest]:
        return iter(self._held.values())
