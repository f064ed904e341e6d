"""Everything that a request may need, put together once: the composition root of the console."""

import heapq
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from console.desk import Desk
from console.edges import Clock, Feed, Record, Sink
from console.figures import Figures
from console.guests import Elsewhere, Guest, Guests
from console.history import History
from console.journeys import Journeys
from console.live import Live
from console.once import Once
from console.projection import Changed, Projection
from console.render import Renderer
from console.sessions import Session, Sessions
from console.throttle import Throttle
from console.users import Actor, Users
from detectors.policy import Policy
from schemas import topics, wire
from schemas.fields import to_us

_EVENTS = frozenset(topic.name for topic in topics.MARKETPLACE if topic is not topics.VERDICTS)


@dataclass(frozen=True)
class Terms:
    """How the console is served. Without `is_secure` cookies go over plain HTTP: only for this machine."""

    is_secure: bool = True
    hosts: tuple[str, ...] = ()  # names that a request may be addressed to; none: any
    demo_login: str = ""  # shown on the sign-in page


@dataclass
class Office:
    """The console's parts. `now` is the clock of the feed: the wall's, or in the demo the story's."""

    feed: Feed
    sink: Sink
    users: Callable[[], Users]
    policy: Policy
    now: Clock
    terms: Terms = field(default_factory=Terms)
    seconds: Callable[[], float] = time.monotonic
    elsewhere: Elsewhere | None = None  # the provider of a company's logins

    def __post_init__(self) -> None:
        self.projection = Projection()
        self.history = History(self._is_worked_on)
        self.live = Live()
        self.figures = Figures()
        self.once = Once()
        self.desk = Desk(self.sink, self.now)
        self.sessions = Sessions(self.seconds)
        self.throttle = Throttle(self.seconds)
        self.journeys = Journeys(self.seconds)
        self.guests = Guests()
        self.renderer = Renderer(self)
        self.failed = False
        self._snoozed: list[tuple[int, str]] = []  # until when, which alert; what has been woken early lies here too

    def take(self, record: Record) -> None:
        """A record of any topic, by the feed."""
        self.figures.note_line(record)
        if record.topic in _EVENTS:
            read = wire.decode_event(record.value, record.topic)
            if isinstance(read, tuple):  # else the worker's dead letter says why
                self.history.take(read[0])
            return
        changed = self.projection.take(record)
        if record.topic == topics.STANDINGS.name and record.value is None:
            self.history.forget(record.key.decode("utf-8", "replace"))
        if record.topic == topics.AUDIT.name:
            self._note_snoozes(changed)
        self.live.tell(changed)

    def wake_snoozed(self) -> None:
        """Tells the open pages of alerts whose sleep is over; asked by each page now and then."""
        now_us = to_us(self.now())
        while self._snoozed and self._snoozed[0][0] <= now_us:
            self.live.tell(frozenset((heapq.heappop(self._snoozed)[1],)))

    @property
    def trouble(self) -> str:
        """One sentence while what is shown may be old; "" while all is well."""
        if self.failed:
            return "The console stopped reading its topics: restart it; its log says why."
        return self.feed.trouble

    def person(self, session: Session) -> Actor | None:
        """Who is signed in: asked at every request, so that a role taken away is gone at once."""
        return self.users().person(session.user_id) if session.guest is None else self._guest(session.guest)

    def enter(self, guest: Guest) -> Actor | None:
        """Somebody of the provider, by a role that the users' file gives to what its claim says; None for no entry."""
        actor = self._guest(guest)
        if actor is not None:
            self.guests.put(guest)
        return actor

    def people(self) -> list[Actor]:
        """Everybody who can be given an alert, by name; those of the provider once they have signed in."""
        guests = (one for one in map(self._guest, self.guests) if one is not None and one.role != "viewer")
        return sorted([*self.users().people(), *guests], key=lambda one: one.name)

    def name_of(self, user_id: str) -> str:
        """A person's name, else the id."""
        return self.guests.name_of(user_id) or self.users().name_of(user_id)

    def _guest(self, guest: Guest) -> Actor | None:
        role = self.users().guest_role(guest.values)
        return Actor(guest.id, guest.name, role) if role is not None else None

    def fresh_key(self) -> str:
        """A key for a form, so that sending it twice is sending it once."""
        return secrets.token_urlsafe(12)

    def _note_snoozes(self, changed: Changed) -> None:
        now_us = to_us(self.now())
        for alert_id in changed:
            until = next((one.until for one in self.projection.audit_of(alert_id) if one.action == "snoozed"), None)
            if until is not None and to_us(until) > now_us:
                heapq.heappush(self._snoozed, (to_us(until), alert_id))

    def _is_worked_on(self, seller_id: str) -> bool:
        return any(one.status != "withdrawn" for one in self.projection.alerts.of("seller", seller_id)) or any(
            one.action == "placed" for one in self.projection.holds.of("seller", seller_id)
        )


#: The office as a handler asks for it.
TheOffice = NamedDependency[SkipValidation[Office]]
