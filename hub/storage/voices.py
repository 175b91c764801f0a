"""Voices of those who agreed, in the hub's database: encrypted, and gone with the consent."""

import json
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import InvalidToken, MultiFernet
from sqlalchemy import Engine, delete, insert, select

from hub.domain.audit import Entry
from hub.domain.errors import FatalError, MissingError, StandingError
from hub.domain.voices import Print, VoiceProfile, VoiceSample
from hub.storage import account_rows as rows
from hub.storage import account_tables  # noqa: F401 - what the tables refer to
from hub.storage.audit import append
from hub.storage.engine import reading, transaction
from hub.storage.upsert import upsert
from hub.storage.voice_tables import voice_profiles, voice_samples


class SqlVoiceProfiles:
    """`VoiceProfiles` on SQLite or PostgreSQL; vectors are encrypted with *cipher*."""

    def __init__(self, engine: Engine, cipher: MultiFernet) -> None:
        self._engine = engine
        self._cipher = cipher

    def profile(self, user_id: str) -> VoiceProfile | None:
        """Return a profile; see `VoiceProfiles.profile`."""
        return next(iter(self._found(user_id)), None)

    def profiles(self) -> list[VoiceProfile]:
        """Return all profiles; see `VoiceProfiles.profiles`."""
        return self._found(None)

    def agree(self, profile: VoiceProfile, *, audit: Sequence[Entry]) -> None:
        """Store a consent; see `VoiceProfiles.agree`."""
        values = {
            "user_id": profile.user_id,
            "agreed_at": rows.stored(profile.agreed_at),
            "agreed_by": profile.agreed_by,
            "how": profile.how,
        }
        with transaction(self._engine) as connection:
            made = upsert(connection, voice_profiles).values(values).on_conflict_do_nothing()
            if connection.execute(made.returning(voice_profiles.c.user_id)).first() is None:
                raise StandingError("the person has agreed already")
            append(connection, audit)

    def learn(self, sample: VoiceSample, *, audit: Sequence[Entry]) -> None:
        """Store what was learned; see `VoiceProfiles.learn`."""
        its, theirs = voice_samples.c, voice_profiles.c.user_id == sample.user_id
        with transaction(self._engine) as connection:
            # held until the end, so that a consent taken back meanwhile leaves nothing behind
            if connection.execute(select(voice_profiles).where(theirs).with_for_update()).first() is None:
                raise StandingError("the person has not agreed that their voice is known")
            same = (its.user_id == sample.user_id, its.meeting_id == sample.meeting_id)
            connection.execute(delete(voice_samples).where(*same))
            connection.execute(insert(voice_samples).values(self._row(sample)))
            append(connection, audit)

    def forget(self, user_id: str, *, audit: Sequence[Entry]) -> None:
        """Delete consent and voice; see `VoiceProfiles.forget`."""
        with transaction(self._engine) as connection:
            connection.execute(select(voice_profiles).where(voice_profiles.c.user_id == user_id).with_for_update())
            connection.execute(delete(voice_samples).where(voice_samples.c.user_id == user_id))
            gone = connection.execute(delete(voice_profiles).where(voice_profiles.c.user_id == user_id))
            if gone.rowcount != 1:
                raise MissingError("no voice is known of this person")
            append(connection, audit)

    def _found(self, user_id: str | None) -> list[VoiceProfile]:
        people, learned = select(voice_profiles), select(voice_samples)
        if user_id is not None:
            people = people.where(voice_profiles.c.user_id == user_id)
            learned = learned.where(voice_samples.c.user_id == user_id)
        with reading(self._engine) as connection:
            profiles = connection.execute(people.order_by(voice_profiles.c.user_id)).all()
            found = connection.execute(learned.order_by(voice_samples.c.learned_at, voice_samples.c.id)).all()
        samples = [self._sample(row) for row in found]
        return [
            VoiceProfile(
                row.user_id,
                rows.aware(row.agreed_at),
                row.agreed_by,
                row.how,
                tuple(one for one in samples if one.user_id == row.user_id),
            )
            for row in profiles
        ]

    def _row(self, sample: VoiceSample) -> dict[str, Any]:
        return {
            "id": sample.id,
            "user_id": sample.user_id,
            "meeting_id": sample.meeting_id,
            "seconds": sample.print.seconds,
            "body": self._cipher.encrypt(json.dumps(sample.print.vector).encode()).decode(),
            "made_by": sample.made_by,
            "learned_at": rows.stored(sample.learned_at),
        }

    def _sample(self, row: Any) -> VoiceSample:
        try:
            vector = tuple(json.loads(self._cipher.decrypt(row.body.encode())))
        except InvalidToken as error:
            raise FatalError(
                "what is known of voices is encrypted under another key; give that key in HUB_TOKEN_KEYS, or have the "
                "voices forgotten: hub voices forget"
            ) from error
        heard = Print(vector, row.seconds)
        return VoiceSample(row.id, row.user_id, row.meeting_id, heard, row.made_by, rows.aware(row.learned_at))
