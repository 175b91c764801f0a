"""How a verb begins: settings read, logs set up, the hub put together."""

from typing import Any

from hub.bootstrap import Hub, build
from hub.cli.logs import set_up
from hub.settings import load_settings


def opened(**chosen: Any) -> Hub:
    """Return the hub for the settings, with what the user chose on the command line (None keeps the setting)."""
    settings = load_settings(**{name: value for name, value in chosen.items() if value is not None})
    set_up(settings)
    return build(settings)
