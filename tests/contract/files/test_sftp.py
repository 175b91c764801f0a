"""A real SFTP server on loopback."""

import socket

import paramiko
import pytest

from hub.connectors.files.source import open_files
from hub.domain.errors import FatalError, RetryableError
from tests.conftest import ROOT
from tests.contract.files.kit import HEAD, everything, ids, put
from tests.sftp_server import HOST_KEY, USER_KEY, sftp_server


@pytest.fixture
def sftp(inbox):
    """A real SFTP server on loopback that serves the inbox as /in; gives its port and what shows it."""
    with sftp_server(inbox.parent) as served:
        yield served.port, served.shelf


@pytest.fixture
def remote(sftp, opened, monkeypatch, tmp_path):
    monkeypatch.setenv("ACME_SFTP", "correct horse")
    port, _ = sftp
    settings = {
        "host": "127.0.0.1",
        "port": port,
        "user": "cro",
        "folder": "/in",
        "password": "env:ACME_SFTP",
        "host_key": f"{HOST_KEY.get_name()} {HOST_KEY.get_base64()}",
        "timeout_s": 5,
    }
    return lambda **changed: opened(folder=None, sftp={k: v for k, v in (settings | changed).items() if v})


def test_files_are_read_over_sftp_page_by_page_and_go_on_after_a_crash(inbox, remote):
    put(inbox, "sites_1.csv", HEAD + "".join(f"{n},A,{n}\n" for n in range(1500)))
    put(inbox, "sites_2.csv.part", HEAD + "9,Z,9\n")
    first = remote().pull("site", None)
    changes, rejects, cursor = everything(remote(), first.cursor)
    assert ids(first.changes) + ids(changes) == [str(n) for n in range(1500)]
    assert rejects == []
    assert everything(remote(), cursor)[0] == []
    put(inbox, "sites_1.csv", HEAD + "1,B,1\n")
    assert ids(everything(remote(), cursor)[0]) == ["1"]


def test_a_user_key_opens_the_door_as_well(inbox, remote, tmp_path):
    USER_KEY.write_private_key_file(str(tmp_path / "id"), password="phrase")  # noqa: S106 - of the test
    (tmp_path / "phrase").write_text("phrase\n")
    put(inbox, "sites_1.csv", HEAD + "1,A,1\n")
    source = remote(password=None, key=f"file:{tmp_path}/id", passphrase=f"file:{tmp_path}/phrase")
    assert ids(everything(source)[0]) == ["1"]


def test_known_hosts_vouch_for_a_server(inbox, sftp, remote, tmp_path):
    put(inbox, "sites_1.csv", HEAD + "1,A,1\n")
    known = tmp_path / "known_hosts"
    known.write_text(f"[127.0.0.1]:{sftp[0]} {HOST_KEY.get_name()} {HOST_KEY.get_base64()}\n")
    assert ids(everything(remote(host_key=None, known_hosts=str(known)))[0]) == ["1"]
    known.write_text("")
    with pytest.raises(FatalError, match="not among the known hosts"):
        remote(host_key=None, known_hosts=str(known)).pull("site", None)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"host_key": f"{USER_KEY.get_name()} {USER_KEY.get_base64()}"}, "another key"),
        ({"host_key": "ssh-ed25519 nonsense"}, "host_key is none"),
        ({"user": "sponsor"}, "refused user sponsor"),
        ({"folder": "/nowhere"}, "/nowhere is no folder"),
        ({"password": "env:ACME_UNSET"}, "env:ACME_UNSET holds no secret"),
        ({"password": None, "key": "env:ACME_SFTP"}, "no private key"),
    ],
)
def test_a_server_that_is_not_ours_or_does_not_let_us_in_needs_a_person(remote, changed, reason):
    with pytest.raises(FatalError, match=reason) as caught:
        remote(**changed).pull("site", None)
    assert "correct horse" not in str(caught.value)


def test_a_server_that_does_not_answer_is_tried_again_later(remote, sftp):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        with pytest.raises(RetryableError, match="did not answer"):
            remote(port=silent.getsockname()[1], timeout_s=0.3).pull("site", None)
        port = silent.getsockname()[1]
    with pytest.raises(RetryableError, match="did not answer"):
        remote(port=port).pull("site", None)


def test_a_server_that_breaks_off_in_the_middle_of_a_file_is_tried_again_later(inbox, remote, sftp):
    put(inbox, "sites_1.csv", HEAD + "".join(f"{n},{'A' * 500},{n}\n" for n in range(2000)))

    class Tearing(paramiko.SFTPHandle):
        def read(self, offset, length):
            return super().read(offset, length) if offset < 200_000 else paramiko.SFTP_FAILURE

    whole = sftp[1].open

    def torn(self, path, flags, attr):
        handle = Tearing(flags)
        handle.readfile = whole(self, path, flags, attr).readfile
        return handle

    sftp[1].open = torn
    source = remote()
    with pytest.raises(RetryableError, match="did not answer"):
        source.pull("site", None)
    sftp[1].open = whole
    assert len(everything(source)[0]) == 2000


def test_a_file_that_grows_while_it_is_fetched_is_left_for_later(inbox, remote, sftp):
    path = put(inbox, "sites_1.csv", HEAD + "1,A,1\n")
    sftp[1].after_stat = staticmethod(lambda: path.write_text(HEAD + "1,A,1\n2,B,2\n"))
    with pytest.raises(RetryableError):
        remote().pull("site", None)


def test_the_example_of_the_docs_is_a_source(clock):
    page = ROOT / "docs" / "connectors" / "files.md"
    example = page.read_text().split("```yaml\n")[1].split("```")[0]
    source = open_files(example, clock=clock)
    assert (source.name, source.kinds, source.every_s) == ("acme-exports", ("site",), 60.0)
    assert source.capabilities.deletes
