"""The languages that Teams says were spoken, put into the WebVTT of a transcript."""

import json
import re
from collections import Counter

_CUE = re.compile(
    r"^(?P<times>[\d:.]+\s+-->\s+[\d:.]+)[^\n]*\n(?P<told>\{.*?\})[ \t]*(?=\n[ \t]*\n|\s*\Z)", re.MULTILINE | re.DOTALL
)
_TIMES = re.compile(r"^[\d:.]+\s+-->\s+[\d:.]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_VOICE = re.compile(r"^(<v[^>]*>)?")


def languages(metadata: str) -> dict[str, str]:
    """Return times of a cue to the language spoken, as `metadataContent` tells; what cannot be read is left out."""
    found = {}
    for cue in _CUE.finditer(metadata.replace("\r\n", "\n")):
        try:
            told = json.loads(cue["told"])["spokenLanguage"]
        except (ValueError, KeyError, TypeError):
            continue
        if isinstance(told, str) and _LANGUAGE.fullmatch(told):
            found[" ".join(cue["times"].split())] = told
    return found


def with_languages(vtt: str, spoken: dict[str, str]) -> str:
    """Return *vtt* with the commonest language in its head, and each cue in another one marked (`<lang es-ES>`)."""
    if not spoken:
        return vtt
    [(most, _)] = Counter(spoken.values()).most_common(1)
    first, _, rest = vtt.replace("\r\n", "\n").partition("\n")
    out, language = [first, f"Language: {most}"], most
    for line in rest.split("\n"):
        if times := _TIMES.match(line):
            language = spoken.get(" ".join(times[0].split()), most)
        is_marked = line.strip() and not times and language != most
        out.append(_VOICE.sub(rf"\g<0><lang {language}>", line, count=1) if is_marked else line)
        language = language if line.strip() else most
    return "\n".join(out)
