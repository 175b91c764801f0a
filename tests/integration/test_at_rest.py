"""What lies on disk: a backup with all set-up wherever it is, keys that are changed, volumes that are encrypted."""

import os
import re
import ssl
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from cryptography.fernet import InvalidToken
from typer.testing import CliRunner

from hub.bootstrap import build
from hub.cli.checks import encrypted_device
from hub.cli.main import app
from hub.domain.errors import FatalError
from hub.settings import Settings, load_settings
from hub.storage.backup.whole import KEPT
from hub.storage.cipher import open_cipher
from hub.storage.rekeying import rekey
from tests.certificates import make_certificates
from tests.people import PASSWORD, Clock, person, quick_hub, served, sign_in

HUB = str(Path(sys.executable).with_name("hub"))
ANNA = "anna@meridian.example"


def run(*words):
    return CliRunner().invoke(app, list(words), catch_exceptions=False)


def test_a_backup_takes_along_all_that_the_hub_is_set_up_by_wherever_it_lies(home, tmp_path, monkeypatch):
    folders = {name.removesuffix("_dir") for name in Settings.model_fields if name.endswith("_dir")} - {"models"}
    assert folders == set(load_settings().set_up), "a folder that a backup would leave behind"
    assert folders <= set(KEPT)
    elsewhere = tmp_path / "etc"
    for name in folders:
        (elsewhere / name).mkdir(parents=True)
        (elsewhere / name / "one.yaml.txt").write_text(name)
        monkeypatch.setenv(f"HUB_{name.upper()}_DIR", str(elsewhere / name))
    (home / "mail.yaml").parent.mkdir(parents=True, exist_ok=True)
    (home / "mail.yaml").write_text("smtp: {}\n")
    assert run("backup", str(tmp_path / "saved")).exit_code == 0
    for name in folders:
        monkeypatch.delenv(f"HUB_{name.upper()}_DIR")
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "again"))
    assert run("restore", str(tmp_path / "saved")).exit_code == 0
    for name in folders:
        assert (tmp_path / "again" / name / "one.yaml.txt").read_text() == name
    assert (tmp_path / "again" / "mail.yaml").read_text() == "smtp: {}\n"


def test_keys_are_changed_with_all_that_is_kept_under_them(home):
    hub = quick_hub(clock=Clock())
    person(hub, ANNA)
    key_file = home / "keys" / "tokens.key"
    with served(hub) as client:
        sign_in(client, ANNA)
        assert client.post("/api/v1/me/second-factor", json={"password": PASSWORD}).status_code == 201
    before, secret = key_file.read_bytes(), hub.desk.accounts.named(email=ANNA).secret
    old = open_cipher(None, key_file)
    assert run("keys", "rotate", "--by", "IT").exit_code == 0
    assert key_file.read_bytes() != before
    assert key_file.stat().st_mode & 0o077 == 0
    again = build(load_settings())
    kept = again.desk.accounts.named(email=ANNA).secret
    assert again.cipher.decrypt(kept) == old.decrypt(secret)
    with pytest.raises(InvalidToken):
        old.decrypt(kept)
    assert [kept.entry.actor for kept in again.audit.entries() if kept.entry.kind == "keys"] == ["IT"]
    strange = open_cipher(None, home / "keys" / "another.key")
    with pytest.raises(FatalError, match="another key"):
        rekey(again.database, strange, audit=[])
    assert again.desk.accounts.named(email=ANNA).secret == kept, "nothing was changed"
    again.close()


def test_an_encrypted_volume_is_seen_below_what_lies_on_it(tmp_path):
    number = os.makedev(253, 3)
    logical = tmp_path / "253:3"
    (logical / "dm").mkdir(parents=True)
    (logical / "dm" / "uuid").write_text("LVM-abc\n")
    assert not encrypted_device(number, tmp_path)
    below = logical / "slaves" / "dm-0" / "dm"
    below.mkdir(parents=True)
    (below / "uuid").write_text("CRYPT-LUKS2-abc\n")
    assert encrypted_device(number, tmp_path)
    assert not encrypted_device(os.makedev(8, 1), tmp_path)


def test_the_hub_proves_its_own_name_over_tls(home, tmp_path):
    made = make_certificates(tmp_path / "tls")
    told = {"HUB_TLS_CERTIFICATE": str(made / "server.pem"), "HUB_TLS_KEY": str(made / "server.key")}
    process = subprocess.Popen(
        [HUB, "serve", "--port", "0"],
        env={**os.environ, "HUB_HOME": str(home), **told},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stderr.readline()
        address = re.search(r"https://[^;]*", line)
        assert address, line
        with httpx2.Client(verify=ssl.create_default_context(cafile=str(made / "ca.pem")), timeout=60) as client:
            answer = client.get(f"{address[0]}/health/live")  # waits until the hub is ready to answer
            assert (answer.status_code, "max-age" in answer.headers["strict-transport-security"]) == (200, True)
    finally:
        process.terminate()
        process.communicate(timeout=60)
    half = subprocess.run(
        [HUB, "serve", "--port", "0"],
        env={**os.environ, "HUB_HOME": str(home), "HUB_TLS_KEY": told["HUB_TLS_KEY"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (half.returncode, "belong together" in half.stderr) == (2, True)
