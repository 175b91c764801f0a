"""One-time codes (RFC 6238) and recovery codes."""

import hmac
from dataclasses import dataclass, replace
from typing import Protocol

from hub.domain.accounts import Account
from hub.domain.errors import StandingError, UnknownError
from hub.services.accounts.desk import Desk, hashed

_RECOVERY = 10
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


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


@dataclass(frozen=True, slots=True)
class Begun:
    """A second factor to be taken into an authenticator."""

    account: Account
    address: str


def begin(desk: Desk, codes: Codes, account: Account) -> Begun:
    """Give a new secret; it is asked for only once `confirm` has seen a code of it. StandingError: there is one."""
    if account.confirmed:
        raise StandingError("a second factor is set up; remove it first")
    after = desk.accounts.change(replace(account, secret=codes.new(), counter=0), audit=[])
    return Begun(after, codes.address(after.secret or "", account.user.email))


def confirm(desk: Desk, codes: Codes, account: Account, code: str) -> tuple[str, ...]:
    """Ask for codes from now on; return the recovery codes, which are shown this once. UnknownError: a wrong code."""
    if account.confirmed or account.secret is None:
        raise StandingError("begin with a new second factor")
    step = codes.step(account.secret, code.replace(" ", ""), at=desk.clock().timestamp())
    if step is None:
        raise UnknownError("the code is wrong; look at the clocks of both devices")
    plain = tuple(_readable(desk.new_secret()) for _ in range(_RECOVERY))
    kept = tuple(hashed(one.replace("-", "")) for one in plain)
    entry = desk.entry("second factor", account.user.id, by=account.user.email, new="set up")
    desk.accounts.change(replace(account, confirmed=True, counter=step, recovery=kept), audit=[entry])
    return plain


def remove(desk: Desk, account: Account, *, by: str, reason: str) -> Account:
    """Ask for no second factor any more."""
    after = replace(account, secret=None, confirmed=False, counter=0, recovery=())
    entry = desk.entry("second factor", account.user.id, by=by, old="set up", reason=reason)
    return desk.accounts.change(after, audit=[entry])


def _readable(secret: str) -> str:
    """Return 60 bits of *secret* as twelve letters in three groups."""
    digest = int(hashed(secret), 16)
    letters = "".join(_LETTERS[(digest >> (5 * place)) % 32] for place in range(12))
    return "-".join(letters[start : start + 4] for start in range(0, 12, 4))
