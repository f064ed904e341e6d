"""A seller's messages in a few words."""

from datetime import datetime
from typing import Any

import schemas
from tests.story import event


def message(when: datetime, seller: str, text: str, talk: str = "T", **fields: Any) -> schemas.MessageSent:
    """The seller writes to a buyer, in conversation `talk`."""
    told = {"conversation_id": talk, "sender": "seller", "text": text}
    made: schemas.MessageSent = event(schemas.MessageSent, when, seller, **told | fields)
    return made
