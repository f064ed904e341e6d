"""Every setting with its unit and default, and where it comes from.

Later ones win: the defaults, `.stack/env` of the current folder (written by `make stack`), `assay.toml` or the file
given by `--config`, the environment (`ASSAY_<NAME>`), options. A wrong value or an unknown key is a `SettingsError`,
one sentence that says what to mend.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args, get_type_hints

import msgspec
from msgspec import Meta

from streams.connections import SECRETS, Connections

CONFIG_FILE: Final = Path("assay.toml")
STACK_FILE: Final = Path(".stack/env")
PACKAGED_POLICY: Final = Path(__file__).parent.parent / "detectors/policy.toml"  # packages lie side by side
ENVIRONMENT_PREFIX: Final = "ASSAY_"
LIVE_LATENESS_SECONDS: Final = 60.0
_MASK: Final = "***"

Positive = Annotated[int, Meta(ge=1)]


class SettingsError(Exception):
    """One sentence that names the setting, where it was given, and what it must be."""


class Settings(Connections, frozen=True, kw_only=True):
    """What one process runs with; `load` makes it. `repr` shows no secrets."""

    consumer_group: Annotated[str, Meta(min_length=1, description="the workers' group in Kafka")] = "assay"
    partitions: Annotated[Positive, Meta(description="partitions of a topic that `assay topics create` makes")] = 12
    replication_factor: Annotated[Positive, Meta(description="copies of a topic that `assay topics create` makes")] = 1
    min_insync_replicas: Annotated[
        Positive | None, Meta(description="copies that must have a record before it counts; 2 of three or more, else 1")
    ] = None
    policy_file: Annotated[Path | None, Meta(description="overrides the packaged policy key by key")] = None
    clock: Annotated[
        Literal["wall", "events"], Meta(description="what moves an idle topic on; `events` for history")
    ] = "wall"
    allowed_lateness_seconds: Annotated[
        Annotated[float, Meta(ge=0, le=1e9)], Meta(description="event time; 0 where the clock is `events`")
    ] = LIVE_LATENESS_SECONDS
    max_poll_records: Annotated[Positive, Meta(description="events in one batch at most")] = 2000
    linger_ms: Annotated[Annotated[int, Meta(ge=0)], Meta(description="how long published lines wait for more")] = 0
    session_timeout_seconds: Annotated[Positive, Meta(description="silence after which a worker is given up")] = 30
    seller_cache: Annotated[Positive, Meta(description="sellers that a worker keeps in memory")] = 200_000
    market_cache_seconds: Annotated[
        Annotated[float, Meta(ge=0, le=1e9)], Meta(description="how long a market read from Redis counts as fresh")
    ] = 1.0
    metrics_port: Annotated[
        Annotated[int, Meta(ge=0, le=65_535)], Meta(description="where Prometheus asks the worker; 0 is nowhere")
    ] = 0
    hash_key: Annotated[
        Annotated[str, Meta(min_length=16)] | None,
        Meta(description="secret of `assay hash`, 16 characters or more"),
    ] = None
    hash_key_file: Annotated[Path | None, Meta(description="file that holds that secret instead")] = None
    log_level: Annotated[Literal["debug", "info", "warning", "error"], Meta(description="what is worth a log line")] = (
        "info"
    )
    console_host: Annotated[str, Meta(min_length=1, description="where `assay console` listens")] = "127.0.0.1"
    console_port: Annotated[Annotated[int, Meta(ge=0, le=65_535)], Meta(description="its port; 0 takes a free one")] = (
        8080
    )
    console_users_file: Annotated[Path | None, Meta(description="who may sign in, see `assay console --help`")] = None
    console_secure: Annotated[
        bool, Meta(description="cookies over HTTPS only; false for trying it without, on this machine")
    ] = True
    console_history_days: Annotated[
        Annotated[float, Meta(ge=0, le=400)], Meta(description="events read at its start, to explain alerts with")
    ] = 7.0

    def __repr__(self) -> str:
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in shown(self).items())})"


_TYPES: Final = get_type_hints(Settings, include_extras=True)


class Loaded(msgspec.Struct, frozen=True):
    """The settings in force and, for each that is not its default, where it was given."""

    settings: Settings
    sources: dict[str, str]


def load(
    config: Path | None = None,
    options: Mapping[str, Any] | None = None,
    *,
    environment: Mapping[str, str] = os.environ,
    folder: Path = Path(),
) -> Loaded:
    """The settings of a process started in `folder`; options that are None were not given.

    Raises `SettingsError` for a file that cannot be read, an unknown key and a value that does not fit.
    """
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    given = {name: value for name, value in (options or {}).items() if value is not None}
    layers = [
        (str(STACK_FILE), _from_stack(folder / STACK_FILE)),
        _from_file(config, folder / CONFIG_FILE),
        ("the environment", _from_environment(environment)),
        ("the options", given),
    ]
    for source, layer in layers:
        for name, file in ((name, f"{name}_file") for name in SECRETS):
            if name in layer and file in layer:
                raise SettingsError(f"{source} gives both {name} and {file}: give one of them.")
            for given_here, other in ((name, file), (file, name)):
                if given_here in layer:
                    values.pop(other, None)
                    sources.pop(other, None)
        for name, value in layer.items():
            values[name] = _checked(name, value, source)
            sources[name] = source
    if values.get("clock") == "events":
        values.setdefault("allowed_lateness_seconds", 0.0)
    return Loaded(Settings(**values), sources)


def described() -> dict[str, str]:
    """What each setting is about, by name."""
    return {
        name: next(meta.description for meta in kind.__metadata__ if meta.description) for name, kind in _TYPES.items()
    }


def shown(settings: Settings) -> dict[str, str | int | float | None]:
    """The settings by name with `SECRETS` masked, and passwords inside addresses."""
    values = {name: getattr(settings, name) for name in Settings.__struct_fields__}
    plain = {name: str(value) if isinstance(value, Path) else value for name, value in values.items()}
    masked = {name: without_password(value) if isinstance(value, str) else value for name, value in plain.items()}
    return masked | {name: _MASK for name in SECRETS if plain[name] is not None}


def without_password(address: str) -> str:
    """The address with its password masked, for log lines and errors."""
    masked = re.sub(r"(?<=://)([^:@/?]*):.*@", rf"\1:{_MASK}@", address)
    return re.sub(r"([?&]password=)[^&]*", rf"\1{_MASK}", masked)


def secret(settings: Settings, name: str) -> str | None:
    """One of `SECRETS`, from the setting or its file; None where neither is given.

    `SettingsError` where the file cannot be read or holds nothing that fits.
    """
    held: str | None = getattr(settings, name)
    path: Path | None = getattr(settings, f"{name}_file")
    if held is not None or path is None:
        return held
    return str(_checked(name, _text(f"{name}_file {path}", path).strip(), str(path)))


def hash_key(settings: Settings) -> bytes:
    """The secret of `assay hash`; `SettingsError` where none is set or its file cannot be read."""
    key = secret(settings, "hash_key")
    if key is None:
        raise SettingsError("No hash_key is set: give ASSAY_HASH_KEY, or hash_key_file in assay.toml.")
    return key.encode()


def read_policy(path: Path | None) -> dict[str, Any]:
    """The policy that `path` holds, or the packaged one; what the keys mean is the business of `detectors.policy`."""
    source = path or PACKAGED_POLICY
    return _toml(f"The policy {source}", source)


def unknown_in_environment(environment: Mapping[str, str] = os.environ) -> list[str]:
    """A sentence for each variable that looks like a setting and is none (a misspelt one would be without effect)."""
    names = [name for name in environment if name.startswith(ENVIRONMENT_PREFIX)]
    unknown = [name for name in names if name.removeprefix(ENVIRONMENT_PREFIX).lower() not in _TYPES]
    return [_unknown(name.removeprefix(ENVIRONMENT_PREFIX).lower(), f"the variable {name}") for name in unknown]


def _from_stack(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    lines = [line.partition("=") for line in _text(str(path), path).splitlines()]
    return _from_environment({name: value for name, _, value in lines})


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    names = {name: ENVIRONMENT_PREFIX + name.upper() for name in _TYPES}
    return {name: environment[variable] for name, variable in names.items() if variable in environment}


def _from_file(config: Path | None, default: Path) -> tuple[str, dict[str, Any]]:
    """Relative paths in the file are meant from the file's own folder."""
    path = config or default
    if config is None and not path.exists():
        return str(path), {}
    layer = _toml(f"The configuration {path}", path)
    for name in layer:
        if name not in _TYPES:
            raise SettingsError(_unknown(name, str(path)))
    for name, value in layer.items():
        if name.endswith("_file") and isinstance(value, str):
            layer[name] = str(path.parent / value)
    return str(path), layer


