"""Where the object store is and how the hub proves who it is."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from hub.domain.errors import UsageError

_LOCAL = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class S3Address:
    """A bucket of Amazon S3 or of a store that speaks its protocol."""

    bucket: str
    prefix: str = ""
    """Put before each key, such as `hub/`."""
    endpoint: str | None = None
    """Address of a store other than Amazon's."""
    region: str | None = None
    key: str | None = None
    """Access key; where None the library looks where it does by itself (role of the machine, AWS variables)."""
    secret: str | None = field(default=None, repr=False)
    ca_file: str | None = None
    """Certificates (PEM) that may have signed the store's own; the system's where None."""

    encryption: str = ""
    """Encryption at rest that is asked for each object: AES256 or aws:kms; the store's own where empty."""

    def __post_init__(self) -> None:
        """UsageError where the address would send secrets in the clear, or is incomplete."""
        if not self.bucket:
            raise UsageError("HUB_BLOBS=s3 asks for HUB_S3_BUCKET")
        if (self.key is None) != (self.secret is None):
            raise UsageError("HUB_S3_KEY and HUB_S3_SECRET belong together: give both or none")
        if self.endpoint is not None:
            split = urlsplit(self.endpoint)
            if split.scheme != "https" and not (split.scheme == "http" and split.hostname in _LOCAL):
                raise UsageError("HUB_S3_ENDPOINT: http is for this machine only; use https")

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}" + (f" at {self.endpoint}" if self.endpoint else "")

    def options(self) -> dict[str, Any]:
        """Return what a client of boto3 is given."""
        return {
            "endpoint_url": self.endpoint,
            "region_name": self.region,
            "aws_access_key_id": self.key,
            "aws_secret_access_key": self.secret,
            "verify": self.ca_file,
        }
