"""What boto3 raises, as the hub's errors."""

from botocore.exceptions import ClientError, NoCredentialsError, PartialCredentialsError, SSLError

from hub.domain.errors import FatalError, HubError, RetryableError

_MISSING = ("404", "NoSuchKey", "NotFound")
_BY_A_PERSON = {
    "NoSuchBucket": "there is no such bucket: make it, or correct HUB_S3_BUCKET",
    "AccessDenied": "it refuses access: check the rights of HUB_S3_KEY",
    "403": "it refuses access: check HUB_S3_KEY and its rights",
    "InvalidAccessKeyId": "it does not know the access key: check HUB_S3_KEY",
    "SignatureDoesNotMatch": "the secret is another one: check HUB_S3_SECRET",
}


def is_missing(error: Exception) -> bool:
    """Tell whether the store answered that it has no such object."""
    return isinstance(error, ClientError) and _code(error) in _MISSING


def translate(error: Exception, what: str) -> HubError:
    """Return *error* as one that says what to do; *what* says what was attempted."""
    cause: BaseException = error
    if not isinstance(cause, ClientError) and isinstance(cause.__context__, ClientError):
        cause = cause.__context__  # boto3's own upload error wraps it
    if isinstance(cause, ClientError):
        code = _code(cause)
        if code in _BY_A_PERSON:
            return FatalError(f"{what}: {_BY_A_PERSON[code]}")
        if int(cause.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)) < 500 and code != "SlowDown":
            return FatalError(f"{what}: the store answers {code}")
        return RetryableError(f"{what}: the store answers {code}")
    if isinstance(cause, NoCredentialsError | PartialCredentialsError):
        return FatalError(f"{what}: there are no credentials: give HUB_S3_KEY and HUB_S3_SECRET")
    if isinstance(cause, SSLError):
        return FatalError(f"{what}: its certificate is not one that the hub can check; see HUB_S3_CA")
    return RetryableError(f"{what}: the store does not answer ({type(cause).__name__})")


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "unknown"))
