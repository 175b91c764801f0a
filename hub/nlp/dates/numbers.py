"""Numbers and ordinals as people say them, as regular expressions and as values."""

_ONES = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".split()
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
).split()

CARDINALS = {word: value for value, word in enumerate(_ONES, 1)} | {
    "a": 1, "an": 1, "a couple of": 2, "a couple": 2, "thirty": 30, "forty": 40, "forty-eight": 48, "forty eight": 48, "sixty": 60,
    "ninety": 90, "twenty-four": 24, "twenty four": 24, "seventy-two": 72, "seventy two": 72, "forty-five": 45, "forty five": 45,
    "twenty-one": 21, "twenty one": 21,
}  # fmt: skip
LATER = {
    f"{tens}{between}{one}": base + number
    for tens, base, ones in (("twenty", 20, _ONES[:9]), ("thirty", 30, _ONES[:1]))
    for number, one in enumerate(ones, 1)
    for between in (" ", "-")
} | {word: number for number, word in enumerate(_ONES, 1) if number > 10} | {"thirty": 30}  # fmt: skip
"""Days of a month from the eleventh on, said as a plain number: "May twenty six"."""
ORDINALS = {word: value for value, word in enumerate(_ORDINALS, 1)}
for _tens, _value in (("twenty", 20), ("thirty", 30)):
    for _word, _one in list(ORDINALS.items())[:9]:
        if _value + _one <= 31:
            ORDINALS[f"{_tens}-{_word}"] = ORDINALS[f"{_tens} {_word}"] = _value + _one
ORDINALS["thirtieth"] = 30


_COMMON = 10
"""Ordinals up to here count many things: the third draft."""


_NUMBERS = ORDINALS | LATER | CARDINALS


def _either(words: dict[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


CARDINAL = rf"(?:\d{{1,3}}|{_either(CARDINALS)})"
LATER_CARDINAL = rf"(?:{_either(LATER)})"
LATER_ORDINAL = rf"(?:{_either({word: number for word, number in ORDINALS.items() if number > _COMMON})})"
"""An ordinal that hardly counts anything but days: the nineteenth."""
SPOKEN_ORDINAL = rf"(?:{_either(ORDINALS)})"
ORDINAL = rf"(?:\d{{1,2}}(?:st|nd|rd|th)|{SPOKEN_ORDINAL})"


def value(text: str) -> int:
    """Return the number that *text* says, cardinal or ordinal, in digits or words. KeyError when it says none."""
    plain = " ".join(text.lower().split())
    digits = plain.rstrip("sthndr")
    if digits.isdigit():
        return int(digits)
    return _NUMBERS[plain]
