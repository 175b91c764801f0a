"""A folder of mails behind IMAP under TLS, which says no, ends the connection or breaks off where it is told to."""

import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MAIL = (
    "From: Eva <eva@asterion.test>\r\nTo: hub@meridian.test\r\nSubject: Re: {0}\r\nMessage-ID: <{0}@asterion.test>\r\n"
    "Date: Mon, 02 Mar 2026 08:00:00 +0000\r\n\r\nAgreed."
)
_SEARCHED = re.compile(rb"(\d+):(\d+)")


class _Folder(socketserver.StreamRequestHandler):
    """Says of a folder what the hub asks it for."""

    server: Any
    wbufsize = -1  # one packet for an answer
    disable_nagle_algorithm = True

    def handle(self) -> None:
        """Answer one command after the other."""
        self._say(b"* OK it is here")
        self.wfile.flush()
        while words := self.rfile.readline().split():
            name = b" ".join(words[1:3]).upper() if words[1].upper() == b"UID" else words[1].upper()
            fault = self.server.fault(name)
            if fault == "no":
                self._say(words[0] + b" NO [UNAVAILABLE] not now")
            elif fault == "bye":
                self._say(b"* BYE closing for maintenance")
                return
            else:
                for told in self._told(name, words[2:]):
                    self._say(told[: len(told) // 2] if fault == "cut" else told)
                if fault == "cut":
                    return
                self._say(words[0] + b" OK done")
            self.wfile.flush()

    def _told(self, name: bytes, words: list[bytes]) -> Iterator[bytes]:
        if name == b"CAPABILITY":
            yield b"* CAPABILITY IMAP4rev1"
        elif name in (b"SELECT", b"EXAMINE"):
            yield b"* %d EXISTS" % self.server.count
            yield b"* OK [UIDVALIDITY 7] valid"
            yield b"* OK [UIDNEXT %d] next" % (self.server.count + 1)
        elif name == b"UID SEARCH":
            first, last = map(int, _SEARCHED.search(b" ".join(words)).groups())  # type: ignore[union-attr]  # as asked
            yield b"* SEARCH " + b" ".join(b"%d" % uid for uid in range(first, min(last, self.server.count) + 1))
        elif name == b"UID FETCH":
            uid = int(words[1])
            mail = MAIL.format(uid).encode()
            about = b'RFC822.SIZE %d INTERNALDATE "02-Mar-2026 08:00:00 +0000"' % len(mail)
            yield b"* %d FETCH (UID %d %s BODY[]<0> {%d}\r\n%s)" % (uid, uid, about, len(mail), mail)

    def _say(self, told: bytes) -> None:
        self.wfile.write(told + b"\r\n")


class ImapServer(socketserver.ThreadingTCPServer):
    """Holds *count* mails; *faults* are met by the next command of their name each: no, bye or cut."""

    daemon_threads = True

    def __init__(self, count: int, certificates: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Folder)
        self.count = count
        self.faults: dict[bytes, str] = {}
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(certificates / "server.pem", certificates / "server.key")

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def fault(self, name: bytes) -> str:
        """Return the fault that a command meets."""
        return self.faults.pop(name, "")

    def get_request(self) -> Any:
        """Return a connection, under TLS."""
        connection, address = super().get_request()
        return self._tls.wrap_socket(connection, server_side=True), address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: the other side has gone, as it may."""


@contextmanager
def imap_server(count: int, certificates: Path) -> Iterator[ImapServer]:
    """Serve a folder until the block ends."""
    with ImapServer(count, certificates) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
