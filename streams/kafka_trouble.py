"""Why Kafka cannot be reached: the clients say that it was not; this asks once more by hand and hears the reason.

A server refuses a client's certificate only after the handshake (TLS 1.3), with an alert that is read with its first
answer; so a first question, which versions it speaks, belongs to the look.
"""

import asyncio
import socket
import ssl
import struct
from typing import Final

from aiokafka.conn import create_conn
from aiokafka.errors import IllegalSaslStateError, KafkaError, SaslAuthenticationFailed, UnsupportedSaslMechanismError
from aiokafka.protocol.metadata import MetadataRequest

from streams.kafka_access import KafkaAccess

LOOK_SECONDS: Final = 5.0
_API_VERSIONS: Final = struct.pack(">ihhih", 10, 18, 0, 1, -1)  # size, api key, version, correlation, no client id
_TLS_RECORDS: Final = (b"\x15\x03", b"\x16\x03")


def why_unreachable(access: KafkaAccess) -> str | None:
    """What is wrong with the first broker that shows something, as the end of a sentence that says what to do.

    None where every broker lets assay in, or nobody listens. Blocks up to `LOOK_SECONDS` a step.
    """
    for server in access.bootstrap:
        host, _, port = server.rpartition(":")
        if not port.isdecimal():
            return f"{server} is not host:port: mend kafka_bootstrap"
        said = _door(access, host.strip("[]"), int(port)) or _name(access, host.strip("[]"), int(port))
        if said is not None:
            return said
    return None


def _door(access: KafkaAccess, host: str, port: int) -> str | None:
    """TCP, TLS and the first question."""
    try:
        with socket.create_connection((host, port), timeout=LOOK_SECONDS) as plain:
            if access.context is None:
                return _answer(access, plain)
            with access.context.wrap_socket(plain, server_hostname=host) as secured:
                return _answer(access, secured)
    except ssl.SSLError as error:
        return tls_trouble(error, "kafka", "brokers")
    except socket.gaierror:
        return f"no machine is called {host}: mend kafka_bootstrap"
    except OSError:
        return None


def _answer(access: KafkaAccess, asked: socket.socket) -> str | None:
    asked.sendall(_API_VERSIONS)
    said = asked.recv(4)
    if access.context is None and said[:2] in _TLS_RECORDS:
        return "the brokers speak TLS there: set kafka_security to ssl or sasl_ssl"
    if not said and access.context is None:
        return "the connection was closed without an answer: does kafka_security fit the brokers' listener?"
    return None


def _name(access: KafkaAccess, host: str, port: int) -> str | None:
    """User and password; or that a listener wants them and got none."""
    return asyncio.run(_introduce(access, host, port))


async def _introduce(access: KafkaAccess, host: str, port: int) -> str | None:
    given = {name: value for name, value in access.options.items() if name != "bootstrap_servers"}
    try:
        connection = await create_conn(host, port, request_timeout_ms=int(1_000 * LOOK_SECONDS), **given)
    except SaslAuthenticationFailed:
        return f"the user {access.user} or the password is wrong: mend kafka_user, kafka_password or its file"
    except (UnsupportedSaslMechanismError, IllegalSaslStateError):
        how = str(given.get("sasl_mechanism", "")).lower()
        return f"the brokers do not take {how or 'users'} there: mend kafka_sasl_mechanism, or kafka_security"
    except (KafkaError, OSError, TimeoutError):
        return None
    connection.close()
    if access.user is None and await _wants_a_user(access, host, port):
        return "the brokers want a user with a password: set kafka_security to sasl_ssl or sasl_plaintext"
    return None


async def _wants_a_user(access: KafkaAccess, host: str, port: int) -> bool:
    """Such a listener tells its versions to everybody, and hangs up at the next question."""
    given = {name: value for name, value in access.options.items() if name != "bootstrap_servers"}
    connection = await create_conn(host, port, request_timeout_ms=int(1_000 * LOOK_SECONDS), **given)
    try:
        await connection.send(MetadataRequest([]))
    except (KafkaError, OSError, TimeoutError):
        return True
    finally:
        connection.close()
    return False


def tls_trouble(error: ssl.SSLError, what: str, whose: str) -> str:
    """What a failed handshake means, and which setting of `what` (`kafka`, `redis`) mends it."""
    said = str(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        why = error.verify_message
        if "expired" in why:
            return f"the certificate of the {whose} has expired: they need a new one"
        if "doesn't match" in why or "not valid for" in why or "mismatch" in why:
            return f"the certificate is not for that name ({why}): use the name that the {whose} bear"
        return f"the certificate of the {whose} is not from an authority that assay trusts: mend {what}_ca_file"
    if "ALERT" in said or "alert" in said:
        if "BAD_CERTIFICATE" in said or "CERTIFICATE_REQUIRED" in said or "HANDSHAKE_FAILURE" in said:
            return f"they want to see a certificate: give {what}_cert_file and {what}_key_file"
        if "CERTIFICATE" in said or "UNKNOWN_CA" in said:
            why = "it has expired or comes from an authority that they do not trust"
            return f"they refuse assay's certificate, {why}: mend {what}_cert_file"
    return f"no TLS is spoken there ({error.reason or said}): mend the address or how it is secured"
