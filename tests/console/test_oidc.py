"""Signing in elsewhere: who gets in by the provider's word, and whose word is not believed."""

import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from console.guests import Guest
from console.office import Terms
from console.oidc import AGAIN_SECONDS, DOWN_SECONDS, FRESH_SECONDS, Oidc
from console.provider import Provider as Told
from console.provider import ProviderError, secret_of, values_of
from console.roles import ROLES, ROUTES
from console.users import UsersError, users_of
from schemas import AuditEntry
from tests.console.provider import CLIENT, SECRET, Provider, key
from tests.console.records import alert, letter
from tests.console.served import HASHED, HASHER, ORIGIN, TOKENS, Served, bearer, sign_in
from tests.console.test_gate import ALL

GROUPS = {"viewers": "viewer", "moderators": "moderator", "leads": "lead", "admins": "admin"}
BEGIN, BACK = "/sign-in/oidc", "/sign-in/oidc/callback"


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider().open() as one:
        yield one


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """What the operators read."""
    told: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda line: told.append(line.getMessage())  # type: ignore[method-assign]
    log = logging.getLogger("console.pages.elsewhere")
    log.addHandler(handler)
    yield told
    log.removeHandler(handler)


def table(provider: Provider | None = None, **more: Any) -> dict[str, Any]:
    issuer = provider.issuer if provider else "https://login.example"
    console = ORIGIN.replace("http:", "https:")
    told = {"name": "Acme", "issuer": issuer, "client_id": CLIENT, "console": console, "roles": GROUPS}
    return {"provider": told | more}


def knowing(provider: Provider, terms: Terms | None = None, **more: Any) -> Served:
    """A console that knows the provider, beside its people with passwords."""
    served = Served(terms)
    file = {"users": {"mia": {"role": "viewer", "password": HASHED}}, **table(provider, **more)}
    served.users = users_of(file, "test", HASHER)
    told = served.users.provider
    assert told is not None
    began_s = time.time() - served.clock.seconds
    provider.now_s = lambda: began_s + served.clock.seconds
    served.office.elsewhere = Oidc(told, SECRET, provider.now_s)
    return served


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def back(client: Any, provider: Provider, onward: str = "/") -> str:
    """Goes to the provider and comes back with a code; the address that the browser is sent to."""
    sent = client.get(BEGIN, params={"next": onward}, follow_redirects=False)
    assert sent.status_code == 303, sent.text
    assert sent.headers["location"].startswith(f"{provider.issuer}/authorize?")
    return path_of(provider.visit(sent.headers["location"]))


def enter(client: Any, provider: Provider, onward: str = "/") -> httpx.Response:
    answer: httpx.Response = client.get(back(client, provider, onward), follow_redirects=False)
    return answer


def test_whoever_the_provider_vouches_for_enters_with_the_role_of_the_claim(provider: Provider) -> None:
    served = knowing(provider)
    served.put(alert())
    with served.client() as client:
        assert "Sign in with Acme" in client.get("/sign-in").text
        answer = enter(client, provider, "/alerts/a1")
        assert (answer.status_code, answer.headers["location"]) == (303, "/alerts/a1")
        page = client.get("/alerts/a1").text
        assert "Mia Lin" in page
        assert client.get("/audit").status_code == 403  # a lead's
        data = {"csrf": served.csrf(), "text": "seen", "key": "k"}
        assert client.post("/alerts/a1/notes", data=data, follow_redirects=False).status_code == 303
    audit = served.sink.words(AuditEntry)
    assert [(one.actor, one.action) for one in audit] == [("oidc:u-17", "signed_in"), ("oidc:u-17", "noted")]


@pytest.mark.parametrize(("secret", "ways"), [(SECRET, ["client_secret_post", "private_key_jwt"]), ("", ["none"])])
def test_the_client_shows_its_secret_as_the_provider_wants_it(provider: Provider, secret: str, ways: list[str]) -> None:
    served = knowing(provider)
    provider.posted, provider.document = secret, {"token_endpoint_auth_methods_supported": ways}
    assert served.users.provider is not None
    served.office.elsewhere = Oidc(served.users.provider, secret, provider.now_s)
    with served.client() as client:
        assert enter(client, provider).status_code == 303


