"""`assay forget`: what is kept of a seller or a buyer is shown, and with --confirm erased."""

import asyncio
import hashlib
import hmac
import secrets
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, TypeVar

import click
import msgspec

from assay.failure import Failure
from assay.invocation import Invocation, pass_invocation
from assay.table import echo_table
from schemas import AuditEntry
from schemas.fields import MAX_ID_CHARS
from streams.erasing import CannotForgetError, place_of
from streams.forget_buyer import BuyerEraser
from streams.forget_seller import SellerEraser
from streams.plainly import plainly
from streams.settings import Settings, hash_key

ID_BYTES: Final = 12
Command = TypeVar("Command", bound=Callable[..., Any])


@click.group()
def forget() -> None:
    """Shows what is kept of a person and, with --confirm, erases it.

    Kafka keeps the events that the marketplace sent for as long as their topics do; docs/operations.md says what to do
    about those.
    """


def _options(command: Command) -> Command:
    """What both commands take; of the person "-" stands for standard input, which stays out of a shell's history."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="One JSON object."),
        click.option("--reason", default="a person asked for it", show_default=True, help="Why; kept in the audit."),
        click.option("--actor", help="Who does it, for the audit; needed with --confirm."),
        click.option("--confirm", is_flag=True, help="Erase it; without this nothing is changed."),
    ):
        command = option(command)
    return command


@forget.command()
@click.argument("person", metavar="SELLER")
@click.option("--although-open", is_flag=True, help="Erase it although alerts, refunds or money at stake are open.")
@_options
@pass_invocation
def seller(invocation: Invocation, /, although_open: bool, **asked: Any) -> None:
    """Forgets a seller: its state, its deadlines, its place in markets, and every line published about it.

    SELLER is the seller_id, or - for a line on standard input. Workers may run; the one that judges the seller takes
    its partition back within seconds. A hold in force is never forgotten: reject it first, or let it end.
    """
    _forget(invocation.settings(), "seller", partial(SellerEraser, although_open=although_open), **asked)


@forget.command()
@click.argument("person", metavar="BUYER")
@_options
@pass_invocation
def buyer(invocation: Invocation, /, **asked: Any) -> None:
    """Forgets a buyer: its pseudonym gives way to a new one wherever sellers' states have it.

    BUYER is the buyer_id, or - for a line on standard input. What is owed to the buyer stays owed, and how many buyers
    there are stays as it was. Workers may run; those that judge a seller of whom the buyer bought take their partitions
    back.
    """
    _forget(invocation.settings(), "buyer", BuyerEraser, **asked)


def _forget(
    settings: Settings,
    kind: str,
    eraser_of: Callable[..., Any],
    person: str,
    confirm: bool,
    actor: str | None,
    reason: str,
    as_json: bool,
) -> None:
    name, entry = _asked(settings, kind, person, confirm, actor, reason)

    async def run() -> dict[str, Any]:
        eraser = eraser_of(settings, place, name)
        try:
            found = await eraser.look()
            erases = confirm and not found.is_nothing
            if erases:
                await eraser.erase(found, entry)
            return {**found.said(), "erased": erases}
        finally:
            await eraser.close()

    with plainly(settings, CannotForgetError):
        place = place_of(settings)
        _say(entry, asyncio.run(run()), as_json)


def _asked(
    settings: Settings, kind: str, person: str, confirm: bool, actor: str | None, reason: str
) -> tuple[str, AuditEntry]:
    """Who is meant, and what the audit says: never the id, but a hash that only whoever has the key can make."""
    if confirm and not actor:
        raise click.UsageError("Give --actor with --confirm: the audit says who forgot whom.")
    name = sys.stdin.readline().rstrip("\r\n") if person == "-" else person
    if not 0 < len(name) <= MAX_ID_CHARS or not name.isprintable():
        raise Failure(f"That is no {kind}'s id: give 1 to {MAX_ID_CHARS} characters without control characters.")
    entry = AuditEntry(
        audit_id="u" + secrets.token_hex(ID_BYTES),
        actor=actor or "nobody",
        action="forgotten",
        at=datetime.now(UTC),
        reason=f"{kind} {person_hash(kind, name, hash_key(settings))}: {reason}",
    )
    return name, entry


def person_hash(kind: str, name: str, key: bytes) -> str:
    """What the audit calls somebody who was forgotten: 64 hex digits."""
    return hmac.new(key, f"{kind}\0{name}".encode(), hashlib.sha256).hexdigest()


def _say(entry: AuditEntry, done: dict[str, Any], as_json: bool) -> None:
    called = entry.reason.partition(":")[0]
    if as_json:
        click.echo(msgspec.json.encode({"person": called, **done}))
        return
    echo_table(("kept", "number"), [(what, number) for what, number in done["found"].items() if number])
    for one in (*done.get("holds", ()), *done.get("open", ())):
        click.echo(f"There is still {one}.")
    if done["erased"]:
        click.echo(f"Erased. In the audit it is {called}.")
    elif any(done["found"].values()):
        click.echo(f"Nothing was changed: --confirm erases it. In the audit it will be {called}.")
    else:
        click.echo("Nothing is kept.")
