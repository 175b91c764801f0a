"""Kafka's errors in the hub's own words."""

from collections.abc import Iterator
from contextlib import contextmanager

from kafka import errors

from hub.connectors.kafka.address import KafkaAddress
from hub.connectors.kafka.refusal import ClosedError, DistrustError, refusal
from hub.domain.errors import FatalError, HubError, RejectedError, RetryableError

_REFUSED = (
    errors.AuthorizationError,
    errors.SaslAuthenticationFailedError,
    errors.UnsupportedSaslMechanismError,
    errors.IllegalSaslStateError,
)
_WRONG = (
    errors.InvalidTopicError,
    errors.InvalidPartitionsError,
    errors.InvalidReplicationFactorError,
    errors.InvalidConfigurationError,
    errors.InvalidSessionTimeoutError,
    errors.KafkaConfigurationError,
    errors.PolicyViolationError,
    errors.UnsupportedVersionError,
)
_TOO_LARGE = (errors.MessageSizeTooLargeError, errors.RecordListTooLargeError)


def translate(error: Exception, where: str) -> HubError:
    """Return *error* as the hub's own; whatever is not known to need a person may be tried again."""
    reason = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, _REFUSED):
        return FatalError(
            f"Kafka at {where} refuses the hub ({reason}); check HUB_KAFKA_USERNAME, HUB_KAFKA_PASSWORD and "
            "the rights of that user"
        )
    if isinstance(error, DistrustError):
        return FatalError(
            f"Kafka at {where} cannot be trusted ({reason}); check HUB_KAFKA_CA, the names in HUB_KAFKA_SERVERS, and "
            "that HUB_KAFKA_SECURITY is what these brokers ask for"
        )
    if isinstance(error, ClosedError):
        return RetryableError(
            f"Kafka at {where} cannot be relied on ({reason}); try again, and if it lasts check HUB_KAFKA_SECURITY, "
            "HUB_KAFKA_USERNAME and HUB_KAFKA_PASSWORD"
        )
    if isinstance(error, _WRONG):
        return FatalError(f"Kafka at {where} cannot do what is asked of it ({reason})")
    if isinstance(error, _TOO_LARGE):
        return RejectedError(f"Kafka at {where} takes no message of this size ({reason})")
    if isinstance(error, (errors.OffsetOutOfRangeError, errors.NoOffsetForPartitionError)):
        return FatalError(f"Kafka at {where} no longer has the messages the hub would read next ({reason})")
    return RetryableError(f"Kafka at {where} gave no answer to rely on ({reason}); try again")


@contextmanager
def told(address: KafkaAddress) -> Iterator[None]:
    """Turn an error of kafka-python into the hub's own; where it only says that time ran out, ask the brokers why."""
    try:
        yield
    except errors.KafkaTimeoutError as error:
        raise translate(refusal(address) or error, str(address)) from error
    except (errors.KafkaError, OSError) as error:
        raise translate(error, str(address)) from error
