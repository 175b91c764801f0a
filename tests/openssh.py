"""OpenSSH's own server on loopback: one process for each connection, which it is handed, so that no port is guessed."""

import os
import pwd
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

COMMAND = shutil.which("sshd") or "/usr/sbin/sshd"
_SETTINGS = """\
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
PermitRootLogin prohibit-password
PidFile none
LogLevel ERROR
Subsystem sftp internal-sftp
"""


@contextmanager
def openssh(folder: Path) -> Iterator[tuple[int, str, str]]:
    """Serve this machine's files to this user until the block ends; give port, host key and the user's own key."""
    for name in ("host", "user"):
        told = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(folder / name)]
        subprocess.run(told, check=True, capture_output=True)
    (folder / "sshd_config").write_text(_SETTINGS.format(folder=folder))
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where it locks itself in before somebody has signed in
    running: list[subprocess.Popen[bytes]] = []
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=_serve, args=(listener, folder, running), daemon=True)
    thread.start()
    host = (folder / "host.pub").read_text().strip()
    yield listener.getsockname()[1], host, (folder / "user").read_text()
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()
    for one in running:
        one.kill()
        one.wait()


def settings(port: int, host: str, folder: Path) -> dict[str, Any]:
    """Return what a YAML says of *folder* there; the key is `env:ACME_KEY`."""
    told = {
        "host": "127.0.0.1",
        "port": port,
        "user": pwd.getpwuid(os.geteuid()).pw_name,
        "folder": str(folder),
        "host_key": host,
    }
    return {**told, "key": "env:ACME_KEY", "timeout_s": 60}


def _serve(listener: socket.socket, folder: Path, running: list["subprocess.Popen[bytes]"]) -> None:
    command = [COMMAND, "-i", "-e", "-f", str(folder / "sshd_config")]
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection, (folder / "sshd.log").open("ab") as log:
            running.append(subprocess.Popen(command, stdin=connection, stdout=connection, stderr=log))
