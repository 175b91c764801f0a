"""A REDCap project as a system of the hub."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hub.connectors.redcap.config import Kind, Redcap, read_config
from hub.connectors.redcap.dialect import GONE, Dialect, unreached
from hub.connectors.rest.client import Client
from hub.connectors.rest.config import Call, Deleted, Listing, Rest, Since
from hub.connectors.rest.config import Kind as RestKind
from hub.connectors.rest.system import RestSystem
from hub.connectors.rest.tokens import Tokens
from hub.connectors.troubles import Advice, problem
from hub.domain.changes import Finding
from hub.domain.errors import HubError
from hub.ports import System

_ADVICE = Advice(
    "base_url (ends with /api/)",
    "token (of user and project)",
    "API Export for the user in this project, and API Import where the hub writes",
)


class RedcapSystem(RestSystem):
    """`Source`, `Target` and `Inspector`."""

    def __init__(self, config: Redcap, clock: Callable[[], datetime]) -> None:
        self._project = config
        super().__init__(_rest(config), clock, dialect=self._spoken)

    def _spoken(self, client: Client) -> Dialect:
        self._dialect = Dialect(client, self._project)
        return self._dialect

    def check(self) -> Iterator[Finding]:
        """Try out the token, and whether the project has the fields that are named."""
        try:
            fields = self._fields()
        except HubError as error:
            yield Finding("token", problem=problem(error, _ADVICE))
            return
        yield Finding("token", seen=f"REDCap answers; the project has {len(fields)} fields")
        known = {*fields, "_id", "_record", "_event", "_form"}
        for kind, rule in self._project.kinds.items():
            missing = sorted({one.field for one in rule.fields.values()} - known)
            wrong = f"the project has no field {', '.join(missing)}" if missing else self._refused(rule)
            yield Finding(kind, problem=wrong, seen="its fields are there")
        yield from self._repeated()
        if self._project.deletions:
            yield self._logged()
        else:
            yield Finding("deletions", seen="records deleted in REDCap stay in the hub: set deletions: true")

    def discover(self) -> Mapping[str, Any]:
        """Return the project, and its fields with their form and type."""
        told = self._dialect.send(content="metadata").body
        rows = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
        named = {str(one.get("field_name")): f"{one.get('form_name')}: {one.get('field_type')}" for one in rows}
        kinds = {kind: sorted(rule.fields) for kind, rule in self._project.kinds.items()}
        about = self._dialect.send(content="project").body
        title = about.get("project_title") if isinstance(about, dict) else None
        return {"studies": [title] if title else [], "fields": named, "kinds": kinds}

    def _refused(self, rule: Kind) -> str:
        """Return why REDCap does not give the forms and events of a kind; asked so that no record comes."""
        form = {f"forms[{number}]": one for number, one in enumerate(rule.forms)}
        form |= {f"events[{number}]": one for number, one in enumerate(rule.events)}
        try:
            self._dialect.send(content="record", type="flat", dateRangeBegin="2999-01-01 00:00:00", **form)
        except HubError as error:
            return problem(error, replace(_ADVICE, address="forms and events of the kind"))
        return ""

    def _repeated(self) -> Iterator[Finding]:
        """Say what repeats in the project, and which kinds do not fit that."""
        try:
            told = self._dialect.repeating()
        except HubError as error:
            yield Finding("repeating", seen=f"REDCap does not say what repeats: {problem(error, _ADVICE)}")
            return
        forms = {form for _, form in told if form}
        events = {event for event, form in told if not form}
        for kind, rule in self._project.kinds.items():
            if rule.repeats and rule.repeats not in forms:
                why = f"no instrument {rule.repeats} repeats by itself: correct repeats, or leave it out"
                yield Finding("repeating", problem=f"{kind}: {why}")
            elif rule.id == "_record" and (rule.repeats or events.intersection(rule.events or events)):
                yield Finding("repeating", problem=f"{kind}: id: _record is the same for all rows that repeat: use _id")
        named = [f"instruments {', '.join(sorted(forms))}"] if forms else []
        named += [f"events {', '.join(sorted(events))}"] if events else []
        yield Finding("repeating", seen=f"of the project repeat: {'; '.join(named) or 'none'}")

    def _logged(self) -> Finding:
        try:
            self._dialect.send(content="log", logtype="record_delete", beginTime="2999-01-01 00:00")
        except HubError as error:
            advice = replace(_ADVICE, right="Logging for the user in this project, or set deletions: false")
            return Finding("deletions", problem=problem(error, advice))
        left_out = {kind: why for kind, rule in self._project.kinds.items() if (why := unreached(rule))}
        try:
            for kind in self._project.kinds.keys() - left_out.keys():
                self._dialect.events(self._project.kinds[kind])
        except HubError as error:
            return Finding("deletions", problem=f"name the events of each kind: {problem(error, _ADVICE)}")
        seen = [
            "the log may be read, and a deleted record goes with all its rows, also those that repeat",
            "a row, event or instrument that is deleted while its record stays is not told, and stays in the hub",
        ]
        seen += [f"it does not reach {kind}, which {why}" for kind, why in left_out.items()]
        return Finding("deletions", seen="; ".join(seen))

    def _fields(self) -> set[str]:
        told = self._dialect.send(content="metadata").body
        return (
            {str(one.get("field_name")) for one in told if isinstance(one, dict)} if isinstance(told, list) else set()
        )


def opened(text: str, _tokens: Callable[[], Tokens] | None) -> System:
    """Make the system of its YAML. UsageError names the first key that is wrong."""
    redcap = RedcapSystem(read_config(text), lambda: datetime.now(UTC))
    target = redcap if redcap.capabilities.writable else None
    return System(redcap.name, redcap.kinds, redcap, target, redcap.every_s, redcap.rate_per_s, redcap)


def _rest(config: Redcap) -> Rest:
    own = {"forms", "events", "filter", "repeats", "write"}
    kinds = {}
    for kind, rule in config.kinds.items():
        told = {name: getattr(rule, name) for name in type(rule).model_fields if name not in own}
        call = Call(method="POST", path=kind) if rule.write else None
        change = Call(method="PUT", path=f"{kind}/{{id}}") if rule.write else None
        since = Since(param="dateRangeBegin", begins="look", overlap_s=60.0) if config.incremental else None
        listing = Listing(path=f"{kind}|", items="items", paging="next_url", next="next", size=1, size_param=None)
        if config.deletions and rule.deleted is None:
            told["deleted"] = Deleted(field=GONE)
        kinds[kind] = RestKind(**told, list=listing, since=since, create=call, update=change)
    return Rest(
        name=config.name,
        base_url=config.base_url,
        every_s=config.every_s,
        rate_per_s=config.rate_per_s,
        timeout_s=config.timeout_s,
        max_mib=config.max_mib,
        kinds=kinds,
    )
