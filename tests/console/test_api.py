"""The API: what it promises in its document it keeps, whatever is sent."""

import base64
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from schemas import AuditEntry, VerdictGiven, topics
from tests.console.records import alert, at, entry, hold, letter, listing, vanished, verdict
from tests.console.served import Served, bearer


def full() -> Served:
    served = Served()
    served.put(alert(), vanished(), hold(), hold("h2", scope="payout", subject_id="s9", seller="s9"), letter())
    served.put(verdict("confirmed", when=at(1)), entry("noted", reason="seen before"))
    served.office.history.take(listing())
    return served


SERVED = full()
# Without its security, whose header would be taken for one more parameter; `test_gate` tries every route without it.
SERVED.app.state.document = {name: part for name, part in SERVED.app.state.document.items() if name != "security"}
schema = schemathesis.openapi.from_asgi("/v1/openapi.json", SERVED.app, headers=bearer("admin"))


@schema.parametrize()
@settings(max_examples=15, suppress_health_check=list(HealthCheck))
def test_whatever_is_sent_is_answered_as_the_document_says(case: schemathesis.Case) -> None:
    # 422 is what no schema can say: a time that must lie ahead, a cause that must fit its verdict.
    case.call_and_validate(headers=bearer("admin"), excluded_checks=[positive_data_acceptance])


def test_the_document_is_openapi_3_1_and_names_every_route_of_the_api() -> None:
    with SERVED.client() as client:
        document = client.get("/v1/openapi.json", headers=bearer("viewer")).json()
    assert document["openapi"].startswith("3.1")
    assert len(document["paths"]) == 18
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation.get("description"), (method, path)
            assert {"401", "403"} <= set(operation["responses"])


def write(served: Served, path: str, body: Any, role: str = "moderator", key: str = "k1") -> Any:
    with served.client() as client:
        return client.post(path, json=body, headers=bearer(role) | {"idempotency-key": key})


CONFIRM = {"verdict": "confirmed", "cause": "counterfeit", "reason": "bought one"}


def test_a_confirmed_alert_is_a_verdict_on_each_of_its_listings_and_an_audit_entry() -> None:
    served = Served()
    served.put(alert(listing_ids=("l1", "l2")))
    answer = write(served, "/v1/alerts/a1/verdicts", CONFIRM)
    assert answer.status_code == 202
    given: list[VerdictGiven] = served.sink.words(VerdictGiven)
    assert [(one.subject, one.subject_id, one.verdict, one.cause) for one in given] == [
        ("listing", "l1", "confirmed", "counterfeit"),
        ("listing", "l2", "confirmed", "counterfeit"),
    ]
    assert {one.alert_id for one in given} == {"a1"}
    assert {one.role for one in given} == {"moderator"}
    assert given[0].batch_id == given[1].batch_id
    assert [key for topic, key, _ in served.sink.sent if topic == topics.VERDICTS.name] == ["s1", "s1"]
    assert answer.json()["ids"] == [one.event_id for one in given]
    audit: list[AuditEntry] = served.sink.words(AuditEntry)
    assert [(one.action, one.alert_id, one.actor) for one in audit] == [("ruled", "a1", "moderator-bot")]


def test_the_same_key_rules_once_and_another_body_under_it_is_refused() -> None:
    served = Served()
    served.put(alert())
    first = write(served, "/v1/alerts/a1/verdicts", CONFIRM)
    again = write(served, "/v1/alerts/a1/verdicts", CONFIRM)
    assert first.json() == again.json()
    assert len(served.sink.words(VerdictGiven)) == 1
    other = write(served, "/v1/alerts/a1/verdicts", {**CONFIRM, "verdict": "rejected", "cause": "honest"})
    assert other.status_code == 422
    assert write(served, "/v1/alerts/a1/verdicts", CONFIRM, role="lead").status_code == 202  # somebody else's key


def test_a_write_that_kafka_did_not_take_may_be_sent_again_with_its_key() -> None:
    served = Served()
    served.put(alert())
    served.sink.is_down = True
    refused = write(served, "/v1/alerts/a1/verdicts", CONFIRM)
    assert refused.status_code == 503
    assert refused.headers["content-type"].startswith("application/problem+json")
    served.sink.is_down = False
    assert write(served, "/v1/alerts/a1/verdicts", CONFIRM).status_code == 202


def test_a_write_without_a_key_is_refused() -> None:
    served = Served()
    served.put(alert())
    with served.client() as client:
        assert client.post("/v1/alerts/a1/verdicts", json=CONFIRM, headers=bearer("lead")).status_code == 400


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({**CONFIRM, "cause": "honest"}, 422),
        ({**CONFIRM, "verdict": "rejected"}, 422),
        ({**CONFIRM, "scope": "listings"}, 202),
        ({"verdict": "rejected", "cause": "honest", "scope": "seller"}, 422),
        ({**CONFIRM, "expires_at": "2025-01-01T00:00:00Z"}, 422),
        ({**CONFIRM, "expires_at": "2028-01-01T00:00:00Z"}, 422),
        ({**CONFIRM, "expires_at": "2026-02-01T00:00:00Z"}, 202),
        ({"verdict": "perhaps", "cause": "honest"}, 400),
    ],
)
def test_a_verdict_says_what_it_can_mean(body: dict[str, str], status: int) -> None:
    served = Served()
    served.put(alert())
    assert write(served, "/v1/alerts/a1/verdicts", body, role="lead").status_code == status
    assert len(served.sink.words(VerdictGiven)) == (status == 202)


