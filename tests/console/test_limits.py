"""The console at its limits: what is asked of it beyond them is refused with an answer, and what fits is taken."""

from console.api.shapes import PAGE_LIMIT
from console.app import MAX_BODY_BYTES
from console.deeds import MAX_REASON_CHARS
from tests.console.records import alert
from tests.console.served import Served, bearer

VERDICT = {"verdict": "confirmed", "cause": "counterfeit"}


def ruled(reason: str, spare: int = 0) -> int:
    served = Served()
    served.put(alert())
    with served.client() as client:
        key = {"idempotency-key": "k1"}
        body = VERDICT | {"reason": reason} | ({"x": "x" * spare} if spare else {})
        return int(client.post("/v1/alerts/a1/verdicts", json=body, headers=bearer("moderator") | key).status_code)


def test_a_reason_may_be_so_long_and_not_one_character_longer() -> None:
    assert ruled("字" * MAX_REASON_CHARS) == 202
    assert ruled("字" * (MAX_REASON_CHARS + 1)) == 400


def test_a_body_may_be_so_large() -> None:
    assert ruled("seen", MAX_BODY_BYTES - 200) != 413
    assert ruled("seen", MAX_BODY_BYTES) == 413


def test_a_page_may_be_so_long() -> None:
    with Served().client() as client:
        for limit, status in ((PAGE_LIMIT, 200), (PAGE_LIMIT + 1, 400)):
            assert client.get(f"/v1/alerts?limit={limit}", headers=bearer("viewer")).status_code == status
