"""`assay hash`: keyed hashes of people's identifiers, the only form in which assay takes them.

HMAC-SHA-256 over the kind, a zero byte and the normalised text in UTF-8, in 64 hex digits. The kind is hashed with
the text, so that the same text as a phone and as a device gives two hashes and links nobody by accident.
"""

import hashlib
import hmac
import ipaddress
import sys
import unicodedata
from collections.abc import Callable
from typing import Final, get_args

import click

from assay.failure import Failure
from assay.invocation import Invocation, pass_invocation
from schemas.fields import IdentifierKind
from streams.settings import hash_key


def _phone(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).strip()
    digits = "".join(str(unicodedata.decimal(char)) for char in plain if char.isdecimal())
    return "+" + (digits[2:] if digits.startswith("00") else digits) if digits else ""


def _number(text: str) -> str:
    """Upper case without spaces and dashes: an IBAN as people print it is the IBAN as machines send it."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(char for char in plain if not char.isspace() and unicodedata.category(char) != "Pd")


def _ip(text: str) -> str:
    address = ipaddress.ip_address(text.strip())
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def _address(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


NORMALISE: Final[dict[str, Callable[[str], str]]] = {
    "bank_account": _number,
    "id_document": _number,
    "device": str.strip,
    "phone": _phone,
    "email": lambda text: text.strip().lower(),
    "return_address": _address,
    "ip": _ip,
}


def keyed_hash(kind: str, text: str, key: bytes) -> str:
    """64 hex digits; ValueError where the text is empty once normalised, or no address of kind `ip`."""
    normalised = NORMALISE[kind](text)
    if not normalised:
        raise ValueError("nothing to hash")
    return hmac.new(key, f"{kind}\0{normalised}".encode(), hashlib.sha256).hexdigest()


@click.command("hash")
@click.option("--kind", type=click.Choice(get_args(IdentifierKind)), required=True, help="What the lines hold.")
@pass_invocation
def hash_identifiers(invocation: Invocation, kind: str) -> None:
    """Reads identifiers from standard input, one a line, and writes their keyed hashes, one a line.

    The key is the setting hash_key (ASSAY_HASH_KEY, or hash_key_file); whoever hashes for one marketplace uses one key.

    \b
    Before hashing:
      phone                      digits with a leading +, 00 in front is the same; give the country code
      email                      lower case, without space around it
      bank_account, id_document  upper case, without spaces and dashes
      ip                         the address in its shortest form
      device                     without space around it
      return_address             Unicode NFKC, case folded, white space collapsed
    """
    key = hash_key(invocation.settings())
    for number, line in enumerate(sys.stdin.buffer, start=1):
        try:
            hashed = keyed_hash(kind, line.decode("utf-8").rstrip("\r\n"), key)
        except ValueError:  # the message would repeat a person's data
            raise Failure(f"Line {number} holds no {kind}: mend it; the lines before it are done.") from None
        click.echo(hashed)
