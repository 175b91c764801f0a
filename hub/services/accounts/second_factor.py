"""One-time codes (RFC 6238) and recovery codes."""

import hmac
from dataclasses import replace
from typing import Protocol

from hub.domain.accounts import Account
from hub.services.accounts.desk import Desk, hashed


class Codes(Protocol):
    """Makes and checks one-time codes; what they are made from is kept encrypted."""

    def new(self) -> str:
        """Return a new secret, encrypted."""

    def address(self, secret: str, email: str) -> str:
        """Return the otpauth:// address that an authenticator takes in."""

    def step(self, secret: str, code: str, *, at: float) -> int | None:
        """Return the time step that *code* belongs to, None where it is none of this moment's."""


def proves(desk: Desk, codes: Codes, account: Account, code: str) -> Account | None:
    """Return the account once *code*, a one-time or a recovery code, is used up; None where it is wrong or was used."""
    plain = code.replace(" ", "").replace("-", "").lower()
    step = codes.step(account.secret or "", plain, at=desk.clock().timestamp()) if plain.isdecimal() else None
    if step is not None and step > account.counter:
        return desk.accounts.change(replace(account, counter=step), audit=[])
    used = hashed(plain)
    if not any(hmac.compare_digest(used, one) for one in account.recovery):
        return None
    left = tuple(one for one in account.recovery if one != used)
    entry = desk.entry("recovery code used", account.user.id, by=account.user.email, new={"left": len(left)})
    return desk.accounts.change(replace(account, recovery=left), audit=[entry])
