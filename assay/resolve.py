"""`assay resolve`: which products titles mean."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from assay.failure import Failure
from detectors.titles import Titles
from schemas import Product, wire
from streams.replay import UnreadableError, open_lines


@click.command()
@click.argument("titles", nargs=-1)
@click.option("--reference", multiple=True, required=True, help="JSON lines of products; may be repeated.")
@click.option("--why", is_flag=True, help="Name the tokens that the title and its best candidate have in common.")
def resolve(titles: tuple[str, ...], reference: tuple[str, ...], why: bool) -> None:
    """Says which product of the reference catalogue each title means.

    TITLES are files with a title a line (.gz too); without any, or with -, standard input is read. Writes JSON lines
    with title, product_id (null where it abstains), confidence and candidates.
    """
    try:
        known = _catalogue(reference)
        for title in _titles(titles or ("-",)):
            found = known.resolve(title, why=why)
            answer: dict[str, Any] = {
                "title": title,
                "product_id": found.product_id,
                "confidence": found.confidence,
                "candidates": [candidate._asdict() for candidate in found.candidates],
            }
            if why:
                answer["why"] = list(found.why)
            click.echo(msgspec.json.encode(answer))
    except UnreadableError as error:
        raise Failure(str(error)) from error


def _catalogue(paths: Sequence[str]) -> Titles:
    titles = Titles()
    refused = 0
    for path in paths:
        for line in _lines(path):
            word = wire.decode_reference(line)
            if isinstance(word, wire.Refused):
                refused += 1
                if refused <= 5:
                    click.echo(f"A line of the reference was left out: {word.error}", err=True)
            elif isinstance(word, Product):
                titles.add(word)
    if not len(titles):
        raise Failure(f"There is no product in {', '.join(map(_shown, paths))}: give the reference catalogue.")
    return titles


def _titles(paths: Sequence[str]) -> Iterator[str]:
    for path in paths:
        for line in _lines(path):
            yield line.decode("utf-8", "replace")


def _lines(path: str) -> Iterator[bytes]:
    with open_lines(path) as file:
        try:
            yield from (stripped for line in file if (stripped := line.strip()))
        except (OSError, EOFError) as error:
            raise UnreadableError(f"{_shown(path)} cannot be read to its end: {error}.") from error


def _shown(path: str) -> str:
    return "standard input" if path == "-" else Path(path).name
