"""Topics, made where they are missing."""

import logging
from collections.abc import Collection

from kafka import KafkaAdminClient, errors

from hub.connectors.kafka.address import KafkaAddress

_log = logging.getLogger(__name__)


def ensure(address: KafkaAddress, topics: Collection[str], *, partitions: int, replication: int, wait_s: float) -> None:
    """Make those of *topics* that are missing; raises kafka-python's own errors.

    A topic that is there keeps the partitions it has: adding some later would part the messages of one key.
    *replication* is the number of copies, -1 for the brokers' default.
    """
    patience = int(wait_s * 1000)
    client = KafkaAdminClient(**address.options(), bootstrap_timeout_ms=patience, request_timeout_ms=patience)
    try:
        missing = sorted(set(topics) - set(client.list_topics()))
        for topic in missing:
            _make(client, topic, partitions, replication)
    finally:
        client.close()


def _make(client: KafkaAdminClient, topic: str, partitions: int, replication: int) -> None:
    wanted = {topic: {"num_partitions": partitions, "replication_factor": replication}}
    try:
        client.create_topics(wanted, wait_for_metadata=True)
    except errors.TopicAlreadyExistsError:
        return  # another worker was a moment earlier
    _log.info("topic_made topic=%s partitions=%d", topic, partitions)
