"""What every page of somebody signed in has: their words and zone, what just happened, the way back."""

from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.api import cookies
from hub.api.asking import Asking
from hub.bootstrap import Hub
from hub.domain.locales import LOCALES
from hub.translation.wording import wording
from hub.web.pages import Pages
from hub.web.reader import Reader, locale_of, zone_of

PAGES = Pages()
LOCALE_COOKIE = "hub_locale"


def stranger(request: Request, hub: Hub) -> Reader:
    """Return who looks at a page before sign-in: the locale is the one chosen here before, else the browser's."""
    chosen = request.cookies.get(LOCALE_COOKIE, "")
    locale = chosen if chosen in LOCALES else locale_of(request.headers.get("accept-language", ""))
    return Reader(wording(locale), hub.clock(), zone_of(hub.settings.timezone))


def reader_of(asking: Asking) -> Reader:
    """Return who looks at a page after sign-in."""
    user = asking.principal.user
    locale = user.locale if user.locale in LOCALES else "en"
    csrf = cookies.csrf_of(asking.secret) if asking.session else ""
    return Reader(wording(locale), asking.at, zone_of(user.timezone), asking.principal, csrf)


def show(request: Request, asking: Asking, template: str, **view: Any) -> HTMLResponse:
    """Return a page for who asks; what a form before it came to (`?done=`) stands on top."""
    reader = reader_of(asking)
    said = _done(reader).get(request.query_params.get("done", ""))
    told = [("ok", said)] if said else []
    return PAGES.show(template, reader, told=[*told, *view.pop("told", ())], **view)


def go(address: str, *, done: str = "", **query: str) -> RedirectResponse:
    """Send the browser on after a form; *done* names what to say there. An `#anchor` in *address* stays at its end."""
    path, _, anchor = address.partition("#")
    asked = urlencode({**({"done": done} if done else {}), **query})
    mark = "&" if "?" in path else "?"
    return RedirectResponse(f"{path}{mark + asked if asked else ''}{'#' + anchor if anchor else ''}", 303)


def within(address: str) -> str:
    """Return *address* where it is a path of the hub's own, else the home page: nobody is sent elsewhere."""
    own = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if own else "/"


def part(text: str) -> str:
    """Return *text* as one part of a path."""
    return quote(text, safe="")


def _done(reader: Reader) -> dict[str, str]:
    words = reader.words
    return {
        "saved": words.text("Saved"),
        "added": words.text("It was added."),
        "removed": words.text("It was ended."),
        "sent": words.text("It was sent round."),
        "going": words.text("It goes out now. Reload the page in a moment to see the receipts."),
        "signed": words.text("You have signed this version."),
        "asked": words.text("Your request was noted."),
        "approved": words.text("It was approved."),
        "replayed": words.text("It is tried again."),
        "discarded": words.text("It was discarded."),
        "decided": words.text("Your decision was noted."),
        "recorded": words.text("The review was recorded."),
        "again": words.text("The minutes are being drafted again. Reload the page in a moment."),
        "out": words.text("You have signed out."),
    }
