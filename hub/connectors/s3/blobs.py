"""Recordings and documents in a bucket, each under its SHA-256, with a folder of this machine before it."""

import hashlib
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from hub.connectors.s3.address import S3Address
from hub.connectors.s3.errors import is_missing, translate
from hub.domain.errors import FatalError, RejectedError
from hub.ports import BlobStore

_OF_VERSIONS = ("Versions", "DeleteMarkers")
_NAME = re.compile(r"[0-9a-f]{2}/[0-9a-f]{64}")
"""What stands after the prefix in the keys of blobs; a bucket may hold other things too."""


class S3Blobs:
    """`BlobStore` in a bucket. What is read or written also lies in *near*, whose content may be deleted at any time.

    A blob is whole or absent (S3 shows an object once all of it has come), and its bytes are checked against its name
    whenever they are read. Threads may share it.
    """

    def __init__(self, address: S3Address, near: BlobStore, *, client: Any = None) -> None:
        self._address = address
        self._near = near
        self._client = client or boto3.client("s3", **address.options(), config=config(address))

    def put(self, source: Path) -> str:
        """Copy *source* in; see `BlobStore.put`. RetryableError where the store does not answer."""
        sha256 = self._near.put(source)
        kept = self._near.path(sha256)  # *source* may change meanwhile, this does not
        try:
            if not self._is_there(sha256, kept.stat().st_size):
                extra = {"ServerSideEncryption": self._address.encryption} if self._address.encryption else None
                self._client.upload_file(str(kept), self._address.bucket, self._key(sha256), ExtraArgs=extra)
        except (BotoCoreError, ClientError, boto3.exceptions.Boto3Error) as error:
            raise translate(error, f"{source}: could not be kept in {self._address}") from error
        return sha256

    def path(self, sha256: str) -> Path:
        """Return a local file with the blob; see `BlobStore.path`. RetryableError where the store does not answer."""
        try:
            return self._near.path(sha256)
        except RejectedError:  # deleted here, or changed: the bucket's own counts
            return self._fetched(sha256)

    def names(self) -> Iterator[str]:
        """Return what lies in the bucket; see `BlobStore.names`."""
        try:
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._address.bucket, Prefix=self._address.prefix):
                names = (str(one["Key"]).removeprefix(self._address.prefix) for one in page.get("Contents", ()))
                yield from (name[3:] for name in names if _NAME.fullmatch(name))
        except (BotoCoreError, ClientError) as error:
            raise translate(error, f"what lies in {self._address} could not be listed") from error

    def save(self, sha256: str, target: Path) -> None:
        """Write a blob of the bucket elsewhere; see `BlobStore.save`."""
        self._download(sha256, target)
        with target.open("rb") as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() != sha256:
                raise RejectedError(self._spoilt(sha256))

    def remove(self, sha256: str) -> None:
        """Remove a blob of the bucket, each of its versions, and the copy before it; see `BlobStore.remove`."""
        bucket, key = self._address.bucket, self._key(sha256)
        try:
            pages = self._client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=key)
            found = [one for page in pages for part in _OF_VERSIONS for one in page.get(part, ())]
            for one in found:
                if one["Key"] == key:
                    self._client.delete_object(Bucket=bucket, Key=key, VersionId=one["VersionId"])
            left = self._left(key)
        except (BotoCoreError, ClientError) as error:
            raise translate(error, f"{sha256}: could not be removed from {self._address}") from error
        if left:
            raise FatalError(f"{sha256}: {self._address} still holds it; a lock or a policy keeps it there")
        self._near.remove(sha256)

    def _left(self, key: str) -> bool:
        told = self._client.list_object_versions(Bucket=self._address.bucket, Prefix=key, MaxKeys=1)
        return any(told.get(part) for part in _OF_VERSIONS)

    def _fetched(self, sha256: str) -> Path:
        with tempfile.TemporaryDirectory(prefix="hub-blob-") as folder:
            fetched = Path(folder) / sha256
            self._download(sha256, fetched)
            if self._near.put(fetched) != sha256:
                raise RejectedError(self._spoilt(sha256))
        return self._near.path(sha256)

    def _download(self, sha256: str, target: Path) -> None:
        try:
            self._client.download_file(self._address.bucket, self._key(sha256), str(target))
        except (BotoCoreError, ClientError, boto3.exceptions.Boto3Error) as error:
            if is_missing(error):
                raise RejectedError(f"{sha256}: no such recording or document in {self._address}") from error
            raise translate(error, f"{sha256}: could not be read from {self._address}") from error

    def _spoilt(self, sha256: str) -> str:
        return f"{sha256}: its bytes in {self._address} have changed since it was stored; restore it from a backup"

    def _is_there(self, sha256: str, size: int) -> bool:
        try:
            told = self._client.head_object(Bucket=self._address.bucket, Key=self._key(sha256))
        except ClientError as error:
            if is_missing(error):
                return False
            raise
        return bool(told["ContentLength"] == size)

    def _key(self, sha256: str) -> str:
        return f"{self._address.prefix}{sha256[:2]}/{sha256}"


def config(address: S3Address) -> Config:
    """Return how a client behaves: patience, repeats, how it names buckets."""
    style = {"addressing_style": "path"} if address.endpoint else {}
    return Config(connect_timeout=5, read_timeout=60, retries={"mode": "standard", "max_attempts": 3}, s3=style)
