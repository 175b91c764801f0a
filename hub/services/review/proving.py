"""The signer proves who they are with what they sign in with."""

from datetime import datetime

from hub.domain.errors import UnknownError
from hub.domain.people import Principal
from hub.ports.review import Proof
from hub.services.accounts.desk import Desk
from hub.services.accounts.second_factor import Codes
from hub.services.accounts.signing_in import Asked, prove
from hub.services.accounts.single_sign_on import take_step_up


class AccountProof:
    """`Reauthentication` by password, and by a one-time code where the account has a second factor, at each signature;
    or by a fresh sign-in at the identity provider, which serves one signature.

    That is more than 21 CFR 11.200(a)(1)(i) asks of further signatures in a session.
    """

    def __init__(self, desk: Desk, codes: Codes) -> None:
        self._desk = desk
        self._codes = codes

    def prove(self, principal: Principal, proof: Proof, *, at: datetime) -> str:
        """Return how it was proved; see `Reauthentication.prove`."""
        if proof.step_up:
            take_step_up(self._desk, principal, at=at)
            return "single sign-on, anew"
        if not proof.password:
            raise UnknownError("give your password to sign")
        asked = Asked(email=principal.user.email, password=proof.password, code=proof.code, agent="signature")
        account = prove(self._desk, self._codes, asked)
        if account.user.id != principal.user.id:
            raise UnknownError("address, password or code is wrong")
        return "password+code" if account.confirmed else "password"
