"""WebVTT and SRT, as Teams, Zoom and Webex write them and as people mend them."""

import re

from hub.nlp.readers.cue import Bends, Cue, plain, seconds, voice_and_text

_ARROW = re.compile(r"^\s*(?P<start>-?[\d:.,]+)\s*-{1,2}>\s*(?P<end>-?[\d:.,]+)(?P<rest>.*)$")
_BLOCKS = ("NOTE", "STYLE", "REGION")
_HEAD_LINES = 20
_LANGUAGE = re.compile(r"language\s*:\s*([a-z]{2,3})(?:[-_][a-z0-9]{2,8})*\s*", re.IGNORECASE)

_LANG_TAG = re.compile(r"<lang\s+([a-z]{2,3})(?:[-_][a-z0-9]{2,8})*\s*>|</lang\s*>", re.IGNORECASE)


def looks_timed(text: str) -> bool:
    """Tell whether the text has cue times near its beginning."""
    return text.lstrip("\ufeff \n").startswith("WEBVTT") or any(
        _ARROW.match(line) for line in text[:20_000].split("\n")
    )


def told_language(text: str) -> str | None:
    """Return the language that the head of a WebVTT names (`Language: de-DE` is de), None where it names none."""
    first, *lines = text.lstrip("\ufeff \n").split("\n", _HEAD_LINES)
    if not first.startswith("WEBVTT"):
        return None
    for line in lines:
        if not line.strip() or _ARROW.match(line):
            return None
        if found := _LANGUAGE.fullmatch(line.strip()):
            return found[1].lower()
    return None


def timed_cues(text: str, bends: Bends) -> tuple[list[Cue], list[str]]:
    """Return the cues, and a sentence for each kind of cue that could not be used."""
    cues: list[Cue] = []
    lost = Bends()
    speaker: str | None = None
    for number, match, body in _blocks(text.split("\n"), bends):
        start, end = seconds(match["start"]), seconds(match["end"])
        if start is None or end is None:
            lost.add("a cue whose time cannot be read was left out", number)
            continue
        for raw in _voices(body):
            found, said = voice_and_text(raw)
            speaker = found if found is not None else _carried(speaker, cues, start)
            cues.append(Cue(start, end, speaker, said, number, _language(raw, said)))
    return cues, list(lost.notes())


def _language(raw: str, said: str) -> str | None:
    """Return the language of the `<lang>` that covers all that is *said* in a caption, not one around a few words."""
    within: dict[str, str] = {}
    opened: list[str] = []
    place = 0
    for tag in _LANG_TAG.finditer(raw + "</lang>"):
        for language in dict.fromkeys(opened):
            within[language] = within.get(language, "") + raw[place : tag.start()]
        place = tag.end()
        if tag[1]:
            opened.append(tag[1].lower())
        elif opened:
            opened.pop()
    whole = _letters(said)
    return next((name for name, part in within.items() if whole and _letters(plain(part)).endswith(whole)), None)


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def _carried(speaker: str | None, cues: list[Cue], start: float) -> str | None:
    """Zoom names the speaker once and leaves the name out while the same person goes on."""
    return speaker if cues and speaker is not None and start - cues[-1].end < 2.0 else None


def _blocks(lines: list[str], bends: Bends) -> list[tuple[int, re.Match[str], str]]:
    """Return (line number, times, text) of each cue; text runs to the blank line or the next times."""
    out: list[tuple[int, re.Match[str], str]] = []
    current: tuple[int, re.Match[str]] | None = None
    body: list[str] = []
    for number, line in enumerate([*lines, ""], 1):
        match = _ARROW.match(line)
        if match or not line.strip():
            if current:
                if match:
                    bends.add("a cue without a blank line after it", number)
                out.append((*current, "\n".join(_without_id(body, before_times=bool(match)))))
            current, body = ((number, match) if match else None), []
        elif current and not line.startswith(_BLOCKS):
            body.append(line)
    return out


def _without_id(body: list[str], *, before_times: bool) -> list[str]:
    """Where the blank line is missing, the next cue's number stands at the end of this one's text."""
    return body[:-1] if before_times and body and body[-1].strip().isdigit() else body


def _voices(body: str) -> list[str]:
    """Cut a cue in which several people speak (`<v A>...</v><v B>...`, or lines that begin with a dash)."""
    parts = re.split(r"(?i)(?=<v[ .])", body)
    parts = [part for part in parts if part.strip()] or [body]
    return [re.sub(r"^\s*[-–] (?=\S)", "", part) for part in parts]
