"""QuickXorHash, the one hash that every library of SharePoint and OneDrive keeps of a file."""

import base64
from typing import BinaryIO

from hub.connectors.wire import pieces

_BITS = 160
_SHIFT = 11
_PERIOD = 160
"""Bytes after which the places repeat: 160 x 11 bits are a multiple of 160."""


def quick_xor(content: BinaryIO) -> str:
    """Return the hash in Base64: every byte is put 11 bits further round a circle of 160 bits, XORed, with the length.

    Source: Microsoft's description of QuickXorHash in the OneDrive documentation.
    """
    content.seek(0)
    columns = [0] * _PERIOD
    length = 0
    for piece in pieces(content, _PERIOD * 2**12):
        begin = length % _PERIOD
        length += len(piece)
        for place in range(_PERIOD):
            columns[place] ^= _xor(piece[(place - begin) % _PERIOD :: _PERIOD])
    circle = 0
    for place, value in enumerate(columns):
        shift = place * _SHIFT % _BITS
        turned = value << shift
        circle ^= (turned & ((1 << _BITS) - 1)) | (turned >> _BITS)
    digest = bytearray(circle.to_bytes(_BITS // 8, "little"))
    for place, value in enumerate(length.to_bytes(8, "little"), _BITS // 8 - 8):
        digest[place] ^= value
    return base64.b64encode(digest).decode()


def _xor(values: bytes) -> int:
    """Return all bytes XORed with each other: the halves of a number are folded until a byte is left."""
    size = 1 << max(0, (len(values) - 1).bit_length())
    folded = int.from_bytes(values, "little")
    while size > 1:
        size //= 2
        folded = (folded >> (8 * size)) ^ (folded & ((1 << (8 * size)) - 1))
    return folded & 0xFF
