"""`paced_worker.py` as the version before: it writes that version's states, and reads no later one's.

    python older_worker.py worker

What it stores carries the number before this one, and a record ends before its newest field where that says nothing.
Where it says something it stays: a version that does not know the field decides otherwise, and has nothing to be
compared with.
"""

from typing import Any

import msgspec

from detectors import records

_encode_whole = records._encode


def encode_as_before(record: Any) -> bytes:
    """The record as the version before stores it."""
    if isinstance(record, records.Core):
        record.version = records.OLDEST_VERSION
    fields = msgspec.msgpack.decode(_encode_whole(record), type=list[msgspec.Raw])
    newest = msgspec.structs.fields(record)[-1]
    says_nothing = getattr(record, newest.name) == newest.default
    return msgspec.msgpack.encode(fields[:-1] if says_nothing else fields)


def be_older() -> None:
    """To be called before anything else has taken these over."""
    records._encode = encode_as_before  # type: ignore[misc,assignment]
    records.STATE_VERSION = records.OLDEST_VERSION  # type: ignore[misc]


if __name__ == "__main__":
    be_older()
    from tests.guarantees.paced_worker import run_paced

    run_paced()
