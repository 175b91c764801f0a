"""Time zones to choose from: those of the countries where trials are run, so that the list can be read."""

_ZONES = (
    "Africa/Cairo Africa/Johannesburg Africa/Lagos America/Argentina/Buenos_Aires America/Bogota America/Chicago",
    "America/Denver America/Los_Angeles America/Mexico_City America/New_York America/Sao_Paulo America/Toronto",
    "Asia/Bangkok Asia/Dubai Asia/Ho_Chi_Minh Asia/Hong_Kong Asia/Jakarta Asia/Jerusalem Asia/Kolkata Asia/Manila",
    "Asia/Riyadh Asia/Seoul Asia/Shanghai Asia/Singapore Asia/Taipei Asia/Tokyo Australia/Sydney Europe/Amsterdam",
    "Europe/Athens Europe/Berlin Europe/Bucharest Europe/Budapest Europe/Dublin Europe/Istanbul Europe/Kyiv",
    "Europe/Lisbon Europe/London Europe/Madrid Europe/Paris Europe/Prague Europe/Rome Europe/Stockholm Europe/Vienna",
    "Europe/Warsaw Europe/Zurich Pacific/Auckland UTC",
)


def zones(own: str = "UTC") -> list[tuple[str, str]]:
    """Return the zones to choose from, *own* among them: key and name."""
    return [(one, one) for one in sorted({*" ".join(_ZONES).split(), own})]
