"""Who gets in, who may do what, and whose requests are believed."""

from typing import Any

import pytest
from litestar import get
from litestar.routes import HTTPRoute

from console.app import make_app
from console.gate import safe_path
from console.office import Terms
from console.roles import ROLES, ROUTES
from console.users import users_of
from schemas import Evidence
from tests.console.records import alert, entry, hold, letter, listing, verdict
from tests.console.served import HASHED, HASHER, ORIGIN, PASSWORD, Served, bearer, sign_in

PLACES = {"alert_id": "a1", "hold_id": "h1", "listing_id": "l1", "seller_id": "s1", "key": "k", "name": "console.css"}


def routes() -> list[tuple[str, str, str]]:
    """Every route of the application: its name, method and an address."""
    found = []
    for route in Served().app.routes:
        assert isinstance(route, HTTPRoute)
        for handler in route.route_handlers:
            path = "/".join(
                str(PLACES.get(part.name, "x")) if not isinstance(part, str) else part for part in route.path_components
            )
            name = handler.handler_name
            if name in ("options_handler", "asgi"):
                continue
            found += [(name, method, "/" + path) for method in sorted(handler.http_methods) if method != "OPTIONS"]
    return found


ALL = routes()


def test_the_table_names_every_route_and_no_other() -> None:
    assert {name for name, _, _ in ALL} == set(ROUTES) - {"metrics", "options_handler"}


def test_a_route_that_nobody_put_into_the_table_does_not_start() -> None:
    @get("/new")
    async def forgotten() -> None: ...

    with pytest.raises(ValueError, match="forgotten"):
        make_app(Served().office, [forgotten])


@pytest.mark.parametrize(("name", "method", "path"), ALL, ids=[f"{one[1]} {one[0]}" for one in ALL])
def test_each_route_lets_through_exactly_the_roles_of_the_table(name: str, method: str, path: str) -> None:
    served = Served()
    served.put(alert(), hold())
    least = ROUTES[name]
    with served.client() as client:
        answer = client.request(method, path, follow_redirects=False)
        where = answer.headers.get("location", "")
        is_turned_away = (answer.status_code == 401 and name != "sign_in") or where.startswith("/sign-in?")
        is_turned_away |= where == "/sign-in"
        assert is_turned_away == (least is not None), answer.status_code
        if name.endswith("_stream"):
            assert least == "viewer"  # everybody else may, and the answer would never end
            return
        for role in ROLES:
            answer = client.request(method, path, headers=bearer(role), follow_redirects=False)
            is_forbidden = answer.status_code == 403
            may_not = least is not None and ROLES.index(role) < ROLES.index(least)
            assert is_forbidden == may_not, (role, answer.status_code, answer.text[:200])
            assert answer.status_code != 401 or name == "sign_in"


def test_a_moderator_may_not_rule_on_a_whole_account() -> None:
    served = Served()
    served.put(alert())
    asked = {"verdict": "confirmed", "cause": "counterfeit", "scope": "seller"}
    with served.client() as client:
        for role, status in (("moderator", 403), ("lead", 202)):
            headers = bearer(role) | {"idempotency-key": role}
            assert client.post("/v1/alerts/a1/verdicts", json=asked, headers=headers).status_code == status


def test_a_session_opens_with_the_right_password_and_ends_with_sign_out() -> None:
    served = Served()
    with served.client("mia") as client:
        assert client.get("/").status_code == 200
        assert len(served.office.sessions) == 1
        gone = client.post("/sign-out", data={"csrf": served.csrf()}, follow_redirects=False)
        assert gone.headers["location"] == "/sign-in"
        assert len(served.office.sessions) == 0
        assert client.get("/", follow_redirects=False).headers["location"] == "/sign-in"


def test_a_wrong_password_and_an_unknown_user_are_answered_alike() -> None:
    with Served().client() as client:
        wrong, unknown = sign_in(client, "mia", "wrong"), sign_in(client, "nobody", "wrong")
        assert wrong.status_code == unknown.status_code == 401
        assert wrong.text.replace("mia", "") == unknown.text.replace("nobody", "")


def test_an_unknown_user_costs_a_hash_too(monkeypatch: pytest.MonkeyPatch) -> None:
    served, hashed = Served(), []
    fits = served.users._fits
    monkeypatch.setattr(served.users, "_fits", lambda one, two: hashed.append(one) or fits(one, two))
    with served.client() as client:
        sign_in(client, "nobody", "wrong")
    assert len(hashed) == 1


