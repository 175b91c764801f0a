"""What a recognizer says of silence, noise and its own loops must not become text; short assents must stay.

The conditions and their thresholds are Whisper's own (Radford et al. 2022, section 4.5), applied to every segment
again, with a loop rule and a gate for phrases that the model learned from subtitles.
"""

import re
import zlib
from dataclasses import dataclass

_WORD = re.compile(r"[\w'’]+")


@dataclass(frozen=True, slots=True)
class Gates:
    """When heard text is not believed."""

    compression_above: float = 2.4  # text that compresses better than this repeats itself
    logprob_below: float = -1.0  # mean log probability of its tokens
    silence_above: float = 0.6  # the model's own probability that nobody spoke
    doubt_below: float = -0.6  # with silence_above: both together
    word_below: float = 0.30  # mean probability of its words


@dataclass(frozen=True, slots=True)
class Signs:
    """What a recognizer tells of a segment besides its text."""

    text: str
    logprob: float
    silence: float
    word_probability: float


# what Whisper writes over music, noise and silence: learned from subtitles, hardly ever said in a meeting
_SUBTITLES = re.compile(
    r"^(?:thank(?:s| you)(?: so much| very much)?(?: for (?:watching|listening|viewing)).*|"
    r"(?:please )?(?:like and )?subscribe.*|see you (?:in the )?next (?:video|time).*|"
    r"subtitles? (?:by|made).*|(?:transcri(?:bed|ption)|captions?|translated) by .*|"
    r"(?:\W*(?:music|applause|laughter|silence|blank_audio|inaudible)\W*)+|you|bye|thank you|thanks|okay|so|oh|the|i|"
    r"www\.\S+|amara\.org.*|sous-titr\w+.*|untertitel.*|subtítulos.*)[.!?\s]*$",
    re.IGNORECASE,
)


def disbelief(signs: Signs, gates: Gates) -> str | None:
    """Return the reason not to believe a segment, or None to keep it."""
    text = signs.text.strip()
    if not _WORD.search(text):
        return "no words"
    if loops(text) or compression(text) > gates.compression_above:
        return "the recognizer repeated itself"
    if signs.silence > gates.silence_above and signs.logprob < gates.doubt_below:
        return "probably nobody spoke"
    if signs.logprob < gates.logprob_below:
        return "the recognizer was unsure of every word"
    if signs.word_probability < gates.word_below:
        return "the recognizer was unsure of most words"
    if _SUBTITLES.match(text) and (
        signs.silence > gates.silence_above or signs.word_probability < 2 * gates.word_below
    ):
        return "a phrase that the recognizer writes over noise"
    return None


def loops(text: str) -> bool:
    """Tell whether three to six words stand three times in a row, two words four times, or one word six times."""
    words = [word.lower() for word in _WORD.findall(text)]
    return any(_repeats(words, size) for size in range(1, 7))


def compression(text: str) -> float:
    """Return how many times smaller zlib makes the text; short texts do not compress."""
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw))


def _repeats(words: list[str], size: int) -> bool:
    needed = 3 if size > 2 else 4 if size == 2 else 6
    run = 1
    for place in range(size, len(words) - size + 1, size):
        same = words[place : place + size] == words[place - size : place]
        run = run + 1 if same else 1
        if run >= needed:
            return True
    return False
