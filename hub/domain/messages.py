"""Messages on the bus."""

from collections.abc import Mapping
from dataclasses import dataclass

from hub.domain.swift import swift


@swift
@dataclass(frozen=True, slots=True)
class Message:
    """One event; messages of one key stay in order."""

    id: str
    topic: str
    key: str
    headers: Mapping[str, str]
    body: bytes


@swift
@dataclass(frozen=True, slots=True)
class Received:
    """A message where it was found."""

    message: Message
    partition: int
    offset: int
