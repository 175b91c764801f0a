"""Where Kafka is and how the hub proves who it is."""

from dataclasses import dataclass, field
from typing import Any

from hub.domain.errors import UsageError


@dataclass(frozen=True, slots=True)
class KafkaAddress:
    """The brokers, and what they ask for."""

    servers: tuple[str, ...]
    """host:port of some brokers; they name the others."""
    security_protocol: str = "PLAINTEXT"
    """PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL."""
    sasl_mechanism: str = "SCRAM-SHA-512"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str | None = None
    """Certificates (PEM) of those who may have signed the brokers' own; the system's where None."""
    certificate_file: str | None = None
    """The hub's own certificate and key (PEM), where the brokers ask for one."""
    key_file: str | None = None

    def __post_init__(self) -> None:
        """UsageError where brokers ask who the hub is and it has no answer."""
        if self.security_protocol.startswith("SASL") and not (self.username and self.password):
            raise UsageError(
                f"HUB_KAFKA_SECURITY={self.security_protocol}: asks for HUB_KAFKA_USERNAME and HUB_KAFKA_PASSWORD"
            )

    def __str__(self) -> str:
        return ",".join(self.servers)

    def options(self) -> dict[str, Any]:
        """Return what every client of kafka-python is given."""
        options: dict[str, Any] = {
            "bootstrap_servers": list(self.servers),
            "security_protocol": self.security_protocol,
            "ssl_cafile": self.ca_file,
            "ssl_certfile": self.certificate_file,
            "ssl_keyfile": self.key_file,
        }
        if self.security_protocol.startswith("SASL"):
            options["sasl_mechanism"] = self.sasl_mechanism
            options["sasl_plain_username"] = self.username
            options["sasl_plain_password"] = self.password
        return options
