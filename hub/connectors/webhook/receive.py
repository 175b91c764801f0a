"""What a webhook endpoint does: verify, keep durably, and only then say thanks."""

from collections.abc import Callable, Mapping, Sequence

from hub.connectors.webhook.calls import Answer, Request, Verified, Verifier
from hub.connectors.webhook.fhir import fhir
from hub.connectors.webhook.graph import graph
from hub.connectors.webhook.standard import standard
from hub.connectors.webhook.vendors import docusign, github, slack, webex, zoom
from hub.domain.errors import RejectedError, RetryableError, UsageError
from hub.ports import Clock

MOST_BYTES = 4 * 1024 * 1024
"""Of a body; vendors send hints of some kilobytes."""

Keep = Callable[[Verified], bool]
"""The durable store, which the hub puts here.

Called once for each verified call that carries a message; returns when the message is on disk: True when it is new,
False when `Verified.key` was kept before. Both at once, in one transaction, or two deliveries at the same moment are
both new. RetryableError when it cannot be kept now. Keys are remembered for a day at least: vendors repeat for that
long. A replay that comes later is caught by its signed time; where none is signed (`sent_at` is None) it passes, and
does no harm as long as such a call is taken as a hint to read the object again.
"""

_VERIFIERS: Mapping[str, Callable[..., Verifier]] = {
    "standard": standard,
    "zoom": zoom,
    "webex": webex,
    "slack": slack,
    "github": github,
    "docusign": docusign,
    "graph": graph,
    "fhir": fhir,
}


def verifier(vendor: str, source: str, secrets: Sequence[str], *, clock: Clock) -> Verifier:
    """Return the verifier for calls of *vendor*, known to the hub as *source*; any of *secrets* is good.

    UsageError for a vendor that is not known; FatalError for secrets that cannot be one. (`veeva` takes certificates
    instead.)
    """
    if vendor not in _VERIFIERS:
        raise UsageError(f"no webhooks of {vendor} are known, only of {', '.join(_VERIFIERS)}")
    return _VERIFIERS[vendor](source, secrets, clock=clock)


def receive(request: Request, verify: Verifier, keep: Keep) -> Answer:
    """Return the answer to a call: 2xx only once its message is kept, whether now or before.

    200 to a challenge, 204 to a message, 401 where it is not to be believed, 413 where it is too large, 503 where it
    cannot be kept now, so that the sender comes again.
    """
    call = admit(request, verify)
    if isinstance(call, Answer):
        return call
    try:
        keep(call)
    except RetryableError:
        return Answer(503, b"it cannot be kept now; send it again")
    return Answer(204)


def admit(request: Request, verify: Verifier) -> Answer | Verified:
    """Return the verified call, or the answer to one that is not to be kept: 200, 401, 413."""
    if len(request.body) > MOST_BYTES:
        return Answer(413, b"the body is too large")
    try:
        call = verify(request)
    except RejectedError as error:
        return Answer(401, str(error).encode())
    return call if call.challenge is None else call.challenge
