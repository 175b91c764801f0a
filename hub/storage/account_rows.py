"""Rows of the account tables as domain objects, and back."""

import json
from datetime import UTC, datetime
from typing import Any

from hub.domain.accounts import Account, ApiToken, Held, Session
from hub.domain.jobs import Job, JobState
from hub.domain.people import Grant, Role, User
from hub.storage.rows import naive, text

_SESSION_TIMES = ("began_at", "seen_at", "ends_at", "proved_at", "ended_at")
_TOKEN_TIMES = ("made_at", "ends_at", "used_at", "revoked_at")
_JOB_TIMES = ("asked_at", "began_at", "ended_at")


def aware(value: datetime | None) -> Any:
    """Return a stored time with its zone, UTC."""
    return value.replace(tzinfo=UTC) if value is not None else None


def stored(value: datetime | None) -> datetime | None:
    """Return a time as the tables keep it, None as it is."""
    return naive(value) if value is not None else None


def account(row: Any) -> Account:
    """Return the account of a row."""
    user = User(
        id=row.id,
        email=row.email,
        name=row.name,
        organization=row.organization,
        locale=row.locale,
        timezone=row.timezone,
        state=row.state,
        locked_until=aware(row.locked_until),
    )
    return Account(
        user=user,
        password=row.password,
        changed_at=aware(row.changed_at),
        former=tuple(json.loads(row.former)),
        failed=row.failed,
        secret=row.secret,
        confirmed=bool(row.confirmed),
        counter=row.counter,
        recovery=tuple(json.loads(row.recovery)),
        subject=row.subject,
        version=row.version,
    )


def account_row(value: Account) -> dict[str, Any]:
    """Return the row of an account."""
    user = value.user
    return {
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "organization": user.organization,
        "locale": user.locale,
        "timezone": user.timezone,
        "state": user.state,
        "locked_until": stored(user.locked_until),
        "password": value.password,
        "changed_at": stored(value.changed_at),
        "former": text(list(value.former)),
        "failed": value.failed,
        "secret": value.secret,
        "confirmed": value.confirmed,
        "counter": value.counter,
        "recovery": text(list(value.recovery)),
        "subject": value.subject,
        "version": value.version,
    }


def held(row: Any) -> Held:
    """Return the grant of a row, as it was given."""
    grant = Grant(Role(row.role), row.organization, row.study, bool(row.unblinded), aware(row.until))
    return Held(row.id, row.user_id, grant, row.given_by, aware(row.given_at), aware(row.revoked_at))


def held_row(value: Held) -> dict[str, Any]:
    """Return the row of a grant."""
    grant = value.grant
    return {
        "id": value.id,
        "user_id": value.user_id,
        "role": str(grant.role),
        "organization": grant.organization,
        "study": grant.study,
        "unblinded": grant.unblinded,
        "until": stored(grant.until),
        "given_by": value.given_by,
        "given_at": naive(value.given_at),
        "revoked_at": stored(value.revoked_at),
    }


def session(row: Any) -> Session:
    """Return the session of a row."""
    values = {name: getattr(row, name) for name in Session.__dataclass_fields__}
    return Session(**values | {name: aware(values[name]) for name in _SESSION_TIMES})


def session_row(value: Session) -> dict[str, Any]:
    """Return the row of a session."""
    values = {name: getattr(value, name) for name in Session.__dataclass_fields__}
    return values | {name: stored(values[name]) for name in _SESSION_TIMES}


def token(row: Any) -> ApiToken:
    """Return the token of a row."""
    values = {name: getattr(row, name) for name in ApiToken.__dataclass_fields__}
    values["scopes"] = frozenset(json.loads(row.scopes))
    return ApiToken(**values | {name: aware(values[name]) for name in _TOKEN_TIMES})


def token_row(value: ApiToken) -> dict[str, Any]:
    """Return the row of a token."""
    values: dict[str, Any] = {name: getattr(value, name) for name in ApiToken.__dataclass_fields__}
    values["scopes"] = text(sorted(value.scopes))
    return values | {name: stored(values[name]) for name in _TOKEN_TIMES}


def job(row: Any) -> Job:
    """Return the job of a row."""
    values = {name: getattr(row, name) for name in Job.__dataclass_fields__}
    values |= {"argument": json.loads(row.argument), "result": json.loads(row.result), "state": JobState(row.state)}
    values["organizations"] = frozenset(json.loads(row.organizations))
    return Job(**values | {name: aware(values[name]) for name in _JOB_TIMES})


def job_row(value: Job) -> dict[str, Any]:
    """Return the row of a job."""
    values: dict[str, Any] = {name: getattr(value, name) for name in Job.__dataclass_fields__}
    values |= {"argument": text(dict(value.argument)), "result": text(dict(value.result)), "state": str(value.state)}
    values["organizations"] = text(sorted(value.organizations))
    return values | {name: stored(values[name]) for name in _JOB_TIMES}
