"""What can go wrong with an answer of the peer, one function each."""

import json
from collections.abc import Callable
from typing import Any

from tests.connectors.peer import Answer, Asked, Fault, Peer

HTML = b"<!doctype html><html><body>We are down for maintenance.</body></html>"


def status(code: int, **headers: str) -> Fault:
    """Return a fault that answers *code* and does nothing; *headers* are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _peer, _asked, _true: Answer(code, b'{"detail": "not now"}', dict(named))


def body(content: bytes) -> Fault:
    """Return a fault that answers 200 with *content*; the request is not looked at."""
    return lambda _peer, _asked, _true: Answer(200, content)


def applied_then(code: int) -> Fault:
    """Return a fault that does what is asked and then answers *code*."""

    def fault(_peer: Peer, _asked: Asked, true: Callable[[], Answer]) -> Answer:
        true()
        return Answer(code, b"")

    return fault


def applied_then_body(content: bytes) -> Fault:
    """Return a fault that does what is asked and answers 200 with *content*."""

    def fault(_peer: Peer, _asked: Asked, true: Callable[[], Answer]) -> Answer:
        true()
        return Answer(200, content)

    return fault


def changed(**parts: Any) -> Fault:
    """Return a fault that sends the true answer with other *parts* (cut_at, wait_s, drip_s)."""

    def fault(_peer: Peer, _asked: Asked, true: Callable[[], Answer]) -> Answer:
        answer = true()
        for name, value in parts.items():
            setattr(answer, name, value)
        return answer

    return fault


def truncated(keep: float = 0.6) -> Fault:
    """Return a fault that sends the first part of the JSON as if it were whole."""

    def fault(_peer: Peer, _asked: Asked, true: Callable[[], Answer]) -> Answer:
        answer = true()
        answer.body = answer.body[: int(len(answer.body) * keep)]
        return answer

    return fault


def before(action: Callable[[Peer], Any]) -> Fault:
    """Return a fault that lets users do something just before the request is answered well."""

    def fault(peer: Peer, _asked: Asked, true: Callable[[], Answer]) -> Answer:
        action(peer)
        return true()

    return fault


def items(alter: Callable[[list[Any]], list[Any]]) -> Fault:
    """Return a fault that alters the records of a page."""

    def fault(peer: Peer, _asked: Asked, true: Callable[[], Answer]) -> Answer:
        answer = true()
        answer.body = peer.altered(answer.body, alter)
        return answer

    return fault


def echo(code: int) -> Fault:
    """Return a fault that refuses with *code* and tells all that it was sent, as careless systems do."""

    def fault(_peer: Peer, asked: Asked, _true: Callable[[], Answer]) -> Answer:
        shown = {name: value for name, value in asked.headers.items() if name in ("authorization", "x-api-key")}
        said = f"{shown} {asked.params} {asked.body.decode()}"
        return Answer(code, json.dumps({"detail": said, "error_description": said}).encode())

    return fault
