"""Why brokers do not let the hub in: kafka-python itself says only that time ran out (seen in 3.0.12)."""

from dataclasses import replace
from typing import Any

from kafka import errors
from kafka.net.manager import KafkaConnectionManager
from kafka.net.selector import NetworkSelector

from hub.connectors.kafka.address import KafkaAddress

_WAIT_MS = 3000

_NOT_BY_CHANCE = (
    "CERTIFICATE_VERIFY_FAILED",
    "WRONG_VERSION_NUMBER",  # no TLS there
    "HTTP_REQUEST",
    "NO_CERTIFICATE_OR_CRL_FOUND",  # none in our own file
    "NO_START_LINE",
)
"""OpenSSL's words for what stays so until a person acts."""


class ClosedError(Exception):
    """A broker is there and closes the connection without a reason; also what a broker does that is going down."""


class DistrustError(Exception):
    """The hub and the broker speak differently, or its certificate is not one that the hub can check."""


def refusal(address: KafkaAddress) -> Exception | None:
    """Knock at each broker and return what the first that answers has against the hub, None for an outage or nothing.

    What is returned is a `ClosedError`, a `DistrustError` or kafka-python's own.
    """
    for server in address.servers:
        reason = _knock(replace(address, servers=(server,)))
        if reason is not None:
            return reason
    return None


class _Listening(KafkaConnectionManager):  # type: ignore[misc]  # kafka-python has no types
    """Hears a broker out: kafka-python drops the words that arrive together with the end of a connection (3.0.12)."""

    async def _build_transport(self, node: object, timeout_at: float | None = None) -> Any:
        transport = await super()._build_transport(node, timeout_at=timeout_at)
        receive = transport._sock_recv  # noqa: SLF001 - there is no public place for it

        def words_first() -> tuple[bytes, Exception | None]:
            words, end = receive()
            return words, None if words else end  # the end is there again at the next reading

        transport._sock_recv = words_first  # noqa: SLF001 - its one way in
        return transport


def _knock(address: KafkaAddress) -> Exception | None:
    net = NetworkSelector(**address.options())
    manager = _Listening(net, **address.options())

    async def ask() -> None:
        (broker,) = manager.cluster.bootstrap_brokers()
        await manager.get_connection(broker.node_id, timeout_ms=_WAIT_MS, refresh_metadata_on_err=False)
        await manager.cluster.refresh_metadata(broker.node_id)  # without a user one is let in, and then left alone

    try:
        net.run(ask)
    except (FileNotFoundError, PermissionError) as error:
        return DistrustError(f"{address.ca_file}: {error.strerror}")
    except (errors.KafkaConnectionError, OSError) as error:
        return _cause(str(error))
    except errors.InvalidReceiveError:
        return DistrustError("its answer is not Kafka's, as when it speaks TLS and the hub does not")
    except errors.KafkaTimeoutError:
        return None
    except errors.KafkaError as error:
        found: Exception = error
        return found
    finally:
        manager.close()
        net.close()
    return None


def _cause(told: str) -> Exception | None:
    """Tell a failed handshake and a closed door from a broker that is not there."""
    if any(word in told for word in _NOT_BY_CHANCE):
        return DistrustError(told)
    return ClosedError("it closes the connection") if "disconnected" in told else None
