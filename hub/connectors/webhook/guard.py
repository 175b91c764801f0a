"""Where the hub may send to: never into its own network, unless that is allowed by name."""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from hub.domain.errors import FatalError, RetryableError, UsageError

Resolve = Callable[[str, int], Sequence[str]]
"""Returns the addresses of a host name; OSError when it has none."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_MOST_WAYS = 4
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Route:
    """A checked way to an endpoint: the address to connect to, and the name it is known by."""

    address: str
    host: str
    port: int
    scheme: str
    target: str
    """Path and query."""

    @property
    def url(self) -> str:
        """The address to call: with the number that was checked, so that the name cannot lead elsewhere afterwards."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{self.scheme}://{host}:{self.port}{self.target}"

    @property
    def authority(self) -> str:
        """The Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of *host* as this machine finds them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def check_url(url: str, *, allowed: Sequence[str]) -> SplitResult:
    """Return the parts of an endpoint's address.

    UsageError unless it is https (http only to a host or network of *allowed*) without user, password and fragment.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UsageError("a webhook endpoint's address is none") from error
    if parts.scheme not in _PORTS or not parts.hostname or port == 0:
        raise UsageError("a webhook endpoint's address is https://host/path")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise UsageError("a webhook endpoint's address holds no user, password or fragment")
    if parts.scheme == "http" and not _named(parts.hostname, allowed):
        raise UsageError("a webhook endpoint's address begins with https")
    return parts


def routes(parts: SplitResult, *, allowed: Sequence[str], resolve: Resolve) -> list[Route]:
    """Return the ways to an endpoint, looked up now, the preferred one first.

    FatalError when any of its addresses is not of the public internet and not in *allowed* (host names, addresses,
    networks such as 10.1.0.0/16); RetryableError when its name is not found.
    """
    host = (parts.hostname or "").rstrip(".")
    port = parts.port or _PORTS[parts.scheme]
    try:
        addresses = list(resolve(host, port))
    except (OSError, UnicodeError) as error:
        raise RetryableError(f"{host} is not found in the name service") from error
    if not addresses:
        raise RetryableError(f"{host} is not found in the name service")
    if not _named(host, allowed) and not all(_may_be_reached(address, allowed) for address in addresses):
        raise FatalError(f"{host} leads into a private network, which is not among the allowed ones")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return [Route(address, host, port, parts.scheme, target) for address in addresses[:_MOST_WAYS]]


def _named(host: str, allowed: Sequence[str]) -> bool:
    return host.lower() in {name.lower() for name in allowed}


def _may_be_reached(address: str, allowed: Sequence[str]) -> bool:
    try:
        number = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = _inner(number)
    return any(one in network for network in _networks(allowed) for one in (number, inner)) or (
        _is_public(number) and _is_public(inner)
    )


def _is_public(number: Address) -> bool:
    site_local = isinstance(number, ipaddress.IPv6Address) and number.is_site_local
    return number.is_global and not number.is_multicast and not number.is_reserved and not site_local


def _inner(number: Address) -> Address:
    """Return the IPv4 address that an IPv6 one stands for, or the number itself."""
    if isinstance(number, ipaddress.IPv4Address):
        return number
    if number in _NAT64:
        return ipaddress.IPv4Address(int(number) & 0xFFFFFFFF)
    return number.ipv4_mapped or number.sixtofour or number


def _networks(allowed: Sequence[str]) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    networks = []
    for entry in allowed:
        try:
            networks.append(ipaddress.ip_network(entry, strict=False))
        except ValueError:  # a host name
            continue
    return networks
