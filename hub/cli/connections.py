"""The connection checks of `hub validate`: each system and service that is set up is asked; nothing is written."""

import time
from collections.abc import Callable, Iterator

from hub.bootstrap import Hub
from hub.cli.connectors import findings
from hub.cli.operation import Outcome
from hub.domain.errors import HubError

_OF = {"platforms": "D19", "mailboxes": "D26", "communications": "D26", "calendars": "D19", "copies": "D19"}
"""The requirement that a folder of connections serves."""


def run_connections(hub: Hub) -> Iterator[Outcome]:
    """Yield whether each answers: systems, meeting platforms, mailboxes, captured channels, the identity provider."""
    for file, why in hub.unconnected.items():
        yield Outcome(f"System of {file}", "D19", good=False, found=why, seconds=0.0)
    for name, system in hub.systems.items():
        for one in findings(system):
            about = f"System {name}{f', {one.about}' if one.about else ''}"
            yield Outcome(about, "D19", not one.problem, one.problem or one.seen, 0.0)
    for folder, wrong in hub.wrong_files.items():
        for file, why in wrong.items():
            yield Outcome(f"{folder}/{file}", _OF[folder], good=False, found=why, seconds=0.0)
    for name, connected in hub.platforms.items():
        yield _asked(f"Meeting platform {name}", "D19", connected.platform.check)
    for name, mailbox in hub.mailboxes.items():
        yield _asked(f"Mailbox {name}", "D26", mailbox.mailbox.check)
    for name, agreed in hub.agreed.items():
        yield _asked(f"Channel {name}", "D26", agreed.capture.check)
    if hub.identity_provider is not None:
        yield _asked("Identity provider", "D12, D16", lambda: _provider(hub))


def _asked(name: str, requirement: str, ask: Callable[[], object]) -> Outcome:
    began = time.monotonic()
    try:
        ask()
    except HubError as error:
        return Outcome(name, requirement, good=False, found=str(error), seconds=_since(began))
    return Outcome(name, requirement, good=True, found="answers", seconds=_since(began))


def _provider(hub: Hub) -> None:
    """Ask the provider for what it says of itself, and look where it would send a person."""
    from hub.domain.errors import FatalError
    from hub.domain.sign_on import Asked

    provider = hub.identity_provider
    if provider is None:
        return
    asked = Asked("check", "check", "check", "https://hub.example/api/v1/session/sso/back", 0.0, anew=True)
    address = provider.address(asked)
    if "max_age=0" not in address or "prompt=login" not in address:
        raise FatalError("the identity provider is not asked to prove a signer anew")


def _since(began: float) -> float:
    return round(time.monotonic() - began, 2)