def test_guessing_is_slowed_down_for_names_that_exist_and_names_that_do_not() -> None:
    served = Served()
    with served.client() as client:
        for name in ("mia", "nobody"):
            statuses = [sign_in(client, name, "wrong").status_code for _ in range(6)]
            assert statuses == [401] * 5 + [429]
        refused = sign_in(client, "mia")
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) > 0
        served.clock.seconds += 15 * 60 + 1
        assert sign_in(client, "mia").status_code == 303


@pytest.mark.parametrize(("idle_s", "is_in"), [(29 * 60, True), (31 * 60, False)])
def test_a_session_ends_when_nobody_uses_it(idle_s: int, is_in: bool) -> None:
    served = Served()
    with served.client("mia") as client:
        served.clock.seconds += idle_s
        assert (client.get("/", follow_redirects=False).status_code == 200) == is_in


def test_a_session_that_is_used_ends_after_half_a_day_all_the_same() -> None:
    served = Served()
    with served.client("mia") as client:
        for _ in range(12 * 60 // 25):
            served.clock.seconds += 25 * 60
            assert client.get("/", follow_redirects=False).status_code == 200
        served.clock.seconds += 25 * 60
        assert client.get("/", follow_redirects=False).status_code == 303


def test_a_token_that_was_planted_in_a_browser_never_becomes_a_session() -> None:
    served = Served()
    with served.client() as client:
        client.cookies.set("assay_session", "planted")
        answer = sign_in(client, "mia")
        assert "assay_session=planted" not in answer.headers["set-cookie"]
        client.cookies.clear()
        client.cookies.set("assay_session", "planted")
        assert client.get("/", follow_redirects=False).status_code == 303


def test_whoever_is_struck_from_the_users_file_is_out_at_once() -> None:
    served = Served()
    with served.client("mia") as client:
        served.users._held.users.pop("mia")
        assert client.get("/", follow_redirects=False).status_code == 303


def test_the_cookie_is_out_of_reach_of_scripts_and_neighbours() -> None:
    with Served(Terms(is_secure=True)).client() as client:
        cookie = sign_in(client, "mia").headers["set-cookie"]
    assert cookie.startswith("__Host-assay=")
    for flag in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
        assert flag in cookie
    assert "Domain" not in cookie


WRITES = [
    ("/alerts/a1/verdicts", {"verdict": "confirmed", "cause": "counterfeit"}),
    ("/alerts/a1/notes", {"text": "x"}),
    ("/alerts/a1/assignment", {"assignee": "mia"}),
    ("/alerts/a1/snooze", {"hours": "4"}),
    ("/holds/h1/verdicts", {"verdict": "rejected", "cause": "honest", "reason": "x"}),
    ("/replays", {"letter": letter().topic + ":0:1", "reason": "x"}),
    ("/overrides", {"action": "end_breaker", "subject_id": "x", "reason": "x"}),
    ("/sign-out", {}),
]


@pytest.mark.parametrize(("path", "fields"), WRITES, ids=[one[0] for one in WRITES])
@pytest.mark.parametrize(
    ("token", "headers"),
    [
        ("", {}),
        ("forged", {}),
        ("theirs", {}),
        ("right", {"origin": "https://evil.example"}),
        ("right", {"sec-fetch-site": "cross-site"}),
        ("right", {"sec-fetch-site": "same-site"}),
    ],
)
def test_a_form_of_another_site_or_another_session_does_nothing(
    path: str, fields: dict[str, str], token: str, headers: dict[str, str]
) -> None:
    served = Served()
    served.put(alert(), hold(), letter())
    with served.client("leo") as other:
        theirs = served.csrf()
        served.clock.seconds += 1
        with served.client("ada") as client:
            tokens = {"right": served.csrf(), "theirs": theirs}
            before = len(served.sink.sent)
            data = {**fields, "csrf": tokens.get(token, token)}
            assert client.post(path, data=data, headers=headers, follow_redirects=False).status_code == 403
            assert len(served.sink.sent) == before
            assert len(served.office.sessions) == 2
            data["csrf"] = tokens["right"]
            assert client.post(path, data=data, headers={"origin": ORIGIN}, follow_redirects=False).status_code == 303
        assert other is not client


def test_a_forged_token_or_session_opens_nothing_even_beside_a_good_one() -> None:
    served = Served()
    served.put(hold())
    with served.client("mia") as client:
        good = client.cookies["assay_session"]
        for headers in (
            {"authorization": "Bearer forged"},
            {"authorization": "Bearer " + bearer("viewer")["authorization"][8:]},
            {"authorization": "Bearer"},
            {"authorization": "Basic " + bearer("viewer")["authorization"][7:]},
            {"cookie": "assay_session=" + good[:-1]},
            {"cookie": "assay_session="},
        ):
            if "cookie" in headers:
                client.cookies.clear()
            for path in ("/v1/listings/l-s1/hold", "/v1/me"):
                answer = client.get(path, headers=headers)
                assert answer.status_code == 401, headers
                assert answer.headers["content-type"] == "application/problem+json"
        assert client.get("/v1/me", headers={"cookie": f"assay_session={good}"}).status_code == 200
        served.clock.seconds += 31 * 60
        assert client.get("/v1/me", headers={"cookie": f"assay_session={good}"}).status_code == 401


def test_a_token_that_is_struck_from_the_users_file_counts_no_more() -> None:
    served = Served()
    with served.client() as client:
        assert client.get("/v1/listings/l1/hold", headers=bearer("viewer")).status_code == 200
        told = {"users": {"mia": {"role": "viewer", "password": HASHED}}}
        served.users = users_of(told, "test", HASHER)
        assert client.get("/v1/listings/l1/hold", headers=bearer("viewer")).status_code == 401


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}])
def test_a_write_that_a_browser_sends_from_another_site_is_refused_with_a_token_too(headers: dict[str, str]) -> None:
    served = Served()
    served.put(alert())
    asked = {"verdict": "confirmed", "cause": "counterfeit"}
    sent = bearer("admin") | {"idempotency-key": "k"}
    with served.client() as client:
        assert client.post("/v1/alerts/a1/verdicts", json=asked, headers=sent | headers).status_code == 403
        assert served.sink.sent == []
        assert client.post("/v1/alerts/a1/verdicts", json=asked, headers=sent).status_code == 202