@pytest.mark.parametrize("role", ["viewer", "moderator", "lead", "admin"])
def test_of_several_groups_the_highest_role_counts(provider: Provider, role: str) -> None:
    served = knowing(provider)
    provider.claims["groups"] = ["viewers", f"{role}s", "everybody"]
    with served.client() as client:
        assert enter(client, provider).status_code == 303
        assert client.get("/v1/me").json() == {"id": "oidc:u-17", "name": "Mia Lin", "role": role}


def test_the_cookies_of_the_way_have_the_flags_of_the_session(provider: Provider) -> None:
    served = knowing(provider, Terms(is_secure=True))
    with served.client() as client:
        client.base_url = ORIGIN.replace("http:", "https:")
        begun = client.get(BEGIN, follow_redirects=False).headers
        answer = enter(client, provider)
        session = next(one for one in answer.headers.get_list("set-cookie") if one.startswith("__Host-assay="))
        gone = next(one for one in answer.headers.get_list("set-cookie") if one.startswith("__Host-assay-journey="))
    for cookie in (session, gone, begun["set-cookie"]):
        for flag in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
            assert flag in cookie
    assert "Max-Age=0" in gone
    verifier = served.office.journeys._sealed("verifier", begun["set-cookie"].partition("=")[2].partition(".")[0])
    assert verifier not in str(begun)


def refused(served: Served, answer: httpx.Response, status: int, sentence: str) -> None:
    assert answer.status_code == status, answer.text
    assert sentence in answer.text
    assert len(served.office.sessions) == 0
    assert served.sink.words(AuditEntry) == []


def test_a_state_that_this_browser_did_not_bring_is_refused(provider: Provider) -> None:
    served = knowing(provider)
    with served.client() as client:
        theirs = parse_qs(urlsplit(back(client, provider)).query)["state"][0]
        client.cookies.clear()
        mine = parse_qs(urlsplit(back(client, provider)).query)
        for state in ("", "forged", "é", theirs):
            answer = client.get(BACK, params={"code": mine["code"][0], "state": state}, follow_redirects=False)
            refused(served, answer, 400, "begun in another browser")
        client.cookies.clear()
        refused(served, client.get(BACK, params=mine, follow_redirects=False), 400, "begun in another browser")
    assert "/token" not in provider.requests


def test_a_cookie_that_somebody_changed_is_no_journey(provider: Provider) -> None:
    served = knowing(provider)
    with served.client() as client:
        address = back(client, provider)
        seed, begun_s, onward, seal = client.cookies["assay_journey"].split(".")
        for parts in (
            ("x" + seed, begun_s, onward, seal),
            (seed, "99999", onward, seal),
            (seed, begun_s, "L2V2aWw", seal),
            (seed, begun_s, onward, "x" + seal),
            (seed, begun_s, onward),
            ("",),
        ):
            client.cookies.clear()
            client.cookies.set("assay_journey", ".".join(parts))
            refused(served, client.get(address, follow_redirects=False), 400, "begun in another browser")


def test_a_way_back_that_took_too_long_is_refused(provider: Provider) -> None:
    served = knowing(provider)
    with served.client() as client:
        address = back(client, provider)
        cookie = client.cookies["assay_journey"]
        served.clock.seconds += 10 * 60 + 1
        client.cookies.set("assay_journey", cookie)
        refused(served, client.get(address, follow_redirects=False), 400, "too long ago")


def test_a_code_counts_once(provider: Provider) -> None:
    served = knowing(provider)
    with served.client() as client:
        address = back(client, provider)
        cookie = client.cookies["assay_journey"]
        assert client.get(address, follow_redirects=False).status_code == 303
        for _ in range(2):
            client.cookies.clear()
            client.cookies.set("assay_journey", cookie)
            assert client.get(address, follow_redirects=False).status_code == 400
    assert provider.requests.count("/token") == 1  # the provider was not even asked
    assert len(served.office.sessions) == 1


