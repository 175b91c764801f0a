"""A mailbox by IMAP (RFC 3501): read by UID, without a flag being changed."""

import base64
import imaplib
import re
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import Field

from hub.connectors.declared import Strict
from hub.connectors.mail.parsing import parsed
from hub.connectors.mail.signing_in import Login, MailTokens, xoauth2
from hub.connectors.references import secret_of
from hub.domain.errors import FatalError, RejectedError, RetryableError
from hub.domain.received import ReceivedMail
from hub.ports.mailboxes import MailPage

_TIMEOUT_S = 60.0
_PAGE = 50
_WIDTH = 2000
"""UIDs that one search looks through: an answer is one line, and libraries bound that."""
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class ImapAccess(Strict):
    """A folder on an IMAP server."""

    host: str = Field(min_length=1)
    port: int = Field(default=993, ge=1, le=65535)
    security: Literal["tls", "starttls"] = "tls"
    folder: str = Field(default="INBOX", pattern=r"^[ -!#-\[\]-~]{1,200}$")
    login: Login
    ca: str | None = None
    """Certificates (PEM) that sign the server's."""


class ImapMailbox:
    """`Mailbox`. Its cursor is UIDVALIDITY and the last UID read; another UIDVALIDITY begins anew."""

    def __init__(
        self,
        access: ImapAccess,
        *,
        name: str,
        since: datetime,
        clock: Callable[[], datetime],
        keep_files: bool = False,
        most: int = 20 << 20,
    ) -> None:
        self._access, self._name, self._since, self._clock = access, name, since, clock
        self._keep_files, self._most = keep_files, most
        oauth = access.login.oauth
        self._tokens = MailTokens(oauth, name=name, clock=clock) if oauth else None

    def close(self) -> None:
        """Let go of connections."""
        if self._tokens is not None:
            self._tokens.close()

    def check(self) -> None:
        """Open the folder once; see `Mailbox.check`."""
        with self._opened():
            pass

    def pull(self, cursor: str | None) -> MailPage:
        """Return the next mails; see `Mailbox.pull`."""
        with self._opened() as box:
            validity, ends = self._told(box, "UIDVALIDITY"), self._told(box, "UIDNEXT")
            known, _, last = (cursor or "").partition(":")
            last_read = int(last) if known == str(validity) and last.isdigit() else 0
            found, through = self._found(box, last_read, ends)
            mails: list[ReceivedMail] = []
            aside: list[str] = []
            for uid in found:
                try:
                    mails += self._mail(box, uid)
                except RejectedError as error:
                    aside.append(f"{self._name}: mail {uid}: {error}")
            return MailPage(tuple(mails), f"{validity}:{through}", through + 1 < ends, tuple(aside))

    def _found(self, box: imaplib.IMAP4, last: int, ends: int) -> tuple[list[int], int]:
        """Return the UIDs of one page, and the UID up to which everything has then been read."""
        since = f"{self._since.day:02d}-{_MONTHS[self._since.month - 1]}-{self._since.year}"
        while last + 1 < ends:
            until = min(last + _WIDTH, ends - 1)
            told = self._asked(box, "SEARCH", "UID", f"{last + 1}:{until}", "SINCE", since)
            # `5:3` would be `3:5`: what is outside is not ours
            found = sorted(
                uid for uid in map(int, b" ".join(one for one in told if one).split()) if last < uid <= until
            )
            if found:
                page = found[:_PAGE]
                return page, page[-1] if len(found) > _PAGE else until
            last = until
        return [], max(last, ends - 1)

    def _mail(self, box: imaplib.IMAP4, uid: int) -> Iterator[ReceivedMail]:
        told = self._asked(box, "FETCH", str(uid), f"(RFC822.SIZE INTERNALDATE BODY.PEEK[]<0.{self._most}>)")
        whole = next((one for one in told if isinstance(one, tuple) and len(one) == 2), None)
        if whole is None:
            return  # it was deleted between the two requests
        said = b" ".join(one if isinstance(one, bytes) else one[0] for one in told)
        size = _SIZE.search(said)
        cut = size is not None and int(size[1]) > self._most
        come = imaplib.Internaldate2tuple(said)
        at = datetime.fromtimestamp(time.mktime(come), UTC) if come else self._clock()
        yield parsed(whole[1], come_at=at, keep_files=self._keep_files, cut=cut)

    def _told(self, box: imaplib.IMAP4, name: str) -> int:
        _, told = box.response(name)
        try:
            return int(told[0])
        except (TypeError, ValueError, IndexError) as error:
            raise FatalError(f"{self._name}: {self._access.host} says no {name}: it keeps no lasting UIDs") from error

    def _asked(self, box: imaplib.IMAP4, command: str, *arguments: str) -> list[Any]:
        status, told = box.uid(command, *arguments)
        if status != "OK":
            raise RetryableError(f"{self._name}: {command} is answered {status}")
        return told

    @contextmanager
    def _opened(self) -> Iterator[imaplib.IMAP4]:
        """Hold a connection with the folder open for reading, all of its troubles told as errors of the hub."""
        where = f"{self._name}: {self._access.host}"
        box: imaplib.IMAP4 | None = None
        try:
            box = self._connected()
            self._sign_in(box)
            status, told = box.select(f'"{self._access.folder}"', readonly=True)
            if status != "OK":
                raise FatalError(f"{where}: has no folder {self._access.folder} that may be read ({_plain(told)})")
            yield box
        except ssl.SSLError as error:
            raise FatalError(f"{where}: its certificate is not trusted ({error.reason})") from error
        except (imaplib.IMAP4.abort, OSError) as error:
            raise RetryableError(f"{where}: does not answer ({type(error).__name__})") from error
        except imaplib.IMAP4.error as error:
            raise RetryableError(f"{where}: {_plain(error.args)}") from error
        finally:
            if box is not None:
                box.shutdown()

    def _connected(self) -> imaplib.IMAP4:
        known, secure = self._access, ssl.create_default_context(cafile=self._access.ca)
        if known.security == "tls":
            return imaplib.IMAP4_SSL(known.host, known.port, ssl_context=secure, timeout=_TIMEOUT_S)
        box = imaplib.IMAP4(known.host, known.port, timeout=_TIMEOUT_S)
        try:
            box.starttls(secure)
        except BaseException:
            box.shutdown()
            raise
        return box

    def _sign_in(self, box: imaplib.IMAP4) -> None:
        login, tokens = self._access.login, self._tokens
        if tokens is None:
            with self._refusing():
                box.login(login.user, secret_of(login.password or ""))
            return
        for attempt in (1, 2):
            token = tokens.token()
            try:
                with self._refusing():
                    _authenticate(box, xoauth2(login.user, token).encode(), tag=b"HUB%d" % attempt)
                return
            except FatalError:
                tokens.refused(token)  # it may have been revoked before its time
                if attempt > 1:
                    raise

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        """Tell a refusal of who we are as one that a person has to look at."""
        try:
            yield
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            who = self._access.login.user
            raise FatalError(f"{self._name}: {self._access.host}: refuses the sign-in of {who}") from error


def _authenticate(box: imaplib.IMAP4, said: bytes, *, tag: bytes) -> None:
    """Sign in by XOAUTH2, with the first word said at once (RFC 4959) where the server takes it: some take no other."""
    if "SASL-IR" not in box.capabilities:
        box.authenticate("XOAUTH2", lambda asked: b"" if asked else said)
        return
    box.send(tag + b" AUTHENTICATE XOAUTH2 " + base64.b64encode(said) + b"\r\n")
    while not (told := box.readline()).startswith(tag + b" "):
        if not told:
            raise imaplib.IMAP4.abort("it ended the connection")
        if told.startswith(b"+"):  # why not, in JSON; it waits for an empty line before it says so
            box.send(b"\r\n")
    if told.split()[1].upper() != b"OK":
        raise imaplib.IMAP4.error("refused")
    box.state = "AUTH"


def _plain(told: object) -> str:
    text = str(told)
    return " ".join(text.split())[:200]
