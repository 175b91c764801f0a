"""Whether a site lets us read an address (robots.txt, RFC 9309)."""

from collections.abc import Callable
from datetime import datetime
from urllib.robotparser import RobotFileParser

from hub.connectors.rest.client import Asked, Client
from hub.domain.errors import RejectedError

AGENT = "liaison-hub"
_LASTS_S = 24 * 3600.0


class Robots:
    """Asks each host once a day; a host that has no such file allows everything, one that is down nothing."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._known: dict[str, tuple[datetime, RobotFileParser]] = {}

    def allows(self, host: str, url: str, client: Client, agent: str) -> bool:
        """Tell whether *url* may be read. RetryableError while the host does not say."""
        known = self._known.get(host)
        if known is None or (self._clock() - known[0]).total_seconds() > _LASTS_S:
            known = (self._clock(), self._asked(client, agent))
            self._known[host] = known
        return known[1].can_fetch(AGENT, url)

    def _asked(self, client: Client, agent: str) -> RobotFileParser:
        parser = RobotFileParser()
        try:
            got = client.fetch(Asked("GET", "robots.txt", {}, {"Accept": "text/plain", "User-Agent": agent}))
            parser.parse(got.content.decode("utf-8", "replace").splitlines())
        except RejectedError:  # there is none
            parser.parse([])
        return parser
