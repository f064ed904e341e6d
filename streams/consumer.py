"""Consumer: Faust's, with the handler's positions, acknowledgement and commits. One message is one poll."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any, Final, Protocol

from faust.transport.drivers.aiokafka import Consumer
from faust.types import ConsumerMessage

from streams import steps
from streams.fetching import BatchConsumerThread, FetchLimits
from streams.polls import TP, CannotGoOnError, Control, Handler, Poll, Tenure

_IDLE_SECONDS: Final = 0.1


class Serving(Protocol):
    """What the consumer learns from its transport."""

    handler: Handler
    control: Control
    limits: FetchLimits
    settle_timeout_s: float


class BatchConsumer(Consumer):  # type: ignore[misc]  # Faust's classes are untyped here
    """Faust's consumer with the handler's positions and acknowledgement."""

    def __init__(self, transport: Serving, *args: Any, **kwargs: Any) -> None:
        self._handler = transport.handler
        self._control = transport.control
        self._settle_timeout_s = transport.settle_timeout_s
        self._limits = transport.limits
        self._open: Tenure | None = None
        self._given: set[int] = set()
        self._call: asyncio.Task[None] | None = None
        self._settling = asyncio.Lock()
        self._polls = 0
        super().__init__(transport, *args, **kwargs)

    def _new_consumer_thread(self) -> BatchConsumerThread:
        thread = BatchConsumerThread(self, loop=self.loop, beacon=self.beacon)
        thread.limits = self._limits
        return thread

    # ---- what is assigned

    async def perform_seek(self) -> None:
        """Faust calls this once per assignment, before the flow resumes."""
        if self._given:
            await self.wait_empty()
        # Faust gives up on an assignment after its request timeout and then sits there with nothing to do.
        patience_s = 0.9 * self.app.conf.broker_request_timeout
        try:
            async with asyncio.timeout(patience_s):
                await self._run(self._seat())
        except TimeoutError:
            raise CannotGoOnError(
                f"The positions of the assigned partitions were not to be had within {patience_s:.0f} s: "
                "look whether Redis and Kafka answer."
            ) from None

    async def _seat(self) -> None:
        assignment = self._thread.assignment_in_force()
        if assignment is None:  # the next rebalance has begun, and Faust will call again
            return
        self._given = {tp.partition for tp in assignment.tps}
        self._control.committed = await self._thread.call_thread(self._thread.committed, assignment)
        positions = await self._handler.assigned(set(self._given))
        self._control.tenure = await self._thread.call_thread(self._thread.take, assignment, positions)
        self._committed_offset.clear()

    def resume_flow(self) -> None:
        """Faust has just emptied the agent's queue for the last time: what is polled from here on arrives."""
        super().resume_flow()
        self._open = self._control.tenure

    def stop_flow(self) -> None:
        super().stop_flow()
        self._open = None

    async def wait_empty(self) -> None:
        """Before partitions go: the poll in hand ends, the handler lets go, the last offsets are committed."""
        async with self._settling:
            self._open = None
            call, self._call = self._call, None
            if call is not None:
                seating = self._control.tenure is None
                await asyncio.wait({call}, timeout=0 if seating else self._settle_timeout_s)
                call.cancel()
                await asyncio.wait({call})
            self._control.tenure = None
            given, self._given = self._given, set()
            if not given or self.should_stop:
                return
            await self._handler.revoked(given)
            await self._commit_last()

    async def _commit_last(self) -> None:
        """A commit under way may have read older offsets, and Faust's `commit` would leave it at that one."""
        try:
            async with asyncio.timeout(self._settle_timeout_s):
                await self.maybe_wait_for_commit_to_finish()
                await self.commit()
        except TimeoutError:
            self.log.warning("Kafka did not take the last offsets; nothing is lost, its lag figures are old.")

    async def _run(self, work: Coroutine[Any, Any, None]) -> bool:
        """One call of the handler; False when it was ended because its partitions go."""
        call = self._call = asyncio.create_task(work)
        try:
            await asyncio.wait({call})
        except asyncio.CancelledError:
            call.cancel()
            await asyncio.wait({call})
            raise
        taken = self._call is not call
        if not taken:
            self._call = None
        if call.cancelled():
            if taken or self.should_stop:
                return False
            raise CannotGoOnError(
                "A batch was cancelled from within: its outcome is unknown, so the worker starts anew."
            )
        call.result()
        return True

    # ---- polls

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, ConsumerMessage]]:
        """At most one message, whose value is the whole poll; it travels as one of the poll's first lane."""
        tenure = self._open
        if tenure is None:
            await self.sleep(_IDLE_SECONDS)
            return
        wanted = {tp for tp in tenure.handed if self._handler.wanted(tp)}
        if not wanted:
            await self.sleep(self._limits.max_wait_ms / 1_000)
            return
        everything = len(wanted) == len(tenure.handed)
        generation = self.app.consumer_generation_id
        lanes = await self._thread.call_thread(self._thread.poll, tenure, () if everything else wanted)
        if lanes and tenure is self._open:
            # The number of the poll, not an offset: Faust drops a message whose offset is lower than one before it.
            self._polls += 1
            carrier = next(iter(lanes))
            yield (
                carrier,
                ConsumerMessage(
                    *carrier, self._polls, None, None, [], None, Poll(lanes), None, tp=carrier, generation_id=generation
                ),
            )

    async def hand(self, poll: Poll) -> bool:
        """Gives a poll to the handler; False when it may not be acknowledged."""
        tenure = self._open
        if tenure is None:
            return False
        following = tenure.hand_over(poll)
        return not following.lanes or await self._run(self._handler.polled(following))

    # ---- acknowledgement

    def ack(self, message: Any) -> bool:
        """Of a whole poll: it is no longer in hand. Which offsets that frees is for the handler to say."""
        if message.acked:
            return False
        message.acked = True
        self._unacked_messages.discard(message)
        return True

    def _new_offset(self, tp: TP) -> int | None:
        return self._handler.published().get(tp)

    async def on_task_error(self, exc: BaseException) -> None:
        """Faust would wait for a commit without end, and an error is to end the worker."""
        await self._commit_last()

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Positions know of gaps already."""

    async def force_commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:
        """Faust's own would draw a table of all topic-partitions each time, whether it is logged or not."""
        committed = self._committed_offset
        offsets = {tp: at for tp, at in self._handler.published().items() if committed.get(tp) != at}
        if not offsets or not await self._commit(offsets):
            return False
        steps.done("acknowledge")
        committed.update(offsets)
        return True

    # ---- what Faust does per topic-partition and a poll makes pointless

    def on_buffer_full(self, tp: TP) -> None:
        """The queue holds one poll; the next waits for it."""

    def on_buffer_drop(self, tp: TP) -> None: ...

    async def verify_all_partitions_active(self) -> None:
        """It looks for the topic-partition of every message and would call all but a poll's carrier stuck."""

    def close(self) -> None:
        """Faust would close aiokafka from the wrong loop when a rebalance meets the worker's end."""
