"""What translates for a study: its memory first, then the engine; its terms are asked of both."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from hub.domain.fingerprint import fingerprint
from hub.domain.memory import Approved, Pair, Term
from hub.domain.translation import Translation
from hub.ports import Glossary, TranslationMemory, Translator
from hub.translation import terms as agreed
from hub.translation.lexicon import own_terms
from hub.translation.remembered import Remembered


class StudyTranslator:
    """`Translator` that serves what people approved, word for word or with other figures, and holds to their terms.

    *own* gives our terms of a locale, which hold until a study says otherwise. Segments in memory serve a pair even
    without an engine; what they do not cover then comes back in the source language, with the reason.
    """

    def __init__(
        self,
        engine: Translator,
        *,
        memory: TranslationMemory,
        glossary: Glossary,
        study: str,
        own: Callable[[str], Sequence[Term]] = own_terms,
    ) -> None:
        self._engine = engine
        self._memory = memory
        self._glossary = glossary
        self._study = study
        self._own = own

    @property
    def fingerprint(self) -> str:
        """Name the engine and the study whose memory and terms apply."""
        return fingerprint("study", self._engine.fingerprint, self._study, 1)

    def supports(self, source: str, target: str) -> bool:
        """Tell whether the engine can, or people have approved segments for the pair."""
        return self._engine.supports(source, target) or bool(self._approved(source, target))

    def translate(
        self, sentences: Sequence[str], *, source: str, target: str, names: Sequence[str] = ()
    ) -> list[Translation]:
        """Translate as the port says; what came from memory says so in its origin."""
        remembered = Remembered(self._approved(source, target), target=target, names=names)
        answers = [remembered.translation(sentence) if sentence.strip() else None for sentence in sentences]
        rest = [at for at, answer in enumerate(answers) if answer is None]
        made = self._by_engine([sentences[at] for at in rest], source=source, target=target, names=names)
        for at, answer in zip(rest, made, strict=True):
            answers[at] = answer
        terms = self.terms(source, target)
        return [
            self._held(sentence, answer or Translation(sentence), terms)
            for sentence, answer in zip(sentences, answers, strict=True)
        ]

    def terms(self, source: str, target: str) -> tuple[Term, ...]:
        """Return the terms of the pair: the study's, then those of all studies, then our own."""
        said = self._glossary.terms(Pair(source, target), study=self._study)
        known = {term.source.casefold() for term in said}
        ours = self._own(target) if source == "en" else ()
        own = [term for term in ours if term.source.casefold() not in known]
        return tuple(sorted((*said, *own), key=lambda term: -len(term.source)))

    def _approved(self, source: str, target: str) -> tuple[Approved, ...]:
        return self._memory.approved(Pair(source, target), study=self._study)

    def _by_engine(
        self, sentences: Sequence[str], *, source: str, target: str, names: Sequence[str]
    ) -> list[Translation]:
        if not sentences:
            return []
        if not self._engine.supports(source, target):
            return [
                Translation(text, translated=not text.strip(), flags=_NOTHING[not text.strip() :]) for text in sentences
            ]
        made = self._engine.translate(sentences, source=source, target=target, names=names)
        return self._with_terms(sentences, made, source=source, target=target)

    def _with_terms(
        self, sentences: Sequence[str], made: Sequence[Translation], *, source: str, target: str
    ) -> list[Translation]:
        """Exchange what the engine says for a term alone by what was agreed, where it stands in its translation."""
        terms = self.terms(source, target)
        wanted = {
            term: None
            for sentence, answer in zip(sentences, made, strict=True)
            if answer.translated
            for term in agreed.unused(sentence, answer.text, terms)
        }
        if not wanted:
            return list(made)
        alone = self._engine.translate([term.source for term in wanted], source=source, target=target)
        said = {term: answer.text for term, answer in zip(wanted, alone, strict=True)}
        return [_put_in(sentence, answer, terms, said) for sentence, answer in zip(sentences, made, strict=True)]

    def _held(self, sentence: str, answer: Translation, terms: Sequence[Term]) -> Translation:
        """Flag each term that is called for and not used."""
        if not answer.translated:
            return answer
        missing = agreed.unused(sentence, answer.text, terms)
        flags = tuple(f"glossary: “{term.source}” is to be “{agreed.preferred(term)}”" for term in missing)
        return replace(answer, flags=answer.flags + flags)


_NOTHING = ("nobody has translated it yet, and no engine for this pair of languages is installed",)


def _put_in(sentence: str, answer: Translation, terms: Sequence[Term], said: dict[Term, str]) -> Translation:
    if not answer.translated:
        return answer
    text = answer.text
    put: list[str] = []
    for term in agreed.unused(sentence, text, terms):
        exchanged = agreed.swapped(text, term, said.get(term, ""))
        if exchanged is not None:
            text = exchanged
            put.append(agreed.preferred(term))
    flags = (f"glossary put in: {', '.join(put)}; see whether the words around it fit",) if put else ()
    return replace(answer, text=text, flags=answer.flags + flags)
