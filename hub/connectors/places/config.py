"""Which place a YAML means: a folder of this machine, one behind SFTP, or a bucket."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from hub.connectors.declared import Strict
from hub.connectors.files.config import Sftp
from hub.connectors.files.places import FolderPlace, Keeping
from hub.connectors.references import Secret, secret_of
from hub.domain.errors import UsageError


class Bucket(Strict):
    """What lies under a prefix of a bucket; the role of the machine signs in where no key is given."""

    bucket: str = Field(min_length=3)
    prefix: str = Field("", pattern=r"^([^/].*/)?$")
    """Ends with `/`."""
    endpoint: str | None = None
    region: str | None = None
    key: Secret | None = None
    secret: Secret | None = None
    ca: Path | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.key is None) != (self.secret is None):
            raise ValueError("key and secret belong together: give both or none")
        if self.endpoint is not None and not self.endpoint.startswith(("https://", "http://127.0.0.1:")):
            raise ValueError("endpoint: http is for this machine only; use https")
        return self


class Where(Strict):
    """One of the three."""

    folder: Path | None = None
    sftp: Sftp | None = None
    s3: Bucket | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(one is not None for one in (self.folder, self.sftp, self.s3)) != 1:
            raise ValueError("takes one of folder, sftp and s3")
        return self

    def opened(self) -> Keeping:
        """Return the place. FatalError where a secret is not there."""
        if self.folder is not None:
            return FolderPlace(self.folder)
        if self.sftp is not None:
            from hub.connectors.files.sftp import SftpPlace

            return SftpPlace(self.sftp, secret=secret_of)
        if self.s3 is None:
            raise UsageError("a place is a folder, sftp or s3")
        return _bucket(self.s3)

    @property
    def told(self) -> str:
        """Return in words where it is."""
        if self.s3 is not None:
            return f"s3://{self.s3.bucket}/{self.s3.prefix}"
        return f"sftp {self.sftp.host}:{self.sftp.folder}" if self.sftp else str(self.folder)


def _bucket(known: Bucket) -> Keeping:
    from hub.connectors.s3.address import S3Address
    from hub.connectors.s3.place import S3Place

    key = secret_of(known.key) if known.key else None
    secret = secret_of(known.secret) if known.secret else None
    ca = str(known.ca) if known.ca else None
    return S3Place(S3Address(known.bucket, known.prefix, known.endpoint, known.region, key, secret, ca))
