"""The Lua scripts, and how they are called: by their hash, with the text only where the server has forgotten it."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import hiredis

from streams.redis_cluster import ClusterPipe
from streams.redis_pipe import Command, RedisPipe, sure


@dataclass(frozen=True, slots=True)
class Script:
    """One script; `name` is that of the file beside this one."""

    name: str
    text: str = field(init=False, repr=False)
    sha: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        text = Path(__file__).with_name(self.name).read_text("utf-8")
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "sha", hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


COMMIT = Script("commit.lua")
MARKET = Script("market.lua")
NEWEST = Script("newest.lua")
META = Script("meta.lua")


class Call(NamedTuple):
    """A script with its keys, all of them in one slot, and its arguments."""

    script: Script
    keys: Sequence[str]
    arguments: Iterable[bytes | str | int]

    def by_hash(self) -> Command:
        return ("EVALSHA", self.script.sha, len(self.keys), *self.keys, *self.arguments)

    def by_text(self) -> Command:
        return ("EVAL", self.script.text, len(self.keys), *self.keys, *self.arguments)


async def run(pipe: RedisPipe | ClusterPipe, calls: Sequence[Call]) -> list[Any]:
    """What each call answers, in one round trip, or two where the server did not know a script.

    Only a call that was refused for that reason is sent again, by text, which cannot be refused for it.
    StoreUnavailableError when a reply is missing or an error.
    """
    replies = await pipe.ask([call.by_hash() for call in calls])
    unknown = [i for i, reply in enumerate(replies) if _is_unknown(reply)]
    for i, reply in zip(unknown, await pipe.ask([calls[i].by_text() for i in unknown]), strict=True):
        replies[i] = reply
    return [sure(reply) for reply in replies]


def _is_unknown(reply: Any) -> bool:
    return isinstance(reply, hiredis.ReplyError) and str(reply).startswith("NOSCRIPT")
