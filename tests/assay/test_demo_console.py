"""The console beside the demo: what a moderator rules there is judged, and shows."""

import asyncio
import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from assay.demo_board import Board, News
from assay.demo_console import served
from assay.demo_story import Pace, Progress, staged
from detectors.policy import make_policy
from simulator import START
from streams.settings import read_policy

_WAIT_S = 60.0


class _Nobody:
    """A view that nobody looks at."""

    def show(self, progress: Progress, board: Board, news: list[News]) -> None: ...


async def _until(look: Callable[[], Awaitable[Any]]) -> Any:
    deadline = time.monotonic() + _WAIT_S
    while not (found := await look()):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    return found


async def _told() -> None:
    policy, progress = make_policy(read_policy(None)), Progress(START)
    async with served(policy, lambda: progress.at, 0) as guest, staged(policy, Board(), guest) as stage:
        await stage.play(progress, Pace(10, 1e7), 600, _Nobody())
        rulings = asyncio.create_task(stage.linger(progress))
        async with httpx.AsyncClient(base_url=guest.address) as client:
            user, _, password = guest.login.partition(" / ")
            await client.post("/sign-in", data={"user": user, "password": password})
            csrf = re.findall(r'data-csrf="([^"]+)"', (await client.get("/")).text)[0]

            async def alerts() -> dict[str, Any]:
                items = (await client.get("/v1/alerts", params={"limit": 500, "state": "any"})).json()["items"]
                return {one["alert"]["alert_id"]: one for one in items}

            async def holds(of: Any) -> list[Any]:
                return list((await alerts())[of]["holds"])

            async def rule(alert_id: str, verdict: str, cause: str) -> None:
                answer = await client.post(
                    f"/v1/alerts/{alert_id}/verdicts",
                    json={"verdict": verdict, "cause": cause},
                    headers={"x-csrf-token": csrf, "idempotency-key": alert_id + verdict},
                )
                assert answer.status_code == 202, answer.text

            async def found() -> list[Any]:
                return [one for one in (await alerts()).values() if one["alert"]["severity"] == "critical"]

            frozen = await _until(found)
            assert len(frozen) == 3
            kept, freed = frozen[0]["alert"]["alert_id"], frozen[1]["alert"]["alert_id"]

            await rule(kept, "confirmed", "non_delivery")
            await _until(lambda: _is(alerts, kept, "confirmed"))
            by = {one["scope"]: one["decided_by"] for one in await holds(kept)}
            assert by["payout"] == "mia", "the hold is the moderator's now"

            await rule(freed, "rejected", "honest")
            await _until(lambda: _is(alerts, freed, "rejected"))
            assert "payout" not in {one["scope"] for one in await holds(freed)}

            prices = [one for one in (await alerts()).values() if one["alert"]["family"] == "price"]
            ran_out = next(one["alert"] for one in prices if "A hold has expired" in one["alert"].get("note", ""))
            fake = ran_out["alert_id"]
            await rule(fake, "confirmed", "counterfeit")
            await _until(lambda: _is(alerts, fake, "confirmed"))
            listed = {one["subject_id"] for one in await holds(fake) if one["scope"] == "listing"}
            assert listed == set(ran_out["listing_ids"]), "only a moderator places it again"

            await rule(fake, "rejected", "pricing_error")
            await _until(lambda: _is(alerts, fake, "rejected"))
            assert "listing" not in {one["scope"] for one in await holds(fake)}
        rulings.cancel()


async def _is(alerts: Callable[[], Awaitable[dict[str, Any]]], alert_id: str, state: str) -> bool:
    one = (await alerts())[alert_id]
    return bool(one["state"] == state and not one["is_pending"])


def test_confirmed_holds_stay_and_rejected_ones_are_released_by_the_same_judge() -> None:
    asyncio.run(_told())


def test_at_a_terminal_the_console_stays_after_the_summary_until_ctrl_c() -> None:
    leader, follower = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name != "CI"} | {"TERM": "dumb"}
    running = subprocess.Popen(
        [sys.executable, "-m", "assay", "demo", "--minutes", "10", "--speed", "10000000", "--port", "0"],
        stdout=follower,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    os.close(follower)
    said = _read_until(leader, "Ctrl-C ends it.")
    address = re.findall(r"http://127\.0\.0\.1:\d+/", said)[0]
    assert httpx.get(address + "sign-in").status_code == 200
    running.send_signal(2)
    assert running.wait(_WAIT_S) == 0
    os.close(leader)


def _read_until(leader: int, words: str) -> str:
    said, deadline = "", time.monotonic() + 3 * _WAIT_S
    while words not in " ".join(said.split()):
        assert time.monotonic() < deadline, said[-2000:]
        if select.select([leader], [], [], 1)[0]:
            said += os.read(leader, 65536).decode(errors="replace")
    return said
