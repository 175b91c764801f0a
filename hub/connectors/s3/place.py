"""A bucket, or what lies under a prefix of it, as a flat folder of files."""

import tempfile
from collections.abc import Iterator
from typing import Any, BinaryIO

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from hub.connectors.files.places import Found
from hub.connectors.s3.address import S3Address
from hub.connectors.s3.blobs import config
from hub.connectors.s3.errors import is_missing, translate
from hub.domain.errors import HubError, RetryableError

_ERRORS = (BotoCoreError, ClientError, boto3.exceptions.Boto3Error)


class S3Place:
    """`Keeping`. An object is there once all of it has come, so none is half-written."""

    def __init__(self, address: S3Address, *, client: Any = None) -> None:
        self._address = address
        self._client = client or boto3.client("s3", **address.options(), config=config(address))

    def files(self) -> list[Found]:
        """Return the objects right under the prefix."""
        return list(self.each())

    def each(self) -> Iterator[Found]:
        """Yield the objects right under the prefix."""
        try:
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._address.bucket, Prefix=self._address.prefix, Delimiter="/"
            )
            for page in pages:
                yield from (self._found(one) for one in page.get("Contents", ()) if self._name(one))
        except _ERRORS as error:
            raise _told(error, f"{self._address} could not be listed") from error

    def open(self, name: str, *, max_bytes: int) -> BinaryIO | None:
        """Return a copy of an object; RetryableError where it has more than *max_bytes*."""
        known = {"Bucket": self._address.bucket, "Key": f"{self._address.prefix}{name}"}
        copy = tempfile.TemporaryFile()  # noqa: SIM115  # the caller closes it
        try:
            if self._client.head_object(**known)["ContentLength"] > max_bytes:
                raise RetryableError(f"{name} in {self._address} has more than {max_bytes} bytes")
            self._client.download_fileobj(*known.values(), copy)
        except _ERRORS as error:
            copy.close()
            if is_missing(error):
                return None
            raise _told(error, f"{name} could not be read from {self._address}") from error
        except BaseException:
            copy.close()
            raise
        copy.seek(0)
        return copy

    def put(self, name: str, content: BinaryIO) -> None:
        """Write an object; see `Keeping.put`."""
        # boto3 closes what it has uploaded, which is the caller's
        with tempfile.TemporaryFile() as copy:
            while piece := content.read(1 << 20):
                copy.write(piece)
            copy.seek(0)
            try:
                self._client.upload_fileobj(copy, self._address.bucket, f"{self._address.prefix}{name}")
            except _ERRORS as error:
                raise _told(error, f"{name} could not be written to {self._address}") from error

    def _name(self, one: Any) -> str:
        return str(one["Key"]).removeprefix(self._address.prefix)

    def _found(self, one: Any) -> Found:
        return Found(self._name(one), int(one["Size"]), one["LastModified"].timestamp(), str(one["ETag"]))


def _told(error: Exception, what: str) -> HubError:
    """Return the error in words of the YAML, which names the bucket and the keys here."""
    told = translate(error, what)
    words = str(told)
    for name in ("BUCKET", "KEY", "SECRET", "CA"):
        words = words.replace(f"HUB_S3_{name}", f"s3.{name.lower()}")
    return type(told)(words)