def test_a_code_that_somebody_caught_is_of_no_use_without_its_verifier(provider: Provider) -> None:
    served = knowing(provider)
    with served.client() as client:
        caught = parse_qs(urlsplit(back(client, provider)).query)["code"][0]
        client.cookies.clear()
        mine = parse_qs(urlsplit(back(client, provider)).query)["state"][0]
        answer = client.get(BACK, params={"code": caught, "state": mine}, follow_redirects=False)
        refused(served, answer, 401, "did not let you in")


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"aud": "another client"}, "aud"),
        ({"aud": [CLIENT, "another"], "azp": "another"}, "azp"),
        ({"aud": None}, "aud"),
        ({"iss": "https://evil.example"}, "iss"),
        ({"exp": 1_700_000_000}, "exp"),
        ({"exp": None}, "exp"),
        ({"iat": 4_000_000_000}, "in the future"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "sub"),
        ({"sub": "a\nb"}, "sub"),
        ({"at_hash": "forged"}, "at_hash"),
        ({"at_hash": {"a": 1}}, "ID token"),
        ({"amr": "pwd"}, "amr"),
    ],
)
def test_a_token_that_is_not_for_this_sign_in_is_refused(
    provider: Provider, claims: dict[str, Any], why: str, logged: list[str]
) -> None:
    served = knowing(provider)
    provider.claims |= claims
    with served.client() as client:
        refused(served, enter(client, provider), 401, "Acme did not let you in")
    assert why in logged[-1]


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_without_the_providers_own_signature_is_refused(provider: Provider, algorithm: str) -> None:
    served = knowing(provider)
    provider.algorithm = algorithm
    with served.client() as client:
        refused(served, enter(client, provider), 401, "did not let you in")


def test_a_token_signed_with_a_key_that_the_provider_does_not_publish_is_refused(provider: Provider) -> None:
    served = knowing(provider)
    provider.key = key(2)
    with served.client() as client:
        refused(served, enter(client, provider), 401, "did not let you in")
        assert provider.requests.count("/keys") == 1  # forged tokens do not make the console ask again and again


def test_a_provider_may_change_its_key_at_any_time(provider: Provider) -> None:
    served = knowing(provider)
    with served.client() as client:
        assert enter(client, provider).status_code == 303
        client.cookies.clear()
        provider.key, provider.published = key(2), [key(2)]
        served.clock.seconds += AGAIN_SECONDS
        assert enter(client, provider).status_code == 303
        client.cookies.clear()
        provider.key = key(1)  # what has been withdrawn is over
        served.clock.seconds += FRESH_SECONDS
        assert enter(client, provider).status_code == 401


@pytest.mark.parametrize("groups", [["everybody"], [], None, "everybody", {"moderators": True}, [{"n": "moderators"}]])
def test_whoever_has_no_role_here_does_not_enter(provider: Provider, groups: Any) -> None:
    served = knowing(provider)
    provider.claims["groups"] = groups
    with served.client() as client:
        refused(served, enter(client, provider), 403, "none of your groups has a role here")


def test_a_role_that_is_taken_out_of_the_file_is_gone_at_once(provider: Provider) -> None:
    served = knowing(provider)
    with served.client() as client:
        assert enter(client, provider).status_code == 303
        assert client.get("/v1/me").json()["role"] == "moderator"
        told = table(provider, roles={"moderators": "viewer"})
        served.users = users_of(told, "test", HASHER)
        assert client.get("/v1/me").json()["role"] == "viewer"
        served.users = users_of(table(provider, roles={"leads": "lead"}), "test", HASHER)
        assert client.get("/", follow_redirects=False).status_code == 303
        assert len(served.office.sessions) == 0


@pytest.mark.parametrize("address", [BEGIN, BACK])
def test_a_provider_that_is_down_is_a_sentence_and_passwords_still_work(provider: Provider, address: str) -> None:
    served = knowing(provider)
    with served.client() as client:
        target = back(client, provider) if address == BACK else BEGIN
        provider.is_down = True
        served.clock.seconds += FRESH_SECONDS if address == BEGIN else 0
        refused(served, client.get(target, follow_redirects=False), 503, "Acme does not answer now")
        asked = len(provider.requests)
        if address == BEGIN:  # nobody queues up behind a provider that hangs
            refused(served, client.get(BEGIN, follow_redirects=False), 503, "Acme does not answer now")
            assert len(provider.requests) == asked
        assert sign_in(client, "mia").status_code == 303
        provider.is_down = False
        client.cookies.clear()
        served.clock.seconds += DOWN_SECONDS
        assert enter(client, provider).status_code == 303


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
    ],
)
def test_a_provider_that_says_odd_things_of_itself_is_not_asked(provider: Provider, document: dict[str, Any]) -> None:
    served = knowing(provider)
    provider.document = document
    with served.client() as client:
        refused(served, client.get(BEGIN, follow_redirects=False), 503, "Acme does not answer now")


