"""Study definitions of USDM 4.0 as plain names and values, read through models of our own.

Only what the hub uses is modelled; the rest of the wrapper is left alone, so that later versions are read too.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from hub.connectors.countries import alpha_2
from hub.domain.errors import RejectedError

OFFICIAL = ("C207616", "C99905x2")
"""Official Study Title: the term, and the one that stood for it before it was published."""
_SPONSOR = "C70793"
Item = dict[str, Any]


class Node(BaseModel):
    """Takes what it knows and leaves the rest; a list that is null is empty."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    @field_validator("*", mode="before")
    @classmethod
    def _no_null_lists(cls, value: Any, info: Any) -> Any:
        field = cls.model_fields[info.field_name]
        return field.get_default(call_default_factory=True) if value is None and not field.is_required() else value


class Extension(Node):
    """A value of the customer's own, known by an address."""

    url: str
    text: str | None = Field(None, alias="valueString")
    flag: bool | None = Field(None, alias="valueBoolean")
    number: int | None = Field(None, alias="valueInteger")
    code: "Code | None" = Field(None, alias="valueCode")

    @property
    def value(self) -> Any:
        """Return what it says, of a code the code; None where it says something else."""
        told = (self.text, self.flag, self.number, self.code and self.code.code)
        return next((one for one in told if one is not None), None)


class Code(Node):
    """A term of a terminology."""

    code: str
    decode: str = ""


class Alias(Node):
    """A term with its synonyms."""

    standard_code: Code = Field(alias="standardCode")


class Title(Node):
    """One of a study's titles."""

    text: str
    type: Code


class Identifier(Node):
    """A study's number at one organization."""

    text: str
    scope: str = Field("", alias="scopeId")


class Site(Node):
    """A site that an organization manages."""

    id: str
    name: str = ""
    label: str = ""
    country: Code | None = None
    extensions: tuple[Extension, ...] = Field((), alias="extensionAttributes")


class Organization(Node):
    """A sponsor, registry, CRO or hospital."""

    id: str
    name: str = ""
    label: str = ""
    type: Code | None = None
    sites: tuple[Any, ...] = Field((), alias="managedSites")
    """Each is read by itself, as a `Site`: one that cannot be leaves the others."""


class Role(Node):
    """What organizations do in a study."""

    code: Code | None = None
    organizations: tuple[str, ...] = Field((), alias="organizationIds")


class Indication(Node):
    """What is treated."""

    name: str = ""
    label: str = ""
    description: str = ""


class Population(Node):
    """Whom a study is about."""

    planned: dict[str, Any] | None = Field(None, alias="plannedEnrollmentNumber")


class Design(Node):
    """How a study is done."""

    phase: Alias | None = Field(None, alias="studyPhase")
    indications: tuple[Indication, ...] = ()
    population: Population | None = None


class Version(Node):
    """One version of a study's definition."""

    titles: tuple[Title, ...] = ()
    identifiers: tuple[Identifier, ...] = Field((), alias="studyIdentifiers")
    organizations: tuple[Organization, ...] = ()
    roles: tuple[Role, ...] = ()
    designs: tuple[Design, ...] = Field((), alias="studyDesigns")
    number: str = Field("", alias="versionIdentifier")
    extensions: tuple[Extension, ...] = Field((), alias="extensionAttributes")


class Study(Node):
    """A study with the versions of its definition, the newest first."""

    id: str | None = None
    name: str = ""
    versions: tuple[Version, ...] = Field(min_length=1)


class Wrapper(Node):
    """The document."""

    study: Study
    usdm_version: str = Field("", alias="usdmVersion")


def items(told: Any, kind: str) -> Iterator[tuple[Item, str | None]]:
    """Yield the study, or its sites, each with why it cannot be read: then the item holds what could be, and the rest.

    RejectedError names the first thing that no USDM study holds.
    """
    try:
        study = Wrapper.model_validate(told).study
    except ValidationError as error:
        raise RejectedError(_why(error)) from error
    version = study.versions[0]
    known = study.id or study.name or _protocol(version)
    if kind == "study":
        yield _told(_study(known, version))
        return
    for organization in version.organizations:
        for one in organization.sites:
            yield _site(known, one)


def _told(item: Item) -> tuple[Item, str | None]:
    wrong = next((name for name, value in item.items() if isinstance(value, str) and not is_text(value)), None)
    return item, f"{wrong} holds half a letter (a lone surrogate)" if wrong else None


def is_text(value: str) -> bool:
    """Tell whether *value* can be encoded: half a letter (a lone surrogate) cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _why(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"]))
    return f"{where}: {first['msg']}" if where else str(first["msg"])


def _site(study: str | None, told: Any) -> tuple[Item, str | None]:
    try:
        site = Site.model_validate(told)
    except ValidationError as error:
        named = told if isinstance(told, dict) else {}
        number = next((one for one in (named.get("name"), named.get("id")) if isinstance(one, str) and one), None)
        return _kept((), study=study, number=number, site=told), f"site: {_why(error)}"
    country = alpha_2(site.country.code) if site.country else None
    said = {"id": f"{study}|{site.id}", "number": site.name or site.id, "name": site.label or site.name}
    return _told(_kept(site.extensions, study=study, country=country, **said))


def _study(known: str | None, version: Version) -> Item:
    official = [one.text for one in version.titles if one.type.code in OFFICIAL]
    design = version.designs[0] if version.designs else Design.model_validate({})
    sponsors = [one for one in version.organizations if one.id in sponsor_ids(version)]
    indication = design.indications[0] if design.indications else Indication()
    return _kept(
        version.extensions,
        id=known,
        protocol=_protocol(version),
        title=next(iter([*official, *(one.text for one in version.titles)]), None),
        phase=design.phase.standard_code.code if design.phase else None,
        indication=indication.description or indication.label or indication.name,
        sponsor=(sponsors[0].label or sponsors[0].name) if sponsors else None,
        planned_enrolment=_planned(design.population),
        version=version.number,
    )


def sponsor_ids(version: Version) -> set[str]:
    """Return the organizations that are the sponsor, by role, else by what they are."""
    named = {one for role in version.roles if role.code and role.code.code == _SPONSOR for one in role.organizations}
    return named or {one.id for one in version.organizations if one.type and one.type.code == _SPONSOR}


def _protocol(version: Version) -> str | None:
    """Return the sponsor's own number of the study, else the first."""
    ours = [one.text for one in version.identifiers if one.scope in sponsor_ids(version)]
    return next(iter([*ours, *(one.text for one in version.identifiers)]), None)


def _planned(population: Population | None) -> int | None:
    told = population.planned if population else None
    if told is None:
        return None
    value = told.get("value") if "value" in told else (told.get("maxValue") or {}).get("value")
    return int(value) if isinstance(value, int | float) and float(value).is_integer() else None


def _kept(own: Iterable[Extension], /, **said: Any) -> Item:
    """Return what is *said*, and under their addresses what the customer's *own* say; none hides a standard name."""
    told = {**{one.url: one.value for one in own}, **said}
    return {name: value for name, value in told.items() if value not in (None, "")}
