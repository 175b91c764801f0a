"""Who looks at a page: in which language, in which zone, and with which rights."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.domain.locales import LOCALES
from hub.domain.people import Principal
from hub.domain.policy import Right, holds
from hub.ports import Wording

LANGUAGES = {
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
"""Each locale by its own name."""
SPOKEN = {
    "ar": "العربية",
    "cs": "Čeština",
    "da": "Dansk",
    "de": "Deutsch",
    "el": "Ελληνικά",
    "en": "English",
    "es": "Español",
    "fi": "Suomi",
    "fr": "Français",
    "he": "עברית",
    "hi": "हिन्दी",
    "hu": "Magyar",
    "it": "Italiano",
    "ja": "日本語",
    "ko": "한국어",
    "nl": "Nederlands",
    "no": "Norsk",
    "pl": "Polski",
    "pt": "Português",
    "ro": "Română",
    "ru": "Русский",
    "sv": "Svenska",
    "tr": "Türkçe",
    "uk": "Українська",
    "zh": "中文",
}
"""Languages that may be said to have been spoken in a meeting (ISO 639-1), each by its own name."""


@dataclass(frozen=True, slots=True)
class Reader:
    """The reader of one page. *csrf* is what a form has to bring along; *at* is now."""

    words: Wording
    at: datetime
    zone: ZoneInfo
    principal: Principal | None = None
    csrf: str = ""

    @property
    def name(self) -> str:
        """Return the reader's own name, empty before sign-in."""
        return self.principal.user.name if self.principal else ""

    def can(self, right: str) -> bool:
        """Tell whether the reader has *right* anywhere; each page still asks for what it shows."""
        return self.principal is not None and holds(self.principal, Right(right), at=self.at)

    def local(self, at: datetime) -> datetime:
        """Return a time in the reader's zone."""
        return at.astimezone(self.zone)

    def midnight(self, day: date) -> datetime:
        """Return when a day begins in the reader's zone."""
        return datetime.combine(day, time.min, self.zone)

    def when(self, at: datetime) -> str:
        """Return day and time in the reader's zone, the zone named."""
        there = self.local(at)
        return f"{self.words.date(there.date(), style='short')}, {self.words.time(there)}"

    def by(self, who: str, at: datetime) -> str:
        """Return who did something and when; the name keeps its own direction, whatever stands around it."""
        return f"\u2068{who}\u2069, {self.when(at)}"

    def places(self) -> list[tuple[str, str, str]]:
        """Return the parts of the hub that are open to the reader: key, address, name."""
        words = self.words
        every = (
            ("home", "/", words.text("Home"), ()),
            ("meetings", "/meetings", words.text("Meetings"), ("meetings:read",)),
            ("actions", "/actions", words.text("Actions"), ("meetings:read",)),
            ("communications", "/communications", words.text("Communications"), ("meetings:read",)),
            ("governance", "/governance", words.text("Governance"), ("meetings:read",)),
            ("sync", "/sync", words.text("Sync"), ("sync:read",)),
            ("oversight", "/oversight", words.text("Oversight"), ("oversight:read",)),
            ("audit", "/audit", words.text("Audit trail"), ("audit:read",)),
            ("administration", "/administration", words.text("Administration"), ("users:manage", "system:operate")),
        )
        return [
            (key, address, name)
            for key, address, name, rights in every
            if not rights or any(self.can(right) for right in rights)
        ]


def role_name(words: Wording, role: str) -> str:
    """Return a role in words."""
    return {
        "project_manager": words.text("project manager"),
        "contributor": words.text("contributor"),
        "reviewer": words.text("reviewer"),
        "liaison": words.text("liaison"),
        "integration_engineer": words.text("integration engineer"),
        "auditor": words.text("auditor"),
        "inspector": words.text("inspector"),
        "administrator": words.text("administrator"),
    }.get(role, role)


def zone_of(name: str | None) -> ZoneInfo:
    """Return the zone by its IANA name, UTC where there is none by this name."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def locale_of(asked: str) -> str:
    """Return the first locale of the hub that an Accept-Language header asks for, English where none is."""
    for wish in _wishes(asked):
        for locale in LOCALES:
            if wish == locale.lower() or wish.split("-")[0] == locale.split("-")[0].lower():
                return locale
    return "en"


def _wishes(asked: str) -> list[str]:
    wishes = []
    for place, part in enumerate(asked.split(",")[:20]):
        tag, _, quality = part.partition(";q=")
        try:
            wishes.append((-float(quality or 1), place, tag.strip().lower()))
        except ValueError:
            continue
    return [tag for _, _, tag in sorted(wishes) if tag]
