"""A PostgreSQL server of Debian's packages, with `fsync` on, listening on 127.0.0.1 only."""

import os
import pwd
import secrets
import shutil
import subprocess
from pathlib import Path

from processes import ServiceError, free_ports, last_lines

_USER = "hub"

_SETTINGS = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
max_connections = 200
fsync = on
synchronous_commit = on
log_min_messages = warning
"""

_SECURED = """
ssl = on
ssl_cert_file = 'server.pem'
ssl_key_file = 'server.key'
"""


def start(folder: Path, *, tls: Path | None) -> dict[str, object]:
    """Make a database cluster under *folder* and start it; returns its SQLAlchemy address."""
    own = folder / "postgres"
    own.mkdir(mode=0o700, exist_ok=True)  # it may be a disk of its own
    password = secrets.token_urlsafe(18)
    (own / "password").write_text(password)
    _hand_over(own)
    data = own / "data"
    made = ["initdb", "-D", str(data), "-U", _USER, "-A", "scram-sha-256", f"--pwfile={own}/password"]
    # nothing is lost if this machine goes down while the empty cluster is made
    _run(own, *made, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    (own / "password").unlink()
    port = free_ports(1)[0]
    with (data / "postgresql.conf").open("a") as settings:
        settings.write(_SETTINGS.format(port=port) + (_SECURED if tls else ""))
    if tls:
        _secure(data, tls)
    restart(folder, "postgres")
    # with TLS its programs look for a certificate at home, where the server's user may not come
    surroundings = os.environ | {"PGPASSWORD": password, "HOME": str(own)}
    _run(own, "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", _USER, "hub", surroundings=surroundings)
    return {"postgres": f"postgresql+psycopg://{_USER}:{password}@127.0.0.1:{port}/hub"}


def running(folder: Path) -> dict[str, bool]:
    """Return whether the server under *folder* runs; nothing where there is none."""
    own = folder / "postgres"
    if not own.is_dir():
        return {}
    return {"postgres": _control(own, "status", check=False) == 0}


def stop(folder: Path, name: str) -> None:
    """Stop the server as an operator does."""
    _end(folder, name, "fast")


def kill(folder: Path, name: str) -> None:
    """Stop the server without a checkpoint, as a crash would: it recovers when it starts again."""
    _end(folder, name, "immediate")


def restart(folder: Path, name: str) -> None:
    """Bring the server up again on its port and data."""
    stop(folder, name)
    own = folder / name
    if _control(own, "start", "-w", "-t", "60", "-l", str(own / "log"), check=False) != 0:
        raise ServiceError(f"PostgreSQL did not start: {last_lines(own / 'log')}")


def _end(folder: Path, name: str, mode: str) -> None:
    if not (folder / name / "data").is_dir():
        raise ServiceError(f"{folder}: has no {name}")
    if running(folder)["postgres"]:
        _control(folder / name, "stop", "-w", "-m", mode)


def _secure(data: Path, tls: Path) -> None:
    for name in ("server.pem", "server.key"):
        shutil.copyfile(tls / name, data / name)
        (data / name).chmod(0o600)
    (data / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 scram-sha-256\n")
    _hand_over(data)


def _control(own: Path, *arguments: str, check: bool = True) -> int:
    return _run(own, "pg_ctl", "-D", str(own / "data"), *arguments, check=check)


def _run(
    own: Path, program: str, *arguments: str, check: bool = True, surroundings: dict[str, str] | None = None
) -> int:
    # pg_ctl hands its output to the server, which would keep a pipe open: a file it is
    with (own / "commands").open("a+b") as told:
        command = [*_as_server(own), str(_programs() / program), *arguments]
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=told, stderr=told, env=surroundings, cwd="/", check=False
        )
    if check and done.returncode != 0:
        raise ServiceError(f"{program} failed: {last_lines(own / 'commands')}")
    return done.returncode


def _programs() -> Path:
    """Return the folder of the newest server installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if not found:
        raise ServiceError("no PostgreSQL server here; install it: apt-get install postgresql")
    return found[-1].parent


def _as_server(own: Path) -> list[str]:
    """Return what a command begins with so that it does not run as root, whom the server refuses."""
    if os.getuid() != 0:
        return []
    owner = own.stat()
    return ["setpriv", f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups"]


def _hand_over(own: Path) -> None:
    if os.getuid() != 0:
        return
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = names.get("postgres") or names["nobody"]
    for path in (own, *own.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid)
    for parent in own.parents:
        known = parent.stat()
        if known.st_uid != user.pw_uid and not known.st_mode & 0o001:
            raise ServiceError(f"{parent}: {user.pw_name} cannot pass through it; choose a folder under /tmp")
