"""What is kept encrypted is brought under the newest key, so that older ones can be forgotten."""

from collections.abc import Sequence

from cryptography.fernet import InvalidToken, MultiFernet
from sqlalchemy import Engine, select, update

from hub.domain.audit import Entry
from hub.domain.errors import FatalError
from hub.storage.account_tables import users
from hub.storage.audit import append
from hub.storage.engine import transaction
from hub.storage.sync_tables import tokens
from hub.storage.voice_tables import voice_samples


def rekey(engine: Engine, cipher: MultiFernet, *, audit: Sequence[Entry]) -> int:
    """Encrypt tokens, second factors and voices anew under the first key of *cipher*, all or none; return how many.

    FatalError where one is under a key that *cipher* does not have: nothing is changed then.
    """
    with transaction(engine) as connection:
        count = 0
        for row in connection.execute(select(users.c.id, users.c.secret).where(users.c.secret.is_not(None))).all():
            after = _under_newest(cipher, str(row.secret).encode(), f"the second factor of user {row.id}").decode()
            connection.execute(update(users).where(users.c.id == row.id).values(secret=after))
            count += 1
        for row in connection.execute(select(tokens.c.name, tokens.c.body)).all():
            body = _under_newest(cipher, bytes(row.body), f"the token of {row.name}")
            connection.execute(update(tokens).where(tokens.c.name == row.name).values(body=body))
            count += 1
        for row in connection.execute(select(voice_samples.c.id, voice_samples.c.body)).all():
            sealed = _under_newest(cipher, row.body.encode(), "what is known of a voice").decode()
            connection.execute(update(voice_samples).where(voice_samples.c.id == row.id).values(body=sealed))
            count += 1
        append(connection, audit)
    return count


def _under_newest(cipher: MultiFernet, token: bytes, what: str) -> bytes:
    try:
        return cipher.rotate(token)
    except InvalidToken as error:
        raise FatalError(f"{what}: is encrypted under another key; give that key, then try again") from error