def test_a_vanished_seller_is_ruled_on_by_its_payout() -> None:
    served = Served()
    served.put(vanished())
    write(served, "/v1/alerts/a9/verdicts", {"verdict": "rejected", "cause": "honest"})
    (given,) = served.sink.words(VerdictGiven)
    assert (given.subject, given.subject_id, given.alert_id) == ("payout", "s9", "a9")


def test_an_alert_that_has_ended_or_is_about_nobody_takes_no_verdict() -> None:
    served = Served()
    served.put(alert(status="withdrawn"), alert("a2", family="system", subject_kind="system", seller_id=alert().note))
    for alert_id in ("a1", "a2"):
        assert write(served, f"/v1/alerts/{alert_id}/verdicts", CONFIRM).status_code == 409


def test_a_hold_is_released_or_kept_with_a_reason() -> None:
    served = Served()
    served.put(hold())
    release = {"verdict": "rejected", "cause": "honest", "reason": "invoice seen"}
    assert write(served, "/v1/holds/h1/verdicts", {**release, "reason": "  "}).status_code == 422
    assert write(served, "/v1/holds/h1/verdicts", {**release, "reason": ""}).status_code == 400
    assert write(served, "/v1/holds/h1/verdicts", release, key="k2").status_code == 202
    (given,) = served.sink.words(VerdictGiven)
    assert (given.subject, given.subject_id, given.hold_id, given.verdict) == ("listing", "l-s1", "h1", "rejected")
    served.put(hold(revision=2, action="released"))
    assert write(served, "/v1/holds/h1/verdicts", release, key="k3").status_code == 409


@pytest.mark.parametrize("verdict", ["confirmed", "rejected"])
def test_only_a_lead_decides_on_the_hold_of_a_whole_account(verdict: str) -> None:
    served = Served()
    served.put(hold(scope="seller", subject_id="s1"))
    word = {"verdict": verdict, "cause": "unclear", "reason": "called the shop"}
    assert write(served, "/v1/holds/h1/verdicts", word).status_code == 403
    assert served.sink.sent == []
    assert write(served, "/v1/holds/h1/verdicts", word, role="lead", key="k2").status_code == 202


def test_a_listing_is_held_by_its_own_hold_or_by_its_sellers() -> None:
    served = Served()
    served.put(hold(), hold("h2", scope="seller", subject_id="s2", seller="s2", expires_at=at(20)))
    served.clock.now = at(1)
    with served.client() as client:

        def asked(listing_id: str, **query: str) -> Any:
            return client.get(f"/v1/listings/{listing_id}/hold", params=query, headers=bearer("viewer")).json()

        assert asked("l-s1")["held"]
        assert asked("l-s1")["hold_id"] == "h1"
        assert not asked("l9")["held"]
        assert not asked("l9", seller_id="s1")["held"]
        assert asked("l9", seller_id="s2")["scope"] == "seller"
        served.clock.now = at(8)
        assert not asked("l-s1")["held"]  # it binds until expires_at


@pytest.mark.parametrize("what", ["behind", "trouble"])
def test_who_does_not_know_every_hold_does_not_say_that_there_is_none(what: str) -> None:
    served = Served()
    if what == "behind":
        served.feed.is_caught_up = False
    else:
        served.feed.trouble = "Kafka does not answer."
    with served.client() as client:
        answer = client.get("/v1/listings/l1/hold", headers=bearer("viewer"))
    assert answer.status_code == 503
    assert answer.headers["retry-after"]


def test_pages_of_a_list_follow_one_another_without_gap_or_repetition() -> None:
    served = Served()
    served.put(*(alert(f"a{number:02}", when=at(number / 10), seller=f"s{number}") for number in range(23)))
    seen: list[str] = []
    cursor = ""
    with served.client() as client:
        while True:
            query = {"limit": "5", "cursor": cursor}
            page = client.get("/v1/alerts", params=query, headers=bearer("viewer")).json()
            seen += [one["alert"]["alert_id"] for one in page["items"]]
            cursor = page["next"]
            if not cursor:
                break
    assert seen == [f"a{number:02}" for number in reversed(range(23))]


@pytest.mark.parametrize("cursor", ["!", "YQ", base64.urlsafe_b64encode(b"\xff\xfe").decode()])
def test_a_cursor_that_leads_nowhere_is_refused(cursor: str) -> None:
    with Served().client() as client:
        answer = client.get("/v1/alerts", params={"cursor": cursor}, headers=bearer("viewer"))
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("The ")


def test_only_somebody_who_may_rule_can_be_given_an_alert() -> None:
    served = Served()
    served.put(alert())
    for assignee, status in (("mia", 202), ("vic", 422), ("nobody", 422), (None, 202)):
        key = f"k-{assignee}"
        assert write(served, "/v1/alerts/a1/assignment", {"assignee": assignee}, key=key).status_code == status


def test_a_dead_letter_is_sent_again_by_an_admin_and_written_down() -> None:
    served = Served()
    served.put(letter(offset=7))
    body = {"letter": f"{topics.ORDERS.name}:0:7", "reason": "the producer is mended"}
    assert write(served, "/v1/replays", body, role="lead").status_code == 403
    assert write(served, "/v1/replays", body, role="admin").status_code == 202
    assert served.sink.again == [(topics.ORDERS.name, 0, 7)]
    (audit,) = served.sink.words(AuditEntry)
    assert (audit.action, audit.actor) == ("replayed", "admin-bot")