def _checked(name: str, value: Any, source: str) -> Any:
    """`value` in the setting's own type; text from the environment is read as a number where one is wanted."""
    try:
        return msgspec.convert(value, _TYPES[name], strict=False, dec_hook=_path)
    except msgspec.ValidationError as error:
        choices = get_args(get_args(_TYPES[name])[0]) if "enum" in str(error) else ()
        what = f"Expected {' or '.join(choices)}" if choices else str(error).partition(" - at ")[0].replace("`", "")
        raise SettingsError(f"{name} in {source} does not fit: {what[0].lower()}{what[1:]}.") from None


def _path(kind: type, value: Any) -> Any:
    if kind is Path and isinstance(value, str | Path):
        return Path(value)
    raise msgspec.ValidationError("Expected a path")


def _unknown(name: str, source: str) -> str:
    nearest = difflib.get_close_matches(name, _TYPES, n=1, cutoff=0)[0]
    return f"{source} has the unknown setting {name}; the nearest known one is {nearest}."


def _toml(what: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(what, path))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{what} is not TOML: {error}.") from None


def _text(what: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise SettingsError(f"{what} cannot be read: it is not UTF-8 text.") from None
    except OSError as error:
        raise SettingsError(f"{what} cannot be read: {error.strerror or error}.") from None
