"""Structured logs on stderr: events with fields, never what was said."""

import logging
import sys

from hub.settings import Settings

_FOREIGN = ("faster_whisper", "httpx2", "httpcore2", "weasyprint", "fontTools", "alembic", "uvicorn")


def set_up(settings: Settings) -> None:
    """Make structlog write to stderr in the form and from the level of *settings*; libraries only warn."""
    import structlog

    level = getattr(logging, settings.log_level.upper())
    last = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # as it is by then: it may be redirected
        cache_logger_on_first_use=False,
    )
    for name in _FOREIGN:
        logging.getLogger(name).setLevel(max(level, logging.ERROR))