@pytest.mark.parametrize("answer", [{"error": "access_denied"}, {}, {"code": "code-0", "iss": "https://evil.example"}])
def test_a_provider_that_says_no_or_another_one_that_says_yes_lets_nobody_in(
    provider: Provider, answer: dict[str, str]
) -> None:
    served = knowing(provider)
    with served.client() as client:
        state = parse_qs(urlsplit(back(client, provider)).query)["state"][0]
        given = client.get(BACK, params={"state": state, **answer}, follow_redirects=False)
        refused(served, given, 401, "did not let you in")


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "/" + "x" * 2_000])
def test_signing_in_elsewhere_leads_to_this_console_and_nowhere_else(provider: Provider, wanted: str) -> None:
    served = knowing(provider)
    with served.client() as client:
        assert enter(client, provider, wanted).headers["location"] == "/"


def test_comebacks_that_fail_are_slowed_down(provider: Provider) -> None:
    served = knowing(provider)
    with served.client() as client:
        for number in range(51):
            state = parse_qs(urlsplit(back(client, provider)).query)["state"][0]
            answer = client.get(BACK, params={"code": "guessed", "state": state}, follow_redirects=False)
            assert answer.status_code == (401 if number < 50 else 429)
        assert answer.headers["retry-after"]
        assert provider.requests.count("/token") == 50
        served.clock.seconds += 15 * 60 + 1
        assert enter(client, provider).status_code == 303


def test_a_guest_can_be_given_an_alert_and_is_called_by_name(provider: Provider) -> None:
    served = knowing(provider)
    served.put(alert())
    with served.client() as client:
        given = {"json": {"assignee": "oidc:u-17"}, "headers": bearer("moderator") | {"idempotency-key": "k"}}
        served.users = users_of(table(provider) | {"tokens": _tokens()}, "test", HASHER)
        assert client.post("/v1/alerts/a1/assignment", **given).status_code == 422  # nobody knows them yet
        assert enter(client, provider).status_code == 303
        assert client.post("/v1/alerts/a1/assignment", **given).status_code == 202
        assert "Assigned to Mia Lin" in client.get("/").text


def _tokens() -> dict[str, Any]:
    return {"bot": {"role": "moderator", "sha256": TOKENS["moderator"][1]}}


def test_somebody_who_may_choose_an_id_elsewhere_is_nobody_of_the_file(provider: Provider) -> None:
    served = knowing(provider, user_claim="preferred_username")
    provider.claims["preferred_username"] = "mia"
    with served.client() as client:
        assert enter(client, provider).status_code == 303
        assert client.get("/v1/me").json()["id"] == "oidc:mia"


def test_an_address_that_the_provider_did_not_verify_is_no_id(provider: Provider) -> None:
    served = knowing(provider, user_claim="email")
    provider.claims |= {"email": "mia@acme.example", "email_verified": False}
    with served.client() as client:
        refused(served, enter(client, provider), 401, "did not let you in")


def test_with_a_provider_alone_nobody_is_asked_for_a_password(provider: Provider) -> None:
    served = knowing(provider)
    served.users = users_of(table(provider), "test", HASHER)
    with served.client() as client:
        page = client.get("/sign-in").text
        assert "Sign in with Acme" in page
        assert 'type="password"' not in page
        assert sign_in(client, "mia").status_code == 401
        assert enter(client, provider).status_code == 303
        assert client.get(BEGIN, params={"next": "/holds"}, follow_redirects=False).headers["location"] == "/holds"


def test_without_a_provider_there_are_no_such_pages() -> None:
    with Served().client() as client:
        assert "/sign-in/oidc" not in client.get("/sign-in").text
        assert client.get(BEGIN).status_code == 404
        assert client.get(BACK).status_code == 404


WRITES = [
    ("/alerts/a1/verdicts", {"verdict": "confirmed", "cause": "counterfeit"}),
    ("/alerts/a1/notes", {"text": "x"}),
    ("/replays", {"letter": letter().topic + ":0:1", "reason": "x"}),
    ("/sign-out", {}),
]


