"""Whom the hub trusts over TLS: read once, for it takes longer than many a request."""

import ssl
from functools import cache

import httpx2


@cache
def trusted() -> ssl.SSLContext:
    """Return what httpx itself would make for each client anew; it may be shared among threads."""
    return httpx2.create_ssl_context()
