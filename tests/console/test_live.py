"""What changes while a page is on its way to the browser, or while its stream is broken, reaches it all the same.

Turned red by: a stream that begins with nothing to tell (what changed in the gap is lost, and what changed while the
browser was away); a position that is told before what it stands for; no bound on what waits for one page.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from console import live as lives
from console.live import Live
from tests.console.browsing import Site
from tests.console.records import alert
from tests.console.served import PASSWORD


class Told:
    """The messages of a stream, as a browser reads them."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.last_id = ""

    def until(self, event: str, text: str = "") -> list[str]:
        """The events up to one of that name that says `text`."""
        names, name = [], ""
        for line in self._lines:
            kind, _, said = line.partition(": ")
            if kind == "id":
                self.last_id = said
            elif kind == "event":
                name = said
            elif kind == "data":
                names.append(name)
                if name == event and text in said:
                    return names
        raise AssertionError(f"the stream ended after {names}")


@contextmanager
def signed_in(site: Site) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site.address, follow_redirects=True, timeout=30) as client:
        client.post("/sign-in", data={"user": "mia", "password": PASSWORD})
        yield client


@pytest.fixture
def plain() -> Iterator[Site]:
    """A console with one alert."""
    made = Site()
    made.served.put(alert())
    with made.open():
        yield made


def since(page: str) -> str:
    return re.findall(r'data-since="([^"]+)"', page)[0]


@contextmanager
def stream(client: httpx.Client, path: str, position: str = "", last_id: str = "") -> Iterator[Told]:
    headers = {"last-event-id": last_id} if last_id else {}
    with client.stream("GET", path, params={"since": position}, headers=headers) as answer:
        yield Told(answer.iter_lines())


def test_a_change_between_the_page_and_its_stream_is_told(plain: Site) -> None:
    with signed_in(plain) as client:
        page = client.get("/").text
        plain.put(alert("a2", seller="s2"), alert("a1", 2, status="withdrawn", mode="shadow", severity="low"))
        with stream(client, "/stream", since(page)) as told:
            assert sorted(told.until("now", "summary")) == ["gone", "now", "now", "row"]


def test_a_change_between_an_alerts_page_and_its_stream_is_told(plain: Site) -> None:
    with signed_in(plain) as client:
        page = client.get("/alerts/a1").text
        plain.put(alert("a1", 2, score=0.99))
        with stream(client, "/alerts/a1/stream", since(page)) as told:
            told.until("changed")
        plain.put(alert("a2", seller="s2"))
        with stream(client, "/alerts/a1/stream", since(client.get("/alerts/a1").text)) as told:
            assert told.until("others") == ["others"]


def test_a_stream_that_comes_again_goes_on_where_the_last_one_ended(plain: Site) -> None:
    with signed_in(plain) as client:
        page = client.get("/").text
        with stream(client, "/stream", since(page)) as told:
            told.until("now", "summary")
        plain.put(alert("a2", seller="s2"))
        with stream(client, "/stream", since(page), told.last_id) as again:
            assert "row" in again.until("now", "summary")
        with stream(client, "/stream", since(page), again.last_id) as third:
            assert third.until("now", "summary") == ["now", "now"], "nothing is told twice"


def test_a_stream_says_how_far_it_has_told_only_when_it_has(plain: Site) -> None:
    with signed_in(plain) as client:
        page = client.get("/").text
        plain.put(*(alert(f"b{number}", seller=f"s{number}") for number in range(250)))
        with stream(client, "/stream", since(page)) as told:
            assert told.until("now") == ["now"]
            assert told.until("now", "summary").count("row") == 200
            assert told.last_id == "", "50 are still to come"
            assert told.until("now").count("row") == 50
            told.until("now")
            assert told.last_id == plain.do(lambda: plain.served.office.live.position)


def test_a_page_whose_position_nobody_knows_is_loaded_anew(plain: Site) -> None:
    """It was rendered before a restart of the console, or too much has changed since."""
    with signed_in(plain) as client, stream(client, "/stream", "0badcafe-3") as told:
        assert told.until("again") == ["again"]


def test_no_alert_that_changed_is_left_out_however_many_do() -> None:
    live = Live()
    start = live.position
    for number in range(lives.BEHIND_FROM):
        live.tell(frozenset((f"a{number % 700}",)))
    assert live.since(start) == {f"a{number}" for number in range(700)}
    middle = live.position
    live.tell(frozenset(("a1", "b1")))
    assert live.since(middle) == {"a1", "b1"}
    for number in range(lives.BEHIND_FROM + 1):
        live.tell(frozenset((f"c{number}",)))
    assert live.since(middle) is None, "too many to tell one by one"
    for number in range(lives.CHANGES_KEPT):
        live.tell(frozenset((f"d{number}",)))
    assert live.since(middle) is None, "it has been forgotten"
    assert live.since(live.position) == frozenset()


def test_what_waits_for_a_page_that_does_not_read_is_bounded_and_others_are_told() -> None:
    live = Live()
    with live.reading("mia") as slow, live.reading("leo") as other:
        for number in range(10 * lives.BEHIND_FROM):
            live.tell(frozenset((f"a{number}",)))
            if number % 100 == 0:
                other._changed.clear()
        assert len(slow) <= lives.BEHIND_FROM
        assert not live.is_reading(slow)
        assert live.is_reading(other)
