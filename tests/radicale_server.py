"""A Radicale of the test run's own: a CalDAV server with one calendar."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import httpx2

USER, PASSWORD = "hub@meridian.test", "caldav-5d1c"
_MADE = (
    '<?xml version="1.0"?><mkcol xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><set><prop>'
    "<resourcetype><collection/><C:calendar/></resourcetype><displayname>Governance</displayname></prop></set></mkcol>"
)


@dataclass(frozen=True)
class Calendar:
    """Where it is."""

    url: str

    def objects(self) -> list[str]:
        """Return what the calendar holds, as iCalendar."""
        asked = "<C:calendar-query xmlns='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav'><prop><C:calendar-data/></prop><C:filter><C:comp-filter name='VCALENDAR'/></C:filter></C:calendar-query>"
        answer = httpx2.request("REPORT", f"{self.url}/", content=asked, auth=(USER, PASSWORD), headers={"Depth": "1"})
        return answer.text.split("BEGIN:VCALENDAR")[1:]

    def occurrences(self, first: datetime, last: datetime) -> list[datetime]:
        """Return when something is held in a span, in UTC, as the server expands it."""
        span = " ".join(f'{name}="{at:%Y%m%dT%H%M%SZ}"' for name, at in (("start", first), ("end", last)))
        asked = (
            '<C:calendar-query xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><prop><C:calendar-data>'
            f'<C:expand {span}/></C:calendar-data></prop><C:filter><C:comp-filter name="VCALENDAR">'
            f'<C:comp-filter name="VEVENT"><C:time-range {span}/></C:comp-filter></C:comp-filter></C:filter>'
            "</C:calendar-query>"
        )
        answer = httpx2.request("REPORT", f"{self.url}/", content=asked, auth=(USER, PASSWORD), headers={"Depth": "1"})
        found = re.findall(r"^DTSTART:(\d{8}T\d{6})Z", answer.text, re.MULTILINE)
        return sorted(datetime.strptime(f"{one}+0000", "%Y%m%dT%H%M%S%z") for one in found)

    def edit(self, old: str, new: str) -> None:
        """Change a text in the only object, as a person does."""
        listing = httpx2.request("PROPFIND", f"{self.url}/", auth=(USER, PASSWORD), headers={"Depth": "1"}).text
        [href] = [one for one in listing.replace("<", ">").split(">") if one.endswith(".ics")]
        where = httpx2.URL(self.url).join(href)
        content = httpx2.get(where, auth=(USER, PASSWORD)).text
        headers = {"Content-Type": "text/calendar; charset=utf-8"}
        done = httpx2.put(where, content=content.replace(old, new).encode(), auth=(USER, PASSWORD), headers=headers)
        assert done.status_code in (201, 204), done.text


class _Quiet(WSGIRequestHandler):
    def log_message(self, format, *args):
        """Say nothing."""


@contextmanager
def radicale(folder: Path) -> Iterator[Calendar]:
    """Run Radicale over *folder* on a port that it chooses."""
    import radicale as package
    from radicale import config

    (folder / "users").write_text(f"{USER}:{PASSWORD}\n")
    told = {
        "auth": {"type": "htpasswd", "htpasswd_filename": str(folder / "users"), "htpasswd_encryption": "plain"},
        "storage": {"filesystem_folder": str(folder / "collections")},
        "logging": {"level": "critical"},
    }
    configuration = config.load()
    configuration.update(told, "test", privileged=True)
    with make_server("127.0.0.1", 0, package.Application(configuration), handler_class=_Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}/{USER}/governance"
            made = httpx2.request("MKCOL", f"{url}/", content=_MADE, auth=(USER, PASSWORD), timeout=60)
            assert made.status_code == 201, made.text
            yield Calendar(url)
        finally:
            server.shutdown()
            thread.join()
