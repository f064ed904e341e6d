"""Signing in with OpenID Connect: the authorization code flow with PKCE, and the check of what comes back.

OpenID Connect Core 1.0, sections 3.1.2, 3.1.3 and 3.1.3.7; PKCE: RFC 7636; the provider's document: OpenID Connect
Discovery 1.0; mix-up of providers: RFC 9207. Authlib writes the request and checks the claims, joserfc the signature.
"""

import asyncio
import logging
import ssl
import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final
from urllib.parse import quote

import httpx
import msgspec
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from console.guests import Guest, Refused, Unreachable
from console.journeys import Journey
from console.provider import Provider, is_safe, values_of

log = logging.getLogger(__name__)

#: Signatures by a key that only the provider has: neither `none` nor those made with a shared secret.
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LEEWAY_SECONDS: Final = 60  # between the provider's clock and this one
FRESH_SECONDS: Final = 3_600.0  # how long the provider's document and keys count
AGAIN_SECONDS: Final = 10.0  # between two looks for a key that was not there
TIMEOUT_SECONDS: Final = 5.0
DOWN_SECONDS: Final = 3.0  # how long nobody asks a provider that did not answer: else they would queue up behind it
USER_CHARS: Final = 250


class _Document(msgspec.Struct, frozen=True):
    """What the provider says of itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class _Granted(msgspec.Struct, frozen=True):
    """The answer to a code."""

    id_token: str
    access_token: str = ""


class Oidc:
    """A provider, asked when it is needed: the console starts while it is down. `now_s` is seconds since 1970."""

    def __init__(self, provider: Provider, secret: str = "", now_s: Callable[[], float] = time.time) -> None:
        self.provider = provider
        self._secret = secret
        self._now_s = now_s
        self._client: httpx.AsyncClient | None = None
        self._document: tuple[_Document, float] | None = None
        self._keys: tuple[KeySet, float] | None = None
        self._down: tuple[str, float] = ("", -DOWN_SECONDS)
        self._turn = asyncio.Lock()

    @property
    def name(self) -> str:
        """What the button says."""
        return self.provider.name

    async def address(self, journey: Journey) -> str:
        """Where to send the browser; `Unreachable`."""
        document = await self._read_document()
        address: str = prepare_grant_uri(
            document.authorization_endpoint,
            client_id=self.provider.client_id,
            response_type="code",
            redirect_uri=self.provider.callback,
            scope=self.provider.scope,
            state=journey.state,
            nonce=journey.nonce,
            code_challenge=create_s256_code_challenge(journey.verifier),
            code_challenge_method="S256",
        )
        return address

    async def guest(self, code: str, issuer: str, journey: Journey) -> Guest:
        """Whoever the provider gave the code for; `Unreachable` or `Refused`."""
        if issuer not in ("", self.provider.issuer):
            raise Refused(f"the answer is from {issuer!r}")
        granted = await self._granted(code, journey)
        claims = await self._claims(granted, journey)
        return _guest_of(claims, self.provider)

    async def _granted(self, code: str, journey: Journey) -> _Granted:
        document = await self._read_document()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.provider.callback,
            "code_verifier": journey.verifier,
        }
        auth = None
        if self._secret and "client_secret_post" in document.token_endpoint_auth_methods_supported:
            form |= {"client_id": self.provider.client_id, "client_secret": self._secret}
        elif self._secret:  # RFC 6749, section 2.3.1: both are encoded before they are joined
            auth = httpx.BasicAuth(quote(self.provider.client_id, safe=""), quote(self._secret, safe=""))
        else:
            form["client_id"] = self.provider.client_id
        answer = await self._asked("POST", document.token_endpoint, data=form, **({"auth": auth} if auth else {}))
        if 400 <= answer.status_code < 500:
            raise Refused(f"the code was refused: {answer.text[:200]!r}")
        granted: _Granted = _read(answer, _Granted)
        return granted

    async def _claims(self, granted: _Granted, journey: Journey) -> Mapping[str, Any]:
        try:
            token = await self._verified(granted.id_token)
            claims = CodeIDToken(
                token.claims,
                token.header,
                {
                    "iss": {"essential": True, "value": self.provider.issuer},
                    "aud": {"essential": True, "value": self.provider.client_id},
                },
                {
                    "nonce": journey.nonce,
                    "client_id": self.provider.client_id,
                    "access_token": granted.access_token,
                },
            )
            claims.validate(now=int(self._now_s()), leeway=LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError) as error:
            raise Refused(f"the ID token is not believed: {type(error).__name__}: {error}") from None
        return dict(claims)

    async def _verified(self, token: str) -> jwt.Token:
        """The token with its signature checked; where it does not fit, the provider may have new keys: read again."""
        try:
            return jwt.decode(token, await self._read_keys(FRESH_SECONDS), algorithms=ALGORITHMS)
        except (InvalidKeyIdError, BadSignatureError):
            return jwt.decode(token, await self._read_keys(AGAIN_SECONDS), algorithms=ALGORITHMS)

    async def _read_document(self) -> _Document:
        async with self._turn:
            if self._document is not None and self._now_s() - self._document[1] < FRESH_SECONDS:
                return self._document[0]
            address = self.provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
            document: _Document = _read(await self._got(address), _Document)
            if document.issuer != self.provider.issuer:
                raise Unreachable(f"it calls itself {document.issuer!r}, not {self.provider.issuer!r}")
            for one in (document.authorization_endpoint, document.token_endpoint, document.jwks_uri):
                if not is_safe(one):
                    raise Unreachable(f"its address {one!r} is not one with https://")
            self._document = document, self._now_s()
            return document

    async def _read_keys(self, fresh_s: float) -> KeySet:
        document = await self._read_document()
        async with self._turn:
            if self._keys is not None and self._now_s() - self._keys[1] < fresh_s:
                return self._keys[0]
            told = _read(await self._got(document.jwks_uri), dict[str, Any])
            try:
                keys = KeySet.import_key_set({"keys": told["keys"]})
            except (JoseError, KeyError, TypeError, ValueError) as error:
                raise Unreachable(f"its keys cannot be read: {error}") from None
            self._keys = keys, self._now_s()
            return keys

    async def _got(self, address: str) -> httpx.Response:
        why, failed_s = self._down
        if 0 <= self._now_s() - failed_s < DOWN_SECONDS:
            raise Unreachable(why)
        try:
            return await self._asked("GET", address)
        except Unreachable as error:
            self._down = str(error), self._now_s()
            raise

    async def _asked(self, method: str, address: str, **more: Any) -> httpx.Response:
        if self._client is None:
            headers = {"accept": "application/json"}
            self._client = httpx.AsyncClient(timeout=TIMEOUT_SECONDS, headers=headers, verify=_trusted())
        try:
            answer = await self._client.request(method, address, **more)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unreachable(f"{address} does not answer: {type(error).__name__}: {error}") from None
        if answer.status_code >= 500 or (method == "GET" and answer.status_code != 200):
            raise Unreachable(f"{address} answers {answer.status_code}")
        return answer


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates of this machine; reading them takes 30 ms."""
    return httpx.create_ssl_context()


def _read(answer: httpx.Response, kind: Any) -> Any:
    try:
        return msgspec.json.decode(answer.content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unreachable(f"{answer.url} answers what does not fit: {error}") from None


def _guest_of(claims: Mapping[str, Any], provider: Provider) -> Guest:
    user = claims.get(provider.user_claim)
    if not isinstance(user, str) or not user.isprintable() or not 0 < len(user) <= USER_CHARS:
        raise Refused(f"the claim {provider.user_claim} is not the text of an id")
    if provider.user_claim == "email" and claims.get("email_verified") is False:
        raise Refused("the provider has not verified the email address that is the id here")
    name = claims.get("name")
    shown = name[:USER_CHARS] if isinstance(name, str) and name.isprintable() and name.strip() else user
    # The prefix keeps apart from people of the file, and from `policy` and `expiry`, whoever can choose an id there.
    return Guest(f"oidc:{user}", shown, values_of(claims, provider.role_claim))
