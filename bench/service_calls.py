"""Pages asked for at a steady pace, whether or not earlier ones were answered; waits count from when a page was due."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

_CONNECTIONS = 32


@dataclass(frozen=True, slots=True)
class Call:
    """A GET: *name* is what it is counted under, *headers* end each with a line break."""

    name: str
    path: str
    headers: str


@dataclass(frozen=True, slots=True)
class Waits:
    """What calls of one name came to: seconds that each waited, and the bytes of the heaviest answer."""

    name: str
    seconds: tuple[float, ...]
    heaviest: int

    def quantile(self, percent: int) -> float:
        """Return the wait that *percent* of the calls do not exceed, in milliseconds."""
        if len(self.seconds) < 2:
            return self.seconds[0] * 1000
        return statistics.quantiles(self.seconds, n=100, method="inclusive")[percent - 1] * 1000


def called(port: int, calls: Sequence[Call], *, per_s: float) -> list[Waits]:
    """Make *calls* in order and return their waits, those of all calls together first. Any answer but 200 ends it."""
    waited, heaviest = asyncio.run(_at_a_pace(port, calls, per_s))
    names = dict.fromkeys(call.name for call in calls)
    parts = [
        Waits(name, tuple(s for call, s in zip(calls, waited, strict=True) if call.name == name), heaviest[name])
        for name in names
    ]
    return [Waits("all", tuple(waited), max(heaviest.values())), *parts]


async def _at_a_pace(port: int, calls: Sequence[Call], per_s: float) -> tuple[list[float], dict[str, int]]:
    waited, heaviest = [0.0] * len(calls), dict[str, int]()
    due: asyncio.Queue[tuple[float, int] | None] = asyncio.Queue()
    began = time.perf_counter()

    async def caller() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (one := await due.get()) is not None:
            at, number = one
            call = calls[number]
            try:
                size = await _asked(reader, writer, call)
            except (ConnectionError, asyncio.IncompleteReadError):  # the server closes a line that rested
                writer.close()
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                size = await _asked(reader, writer, call)
            waited[number] = time.perf_counter() - at
            heaviest[call.name] = max(heaviest.get(call.name, 0), size)
        writer.close()
        await writer.wait_closed()

    async with asyncio.TaskGroup() as group:
        for _ in range(_CONNECTIONS):
            group.create_task(caller())
        for number in range(len(calls)):
            at = began + number / per_s
            if (ahead := at - time.perf_counter()) > 0:
                await asyncio.sleep(ahead)
            due.put_nowait((at, number))
        for _ in range(_CONNECTIONS):
            due.put_nowait(None)
    return waited, heaviest


async def _asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, call: Call) -> int:
    """Return the bytes of the body that answered *call*."""
    writer.write(f"GET {call.path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{call.headers}\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    if not head.startswith("http/1.1 200"):
        raise SystemExit(f"{call.path}: answered {head[:200]!r}")
    length = next((int(line[15:]) for line in head.split("\r\n") if line.startswith("content-length:")), None)
    if length is not None:
        await reader.readexactly(length)
        return length
    size = 0
    while count := int((await reader.readline()).split(b";")[0], 16):
        size += len(await reader.readexactly(count))
        await reader.readexactly(2)
    await reader.readexactly(2)
    return size
