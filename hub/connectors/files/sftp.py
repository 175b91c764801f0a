"""A folder of another machine, over SFTP, whose key is known beforehand."""

import io
import posixpath
import stat
import tempfile
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

import paramiko

from hub.connectors.files.config import Sftp
from hub.connectors.files.places import Found
from hub.domain.errors import FatalError, RetryableError

_PORT = 22
_AHEAD = 64  # requests on the way at once: enough for a long line, and bounded memory
_OTHERS = ("d", "l", "p", "s", "c", "b")  # first letter of the long name, where a server tells no mode
_KEYS: tuple[type[paramiko.PKey], ...] = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)


class SftpPlace:
    """Connects for each listing and each file; a file is fetched whole into a nameless temporary one and read there."""

    def __init__(self, config: Sftp, *, secret: Callable[[str], str]) -> None:
        self._config = config
        self._secret = secret
        self._where = f"sftp {config.host}:{config.port}"

    def files(self) -> list[Found]:
        """Return every ordinary file of the folder."""
        return list(self.each())

    def each(self) -> Iterator[Found]:
        """Yield every ordinary file of the folder."""
        with self._session() as session:
            try:
                for entry in session.listdir_iter(self._config.folder):
                    if _is_file(entry):
                        yield _found(entry)
            except FileNotFoundError as error:
                raise FatalError(f"{self._where}: {self._config.folder} is no folder there") from error
            except PermissionError as error:
                raise FatalError(f"{self._where}: {self._config.folder} may not be listed by this user") from error

    def open(self, name: str, *, max_bytes: int) -> BinaryIO | None:
        """Return a copy of the file. RetryableError when it changed on the way or grew beyond *max_bytes*."""
        path = posixpath.join(self._config.folder, name)
        with self._session() as session:
            try:
                before = session.lstat(path)
                copy = self._fetch(session, path, max_bytes)
                after = session.lstat(path)
            except FileNotFoundError:
                return None
            except PermissionError as error:
                raise FatalError(f"{self._where}: a file may not be read by this user") from error
        if (before.st_size, before.st_mtime) != (after.st_size, after.st_mtime):
            copy.close()
            raise RetryableError(f"{self._where}: a file was written to while it was fetched")
        return copy

    def put(self, name: str, content: BinaryIO) -> None:
        """Write a file beside its name first, and then under it; see `Keeping.put`."""
        path = posixpath.join(self._config.folder, name)
        folder, last = posixpath.split(path)
        part = posixpath.join(folder, f".{last}.part")
        with self._session() as session:
            try:
                self._made(session, posixpath.dirname(name))
                session.putfo(content, part)
                _renamed(session, part, path)
            except FileNotFoundError as error:
                raise FatalError(f"{self._where}: {self._config.folder} is no folder there") from error
            except PermissionError as error:
                raise FatalError(f"{self._where}: {self._config.folder} may not be written by this user") from error

    def _made(self, session: paramiko.SFTPClient, below: str) -> None:
        """Make the folders of *below* that are not there yet."""
        path = self._config.folder
        for part in filter(None, below.split("/")):
            path = posixpath.join(path, part)
            try:
                session.stat(path)
            except FileNotFoundError:
                session.mkdir(path)

    def _fetch(self, session: paramiko.SFTPClient, path: str, max_bytes: int) -> BinaryIO:
        def bounded(done: int, whole: int) -> None:
            if max(done, whole) > max_bytes:
                raise RetryableError(f"{self._where}: a file grew beyond {max_bytes} bytes while it was fetched")

        copy = tempfile.TemporaryFile()  # noqa: SIM115  # the caller closes it
        try:
            session.getfo(path, copy, callback=bounded, max_concurrent_prefetch_requests=_AHEAD)
        except BaseException:
            copy.close()
            raise
        copy.flush()
        return copy

    @contextmanager
    def _session(self) -> Iterator[paramiko.SFTPClient]:
        client = paramiko.SSHClient()
        try:
            self._connect(client)
            session = client.open_sftp()
            channel = session.get_channel()
            if channel is not None:
                channel.settimeout(self._config.timeout_s)
            yield session
        except paramiko.BadHostKeyException as error:
            raise FatalError(f"{self._where} shows another key than the one that is pinned") from error
        except paramiko.AuthenticationException as error:
            raise FatalError(f"{self._where} refused user {self._config.user}") from error
        except (paramiko.SSHException, EOFError, OSError) as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            raise RetryableError(f"{self._where} did not answer ({reason})") from error
        finally:
            client.close()

    def _connect(self, client: paramiko.SSHClient) -> None:
        config = self._config
        self._pin(client)
        client.connect(
            config.host,
            config.port,
            config.user,
            password=self._secret(config.password) if config.password else None,
            pkey=self._key(),
            allow_agent=False,
            look_for_keys=False,
            timeout=config.timeout_s,
            banner_timeout=config.timeout_s,
            auth_timeout=config.timeout_s,
        )

    def _pin(self, client: paramiko.SSHClient) -> None:
        client.set_missing_host_key_policy(_Unknown(self._where))
        if self._config.known_hosts is not None:
            try:
                client.load_host_keys(self._config.known_hosts)
            except OSError as error:
                raise FatalError(f"{self._config.known_hosts} cannot be read") from error
            return
        try:
            kind, data, *_ = (self._config.host_key or "").split()
            key = paramiko.PKey.from_type_string(kind, b64decode(data))
        except (ValueError, paramiko.SSHException) as error:
            raise FatalError(f"{self._where}: host_key is none; write it as `ssh-ed25519 AAAA...`") from error
        host = self._config.host if self._config.port == _PORT else self._bracketed()
        client.get_host_keys().add(host, kind, key)

    def _bracketed(self) -> str:
        return f"[{self._config.host}]:{self._config.port}"

    def _key(self) -> paramiko.PKey | None:
        if self._config.key is None:
            return None
        text = self._secret(self._config.key)
        phrase = self._secret(self._config.passphrase) if self._config.passphrase else None
        for form in _KEYS:
            try:
                return form.from_private_key(io.StringIO(text + "\n"), phrase)
            except (paramiko.SSHException, ValueError):
                continue
        raise FatalError(f"{self._config.key} holds no private key that can be opened")


class _Unknown(paramiko.MissingHostKeyPolicy):
    """Never goes on with a server that nobody vouched for."""

    def __init__(self, where: str) -> None:
        self._where = where

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        del client, hostname
        raise FatalError(f"{self._where} is not among the known hosts; its {key.get_name()} key was not accepted")


def _renamed(session: paramiko.SFTPClient, part: str, path: str) -> None:
    """Give a file its name, in the place of one that has it; servers without that extension need it out of the way."""
    try:
        session.posix_rename(part, path)
    except OSError:
        with suppress(OSError):
            session.remove(path)
        session.rename(part, path)


def _is_file(entry: paramiko.SFTPAttributes) -> bool:
    mode = entry.st_mode or 0
    kind = stat.S_ISREG(mode) if stat.S_IFMT(mode) else not entry.longname.startswith(_OTHERS)
    return kind and "/" not in entry.filename


def _found(entry: paramiko.SFTPAttributes) -> Found:
    size, mtime = entry.st_size or 0, entry.st_mtime or 0
    return Found(entry.filename, size, float(mtime), f"{mtime}-{size}")
