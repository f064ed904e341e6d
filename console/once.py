"""A write that is sent twice with one key happens once (the header Idempotency-Key)."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any, Final

from console.problems import Problem

KEYS_KEPT: Final = 20_000


class Once:
    """Answers by (who, key); the newest so many. What failed is not kept: it may be tried again with its key."""

    def __init__(self) -> None:
        self._answers: OrderedDict[tuple[str, str], tuple[Any, asyncio.Future[Any]]] = OrderedDict()

    async def do(self, who: str, key: str, what: Any, act: Callable[[], Awaitable[Any]]) -> Any:
        """The answer of `act`, or what it answered to the same key before; `Problem` 422 where `what` differs.

        A second request that comes while the first is under way waits for its answer.
        """
        held = self._answers.get((who, key))
        if held is not None:
            if held[0] != what:
                raise Problem(422, "This Idempotency-Key was used for another request: take a new key.")
            return await asyncio.shield(held[1])
        answer: asyncio.Future[Any] = asyncio.ensure_future(act())
        self._answers[who, key] = (what, answer)
        while len(self._answers) > KEYS_KEPT:
            self._answers.popitem(last=False)
        try:
            # Shielded: a client that hangs up must not cut a verdict in half.
            return await asyncio.shield(answer)
        except asyncio.CancelledError:
            raise
        except BaseException:  # of any kind: what failed must not be the answer when it is tried again
            self._answers.pop((who, key), None)
            raise
