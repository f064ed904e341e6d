"""The settings that say where Kafka and Redis are, and how assay shows itself to them.

A secret is a setting of its own or the content of the file that `<name>_file` names, never both in one place.
"""

from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

#: Masked wherever settings are shown; each has a `<name>_file` beside it.
SECRETS: Final = ("hash_key", "kafka_password", "redis_password")
REDIS_ADDRESS: Final = r"^((redis|rediss)(\+cluster)?|unix)://"

Text = Annotated[str, Meta(min_length=1)]


class Connections(msgspec.Struct, frozen=True, kw_only=True):
    """What `streams.kafka_access` and `streams.redis_access` read; part of `Settings`."""

    kafka_bootstrap: Annotated[
        str, Meta(min_length=1, description="brokers to ask first, host:port, separated by commas")
    ] = "localhost:9092"
    kafka_security: Annotated[
        Literal["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"],
        Meta(description="how brokers are spoken to: `ssl` is TLS, `sasl` a user with a password"),
    ] = "plaintext"
    kafka_sasl_mechanism: Annotated[
        Literal["scram-sha-512", "scram-sha-256", "plain"], Meta(description="how the password is proven")
    ] = "scram-sha-512"
    kafka_user: Annotated[Text | None, Meta(description="Kafka's user, for `sasl`")] = None
    kafka_password: Annotated[Text | None, Meta(description="that user's password")] = None
    kafka_password_file: Annotated[Path | None, Meta(description="file that holds that password instead")] = None
    kafka_ca_file: Annotated[
        Path | None, Meta(description="authorities that the brokers' certificates come from; else the system's")
    ] = None
    kafka_cert_file: Annotated[Path | None, Meta(description="assay's own certificate, where brokers demand one")] = (
        None
    )
    kafka_key_file: Annotated[Path | None, Meta(description="its key, where that is not in the same file")] = None
    redis_url: Annotated[
        str, Meta(pattern=REDIS_ADDRESS, description="where the state is kept; `+cluster` for a Redis Cluster")
    ] = "redis://localhost:6379/0"
    redis_password: Annotated[Text | None, Meta(description="password of the user that redis_url names")] = None
    redis_password_file: Annotated[Path | None, Meta(description="file that holds that password instead")] = None
    redis_ca_file: Annotated[
        Path | None, Meta(description="authorities that Redis's certificate comes from, beside the system's")
    ] = None
    redis_cert_file: Annotated[Path | None, Meta(description="assay's own certificate, where Redis demands one")] = None
    redis_key_file: Annotated[Path | None, Meta(description="its key, where that is not in the same file")] = None
