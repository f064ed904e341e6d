"""`assay console`: the moderators' page and the HTTP API."""

import asyncio
import logging
import signal
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assay.failure import Failure
from assay.invocation import Invocation, pass_invocation
from assay.policy import policy_in_force
from detectors.policy import Policy
from streams.kafka_access import kafka_access
from streams.kafka_trouble import why_unreachable
from streams.settings import Settings

if TYPE_CHECKING:
    from console.kafka import KafkaSink
    from console.office import Office

_INSTALL = "The console's packages are not installed: install assay with its extra `console`."


@click.group(invoke_without_command=True)
@click.pass_context
def console(context: click.Context) -> None:
    """Serves the moderators' page and the HTTP API until it is told to stop.

    It reads assay's topics and writes verdicts and audit entries; workers do not need it. Who may sign in stands in
    the file that console_users_file names:

    \b
        [users.mia]
        name = "Mia Lin"
        role = "moderator"          # viewer, moderator, lead or admin
        password = "$argon2id$..."  # from `assay console password`
    \b
        [tokens.listing-service]    # for programs
        role = "viewer"
        sha256 = "..."              # from `assay console token`
    \b
        [provider]                  # OpenID Connect, beside the passwords or in their place
        issuer = "https://login.example/realms/staff"
        client_id = "assay"
        secret_file = "oidc-secret" # or secret_variable, the name of a variable
        console = "https://moderation.example"
        role_claim = "groups"
    \b
        [provider.roles]
        assay-moderators = "moderator"

    Put a proxy with HTTPS in front of it that passes the Host on; console_secure = false is for trying it without.
    """
    if context.invoked_subcommand is None:
        context.invoke(_serve)


@click.command()
@pass_invocation
def _serve(invocation: Invocation) -> None:
    settings, policy = invocation.settings(), policy_in_force(invocation)
    if settings.console_users_file is None:
        raise Failure(
            "Nobody may sign in: name a file of users as console_users_file; `assay console --help` shows one."
        )
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name in ("aiokafka", "kafka"):
        logging.getLogger(name).setLevel(logging.ERROR)
    with asyncio.Runner(loop_factory=_new_loop) as runner:
        runner.run(_run(settings, policy, settings.console_users_file))


@console.command()
@click.password_option(help="Asked for where it is not given.")
def password(password: str) -> None:
    """Prints what stands in the users' file for a password."""
    from console.users import UsersError, hash_password  # noqa: PLC0415 - an extra, slow to import

    try:
        click.echo(hash_password(password))
    except UsersError as error:
        raise Failure(str(error)) from None


@console.command()
def token() -> None:
    """Makes a token for a program: prints it once, and what stands in the users' file for it."""
    from console.users import make_token  # noqa: PLC0415 - an extra, slow to import

    made, digest = make_token()
    click.echo(f"token:  {made}\nsha256: {digest}")


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        from console.serving import new_loop  # noqa: PLC0415 - an extra, slow to import
    except ImportError as error:
        raise Failure(_INSTALL) from error
    return new_loop()


async def _run(settings: Settings, policy: Policy, users_file: Path) -> None:
    try:
        from console.app import make_app  # noqa: PLC0415 - an extra, slow to import
        from console.exposition import metrics  # noqa: PLC0415
        from console.kafka import KafkaSink  # noqa: PLC0415
        from console.serving import address_of, bound, serving  # noqa: PLC0415
        from console.users import UsersError  # noqa: PLC0415
    except ImportError as error:
        raise Failure(_INSTALL) from error
    sink = KafkaSink(kafka_access(settings).options)
    try:
        office = _office(settings, policy, users_file, sink)
        listening: socket.socket = bound(settings.console_host, settings.console_port)
    except UsersError as error:
        raise Failure(str(error)) from None
    except OSError as error:
        where = f"{settings.console_host}:{settings.console_port}"
        raise Failure(f"{where} cannot be listened on ({error.strerror}): set console_host or console_port.") from None
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with serving(make_app(office, extra=[metrics]), listening):
        click.echo(f"The console is served at {address_of(listening)}")
        await stop.wait()
    await sink.close()


def _office(settings: Settings, policy: Policy, users_file: Path, sink: "KafkaSink") -> "Office":
    from console.kafka import KafkaFeed  # noqa: PLC0415
    from console.office import Office, Terms  # noqa: PLC0415
    from console.provider import ProviderError, secret_of  # noqa: PLC0415
    from console.users import UsersError, UsersFile  # noqa: PLC0415

    access = kafka_access(settings)
    users, elsewhere = UsersFile(users_file), None
    provider = users().provider
    if provider is not None:
        from console.oidc import Oidc  # noqa: PLC0415 - slow to import, and most do without

        try:
            elsewhere = Oidc(provider, secret_of(provider, users_file.parent))
        except ProviderError as error:
            raise UsersError(f"In the users' file {users_file} {error}.") from None
    return Office(
        feed=KafkaFeed(access.options, settings.console_history_days, lambda: why_unreachable(access)),
        sink=sink,
        users=users,
        policy=policy,
        now=lambda: datetime.now(UTC),
        terms=Terms(is_secure=settings.console_secure),
        elsewhere=elsewhere,
    )
