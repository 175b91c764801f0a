"""A translator that protects what must survive, and believes no sentence before it has been checked."""

import re
from collections.abc import Sequence

from hub.domain.fingerprint import fingerprint
from hub.domain.translation import Translation
from hub.ports import Translator
from hub.translation import checks
from hub.translation.protect import Protected, is_placeholder, protect, restore

# Minutes say "Anna Weber to send the form"; engines read the infinitive as a purpose, the future as what it means.
_TASK = re.compile(r"^(Xq[a-j]+z(?:(?:,| and) Xq[a-j]+z)*) to (?=[a-z])")


class CheckedTranslator:
    """Wraps an engine: protects spans, checks every sentence, and keeps in the source language what fails.

    A sentence that fails is tried once more with whole numbers and day names protected too.
    """

    def __init__(self, engine: Translator) -> None:
        self._engine = engine

    @property
    def fingerprint(self) -> str:
        """Name the engine and this way of protecting."""
        return fingerprint("checked", self._engine.fingerprint, 1)

    def supports(self, source: str, target: str) -> bool:
        """Tell whether the engine can."""
        return self._engine.supports(source, target)

    def translate(
        self, sentences: Sequence[str], *, source: str, target: str, names: Sequence[str] = ()
    ) -> list[Translation]:
        """Translate as the port says: what cannot be trusted comes back unchanged with its reasons."""
        done = self._attempt(sentences, source=source, target=target, names=names, integers=False)
        failed = [at for at, entry in enumerate(done) if not entry.translated]
        if failed:
            again = [sentences[at] for at in failed]
            second = self._attempt(again, source=source, target=target, names=names, integers=True)
            for at, entry in zip(failed, second, strict=True):
                done[at] = entry
        return done

    def _attempt(
        self, sentences: Sequence[str], *, source: str, target: str, names: Sequence[str], integers: bool
    ) -> list[Translation]:
        shielded = [protect(text, target=target, names=names, integers=integers) for text in sentences]
        asked = [_TASK.sub(r"\1 will ", entry.text) for entry in shielded]
        answers = self._engine.translate(asked, source=source, target=target)
        return [
            _judged(sentence, entry, question, answer, source, target)
            for sentence, entry, question, answer in zip(sentences, shielded, asked, answers, strict=True)
        ]


def _judged(
    sentence: str, entry: Protected, question: str, answer: Translation, source: str, target: str
) -> Translation:
    """Return the answer with its spans restored and its doubts named, or the sentence itself with the reasons."""
    if not sentence.strip():
        return Translation(sentence)
    text = restore(answer.text, entry) if answer.translated else None
    if text is None:
        lost = answer.flags or ("a name, date or code did not survive",)
        return Translation(sentence, translated=False, flags=lost)
    lost = tuple(checks.losses(question, answer.text, origin=source, target=target))
    if lost:
        return Translation(sentence, translated=False, flags=lost)
    unknown = tuple(word for word in answer.unknown if not is_placeholder(word))
    flags = tuple(checks.doubts(question, answer.text, origin=source, target=target, unknown=unknown))
    return Translation(text, flags=answer.flags + flags, unknown=unknown)
