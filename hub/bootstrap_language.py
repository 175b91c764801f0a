"""The parts of the hub that speak: redaction, translation, what people translated. `hub.bootstrap` puts them in."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from hub.ports import Clock, Glossary, Redactor, TranslationMemory, Translator
from hub.settings import Settings

if TYPE_CHECKING:
    from hub.connectors.models.store import FetchedModels

Part = TypeVar("Part")


class LanguageParts:
    """Each part made when it is first asked for, from what the hub has."""

    settings: Settings
    if TYPE_CHECKING:  # given by the hub

        @property
        def clock(self) -> Clock: ...  # noqa: D102
        @property
        def models(self) -> "FetchedModels": ...  # noqa: D102
        @property
        def _engine(self) -> Any: ...
        def _part(self, name: str, make: Callable[[], Part]) -> Part: ...

    @cached_property
    def redactor(self) -> Redactor:
        """What finds identifiers and unblinding language."""
        return self._part("redactor", self._redactor)

    def _redactor(self) -> Redactor:
        from hub.nlp.redact import PresidioRedactor

        name = "spacy-en-sm"
        return PresidioRedactor(self.models.require(name), revision=self.models.revision(name))

    @cached_property
    def translator(self) -> Translator:
        """What puts free text into another language."""
        from hub.translation.engines import installed

        return self._part("translator", installed)

    @cached_property
    def memory(self) -> TranslationMemory:
        """Segments that people approved."""
        from hub.storage.memory import SqlMemory

        return self._part("memory", lambda: SqlMemory(self._engine, clock=self.clock, new_id=lambda: uuid4().hex))

    @cached_property
    def glossary(self) -> Glossary:
        """Terms agreed for a study."""
        from hub.storage.memory import SqlGlossary

        return self._part("glossary", lambda: SqlGlossary(self._engine, clock=self.clock, new_id=lambda: uuid4().hex))
