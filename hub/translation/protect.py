"""Spans of a sentence that an engine may not touch: taken out as placeholders, put back exactly.

Figures are put into the locale's form only where their meaning is beyond doubt (a unit or a percent sign behind, or
groups of thousands); "version 3.1" stays as it is.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from hub.domain.redaction import PLACEHOLDER
from hub.translation import dates

_UNIT = (
    r"(?:%|°C|°F|(?:mg|µg|mcg|ng|kg|g|mL|ml|dL|L|mmol|µmol|nmol|IU|mm|cm|km|kB|MB|GB|ms|Hz|mmHg|bpm|[€$£])(?:/\w+)*\b)"
)
_FIXED = re.compile(
    rf"(?P<mask>{PLACEHOLDER.pattern})"
    r"|(?P<quote>\"[^\"]+\"|“[^”]+”|«[^»]+»|(?<!\w)'[^']+'(?!\w))"
    r"|(?P<address>\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\bhttps?://\S+[\w/])"
    r"|(?P<star>\*+|#+|@+)"
    rf"|(?P<amount>[€$£]\s?\d[\d.,]*\d|[€$£]\s?\d|(?<![\w.,/:-])\d+(?:[.,]\d+)*(?:\s?[-–]\s?\d+(?:[.,]\d+)*)?\s?{_UNIT})"
    r"|(?P<thousands>(?<![\w.,/:-])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w/:-]|[.,]\d))"
    r"|(?P<clock>\b\d{1,2}(?::\d{2}){1,2}(?:\s?[ap]\.?m\b\.?)?|\b\d{1,2}\s?[ap]\.?m\b\.?)"
    r"|(?P<code>\b(?=[\w./:_-]*\d)(?=[\w./:_-]*[^\W_]*[A-Za-z./:_-])\w+(?:[./:_-]\w+)*)"
    r"|(?P<caps>\b(?:[A-Z]\.){2,}|\b[A-Z]{2,}s?(?:[/&-][A-Z]{2,}s?)*\b|\b[a-z]+[A-Z]\w*\b|\b[A-Z][a-z]+[A-Z]\w*\b)"
)
_INTEGER = re.compile(r"(?<!\w)\d+(?!\w)")
_CAPITAL = re.compile(
    r"(?:\b(?:Dr|Mr|Mrs|Ms|Prof)\.? )?\b[A-Z][\w'’-]+(?: (?:van|de|del|der|von|la|el) )?(?: [A-Z][\w'’-]+)*"
)
_OPENING = re.compile(r"^\W*$|[.!?:]\s+\W*$")
_EVERYDAY = frozenset(["TV", "OK", "DVD", "PC"])  # capitals that are words, not codes
_DIGITS = "abcdefghij"
_TITLE_SHARE = 0.6  # above this share of capitalised words a line is a heading, and its capitals prove nothing


@dataclass(frozen=True, slots=True)
class Span:
    """A protected passage: its place in the source, the words, and what is to stand for it in the target."""

    begin: int
    end: int
    source: str
    target: str
    kind: str


@dataclass(frozen=True, slots=True)
class Protected:
    """A sentence whose spans are placeholders; `tokens[n]` stands for `spans[n]`."""

    text: str
    spans: tuple[Span, ...]
    tokens: tuple[str, ...]

    @property
    def said(self) -> dict[str, str]:
        """Map each placeholder to what is to stand in its place."""
        return dict(zip(self.tokens, (span.target for span in self.spans), strict=True))


def protect(
    sentence: str, *, target: str, names: Sequence[str] = (), stand_ins: Sequence[str] = (), integers: bool = False
) -> Protected:
    """Return *sentence* (English) with everything that may not be touched as placeholders.

    *names* are left alone wherever they stand. *stand_ins* are names that the engine knows and never changes: they
    serve as placeholders of names, so that its grammar sees a person. *integers* also protects plain whole numbers
    and lone weekdays and months, which an engine usually reads well and which help its grammar.
    """
    spans: list[Span] = []
    for span in _spans(sentence, target, names, integers=integers):
        apart = all(span.end <= other.begin or span.begin >= other.end for other in spans)
        if apart and not _glued(sentence, span):
            spans.append(span)
    spans.sort(key=lambda span: span.begin)
    free = iter([name for name in stand_ins if name.lower() not in sentence.lower()])
    tokens: list[str] = []
    text, at = "", 0
    for number, span in enumerate(spans):
        tokens.append((next(free, None) if span.kind == "name" else None) or placeholder(number))
        text += sentence[at : span.begin] + tokens[-1]
        at = span.end
    return Protected(text + sentence[at:], tuple(spans), tuple(tokens))


def _glued(sentence: str, span: Span) -> bool:
    """Tell whether a letter or figure touches the span: a placeholder there would melt into another word."""
    around = sentence[max(span.begin - 1, 0) : span.begin] + sentence[span.end : span.end + 1]
    return re.search(r"\w", around) is not None


def placeholder(number: int) -> str:
    """Return a word that no dictionary knows and no grammar bends; the number is spelled in letters."""
    return "Xq" + "".join(_DIGITS[int(digit)] for digit in str(number)) + "z"


def restore(text: str, protected: Protected) -> str | None:
    """Return *text* with the spans back in place; None where one is lost, doubled or foreign."""
    pattern = re.compile(rf"\b(?:{'|'.join((*protected.tokens, 'Xq[a-j]+z'))})\b")
    if sorted(pattern.findall(text)) != sorted(protected.tokens):
        return None
    said = protected.said
    return pattern.sub(lambda match: said[match.group()], _small_after_opening(text, protected.text))


def _small_after_opening(text: str, source: str) -> str:
    """Undo the capital that an engine gives to the word behind an unknown first word."""
    opening = re.compile(r"^(\W*[A-Z][a-z]+,? )(\w)(?=[^\W\d_]|\s)")
    before, after = opening.match(source), opening.match(text)
    if before and after and before.group(1) == after.group(1) and before.group(2).islower():
        return after.group(1) + after.group(2).lower() + text[after.end() :]
    return text


def _spans(sentence: str, target: str, names: Sequence[str], *, integers: bool) -> Iterable[Span]:
    """Yield candidate spans, those that matter most first; the caller drops what overlaps."""
    for match in _FIXED.finditer(sentence):
        if match.lastgroup in {"mask", "address"} or (match.lastgroup == "quote" and not _is_all(match, sentence)):
            yield _span(match, match.group(), match.lastgroup)
    for match in _named(sentence, [name for name in names if " " in name.strip()]):
        yield _span(match, match.group(), "name")
    if dates.knows(target):
        for begin, end, match in dates.days(sentence):
            yield Span(begin, end, match.group(), dates.say_day(match, target), "date")
    for match in _named(sentence, [part for name in names for part in name.split() if part[0].isupper()]):
        yield _span(match, match.group(), "name")
    for match in _FIXED.finditer(sentence):
        kind = str(match.lastgroup)
        said = match.group()
        if said in _EVERYDAY or (kind == "quote" and _is_all(match, sentence)):
            continue
        yield _span(match, _figure(said, target) if kind in {"amount", "thousands"} else said, kind)
    yield from _capitalised(sentence)
    if integers:
        yield from _plain_words(sentence, target)


def _is_all(match: re.Match[str], sentence: str) -> bool:
    """Tell whether a quote is all there is: then it is the sentence that is to be translated."""
    return len(match.group()) > 0.8 * len(sentence.strip())


def _span(match: re.Match[str], said: str, kind: str) -> Span:
    return Span(match.start(), match.end(), match.group(), said, kind)


def _named(sentence: str, names: Sequence[str]) -> Iterable[re.Match[str]]:
    wanted = {name.strip() for name in names if len(name.strip()) > 1}
    if not wanted:
        return ()
    ordered = sorted(wanted, key=lambda name: (-len(name), name))
    return re.finditer(rf"(?<!\w)(?:{'|'.join(map(re.escape, ordered))})(?!\w)", sentence)


def _capitalised(sentence: str) -> Iterable[Span]:
    """Yield what reads as a name: capitals inside a sentence, or two of them at its front."""
    words = re.findall(r"\b[^\W\d_]\w*", sentence)
    if len(words) > 3 and sum(word[0].isupper() for word in words) > _TITLE_SHARE * len(words):
        return
    for match in _CAPITAL.finditer(sentence):
        parts = match.group().split()
        opens = bool(_OPENING.search(sentence[: match.start()]))
        if opens and (len(parts) == 1 or parts[0] in _common()):
            continue
        if not any(_bare(part) in _common() for part in parts):
            yield _span(match, match.group(), "name")


def _bare(word: str) -> str:
    return re.sub(r"['’]\w+$", "", word)


@cache
def _common() -> frozenset[str]:
    """Return capitalised English words that are to be translated: countries, languages, days, months, and "I"."""
    from babel import Locale

    english = Locale("en")
    named = [*english.territories.values(), *english.languages.values()]
    words = {word for name in named for word in re.findall(r"[A-Z][a-z]+", str(name))}
    pronouns = (
        "I I'm I'll I'd I've The A An This That These Those We You He She It They Our Your His Her Their My Yes No"
    )
    openers = (
        "If When And But Or So As At In On By For From To With What Which Who Why How Where Is Are Do Does Did Can"
    )
    return frozenset(words | {*dates.WEEKDAYS, *dates.MONTHS} | {*pronouns.split(), *openers.split()})


def _plain_words(sentence: str, target: str) -> Iterable[Span]:
    for match in _INTEGER.finditer(sentence):
        yield _span(match, match.group(), "number")
    for match in re.finditer(rf"\b(?:{'|'.join(dates.WEEKDAYS)})\b", sentence):
        yield _span(match, dates.weekday_name(match.group(), target), "date")
    for match in re.finditer(rf"\b(?:{'|'.join(dates.MONTHS)})\b(?!^)", sentence):
        if match.start() or match.group() not in {"May", "March"}:
            yield _span(match, dates.month_name(match.group(), target), "date")


def _figure(said: str, target: str) -> str:
    """Return a figure with the locale's separators; the digits and their order stay."""
    from babel.numbers import get_decimal_symbol, get_group_symbol

    locale = target.replace("-", "_")
    swap = {",": get_group_symbol(locale), ".": get_decimal_symbol(locale)}
    if re.search(r"\d,\d{1,2}(?!\d)|\.\d+\.", said):
        return said  # a comma that groups no thousands, or two points: not a figure as English writes it
    return re.sub(r"(?<=\d)[.,](?=\d)", lambda match: swap[match.group()], said)
