"""The worker's figures are served, or it is said why not."""

import socket

import pytest

from hub.connectors.metrics.prometheus import Metrics
from hub.domain.errors import FatalError


def test_a_port_that_somebody_has_is_told_in_one_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(FatalError, match=f"127.0.0.1:{port}: cannot be listened on"):
            Metrics(counts=dict, breakers=dict).serve("127.0.0.1", port)
