"""Channels of chats that approved minutes are announced in: Slack by a bot, Teams by a workflow's address."""

from hub.connectors.chat.outgoing import Chats, load_chats

__all__ = ["Chats", "load_chats"]
