"""Mail through Microsoft Graph: handed over as the message itself, looked for among the sent ones before."""

import base64
from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote

from pydantic import Field

from hub.connectors.graph.access import Access
from hub.connectors.graph.client import Graph
from hub.connectors.mail.message import message
from hub.connectors.rest.client import Limits
from hub.connectors.troubles import NotThereError
from hub.domain.errors import FatalError
from hub.ports.review import Mail

_LIMITS = Limits(60.0, 8 << 20)


class GraphMailAccess(Access):
    """An app with `Mail.Send` and `Mail.ReadBasic.All`, limited to *mailbox* by an application access policy."""

    mailbox: str = Field(pattern=r"^[^@\s/]+@[^@\s/]+$")


class GraphMailer:
    """`Mailer`. Graph answers a mail with nothing, so that a mail whose answer was lost is looked for before it is
    sent again: nobody gets it twice.
    """

    def __init__(
        self, access: GraphMailAccess, *, clock: Callable[[], datetime], limits: Limits = _LIMITS, name: str = "graph"
    ) -> None:
        self._access, self._clock, self._name = access, clock, name
        self._graph = Graph(access, name=name, limits=limits, clock=clock)
        self._at = f"users/{quote(access.mailbox, safe='@')}"

    def close(self) -> None:
        """Let go of connections."""
        self._graph.close()

    def send(self, mail: Mail) -> str:
        """Hand a mail over; see `Mailer.send`."""
        made = message(mail, sender=self._access.mailbox, at=self._clock())
        try:
            if not self._sent(mail.message_id):
                body = base64.b64encode(made.as_bytes())
                self._graph.ask("POST", f"{self._at}/sendMail", headers={"Content-Type": "text/plain"}, content=body)
        except NotThereError as error:
            raise FatalError(f"{self._name}: {self._access.mailbox} is no mailbox of this tenant") from error
        return f"accepted by Graph, Message-ID {mail.message_id}"

    def _sent(self, message_id: str) -> bool:
        known = message_id.replace("'", "''")
        query = {"$filter": f"internetMessageId eq '{known}'", "$select": "id", "$top": "1"}
        return bool(self._graph.page(f"{self._at}/messages", query)["value"])
