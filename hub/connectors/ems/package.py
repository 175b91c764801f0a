"""`exchange.xml` of a package: read object by object with bounded memory, and written in the order of its schema."""

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hub.domain.errors import RejectedError

SPACE = "https://tmfrefmodel.com/ems"
MANIFEST = "exchange.xml"
_TAG = f"{{{SPACE}}}"
ORDER = (
    "OBJECTID",
    "OBJECTLEVEL",
    "COUNTRYID",
    "SITESYSTEMID",
    "SITEID",
    "UNIQUEID",
    "ARTIFACTNUMBER",
    "PERSONNAME",
    "ORGANIZATIONNAME",
    "OBJECTLANGUAGE",
    "TRANSLATION",
    "OBJECTVERSION",
    "OBJECTVERSIONSTATE",
    "OBJECTTITLE",
    "SUBARTIFACT",
    "OBJECTCOPY",
    "OBJECTEXPIRYDATE",
    "RESTRICTED",
    "RENTENTIONDATE",  # as the schema spells it
    "ARTIFACTDATE",
    "DATEDESCRIPTION",
)
FILE_ORDER = ("INTEGRITY", "FILENAME", "CONTENTURL", "FILEDESCRIPTION")
_NEEDED = ("OBJECTID", "OBJECTLEVEL", "ARTIFACTNUMBER", "OBJECTVERSION", "OBJECTVERSIONSTATE")


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file of an object."""

    values: Mapping[str, str]
    signatures: tuple[Mapping[str, str], ...] = ()
    audit: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ObjectEntry:
    """One document of a package."""

    values: Mapping[str, str]
    files: tuple[FileEntry, ...]
    metadata: Mapping[str, str] = field(default_factory=dict)
    raw: bytes = b""


def objects(path: Path) -> Generator[Mapping[str, str] | ObjectEntry, None, None]:
    """Yield the attributes of the batch, then each object. RejectedError where the file is no exchange file."""
    from lxml import etree

    options: dict[str, Any] = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
    try:
        source = path.open("rb")
    except OSError as error:
        raise RejectedError(f"{MANIFEST} cannot be opened ({error.strerror})") from error
    try:
        for event, element in etree.iterparse(source, events=("start", "end"), **options):
            if event == "start" and element.getparent() is None:
                if element.tag != f"{_TAG}BATCH":
                    raise RejectedError(f"{MANIFEST} begins with {element.tag}, not with a BATCH of EMS")
                yield {str(name): str(value) for name, value in element.attrib.items()}
            elif event == "end" and element.tag == f"{_TAG}OBJECT":
                yield _object(element, etree.tostring(element))
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except (etree.XMLSyntaxError, OSError) as error:
        raise RejectedError(f"{MANIFEST} cannot be read: {' '.join(str(error).split())[:200]}") from error
    finally:
        source.close()


def missing(entry: ObjectEntry) -> list[str]:
    """Return what an object lacks to be filed."""
    lacks = [name for name in _NEEDED if not entry.values.get(name)]
    return lacks if entry.files else [*lacks, "FILE"]


def write(path: Path, batch: Mapping[str, str], entries: Iterable[ObjectEntry]) -> None:
    """Write the exchange file of a package."""
    from lxml import etree

    with etree.xmlfile(str(path), encoding="utf-8") as out:
        out.write_declaration()
        with out.element(f"{_TAG}BATCH", nsmap={None: SPACE}, **batch):
            for entry in entries:
                out.write(_element(entry), pretty_print=True)


def _object(element: Any, raw: bytes) -> ObjectEntry:
    values: dict[str, str] = {}
    metadata: dict[str, str] = {}
    files = []
    for child in element:
        name = _name(child)
        if name == "FILE":
            files.append(_file(child))
        elif name == "METADATA":
            metadata[str(child.get("NAME", ""))] = child.text or ""
        elif name == "PERSONNAME" and name in values:
            values[name] += f"; {(child.text or '').strip()}"
        else:
            values[name] = (child.text or "").strip()
    return ObjectEntry(values, tuple(files), metadata, raw)


def _file(element: Any) -> FileEntry:
    values = {_name(child): (child.text or "").strip() for child in element if not len(child)}
    parts = {name: tuple(_flat(one) for one in element if _name(one) == name) for name in ("SIGNATURE", "AUDITRECORD")}
    return FileEntry(values, parts["SIGNATURE"], parts["AUDITRECORD"])


def _flat(element: Any) -> dict[str, str]:
    return {_name(child): (child.text or "").strip() for child in element}


def _name(element: Any) -> str:
    return str(element.tag).removeprefix(_TAG) if isinstance(element.tag, str) else ""


def _element(entry: ObjectEntry) -> Any:
    from lxml import etree

    made = etree.Element(f"{_TAG}OBJECT", nsmap={None: SPACE})
    _put(made, ORDER, entry.values)
    for one in entry.files:
        file = etree.SubElement(made, f"{_TAG}FILE")
        _put(file, FILE_ORDER, one.values)
        for tag, parts in (("SIGNATURE", one.signatures), ("AUDITRECORD", one.audit)):
            for part in parts:
                _put(etree.SubElement(file, f"{_TAG}{tag}"), tuple(part), part)
    for name, value in entry.metadata.items():
        etree.SubElement(made, f"{_TAG}METADATA", NAME=name).text = value
    return made


def _put(parent: Any, order: tuple[str, ...], values: Mapping[str, str]) -> None:
    from lxml import etree

    for name in order:
        if values.get(name):
            try:
                etree.SubElement(parent, f"{_TAG}{name}").text = values[name]
            except ValueError as error:
                raise RejectedError(f"{name} holds what no XML can") from error
