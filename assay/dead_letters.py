"""`assay dead-letters`: what could not be judged, and why."""

import asyncio
import base64
from typing import Any, get_args

import click
import msgspec

from assay.failure import Failure
from assay.invocation import Invocation, pass_invocation
from assay.table import echo_table, printable
from console.edges import Unsent
from console.kafka import KafkaSink
from schemas import DeadLetter
from schemas.outputs import DeadLetterReason
from streams.dead_letters import StoredDeadLetter, read_dead_letter, read_dead_letters
from streams.kafka_access import KafkaOptions, kafka_access

_FROM_A_FILE = "This dead letter came from a file: mend the file and replay it with `assay replay`."
_NOT_SENT_BY_ANYBODY = "This dead letter is about a deadline, which nobody sent: it is asked again at the next."


class _Position(click.ParamType):
    name = "PARTITION:OFFSET"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        partition, _, offset = str(value).partition(":")
        if not (partition.isdecimal() and offset.isdecimal()):
            self.fail(f"{value!r} is no position such as 3:120; `assay dead-letters list` shows them.", param, ctx)
        return int(partition), int(offset)


@click.group("dead-letters")
def dead_letters() -> None:
    """Shows what could not be judged: why, where it came from, and its bytes; and sends it once more."""


@dead_letters.command("list")
@click.option("--reason", type=click.Choice(get_args(DeadLetterReason)), help="Only those with this reason.")
@click.option("--topic", help="Only those that came from this topic.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="The newest so many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a dead letter, with its bytes.")
@pass_invocation
def list_(invocation: Invocation, reason: str | None, topic: str | None, limit: int, as_json: bool) -> None:
    """Lists dead letters, the newest last."""
    stored = read_dead_letters(invocation.settings(), reason=reason, topic=topic, limit=limit)
    if as_json:
        for each in stored:
            click.echo(_json(each))
        return
    rows = [
        (
            each.position,
            each.letter.at.isoformat(timespec="seconds"),
            each.letter.reason,
            f"{each.letter.topic}:{each.letter.partition}:{each.letter.offset}",
            each.letter.error,
        )
        for each in stored
    ]
    echo_table(("position", "at", "reason", "came from", "error"), rows)


@dead_letters.command()
@click.argument("position", type=_Position())
@click.option("--json", "as_json", is_flag=True, help="One JSON object; `value` is base64.")
@pass_invocation
def show(invocation: Invocation, position: tuple[int, int], as_json: bool) -> None:
    """Shows one dead letter by its POSITION, as `assay dead-letters list` gives it."""
    stored = read_dead_letter(invocation.settings(), *position)
    if as_json:
        click.echo(_json(stored))
        return
    facts: dict[str, Any] = msgspec.to_builtins(stored.letter)
    value = base64.b64decode(facts.pop("value")).decode("utf-8", "backslashreplace")
    for name, fact in facts.items():
        click.echo(f"{name + ':':<12} {printable(str(fact))}")
    click.echo(f"{'value:':<12} {printable(value)}")


@dead_letters.command()
@click.argument("positions", type=_Position(), nargs=-1, required=True)
@pass_invocation
def replay(invocation: Invocation, positions: tuple[tuple[int, int], ...]) -> None:
    """Sends the records of dead letters once more, whole, to the topics that they came from.

    POSITIONS are those of `assay dead-letters list`. First mend what made them fail. A record that was judged after
    all (detector_failed: by the other detectors) counts as a duplicate where its event is among its seller's last 32;
    one that killed workers was not judged, and kills again where nothing is mended.
    """
    settings = invocation.settings()
    for position in positions:
        letter = read_dead_letter(settings, *position).letter
        if not letter.topic:
            raise Failure(_NOT_SENT_BY_ANYBODY if letter.offset < 0 else _FROM_A_FILE)
        if letter.offset < 0:
            raise Failure(f"Kafka did not take this line of {letter.topic}: raise max.message.bytes of that topic.")
        try:
            asyncio.run(_send_again(kafka_access(settings).options, letter))
        except Unsent as error:
            raise Failure(str(error)) from None
        click.echo(f"{letter.topic}:{letter.partition}:{letter.offset} was sent again.")


async def _send_again(kafka: KafkaOptions, letter: DeadLetter) -> None:
    sink = KafkaSink(kafka)
    try:
        await sink.send_again(letter.topic, letter.partition, letter.offset)
    finally:
        await sink.close()


def _json(stored: StoredDeadLetter) -> bytes:
    return msgspec.json.encode({"position": stored.position, **msgspec.structs.asdict(stored.letter)})
