"""A GreenMail of the test run's own, from Maven Central: a mail server with SMTP and IMAP, both under TLS."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509 import load_pem_x509_certificate

from tests.certificates import make_certificates
from tests.maven import fetched

VERSION = "2.1.8"
PASSWORD = "right"  # noqa: S105 - of tests only
MAILBOXES = ("minutes@meridian.test", "eva@asterion.test", "back@meridian.test", "ida@asterion.test")
_START_S = 120
_QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m")
_STARTED = re.compile(r"Started (smtps|imaps):127\.0\.0\.1:(\d+)")


@dataclass(frozen=True)
class Green:
    """Where it listens, and what signs its certificate. It has a mailbox for every user it was started with."""

    smtp: int
    imap: int
    ca: str


@contextmanager
def greenmail(folder: Path, *users: str) -> Iterator[Green]:
    """Run GreenMail with a mailbox for each address in *users*, all with PASSWORD."""
    jar, keys = _fetched(folder), make_certificates(folder)
    store = folder / "server.p12"
    store.write_bytes(_store(keys))
    options = {
        "smtps.port": "0",
        "imaps.port": "0",
        "api.port": "0",
        "hostname": "127.0.0.1",
        "tls.keystore.file": store,
        "tls.keystore.password": PASSWORD,
        "users": ",".join(f"{local}:{PASSWORD}@{domain}" for local, domain in (one.split("@") for one in users)),
        "users.login": "email",
        "verbose": "",
    }
    told = [f"-Dgreenmail.{name}={value}" if value else f"-Dgreenmail.{name}" for name, value in options.items()]
    log = folder / "log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            ["java", *_QUICK, *told, "-jar", jar], stdout=stream, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            ports = _ready(process, log)
            yield Green(ports["smtps"], ports["imaps"], str(keys / "ca.pem"))
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def installed() -> bool:
    """Tell whether it can be started here."""
    return bool(shutil.which("java") and shutil.which("mvn"))


def _fetched(folder: Path) -> Path:
    fetched(f"com.icegreen:greenmail-standalone:{VERSION}:jar", folder)
    return folder / f"greenmail-standalone-{VERSION}.jar"


def _store(keys: Path) -> bytes:
    key = load_pem_private_key((keys / "server.key").read_bytes(), None)
    certificate = load_pem_x509_certificate((keys / "server.pem").read_bytes())
    authority = load_pem_x509_certificate((keys / "ca.pem").read_bytes())
    secret = BestAvailableEncryption(PASSWORD.encode())
    return serialize_key_and_certificates(b"server", key, certificate, [authority], secret)


def _ready(process: subprocess.Popen[bytes], log: Path) -> dict[str, int]:
    """Return the ports that it chose."""
    until = time.monotonic() + _START_S
    while time.monotonic() < until and process.poll() is None:
        found = dict(_STARTED.findall(log.read_text(errors="replace")))
        if len(found) == 2 and "up" in log.read_text(errors="replace"):
            return {name: int(port) for name, port in found.items()}
        time.sleep(0.1)
    raise AssertionError(log.read_text(errors="replace")[-2000:])
