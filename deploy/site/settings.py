"""`docs/reference/settings.md`: every setting, its default, what fits, and what it is about."""

from typing import Any, Final

import msgspec

from deploy.site.fields import Pages, kind_of
from deploy.site.tables import code, plain, table
from streams.connections import SECRETS
from streams.settings import ENVIRONMENT_PREFIX, Settings, described

_INTRO: Final = f"""# Settings

A setting is given in `assay.toml` of the folder that a command is started in, or in the file that `assay --config FILE`
names; in the environment, by its name in capitals behind `{ENVIRONMENT_PREFIX}`
(`{ENVIRONMENT_PREFIX}KAFKA_BOOTSTRAP=kafka-1:9092`); or for one command by `assay --set NAME=VALUE`. Later ones win, in
that order. Before them all comes `.stack/env`, which `make stack` writes.

`assay config show` says what is in force and where each value came from. A value that does not fit, or a name that is
not below, ends the command with a sentence that says what to mend. A path in a file is meant from that file's folder.
Units are in the names.

What counts as suspicious is no setting but the policy: [every detector's thresholds and weights](detectors.md).
"""
_GROUPS: Final = (
    ("Kafka", "kafka_", "How to use them together: [operations](../operations.md#security-of-the-connections)."),
    ("Redis", "redis_", "How to use them together: [operations](../operations.md#security-of-the-connections)."),
    ("The console", "console_", "Of `assay console`; [for moderators](../moderators.md) says what they see there."),
    ("Workers, topics and everything else", "", "The workers of one group share one state, and so these settings."),
)


def page() -> str:
    """The whole page."""
    left = list(Settings.__struct_fields__)
    parts = [_INTRO]
    for heading, prefix, about in _GROUPS:
        names = [name for name in left if name.startswith(prefix)]
        left = [name for name in left if name not in names]
        rows = [(code(name), _default(name), _fits(name), plain(described()[name])) for name in names]
        parts += [f"## {heading}\n", f"{about}\n", table(("setting", "default", "what fits", "about"), rows)]
    return "\n".join(parts)


def _default(name: str) -> str:
    held = getattr(Settings(), name)
    if held is None:
        return "none"
    return code(str(held).lower() if isinstance(held, bool) else held)


def _fits(name: str) -> str:
    """What the type takes; a secret says where else it may lie."""
    schema: dict[str, Any] = _SCHEMAS[name]
    kind = kind_of(schema, Pages({})).removesuffix(", or null")
    variants = [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]
    said = [_limit(kind, {**schema, **variants[0]})]
    if name in SECRETS:
        said.append(f"a secret, or in {code(f'{name}_file')}")
    return ", ".join(said)


def _limit(kind: str, schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(code(one) for one in schema["enum"])
    if schema.get("format") == "path":
        return "a file"
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None:
        bounds = f"{low:,.0f} to {high:,.0f}" if high is not None else f"from {low:,.0f} on"
        return f"{kind}, {bounds}"
    if "pattern" in schema:
        return "`redis://`, `rediss://`, `redis+cluster://`, `rediss+cluster://` or `unix://`"
    return kind


def _of_path(kind: type) -> dict[str, str]:
    return {"type": "string", "format": "path"}


_SCHEMAS: Final[dict[str, dict[str, Any]]] = msgspec.json.schema(Settings, schema_hook=_of_path)["$defs"]["Settings"][
    "properties"
]
