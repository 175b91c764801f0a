"""Neural models by CTranslate2: Marian and OPUS-MT for one pair, M2M100 for many; sentence pieces, no torch.

A model is a folder as the converters of CTranslate2 write it (ct2-marian-converter, ct2-opus-mt-converter and
ct2-transformers-converter), with its sentence pieces beside it: `source.spm` and `target.spm`, or one
`sentencepiece.bpe.model` (M2M100). Raw: what it may bend is protected and checked by `hub.translation.checked`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from hub.domain.errors import FatalError, UsageError
from hub.domain.fingerprint import fingerprint
from hub.domain.translation import Translation

LANGUAGES = frozenset(["en", "es", "fr", "de", "it", "pt", "nl", "pl", "ja", "zh", "hi", "ar"])
"""The languages of the hub's locales, all of which M2M100 knows."""
_END = "</s>"
_SHARED = "sentencepiece.bpe.model"


@dataclass(frozen=True, slots=True)
class Search:
    """How a translation is looked for."""

    beam_size: int = 4
    batch_pieces: int = 2048  # pieces in one batch; bounds memory
    longest_pieces: int = 256  # of a translation; a model that repeats itself ends there
    compute: str = "int8"  # weights are quantized to this when they are loaded, if the file holds them wider
    threads: int = 0  # 0 means all cores


class NeuralModel:
    """One model folder; loaded when it is first asked. *many* says that it takes a language as its first piece."""

    def __init__(self, folder: Path, *, search: Search | None = None, many: bool = False) -> None:
        self._folder = folder
        self._search = search or Search()
        self._many = many

    def translate(self, sentences: Sequence[str], *, source: str, target: str) -> list[Translation]:
        """Return a translation for each sentence. FatalError where the folder holds no such model."""
        begin = [f"__{_language(source)}__"] if self._many else []
        pieces = [
            [*begin, *self._into.encode(text, out_type=str), *([_END] if self._many else [])] for text in sentences
        ]
        known = self._search
        answers = self._translator.translate_batch(
            pieces,
            target_prefix=[[f"__{_language(target)}__"]] * len(pieces) if self._many else None,
            beam_size=known.beam_size,
            max_batch_size=known.batch_pieces,
            batch_type="tokens",
            max_decoding_length=known.longest_pieces,
            return_scores=False,
        )
        return [self._read(answer.hypotheses[0], length=known.longest_pieces) for answer in answers]

    def _read(self, pieces: list[str], *, length: int) -> Translation:
        said = pieces[1:] if self._many else pieces
        text = self._out_of.decode([piece for piece in said if piece != _END])
        cut = ("the engine came to no end",) if len(pieces) >= length else ()
        unknown = ("a character that the engine does not know",) if "⁇" in text or "<unk>" in pieces else ()
        return Translation(text.strip(), flags=cut + unknown)

    @cached_property
    def _translator(self) -> Any:
        import ctranslate2

        try:
            known = self._search
            return ctranslate2.Translator(
                str(self._folder), device="cpu", compute_type=known.compute, intra_threads=known.threads
            )
        except (RuntimeError, ValueError) as error:
            raise FatalError(f"{self._folder}: no model of CTranslate2 ({str(error).splitlines()[0]})") from error

    @cached_property
    def _into(self) -> Any:
        return self._spelling("source.spm")

    @cached_property
    def _out_of(self) -> Any:
        return self._spelling("target.spm")

    def _spelling(self, name: str) -> Any:
        import sentencepiece

        path = self._folder / name
        path = path if path.is_file() else self._folder / _SHARED
        try:
            return sentencepiece.SentencePieceProcessor(model_file=str(path))
        except (OSError, RuntimeError) as error:
            raise FatalError(f"{path}: no sentence pieces here, so the model beside it cannot be used") from error


class NeuralTranslator:
    """`Translator` over the models that were fetched. *models* maps pairs of languages to them; *many* serves the rest.

    *revision* names them for the fingerprint. Unknown words do not exist for such an engine, so none are named.
    """

    def __init__(
        self,
        models: Mapping[tuple[str, str], NeuralModel],
        *,
        many: NeuralModel | None = None,
        languages: frozenset[str] = frozenset(),
        revision: str,
    ) -> None:
        self._models = dict(models)
        self._many = many
        self._languages = languages
        self.fingerprint = fingerprint("ctranslate2", sorted(map(list, models)), sorted(languages), revision)

    def supports(self, source: str, target: str) -> bool:
        """Tell whether a model for the pair was fetched."""
        return self._model(source, target) is not None

    def translate(
        self, sentences: Sequence[str], *, source: str, target: str, names: Sequence[str] = ()
    ) -> list[Translation]:
        """Translate as the port says; *names* are for whoever protects them before."""
        del names
        model = self._model(source, target)
        if model is None:
            raise UsageError(f"{source} to {target}: no model of that pair is fetched")
        full = [at for at, text in enumerate(sentences) if text.strip()]
        answers = [Translation(text) for text in sentences]
        # the longest first, so that a batch holds sentences of one length
        ordered = sorted(full, key=lambda at: -len(sentences[at]))
        said = model.translate([sentences[at] for at in ordered], source=source, target=target) if ordered else []
        for at, answer in zip(ordered, said, strict=True):
            answers[at] = answer
        return answers

    def _model(self, source: str, target: str) -> NeuralModel | None:
        pair = _language(source), _language(target)
        if pair[0] == pair[1]:
            return None
        return self._models.get(pair) or (self._many if {*pair} <= self._languages else None)


def _language(locale: str) -> str:
    return locale.split("-", maxsplit=1)[0].lower()
