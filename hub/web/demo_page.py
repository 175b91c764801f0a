"""The demo's page: minutes beside their recording, on the loopback address only."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import FileResponse, HTMLResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from hub.domain.minutes import Minutes
from hub.domain.transcript import Segment, Transcript
from hub.ports import Wording

_HERE = Path(__file__).parent
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_LANGUAGES = {
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "de": "Deutsch",
    "it": "Italiano",
    "pt-BR": "Português (Brasil)",
    "nl": "Nederlands",
    "pl": "Polski",
    "ja": "日本語",
    "zh-Hans": "简体中文",
    "hi": "हिन्दी",
    "ar": "العربية",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows: *minutes* by locale, the recording, and the folder of documents to download."""

    transcript: Transcript
    minutes: dict[str, Minutes]
    recording: Path
    documents: Path
    synthetic: bool


def create_app(shown: Shown, *, wording: Callable[[str], Wording]) -> FastAPI:
    """Return the application; it reads nothing but what *shown* names."""
    app = FastAPI(title="Liaison hub demo", docs_url=None, redoc_url=None, openapi_url=None)
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")
    pages = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    @app.middleware("http")
    async def secured(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        response.headers.update(_HEADERS)
        return response

    @app.get("/", response_class=HTMLResponse)
    def page(locale: str = "en") -> str:
        if locale not in shown.minutes:
            raise HTTPException(404, f"no minutes in {locale}; there are {', '.join(shown.minutes)}")
        return pages.get_template("demo.html").render(_view(shown, locale, wording(locale)))

    @app.get("/recording")
    def recording() -> FileResponse:
        return FileResponse(shown.recording, media_type="audio/ogg")

    @app.get("/documents/{name}")
    def document(name: str) -> FileResponse:
        if name not in {path.name for path in shown.documents.iterdir() if path.is_file()}:
            raise HTTPException(404, f"no document {name}")
        return FileResponse(shown.documents / name, filename=name)

    return app


def _view(shown: Shown, locale: str, words: Wording) -> dict[str, object]:
    minutes = shown.minutes[locale]
    segments = {segment.id: segment for segment in shown.transcript.segments}
    stem = "minutes" if locale == "en" else f"minutes.{locale}"
    return {
        "minutes": minutes,
        "words": words,
        "locale": locale,
        "locales": [(code, _LANGUAGES[code]) for code in shown.minutes],
        "documents": [f"{stem}.{form}" for form in ("pdf", "docx", "html", "md")],
        "segments": shown.transcript.segments,
        "speakers": list(dict.fromkeys(s.speaker for s in shown.transcript.segments if s.speaker)),
        "span": lambda evidence: _span([segments[name] for name in evidence.segments]),
        "english": set(minutes.untranslated),
        "flags": {flag.field: flag.reason for flag in minutes.flags},
        "synthetic": shown.synthetic,
    }


def _span(cited: Sequence[Segment]) -> tuple[float, float]:
    return min(segment.start for segment in cited), max(segment.end for segment in cited)
