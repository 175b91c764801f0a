"""Tells by its exit code whether the hub of this machine lives: `python -m hub.cli.alive`, for health checks.

Pages and API answer on HUB_PORT, a worker on HUB_METRICS_PORT; either will do. Standard library only: it runs often.
"""

import os
import ssl
import sys
from urllib.request import urlopen

_WAIT_S = 5.0


def addresses() -> list[str]:
    """Return where to ask."""
    port, metrics = os.environ.get("HUB_PORT") or "8765", os.environ.get("HUB_METRICS_PORT") or "0"
    form = "https" if os.environ.get("HUB_TLS_CERTIFICATE") else "http"
    served = [f"{form}://127.0.0.1:{port}/health/ready"]
    return served + ([f"http://127.0.0.1:{metrics}/metrics"] if metrics != "0" else [])


def lives(address: str) -> bool:
    """Tell whether something answers well there. Its certificate is not looked at: it is not for 127.0.0.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with urlopen(address, timeout=_WAIT_S, context=context) as answer:  # noqa: S310 - of this machine
            return bool(answer.status == 200)
    except OSError:  # every refusal and failure is one
        return False


if __name__ == "__main__":
    sys.exit(0 if any(lives(one) for one in addresses()) else 1)
