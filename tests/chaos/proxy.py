"""A wire between workers and Redis that can be made slow and cut."""

import asyncio
import contextlib
import random
import threading

CHUNK_BYTES = 1 << 16


class Wire:
    """Listens on a free port of 127.0.0.1 and passes on to `port`, in a thread of its own.

    `delay_ms`: each piece waits so long at most, in either direction. `cut` closes every connection, in the middle of
    whatever they carry.
    """

    def __init__(self, port: int, rng: random.Random) -> None:
        self.delay_ms = 0.0
        self._target = port
        self._rng = rng
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", 0), self._loop
        ).result()
        self.port: int = self._server.sockets[0].getsockname()[1]

    def cut(self) -> int:
        """How many connections were closed."""
        return asyncio.run_coroutine_threadsafe(self._cut(), self._loop).result()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    async def _cut(self) -> int:
        writers = list(self._open)
        for writer in writers:
            writer.transport.abort()
        return len(writers) // 2

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.close()
            return
        self._open |= {writer, back}
        try:
            await asyncio.gather(self._pass_on(reader, back), self._pass_on(there, writer))
        finally:
            self._open -= {writer, back}

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(CHUNK_BYTES):
                if self.delay_ms:
                    await asyncio.sleep(self._rng.uniform(0, self.delay_ms) / 1_000)
                writer.write(piece)
                await writer.drain()
        writer.close()
