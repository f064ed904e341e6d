"""Where Redis is and how assay shows itself there, for a single server and for a Redis Cluster.

redis://user@host:6379/0                    one server; rediss:// with TLS, unix:// by a socket
redis+cluster://user@host:6379,host2:6379   a cluster, asked through any of these; rediss+cluster:// with TLS
"""

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from redis.asyncio.connection import Connection, SSLConnection, parse_url

from streams.kafka_access import tls_files
from streams.kafka_trouble import tls_trouble
from streams.settings import Settings, SettingsError, secret, without_password

CLUSTER: Final = "+cluster"
PORT: Final = 6379
Node = tuple[str, int]


@dataclass(frozen=True, slots=True)
class RedisAccess:
    """`options` make a connection of redis-py; `nodes` are who to ask first, empty where there is only one server."""

    shown: str
    kind: type[Connection]
    options: Mapping[str, Any] = field(repr=False)
    nodes: tuple[Node, ...] = ()

    def at(self, node: Node) -> "RedisAccess":
        """The same way into one node of the cluster."""
        host, port = node
        return RedisAccess(self.shown, self.kind, {**self.options, "host": host, "port": port})


def access_to(url: str) -> RedisAccess:
    """ValueError for an address that is not Redis's."""
    scheme, colon, rest = url.partition("://")
    if not scheme.endswith(CLUSTER):
        options: dict[str, Any] = dict(parse_url(url))
        kind: type[Connection] = options.pop("connection_class", Connection)
        return RedisAccess(without_password(url), kind, options)
    # Not by urlsplit: some Pythons take a later node's brackets for those of an invalid first one.
    named = re.split("[/?#]", rest, maxsplit=1)[0]
    user, at, hosts = named.rpartition("@")
    nodes = tuple(_node(host) for host in hosts.split(",") if host)
    if not nodes:
        raise ValueError("Redis URL names no node of the cluster")
    first = f"{user}{at}{hosts.partition(',')[0]}"
    single = access_to(f"{scheme.removesuffix(CLUSTER)}{colon}{first}{rest.removeprefix(named)}")
    if single.options.get("db"):
        raise ValueError("Redis URL names a database, and a cluster has only number 0")
    options = {name: value for name, value in single.options.items() if name not in ("host", "port", "db")}
    return RedisAccess(without_password(url), single.kind, options, nodes)


def redis_access(settings: Settings) -> RedisAccess:
    """`SettingsError` where the settings contradict each other, or name a file that cannot be read."""
    try:
        access = access_to(settings.redis_url)
    except ValueError as error:
        raise SettingsError(f"redis_url {without_password(settings.redis_url)} does not fit: {error}.") from None
    authorities, cert, key = tls_files("redis", settings)
    tls = issubclass(access.kind, SSLConnection)
    for name, path in (("redis_ca_file", authorities), ("redis_cert_file", cert), ("redis_key_file", key)):
        if path is not None and not tls:
            raise SettingsError(f"{name} is without effect while redis_url speaks no TLS: let it begin with rediss.")
        if path is not None and not path.is_file():
            raise SettingsError(f"{name} {path} cannot be read: there is no such file.")
    options = dict(access.options)
    password = secret(settings, "redis_password")
    if password is not None:
        options["password"] = password
    if authorities is not None:
        options["ssl_ca_certs"] = str(authorities)
    if cert is not None:
        # without the empty password OpenSSL would ask for one at the terminal
        options |= {"ssl_certfile": str(cert), "ssl_keyfile": str(key or cert), "ssl_password": ""}
    return RedisAccess(access.shown, access.kind, options, access.nodes)


def trouble(error: BaseException, access: RedisAccess) -> str | None:
    """Why Redis cannot be used, as the end of a sentence that says what to do; None where that is not known."""
    causes = [error]
    while (cause := causes[-1].__cause__ or causes[-1].__context__) is not None and len(causes) < 10:
        causes.append(cause)
    for each in causes:
        if isinstance(each, ssl.SSLError):
            return tls_trouble(each, "redis", "server")
    if issubclass(access.kind, SSLConnection) and any(isinstance(each, ConnectionResetError) for each in causes):
        return _hung_up("ssl_certfile" in access.options)
    user = access.options.get("username") or "default"
    return next((known for each in causes if (known := _known(str(each), user)) is not None), None)


def _hung_up(shows_certificate: bool) -> str:
    """What a TLS server means that ends the connection after the handshake: its reason may be lost on the way."""
    if shows_certificate:
        return "it hung up, as servers do on a certificate that has expired or is none of theirs: mend redis_cert_file"
    return "it hung up, as servers do that want a certificate: give redis_cert_file if it is one of them"


def _known(said: str, user: str) -> str | None:
    """What an answer of Redis means."""
    if "WRONGPASS" in said or "invalid username" in said or "AUTH failed" in said:
        return f"the user {user} or the password is wrong: mend redis_url, redis_password or its file"
    if "NOAUTH" in said or "Authentication required" in said:
        return "it wants a user and a password: name the user in redis_url and give redis_password or its file"
    if "NOPERM" in said or "can't run this command" in said or "no permissions" in said:
        return f"the user {user} lacks a right ({said.strip().rstrip('.')}): grant what docs/operations.md lists"
    if "cluster support disabled" in said:
        return "it is no cluster: let redis_url begin with redis:// or rediss://"
    if "MOVED" in said:
        return "it is a cluster: let redis_url begin with redis+cluster:// or rediss+cluster://"
    return None


def _node(host: str) -> Node:
    name, colon, port = host.rpartition(":")
    if not colon or not port.isdecimal():
        return host.strip("[]"), PORT
    return name.strip("[]"), int(port)
