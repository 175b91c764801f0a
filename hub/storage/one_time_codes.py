"""One-time codes by RFC 6238 (SHA-1, six digits, 30 s: what every authenticator can do)."""

import secrets
from typing import TYPE_CHECKING

from cryptography.fernet import InvalidToken, MultiFernet

from hub.domain.errors import FatalError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.twofactor.totp import TOTP

_STEP_S = 30
_DIGITS = 6
_BYTES = 20


class TotpCodes:
    """`Codes`; secrets are kept encrypted with *cipher*."""

    def __init__(self, cipher: MultiFernet) -> None:
        self._cipher = cipher

    def new(self) -> str:
        """Return a new secret; see `Codes.new`."""
        return self._cipher.encrypt(secrets.token_bytes(_BYTES)).decode()

    def address(self, secret: str, email: str) -> str:
        """Return the otpauth:// address; see `Codes.address`."""
        return self._totp(secret).get_provisioning_uri(email, "Liaison hub")

    def step(self, secret: str, code: str, *, at: float) -> int | None:
        """Return the time step of a code, which may be of the one before or after; see `Codes.step`."""
        from cryptography.hazmat.primitives.twofactor import InvalidToken as WrongCode

        if len(code) != _DIGITS or not secret:
            return None
        totp, now = self._totp(secret), int(at) // _STEP_S
        for step in (now, now - 1, now + 1):
            try:
                totp.verify(code.encode(), step * _STEP_S)
            except WrongCode:
                continue
            return step
        return None

    def _totp(self, secret: str) -> "TOTP":
        from cryptography.hazmat.primitives.hashes import SHA1
        from cryptography.hazmat.primitives.twofactor.totp import TOTP

        try:
            key = self._cipher.decrypt(secret.encode())
        except InvalidToken as error:
            raise FatalError(
                "a second factor is encrypted under another key; give that key in HUB_TOKEN_KEYS"
            ) from error
        return TOTP(key, _DIGITS, SHA1(), _STEP_S)  # noqa: S303 - what authenticators speak
