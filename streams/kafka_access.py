"""How every client of Kafka connects: made from the settings once, for aiokafka, kafka-python and Faust alike.

What the settings leave in doubt is refused: a password or a certificate that nothing would use may be taken for a lock.
"""

import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from faust import SASLCredentials, SSLCredentials
from faust.types.auth import CredentialsT

from streams.settings import Settings, SettingsError, secret

#: Keyword arguments of any client of aiokafka or kafka-python.
KafkaOptions = Mapping[str, Any]

#: They write whole requests at DEBUG, and `plain` puts the password into one.
TALKATIVE: Final = ("aiokafka.conn", "kafka.net.connection", "kafka.protocol.parser")


class _Unsaid(str):
    """A password that does not show itself where a client logs its configuration, as kafka-python does at DEBUG."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


@dataclass(frozen=True, slots=True)
class KafkaAccess:
    """`options` go to a client as they are; `repr` shows neither them nor the password in them."""

    bootstrap: tuple[str, ...]
    user: str | None = None
    context: ssl.SSLContext | None = field(default=None, repr=False)
    options: KafkaOptions = field(default_factory=dict, repr=False)

    def for_faust(self) -> CredentialsT | None:
        """The same for Faust, which has words of its own."""
        if self.user is not None:
            return SASLCredentials(
                username=self.user,
                password=self.options["sasl_plain_password"],
                ssl_context=self.context,
                mechanism=self.options["sasl_mechanism"],
            )
        return None if self.context is None else SSLCredentials(self.context)


def kafka_access(settings: Settings) -> KafkaAccess:
    """`SettingsError` where something is missing, without effect, or a file that cannot be used."""
    security = settings.kafka_security
    servers = tuple(server.strip() for server in settings.kafka_bootstrap.split(",") if server.strip())
    tls, sasl = security.endswith("ssl"), security.startswith("sasl")
    _refuse_idle(settings, security, tls, sasl)
    options: dict[str, Any] = {"bootstrap_servers": list(servers), "security_protocol": security.upper()}
    context = None
    if tls:
        context = options["ssl_context"] = tls_context("kafka", settings)
    if not sasl:
        return KafkaAccess(servers, None, context, options)
    password = secret(settings, "kafka_password")
    if settings.kafka_user is None or password is None:
        wanted = "kafka_user, and kafka_password or kafka_password_file"
        raise SettingsError(f"kafka_security is {security}: give {wanted}.")
    for name in TALKATIVE:
        logging.getLogger(name).addFilter(_says_no_bytes)
    options["sasl_mechanism"] = settings.kafka_sasl_mechanism.upper()
    options["sasl_plain_username"], options["sasl_plain_password"] = settings.kafka_user, _Unsaid(password)
    return KafkaAccess(servers, settings.kafka_user, context, options)


def tls_context(what: str, settings: Settings) -> ssl.SSLContext:
    """What checks the servers' certificates and shows assay's own; `what` is `kafka` or `redis`."""
    authorities, cert, key = tls_files(what, settings)
    try:
        context = ssl.create_default_context(cafile=authorities)
    except (OSError, ssl.SSLError) as error:
        raise _unusable(f"{what}_ca_file", authorities, error) from None
    if cert is not None:
        try:
            # without the empty password OpenSSL would ask for one at the terminal
            context.load_cert_chain(cert, key, password="")
        except (OSError, ssl.SSLError) as error:
            raise _unusable(f"{what}_cert_file" if key is None else f"{what}_key_file", key or cert, error) from None
    return context


def tls_files(what: str, settings: Settings) -> tuple[Path | None, Path | None, Path | None]:
    """Authorities, certificate and key as they are set; `SettingsError` for a key without a certificate."""
    authorities, cert, key = (getattr(settings, f"{what}_{name}_file") for name in ("ca", "cert", "key"))
    if key is not None and cert is None:
        raise SettingsError(f"{what}_key_file is given without its certificate: give {what}_cert_file too.")
    return authorities, cert, key


def _says_no_bytes(record: logging.LogRecord) -> bool:
    return record.levelno > logging.DEBUG


def _refuse_idle(settings: Settings, security: str, tls: bool, sasl: bool) -> None:
    idle = [name for name in ("kafka_user", "kafka_password", "kafka_password_file") if not sasl]
    idle += [name for name in ("kafka_ca_file", "kafka_cert_file", "kafka_key_file") if not tls]
    given = [name for name in idle if getattr(settings, name) is not None]
    if given:
        others = "sasl_ssl" if tls or sasl or given[0] == "kafka_user" else "ssl or sasl_ssl"
        raise SettingsError(f"{given[0]} is without effect while kafka_security is {security}: set that to {others}.")


def _unusable(name: str, path: Path | None, error: OSError) -> SettingsError:
    """`ssl.SSLError` is an OSError too."""
    if isinstance(error, ssl.SSLError):
        other = "it is the key of another certificate"
        why = other if "MISMATCH" in str(error) else "it has to be a PEM file, a key in it without a passphrase"
        return SettingsError(f"{name} {path} cannot be used: {why}.")
    return SettingsError(f"{name} {path} cannot be read: {error.strerror or error}.")
