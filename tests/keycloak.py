"""A Keycloak of the test run's own, from its distribution on Maven Central."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path

import httpx2

from tests.maven import fetched

VERSION = "26.4.0"
SECRET = "known to both"  # noqa: S105 - of tests only
PASSWORD = "at the provider"  # noqa: S105 - of tests only
_START_S = 180
_QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xms64m -Xmx400m"
"""A server that lives for a minute is not worth compiling well."""


@contextmanager
def keycloak(folder: Path) -> Iterator[str]:
    """Run Keycloak with a realm in which Anna has an account; give the issuer."""
    archive = folder / f"keycloak-quarkus-dist-{VERSION}.zip"
    fetched(f"org.keycloak:keycloak-quarkus-dist:{VERSION}:zip", folder)
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    archive.unlink()
    home, port = folder / f"keycloak-{VERSION}", _free_port()
    (home / "data" / "import").mkdir(parents=True)
    (home / "data" / "import" / "hub.json").write_text(json.dumps(_realm()))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                "bash",
                home / "bin" / "kc.sh",
                "start-dev",
                "--import-realm",
                "--http-host=127.0.0.1",
                f"--http-port={port}",
            ],
            env={**os.environ, "JAVA_OPTS": _QUICK, "KC_CACHE": "local"},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield _ready(f"http://127.0.0.1:{port}/realms/hub", process, folder / "log")
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            shutil.rmtree(home)


def through_its_form(address: str) -> str:
    """Go where the hub sends the browser, sign in as Anna, and return where Keycloak sends it back to."""
    with httpx2.Client(timeout=60) as browser:
        page = browser.get(address)
        action = re.search(r'<form[^>]*action="([^"]+)"', page.text)
        assert action, f"{page.status_code}: no form"
        form = {"username": "anna", "password": PASSWORD, "credentialId": ""}
        # its cookies are for TLS, or for browsers, to whom this machine is as good
        told = "; ".join(f"{one.name}={one.value}" for one in browser.cookies.jar)
        answer = browser.post(unescape(action[1]), data=form, headers={"Cookie": told})
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]


def _ready(issuer: str, process: subprocess.Popen[bytes], log: Path) -> str:
    until = time.monotonic() + _START_S
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx2.get(f"{issuer}/.well-known/openid-configuration", timeout=5).status_code == 200:
                return issuer
        except httpx2.HTTPError:
            pass
        time.sleep(0.3)
    raise AssertionError(log.read_text()[-2000:])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _realm() -> dict[str, object]:
    client = {"clientId": "hub", "secret": SECRET, "enabled": True, "publicClient": False, "redirectUris": ["*"]}
    person = {"username": "anna", "email": "anna@cro.example", "emailVerified": True, "enabled": True}
    person |= {"firstName": "Anna", "lastName": "Weber", "credentials": [{"type": "password", "value": PASSWORD}]}
    return {"realm": "hub", "enabled": True, "sslRequired": "none", "clients": [client], "users": [person]}
