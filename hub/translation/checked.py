"""A translator that protects what must survive, and believes no sentence before it has been checked."""

import re
from collections.abc import Sequence

from hub.domain.fingerprint import fingerprint
from hub.domain.translation import Translation
from hub.ports import Translator
from hub.translation import checks
from hub.translation.finish import elided, finished
from hub.translation.protect import Protected, protect, restore


class CheckedTranslator:
    """Wraps an engine: protects spans, checks every sentence, and keeps in the source language what fails.

    *stand_ins* are names the engine never changes (see `protect`). A sentence that fails is tried once more without
    them, with whole numbers and day names protected too.
    """

    def __init__(self, engine: Translator, *, stand_ins: Sequence[str] = ()) -> None:
        self._engine = engine
        self._stand_ins = tuple(stand_ins)

    @property
    def fingerprint(self) -> str:
        """Name the engine and this way of protecting."""
        return fingerprint("checked", self._engine.fingerprint, self._stand_ins, 3)

    def supports(self, source: str, target: str) -> bool:
        """Tell whether the engine can."""
        return self._engine.supports(source, target)

    def translate(
        self, sentences: Sequence[str], *, source: str, target: str, names: Sequence[str] = ()
    ) -> list[Translation]:
        """Translate as the port says: what cannot be trusted comes back unchanged with its reasons."""
        done = self._attempt(sentences, source=source, target=target, names=names, strict=False)
        failed = [at for at, entry in enumerate(done) if not entry.translated]
        if failed:
            again = [sentences[at] for at in failed]
            second = self._attempt(again, source=source, target=target, names=names, strict=True)
            for at, entry in zip(failed, second, strict=True):
                done[at] = entry
        return done

    def _attempt(
        self, sentences: Sequence[str], *, source: str, target: str, names: Sequence[str], strict: bool
    ) -> list[Translation]:
        names_in = () if strict else self._stand_ins
        shielded = [
            protect(text, target=target, names=names, stand_ins=names_in, integers=strict) for text in sentences
        ]
        asked = [_as_future(entry) for entry in shielded]
        answers = self._engine.translate(asked, source=source, target=target)
        return [
            _judged(sentence, entry, question, answer, source, target)
            for sentence, entry, question, answer in zip(sentences, shielded, asked, answers, strict=True)
        ]


def _as_future(entry: Protected) -> str:
    """Return "Anna Weber to send the form" as "Anna Weber will send it".

    Minutes write tasks so; engines read the infinitive as a purpose, the future as what it means.
    """
    if not entry.tokens or not entry.text.startswith(entry.tokens[0]):
        return entry.text
    one = f"(?:{'|'.join(entry.tokens)})"
    return re.sub(rf"^({one}(?:(?:,|,? and) {one})*) to (?=[a-z])", r"\1 will ", entry.text)


def _judged(
    sentence: str, entry: Protected, question: str, answer: Translation, source: str, target: str
) -> Translation:
    """Return the answer with its spans restored and its doubts named, or the sentence itself with the reasons."""
    if not sentence.strip():
        return Translation(sentence)
    said = elided(finished(answer.text, source=sentence, target=target), entry.said, target=target)
    text = restore(said, entry) if answer.translated else None
    if text is None:
        lost = answer.flags or ("a name, date or code did not survive",)
        return Translation(sentence, translated=False, flags=lost)
    lost = tuple(checks.losses(question, answer.text, origin=source, target=target))
    if lost:
        return Translation(sentence, translated=False, flags=lost)
    unknown = tuple(word for word in answer.unknown if word not in entry.tokens)
    flags = tuple(checks.doubts(question, answer.text, origin=source, target=target, unknown=unknown))
    return Translation(text, flags=answer.flags + flags, unknown=unknown)
