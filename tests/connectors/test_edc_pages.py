"""The YAML on each page of these connectors opens; the one for Medidata CTMS reads reports of its form."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from hub.connectors.agreement_file import read as read_agreement
from hub.connectors.catalogue import open_system
from hub.connectors.files.config import read_config
from hub.connectors.files.places import FolderPlace
from hub.connectors.files.source import FileSource

PAGES = Path(__file__).resolve().parents[2] / "docs" / "connectors"
CLINICAL = (
    "rave",
    "odm",
    "fhir",
    "redcap",
    "siebel",
    "openclinica",
    "libreclinica",
    "clinical-one",
    "medidata-ctms",
    "feeds",
    "usdm",
)


def blocks(name: str) -> list[str]:
    """Return the YAML blocks of a page."""
    return re.findall(r"^```yaml\n(.*?)^```", (PAGES / f"{name}.md").read_text(), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", CLINICAL)
def test_what_a_page_shows_opens(name, tmp_path):
    shown = blocks(name)
    for number, text in enumerate(shown):
        if "parties:" in text:
            (tmp_path / "agreement.yaml").write_text(text)
            assert read_agreement(tmp_path / "agreement.yaml").kinds
            continue
        whole = text if "connector:" in text else f"{shown[0]}\n{text}"  # what is shown later is added to the first
        (tmp_path / f"{number}.yaml").write_text(whole)
        assert open_system(tmp_path / f"{number}.yaml").kinds


def test_reports_of_medidata_ctms_are_read(tmp_path):
    told = yaml.safe_load(blocks("medidata-ctms")[0])
    del told["sftp"]
    config = read_config(yaml.safe_dump({**told, "folder": str(tmp_path), "settle_s": 0}))
    (tmp_path / "Site_Report_1.csv").write_text(
        "Study,Site Number,Site Name,Principal Investigator,Site Status\nAC-1,101,Charité,A. Weber,Active\n"
    )
    (tmp_path / "Visit_Report_1.csv").write_text(
        "Study,Site Number,Visit Number,Visit Type,Visit Status,Start Date,CRA\nAC-1,101,3,IMV,Completed,02 Mar 2026,Ben\n"
    )
    source = FileSource(config, FolderPlace(tmp_path), clock=lambda: datetime.now(UTC))
    [site] = source.pull("site", None).changes
    [visit] = source.pull("monitoring_visit", None).changes
    source.close()
    assert (site.external_id, site.fields["status"]) == ("AC-1|101", "active")
    assert visit.fields | {} == {
        "study_id": "AC-1",
        "type": "routine",
        "status": "done",
        "start": "2026-03-02",
        "monitor": "Ben",
    }
