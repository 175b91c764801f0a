"""Many callers, one transaction: what comes while one is being written goes into the next."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")

_MOST = 500


class GroupCommit(Generic[Item]):
    """Stores items in groups, each told when its group is durable. Belongs to one event loop."""

    def __init__(self, store: Callable[[Sequence[Item]], object], *, most: int = _MOST) -> None:
        self._store = store
        self._most = most
        self._waiting: list[tuple[Item, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def keep(self, item: Item) -> None:
        """Return once *item* is stored; raises what the store raised for its group, of which nothing is stored then."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write())
        await done

    async def drained(self) -> None:
        """Return once nothing is being written any more."""
        while self._writer is not None:
            await asyncio.wait([self._writer])

    async def _write(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await self._write_group(group)
        finally:
            self._writer = None

    async def _write_group(self, group: Sequence[tuple[Item, "asyncio.Future[None]"]]) -> None:
        failure: Exception | None = None
        try:
            await asyncio.to_thread(self._store, [item for item, _ in group])
        except Exception as error:
            failure = error
        for _, done in group:
            if done.done():  # its caller has gone away meanwhile
                continue
            if failure is None:
                done.set_result(None)
            else:
                done.set_exception(failure)
