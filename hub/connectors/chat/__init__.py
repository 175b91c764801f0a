"""Channels of chats: approved minutes are announced in them, and what is said in agreed ones is captured."""

from hub.connectors.chat.agreed import load_agreed
from hub.connectors.chat.outgoing import Chats

__all__ = ["Chats", "load_agreed"]
