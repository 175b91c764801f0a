"""Argon2id, with the parameters that pwdlib recommends."""


class Argon2Passwords:
    """`Passwords`; *memory_kib* and *rounds* are lower in tests only."""

    def __init__(self, *, memory_kib: int = 65_536, rounds: int = 3) -> None:
        from pwdlib.hashers.argon2 import Argon2Hasher

        self._hasher = Argon2Hasher(memory_cost=memory_kib, time_cost=rounds)

    def hash(self, password: str) -> str:
        """Return a hash; see `Passwords.hash`."""
        return self._hasher.hash(password)

    def verify(self, password: str, hash: str) -> bool:
        """Check a password; see `Passwords.verify`."""
        return self._hasher.verify(password, hash)
