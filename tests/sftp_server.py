"""A real SFTP server on loopback (paramiko), over a folder of this machine; files can be read and written."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paramiko

USER, PASSWORD = "cro", "correct horse"  # of a server that lives as long as a test
HOST_KEY = paramiko.ECDSAKey.generate()
USER_KEY = paramiko.ECDSAKey.generate()


class Door(paramiko.ServerInterface):
    """Lets the one user in, by password or by key."""

    def __init__(self, key: str) -> None:
        self._key = key

    def get_allowed_auths(self, username: str) -> str:
        return "password,publickey"

    def check_auth_password(self, username: str, password: str) -> int:
        return paramiko.AUTH_SUCCESSFUL if (username, password) == (USER, PASSWORD) else paramiko.AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return paramiko.AUTH_SUCCESSFUL if key.get_base64() == self._key else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED


class Shelf(paramiko.SFTPServerInterface):
    """Shows a folder. Classes made of it say which one, and what happens after a look at a file."""

    root = Path()
    after_stat = staticmethod(lambda: None)

    def _at(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def list_folder(self, path: str) -> Any:
        try:
            return [paramiko.SFTPAttributes.from_stat(p.lstat(), p.name) for p in sorted(self._at(path).iterdir())]
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    def stat(self, path: str) -> Any:
        try:
            return paramiko.SFTPAttributes.from_stat(self._at(path).stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    def lstat(self, path: str) -> Any:
        found = self.stat(path)
        type(self).after_stat()
        return found

    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> Any:
        handle: Any = paramiko.SFTPHandle(flags)
        try:
            if flags & os.O_WRONLY or flags & os.O_RDWR:
                handle.writefile = handle.readfile = self._at(path).open("w+b")
            else:
                handle.readfile = self._at(path).open("rb")
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        return handle

    def mkdir(self, path: str, attr: paramiko.SFTPAttributes) -> int:
        return self._done(self._at(path).mkdir)

    def remove(self, path: str) -> int:
        return self._done(self._at(path).unlink)

    def rename(self, oldpath: str, newpath: str) -> int:
        if self._at(newpath).exists():
            return int(paramiko.SFTP_FAILURE)
        return self._done(lambda: self._at(oldpath).rename(self._at(newpath)))

    def posix_rename(self, oldpath: str, newpath: str) -> int:
        return self._done(lambda: self._at(oldpath).replace(self._at(newpath)))

    def _done(self, step: Any) -> int:
        try:
            step()
        except OSError as error:
            return int(paramiko.SFTPServer.convert_errno(error.errno or 0))
        return int(paramiko.SFTP_OK)


class Plain(Shelf):
    """A server without the extension that puts one file in the place of another."""

    def posix_rename(self, oldpath: str, newpath: str) -> int:
        return int(paramiko.SFTP_OP_UNSUPPORTED)


@dataclass
class Served:
    """Where it is, and the class that shows the folder."""

    port: int
    shelf: type[Shelf]

    def settings(self, folder: str) -> dict[str, Any]:
        """Return what a YAML says of *folder* there; its password is `env:ACME_SFTP`."""
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "user": USER,
            "folder": folder,
            "password": "env:ACME_SFTP",
            "host_key": f"{HOST_KEY.get_name()} {HOST_KEY.get_base64()}",
            "timeout_s": 30,
        }


@contextmanager
def sftp_server(root: Path, shelf: type[Shelf] = Shelf) -> Iterator[Served]:
    """Serve *root* until the block ends."""
    transports: list[paramiko.Transport] = []
    shown = type("RootedShelf", (shelf,), {"root": root})
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(HOST_KEY)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, shown)
            transports.append(transport)
            try:
                transport.start_server(event=threading.Event(), server=Door(USER_KEY.get_base64()))
            except (paramiko.SSHException, EOFError):
                continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield Served(listener.getsockname()[1], shown)
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    for transport in transports:
        transport.close()
    thread.join(5)