def test_a_page_of_somebody_else_that_points_its_name_here_is_refused() -> None:
    with Served(Terms(is_secure=False, hosts=("127.0.0.1", "localhost"))).client() as client:
        assert client.get("/sign-in").status_code == 400
        assert client.get("/sign-in", headers={"host": "localhost:8080"}).status_code == 200


def test_nothing_is_loaded_from_elsewhere_and_nothing_runs_inline() -> None:
    served = Served()
    served.put(alert(), hold())
    with served.client("ada") as client:
        for path in ("/", "/alerts/a1", "/holds", "/policy", "/audit", "/dead-letters", "/sellers/s1", "/nowhere"):
            answer = client.get(path)
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["x-content-type-options"] == "nosniff"
            for forbidden in ("style=", "onclick=", "javascript:", "<style", "https://", "http://"):
                assert forbidden not in answer.text, (path, forbidden)


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        ("/alerts/a1?x=1", "/alerts/a1?x=1"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nset-cookie: x=1", "/"),
        ("", "/"),
    ],
)
def test_signing_in_leads_to_this_console_and_nowhere_else(wanted: str, got: str) -> None:
    assert safe_path(wanted) == got


def test_what_strangers_wrote_is_shown_and_never_run() -> None:
    served = Served()
    nasty: Any = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    said = Evidence(reason_code=nasty, weight=1.0, sentence=nasty, numbers={nasty: nasty}, event_ids=(nasty,))
    told: dict[str, Any] = {"subject_id": nasty, "listing_ids": (nasty,), "seller": "s1", "evidence": (said,)}
    served.put(alert(**told, note=nasty, reason_codes=(nasty,)), hold(subject_id=nasty, notice=nasty), letter())
    served.put(entry("noted", reason=nasty), verdict(reason=nasty, hold_id="h1"))
    served.office.history.take(listing(listing_id=nasty, title=nasty, shop_name=nasty, brand=nasty, category=nasty))
    with served.client("ada") as client:
        for path in ("/?mode=any", "/alerts/a1", "/holds", "/sellers/s1", "/audit", f"/?text={nasty}"):
            text = client.get(path).text
            assert "&lt;script&gt;alert" in text, path
            assert "<script>alert" not in text
            assert "<img src=x" not in text


def test_passwords_stay_out_of_pages_and_the_audit() -> None:
    served = Served()
    with served.client("mia") as client:
        assert PASSWORD not in client.get("/").text
    assert PASSWORD not in str(served.sink.sent)
    assert [one.actor for one in served.sink.words(type(served.sink.sent[0][2]))] == ["mia"]
