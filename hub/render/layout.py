"""How minutes are laid out where they are read: the order of their parts, and the size of paper."""

from dataclasses import dataclass

from hub.domain.errors import UsageError

STYLES: dict[str, tuple[str, ...]] = {
    # formal minutes: who was there, then what was said and settled
    "formal": ("people", "summary", "carried", "decisions", "actions", "risks", "issues"),
    # a protocol of results: what was settled and who does what, the rest behind
    "protocol": ("people", "carried", "decisions", "actions", "issues", "risks", "summary"),
    # for those who read the first page only
    "summary": ("summary", "actions", "carried", "decisions", "risks", "issues", "people"),
}
_STYLE_OF = {"de": "protocol", "nl": "protocol", "pl": "protocol", "en": "formal"}
PAPERS = {"A4": (210.0, 297.0), "Letter": (215.9, 279.4)}
"""Width and height in mm."""
_LETTER = frozenset("BZ CA CL CO CR GT MX NI PA PH PR SV US VE".split())  # noqa: SIM905 - countries, as CLDR lists them


@dataclass(frozen=True, slots=True)
class Layout:
    """*order* names the parts as they follow each other; *paper* is a key of `PAPERS`."""

    order: tuple[str, ...] = STYLES["formal"]
    paper: str = "A4"

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height of the paper."""
        return PAPERS[self.paper]


def layout(locale: str, *, style: str = "auto", paper: str = "auto", region: str = "GB") -> Layout:
    """Return the layout for readers of *locale*; *auto* takes what is usual for the locale, or in the *region*.

    UsageError for a style or paper that there is not.
    """
    named = _STYLE_OF.get(locale, "formal") if style == "auto" else style
    sheet = ("Letter" if region in _LETTER else "A4") if paper == "auto" else paper
    if named not in STYLES:
        raise UsageError(f"{style}: no style of minutes; use auto, {', '.join(STYLES)}")
    if sheet not in PAPERS:
        raise UsageError(f"{paper}: no size of paper; use auto, {', '.join(PAPERS)}")
    return Layout(STYLES[named], sheet)
