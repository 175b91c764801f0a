"""A way to the database that can be cut: for the crash test."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

from sqlalchemy import make_url


@contextlib.contextmanager
def proxied(url: str) -> Iterator[tuple[str, Callable[[], None]]]:
    """Give an address that leads to the database through a proxy, and what cuts every connection through it."""
    real = make_url(url)
    listening = socket.create_server(("127.0.0.1", 0))
    held: set[socket.socket] = set()
    open_ = True

    def pump(one: socket.socket, other: socket.socket) -> None:
        try:
            while piece := one.recv(65536):
                other.sendall(piece)
        except OSError:
            pass
        for end in (one, other):
            held.discard(end)
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)  # a close alone would not wake whoever reads from it
            end.close()

    def accept() -> None:
        while open_:
            try:
                near, _ = listening.accept()
            except OSError:
                return
            try:
                far = socket.create_connection((real.host, real.port), timeout=5)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            held.update((near, far))
            for pair in ((near, far), (far, near)):
                threading.Thread(target=pump, args=pair, daemon=True).start()

    def cut() -> None:
        for end in list(held):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    threading.Thread(target=accept, daemon=True).start()
    port = listening.getsockname()[1]
    try:
        yield real.set(port=port).render_as_string(hide_password=False), cut
    finally:
        open_ = False
        cut()
        listening.close()
