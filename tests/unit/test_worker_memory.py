"""The worker's memory: what holds itself is let go while it works, not when enough of it has gathered."""

import threading
import weakref

from hub.services.sync.worker import Task, run


class _Held:
    """Something that refers to itself, as a statement's parameter does."""

    def __init__(self) -> None:
        self.itself = self


def test_what_holds_itself_is_let_go_while_the_worker_works() -> None:
    stop, made = threading.Event(), []

    def step() -> float:
        if not made:
            made.append(weakref.ref(_Held()))
        elif made[0]() is None:
            stop.set()
        return 0.01

    ended = threading.Thread(target=run, args=([Task("holding", step)], stop), kwargs={"cycles_s": 0.01})
    ended.start()
    let_go = stop.wait(60)
    stop.set()
    ended.join(60)
    assert let_go