@pytest.mark.parametrize(("path", "fields"), WRITES, ids=[one[0] for one in WRITES])
def test_a_guests_session_is_not_written_with_from_another_site(
    provider: Provider, path: str, fields: dict[str, str]
) -> None:
    served = knowing(provider)
    served.put(alert(), letter())
    provider.claims["groups"] = "admins"
    with served.client() as client:
        assert enter(client, provider).status_code == 303
        data = {**fields, "csrf": ""}
        for headers in ({}, {"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
            assert client.post(path, data=data, headers=headers, follow_redirects=False).status_code == 403
            data["csrf"] = served.csrf()
        assert client.post(path, data=data, headers={"origin": ORIGIN}, follow_redirects=False).status_code == 303


@pytest.mark.parametrize("role", ROLES)
def test_a_guest_may_what_the_table_says_of_the_role_and_nothing_else(provider: Provider, role: str) -> None:
    served = knowing(provider)
    served.put(alert(), letter())
    provider.claims["groups"] = [f"{role}s"]
    with served.client() as client:
        assert enter(client, provider).status_code == 303
        headers = {"x-csrf-token": served.csrf()}
        for name, method, path in ALL:
            if name.endswith("_stream") or name == "sign_out":
                continue
            answer = client.request(method, path, headers=headers, follow_redirects=False)
            least = ROUTES[name]
            may_not = least is not None and ROLES.index(role) < ROLES.index(least)
            assert (answer.status_code == 403) == may_not, (name, answer.status_code, answer.text[:200])
            assert answer.status_code != 401 or name == "sign_in"
        assert client.post("/sign-out", headers=headers, follow_redirects=False).status_code == 303
        assert client.get("/v1/me", headers=headers).status_code == 401


def test_the_way_to_the_provider_is_open_to_everybody_and_the_way_back_to_whoever_began(provider: Provider) -> None:
    served = knowing(provider)
    served.users = users_of(table(provider) | {"tokens": _tokens()}, "test", HASHER)
    with served.client() as client:
        for headers in ({}, bearer("moderator"), {"authorization": "Bearer forged"}, {"sec-fetch-site": "cross-site"}):
            answer = client.get(BEGIN, headers=headers, follow_redirects=False)
            assert answer.headers["location"].startswith(f"{provider.issuer}/authorize?")
            client.cookies.clear()
            assert client.get(BACK, headers=headers, follow_redirects=False).status_code == 400
        for address in (BEGIN, BACK):
            assert client.post(address).status_code == 405


def test_a_guests_session_expires_like_any_other(provider: Provider) -> None:
    served = knowing(provider)
    with served.client() as client:
        assert enter(client, provider).status_code == 303
        served.clock.seconds += 31 * 60
        assert client.get("/", follow_redirects=False).headers["location"] == "/sign-in"


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"issuer": "http://login.example"}, "https://"),
        ({"console": "moderation.example"}, "https://"),
        ({"roles": {}}, "empty"),
        ({"roles": {"x": "boss"}}, "Invalid enum value"),
        ({"scope": "profile"}, "openid"),
        ({"secret_file": "a", "secret_variable": "B"}, "one of them"),
        ({"client_secret": "in the open"}, "unknown field"),
    ],
)
def test_a_provider_that_cannot_be_used_is_a_sentence_at_the_start(more: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsersError, match=sentence):
        users_of(table(None, **more), "users.toml")


def told(**more: Any) -> Told:
    found = users_of(table(None, **more), "users.toml", HASHER).provider
    assert found is not None
    return found


def test_the_secret_comes_from_a_file_or_a_variable_and_is_missed_where_it_is_not(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n")
    assert secret_of(told(secret_file="secret"), tmp_path) == "s3cret"
    assert secret_of(told(secret_variable="OIDC"), tmp_path, {"OIDC": "s3cret"}) == "s3cret"
    assert secret_of(told(), tmp_path) == ""
    for one in (told(secret_file="nowhere"), told(secret_variable="OIDC")):
        with pytest.raises(ProviderError, match=r"nowhere|OIDC"):
            secret_of(one, tmp_path, {})


@pytest.mark.parametrize(
    ("claims", "name", "values"),
    [
        ({"groups": ["a", 1, "b"]}, "groups", ("a", "b")),
        ({"groups": "a"}, "groups", ("a",)),
        ({"realm_access": {"roles": ["a"]}}, "realm_access.roles", ("a",)),
        ({"https://acme.example/roles": ["a"]}, "https://acme.example/roles", ("a",)),
        ({}, "a.b", ()),
    ],
)
def test_a_claim_is_found_by_its_name_or_by_its_way(claims: Any, name: str, values: tuple[str, ...]) -> None:
    assert values_of(claims, name) == values


def test_names_that_are_no_names_are_not_shown(provider: Provider) -> None:
    served = knowing(provider)
    provider.claims["name"] = "a\u202eb"
    with served.client() as client:
        assert enter(client, provider).status_code == 303
        assert client.get("/v1/me").json()["name"] == "u-17"
    assert list(served.office.guests) == [Guest("oidc:u-17", "u-17", ("everybody", "moderators"))]
