"""The analyzer itself. Only recognizers named here are loaded: Presidio's own for mail and links ask the network."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.nlp_engine import NerModelConfiguration, NlpArtifacts, SpacyNlpEngine
from presidio_analyzer.predefined_recognizers import SpacyRecognizer

from hub.domain.redaction import Identifier

Finder = Callable[[str], Iterable[tuple[int, int]]]
_UNUSED = ("parser", "lemmatizer", "attribute_ruler", "tagger", "senter")


def analyzer(model_dir: Path, finders: Mapping[Identifier, Finder]) -> AnalyzerEngine:
    """Return an analyzer of English with *finders* and the names of the model. OSError when there is no model."""
    engine = _Spacy(model_dir)
    recognizers = [_Found(kind, finder) for kind, finder in finders.items()]
    names = SpacyRecognizer(supported_language="en", supported_entities=["PERSON"])
    registry = RecognizerRegistry(recognizers=[*recognizers, names], supported_languages=["en"])
    return AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])


class _Spacy(SpacyNlpEngine):
    """The model from its folder, never from the network; only the parts that find names."""

    def __init__(self, model_dir: Path) -> None:
        import spacy

        mapping = {"PERSON": "PERSON"}
        super().__init__(
            models=[{"lang_code": "en", "model_name": str(model_dir)}],
            ner_model_configuration=NerModelConfiguration(
                model_to_presidio_entity_mapping=mapping, labels_to_ignore=_OTHER_LABELS
            ),
        )
        self.nlp: Any = {"en": spacy.load(model_dir, exclude=list(_UNUSED))}

    def load(self) -> None:
        """Do nothing: it is loaded when it is made."""


class _Found(EntityRecognizer):
    """One of our finders, as Presidio asks for it."""

    def __init__(self, kind: Identifier, finder: Finder) -> None:
        self._finder = finder
        super().__init__(supported_entities=[str(kind)], name=f"hub-{kind}", supported_language="en")

    def load(self) -> None:
        """Do nothing: there is nothing to load."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """Return the places that the finder finds."""
        del entities, nlp_artifacts
        kind: Any = self.supported_entities[0]
        return [
            RecognizerResult(entity_type=kind, start=start, end=end, score=1.0) for start, end in self._finder(text)
        ]


_OTHER_LABELS = [
    "CARDINAL",
    "DATE",
    "EVENT",
    "FAC",
    "GPE",
    "LANGUAGE",
    "LAW",
    "LOC",
    "MONEY",
    "NORP",
    "ORDINAL",
    "ORG",
    "PERCENT",
    "PRODUCT",
    "QUANTITY",
    "TIME",
    "WORK_OF_ART",
]
