"""A provider of logins (OpenID Connect) on a socket: it signs with a real RSA key and lets everybody in who asks."""

import contextlib
import hmac
import json
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from functools import cache
from hashlib import sha256
from html import escape
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = "assay"
SECRET = "a secret / of: the client"


@cache
def key(number: int) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": f"key-{number}", "use": "sig"}, private=True)


class Provider:
    """What a test may change: the claims, the signature, what it answers and whether."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.claims: dict[str, Any] = {"sub": "u-17", "name": "Mia Lin", "groups": ["everybody", "moderators"]}
        self.key, self.published = key(1), [key(1)]
        self.algorithm = "RS256"
        self.is_down = False
        self.now_s: Callable[[], float] = time.time
        self.document: dict[str, Any] = {}
        self.posted: str | None = None  # the secret that has to be in the form; none: as a password, RFC 6749, 2.3.1
        self.has_page = False  # that somebody has to click on, as people do
        self.requests: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server.answer(self, dict(parse_qs(urlsplit(self.path).query)))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                server.answer(self, dict(parse_qs(body)))

            def log_message(self, *_: Any) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://{host}:{self._server.server_port}"

    @contextlib.contextmanager
    def open(self) -> Iterator["Provider"]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join(10)

    def answer(self, request: Any, given: dict[str, list[str]]) -> None:
        path = urlsplit(request.path).path
        self.requests.append(path)
        told = {name: values[0] for name, values in given.items()}
        if self.is_down:
            return _send(request, 503, {"error": "down"})
        if path == "/authorize" and self.has_page:
            page = f'<!doctype html><title>Acme</title><a href="{escape(self.authorize(told))}">Let me in</a>'
            return _send(request, 200, page, {"content-type": "text/html"})
        if path == "/authorize":
            return _send(request, 302, {}, {"location": self.authorize(told)})
        if path == "/token":
            return _send(request, *self._token(told, request.headers.get("authorization", "")))
        if path == "/keys":
            return _send(request, 200, {"keys": [one.as_dict(private=False) for one in self.published]})
        return _send(request, 200, self._document())

    def visit(self, address: str) -> str:
        """A browser goes there, and is sent back to the address that is given."""
        connection = HTTPConnection("127.0.0.1", self._server.server_port, timeout=60)
        connection.request("GET", address.removeprefix(self.issuer))
        sent_to = connection.getresponse().getheader("location")
        connection.close()
        assert sent_to is not None
        return sent_to

    def authorize(self, told: dict[str, str]) -> str:
        """The address that the browser is sent back to, with a code."""
        assert told["response_type"] == "code"
        assert told["code_challenge_method"] == "S256"
        code = f"code-{len(self._codes)}"
        self._codes[code] = told
        return f"{told['redirect_uri']}?{urlencode({'code': code, 'state': told['state'], 'iss': self.issuer})}"

    def _token(self, told: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        asked = self._codes.pop(told.get("code", ""), None)
        if asked is None:
            return 400, {"error": "invalid_grant"}
        if told.get("client_secret", "") == self.posted and authorization == "":
            assert told["client_id"] == CLIENT
        else:
            sent = b64decode(authorization.removeprefix("Basic ")).decode()
            assert sent == f"{CLIENT}:a%20secret%20%2F%20of%3A%20the%20client"
        assert told["redirect_uri"] == asked["redirect_uri"]
        challenge = _text(sha256(told["code_verifier"].encode()).digest())
        if challenge != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        now = int(self.now_s())
        usual = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims = {name: value for name, value in (usual | self.claims).items() if value is not None}
        return 200, {"access_token": "opaque", "token_type": "Bearer", "id_token": self._signed(claims)}

    def _signed(self, claims: dict[str, Any]) -> str:
        header = {"alg": self.algorithm, "kid": self.key.kid}
        if self.algorithm == "RS256":
            return jwt.encode(header, claims, self.key, ["RS256"])
        signed = ".".join(_text(json.dumps(part).encode()) for part in (header, claims))
        # With the public key as its secret: what a client that is confused about the key would believe.
        seal = hmac.digest(self.key.as_pem(private=False), signed.encode(), "sha256")
        return f"{signed}.{_text(seal) if self.algorithm == 'HS256' else ''}"

    def _document(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        } | self.document


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def _send(request: Any, status: int, body: dict[str, Any] | str, headers: dict[str, str] | None = None) -> None:
    content = (body if isinstance(body, str) else json.dumps(body)).encode()
    request.send_response(status)
    usual = {"content-type": "application/json", "content-length": str(len(content))}
    for name, value in (usual | (headers or {})).items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(content)
