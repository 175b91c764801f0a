"""The other party of an exchange: puts packages into a folder, as a sponsor's or CRO's eTMF does."""

import base64
import contextlib
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

BATCH = {
    "STUDYID": "ATEM-0025",
    "TRANSFERSOURCEID": "CRO101",
    "SPECIFICATIONID": "ABC-0235",
    "TMFRMVERSION": "3.0",
}


@dataclass
class Party:
    """Keeps documents and sends each version in a package of its own."""

    inbox: Path
    texts: dict[str, str] = field(default_factory=dict)
    sent: int = 0

    def enter(self, what: str) -> str:
        known = f"DOC-{len(self.texts) + 1:03d}"
        self.texts[known] = what
        self.send([self.object(known, what)])
        return known

    def edit(self, id: str, what: str) -> None:
        self.texts[id] = what
        self.send([self.object(id, what)])

    def spoil(self, id: str) -> None:
        """Send a version whose file was altered on the way."""
        self.send([self.object(id, "spoilt", INTEGRITY="sha256-" + base64.b64encode(b"x" * 32).decode())])

    def held(self) -> dict[str, str]:
        return dict(self.texts)

    def object(self, known: str, title: str, **values: str) -> dict[str, str]:
        """Return an object with one file of its own."""
        content = f"{known} {title}".encode(errors="replace")
        print_ = "sha256-" + base64.b64encode(hashlib.sha256(content).digest()).decode()
        standard = {
            "OBJECTID": known,
            "OBJECTLEVEL": "Site",
            "COUNTRYID": "USA",
            "SITEID": "US-204",
            "UNIQUEID": "091",
            "ARTIFACTNUMBER": "05.02.01",
            "OBJECTVERSION": f"{self.sent + 1}.0",
            "OBJECTVERSIONSTATE": "Current",
            "OBJECTTITLE": title,
            "OBJECTCOPY": "Yes",
            "ARTIFACTDATE": "23-JAN-2018",
            "INTEGRITY": print_,
            "FILENAME": f"{known}.pdf",
            "CONTENTURL": f"files/{known}.pdf",
        }
        return {**standard, **values, "content": content.decode()}

    def send(self, objects: list[dict[str, str]], **batch: str) -> Path:
        """Put a package into the folder."""
        self.sent += 1
        transfer = f"{20260302080000 + self.sent}"
        folder = self.inbox / transfer
        (folder / "files").mkdir(parents=True)
        for one in objects:
            place = one["CONTENTURL"]
            if place.startswith("files/") and ".." not in place:
                with contextlib.suppress(OSError, ValueError):  # a place that is none
                    (folder / place).write_text(one["content"])
        (folder / "exchange.xml").write_text(manifest(objects, {**BATCH, "TRANSFERID": transfer, **batch}))
        return folder


def manifest(objects: list[dict[str, str]], batch: dict[str, str]) -> str:
    """Return an exchange file."""
    said = " ".join(f'{name}="{escape(value, {chr(34): "&quot;"})}"' for name, value in batch.items())
    return f'<?xml version="1.0"?>\n<BATCH xmlns="https://tmfrefmodel.com/ems" {said}>{"".join(map(_object, objects))}</BATCH>'


def _object(one: dict[str, str]) -> str:
    of_file = ("INTEGRITY", "FILENAME", "CONTENTURL")
    inner = "".join(_element(name, value) for name, value in one.items() if name not in (*of_file, "content"))
    file = "".join(_element(name, one[name]) for name in of_file if name in one)
    return f"<OBJECT>{inner}<FILE>{file}</FILE></OBJECT>"


def _element(name: str, value: str) -> str:
    return f"<{name}>{escape(value)}</{name}>"
