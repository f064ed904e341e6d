"""Who may sign in elsewhere: the provider of a company's logins, as the users' file names it.

[provider]                                   # OpenID Connect
name = "Acme login"                          # what the button says
issuer = "https://login.acme.example/realms/staff"
client_id = "assay"
secret_file = "oidc-secret"                  # or secret_variable = "OIDC_SECRET"; neither for a client without a secret
console = "https://moderation.acme.example"  # where people open the console
role_claim = "groups"

[provider.roles]                             # what the claim may say, and the role here; several: the highest
assay-moderators = "moderator"
assay-leads = "lead"
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from console.roles import ROLES, Role

CALLBACK: Final = "/sign-in/oidc/callback"
_HERE: Final = ("localhost", "127.0.0.1", "::1")
Line = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{1,256}$")]


class ProviderError(Exception):
    """What the file says of the provider cannot be used; one sentence that says what to mend."""


class Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where to sign in, and what its claims mean here. `roles` maps a value of the claim to a role."""

    issuer: Line
    client_id: Line
    console: Line
    roles: dict[str, Role]
    name: Line = "OpenID Connect"
    secret_file: str = ""
    secret_variable: str = ""
    role_claim: Line = "groups"
    user_claim: Line = "sub"
    scope: Line = "openid profile"

    @property
    def callback(self) -> str:
        """Where the provider sends people back to; it has to be registered there."""
        return self.console.rstrip("/") + CALLBACK


def checked(provider: Provider) -> Provider:
    """The provider, or `ProviderError`: what goes over the network in clear may be on this machine only."""
    for name, address in (("issuer", provider.issuer), ("console", provider.console)):
        if not is_safe(address):
            raise ProviderError(f"the provider's {name} {address} must be an address with https://")
    if not provider.roles:
        raise ProviderError("the provider's table roles is empty, so nobody of it could enter")
    if "openid" not in provider.scope.split():
        raise ProviderError("the provider's scope must have the word openid in it")
    if provider.secret_file and provider.secret_variable:
        raise ProviderError("the provider has both secret_file and secret_variable: give one of them")
    return provider


def is_safe(address: str) -> bool:
    """Whether it is a whole address over HTTPS, or over HTTP on this machine."""
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and (
            parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)
        )
    except ValueError:
        return False


def secret_of(provider: Provider, folder: Path, environment: Mapping[str, str] = os.environ) -> str:
    """The client's secret, "" for a client that has none; `ProviderError` where it is named and not there.

    A relative `secret_file` is meant from `folder`, that of the users' file.
    """
    if provider.secret_variable:
        secret = environment.get(provider.secret_variable, "")
        if not secret:
            raise ProviderError(f"the variable {provider.secret_variable} of the provider's secret is not set")
        return secret
    if not provider.secret_file:
        return ""
    path = folder / provider.secret_file
    try:
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise ProviderError(f"the provider's secret_file {path} cannot be read: {why}") from None
    if not secret:
        raise ProviderError(f"the provider's secret_file {path} is empty")
    return secret


def values_of(claims: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """What a claim says: one text or a list of them. A name with dots leads into tables, unless it is itself there."""
    held: Any = claims
    if name in claims:
        held = claims[name]
    else:
        for part in name.split("."):
            held = held.get(part) if isinstance(held, Mapping) else None
    each = held if isinstance(held, list) else [held]
    return tuple(one for one in each if isinstance(one, str))


def role_of(provider: Provider, values: tuple[str, ...]) -> Role | None:
    """The highest role that the values of the claim give; None for no entry."""
    given = [provider.roles[one] for one in values if one in provider.roles]
    return max(given, key=ROLES.index, default=None)
