"""Who may sign in: people with passwords, programs with tokens, from one file that a team keeps.

[users.mia]
name = "Mia Lin"
role = "moderator"                    # viewer, moderator, lead, admin
password = "$argon2id$v=19$..."       # `assay console password` makes it

[tokens.listing-service]
role = "viewer"
sha256 = "..."                        # `assay console token` makes it and shows the token once

Whoever signs in elsewhere comes by a table [provider], see `console.provider`.
"""

import asyncio
import hashlib
import logging
import secrets
import tomllib
from pathlib import Path
from typing import Annotated, Final

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from msgspec import Meta

from console.provider import Provider, ProviderError, checked, role_of
from console.roles import Role

log = logging.getLogger(__name__)

PASSWORD_CHARS: Final = 12  # at least
_HASHES_AT_ONCE: Final = 2  # each takes 64 MiB and a core for a moment; the rest wait
_NAME: Final = r"^[^\x00-\x1f\x7f]{1,256}$"


class UsersError(Exception):
    """The file of users cannot be used; one sentence that says what to mend."""


class User(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person. `name` is shown to others; the key in the file is what verdicts and the audit say."""

    role: Role
    password: Annotated[str, Meta(pattern=r"^\$argon2id\$")]
    name: str = ""


class Token(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A program's right to ask; `sha256` is that of its token, in hex."""

    role: Role
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    users: dict[Annotated[str, Meta(pattern=_NAME)], User] = {}
    tokens: dict[Annotated[str, Meta(pattern=_NAME)], Token] = {}
    provider: Provider | None = None


class Actor(msgspec.Struct, frozen=True):
    """Whoever asks: a person or a program, by the key in the file or by the provider's id."""

    id: str
    name: str
    role: Role


class Users:
    """The people and programs of one file, as it was when it was read."""

    def __init__(self, held: _File, hasher: PasswordHasher | None = None) -> None:
        self._held = held
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash(secrets.token_hex(16))  # so that an unknown name takes as long as a known one
        self._by_token = {token.sha256: Actor(key, key, token.role) for key, token in held.tokens.items()}
        self._turn = asyncio.Semaphore(_HASHES_AT_ONCE)

    async def check(self, user_id: str, password: str) -> Actor | None:
        """The person with that password; None, after the same time, for a wrong one and for nobody."""
        user = self._held.users.get(user_id)
        async with self._turn:
            fits = await asyncio.to_thread(self._fits, user.password if user else self._nobody, password)
        return self.person(user_id) if user is not None and fits else None

    def person(self, user_id: str) -> Actor | None:
        """A person by id: asked at every request, so that a role taken away is gone at once."""
        user = self._held.users.get(user_id)
        return Actor(user_id, user.name or user_id, user.role) if user is not None else None

    def guest_role(self, values: tuple[str, ...]) -> Role | None:
        """The role of somebody of the provider, by what its claim said; None for no entry, now or any more."""
        return role_of(self.provider, values) if self.provider is not None else None

    @property
    def provider(self) -> Provider | None:
        """Where one may sign in elsewhere."""
        return self._held.provider

    @property
    def has_passwords(self) -> bool:
        """Whether anybody signs in here."""
        return bool(self._held.users)

    def program(self, token: str) -> Actor | None:
        """The program with that token."""
        return self._by_token.get(hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest())

    def people(self) -> list[Actor]:
        """Everybody who can be given an alert, by name."""
        each = (Actor(key, user.name or key, user.role) for key, user in self._held.users.items())
        return sorted((one for one in each if one.role != "viewer"), key=lambda one: one.name)

    def name_of(self, user_id: str) -> str:
        """A person's name, else the id."""
        user = self._held.users.get(user_id)
        return (user.name or user_id) if user is not None else user_id

    def _fits(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False


def read_users(path: Path) -> Users:
    """The users of a file; `UsersError` with one sentence where it cannot be used."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsersError(
            f"The users' file {path} cannot be read: {getattr(error, 'strerror', None) or error}."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise UsersError(f"The users' file {path} is not TOML: {error}.") from None
    return users_of(told, str(path))


class UsersFile:
    """The users of a file, read again when it changes; a change that cannot be used is logged and changes nothing."""

    def __init__(self, path: Path) -> None:
        """Raises `UsersError` where the file cannot be used to begin with."""
        self._path = path
        self._stamp = self._stamp_now()
        self._users = read_users(path)

    def __call__(self) -> Users:
        """The users as of now."""
        stamp = self._stamp_now()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._users = read_users(self._path)
            except UsersError as error:
                log.error("%s The users of before are still in force.", error)
        return self._users

    def _stamp_now(self) -> tuple[int, int]:
        try:
            found = self._path.stat()
        except OSError:
            return 0, 0
        return found.st_mtime_ns, found.st_size


def users_of(told: dict[str, object], source: str, hasher: PasswordHasher | None = None) -> Users:
    """The users of a file's content."""
    try:
        held = msgspec.convert(told, _File)
        if held.provider is not None:
            checked(held.provider)
    except msgspec.ValidationError as error:
        raise UsersError(f"The users' file {source} does not fit: {error}.") from None
    except ProviderError as error:
        raise UsersError(f"In the users' file {source} {error}.") from None
    if not held.users and held.provider is None:
        raise UsersError(f"The users' file {source} names nobody: add [users.<id>] with role and password.")
    return Users(held, hasher)


def hash_password(password: str) -> str:
    """What stands in the file; `UsersError` for one that is too short."""
    if len(password) < PASSWORD_CHARS:
        raise UsersError(f"A password needs {PASSWORD_CHARS} characters or more.")
    return PasswordHasher().hash(password)


def make_token() -> tuple[str, str]:
    """A new token, 256 random bits, and its SHA-256 for the file."""
    token = secrets.token_urlsafe(32)
    return token, hashlib.sha256(token.encode()).hexdigest()
