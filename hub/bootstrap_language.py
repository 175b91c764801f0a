"""The parts of the hub that speak: translation, and what people translated. `hub.bootstrap` puts them in."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from hub.domain.memory import Match, Pair
from hub.ports import Clock, Glossary, TranslationMemory, Translator, WorkCalendars
from hub.settings import Settings

if TYPE_CHECKING:
    from hub.connectors.models.store import FetchedModels

Part = TypeVar("Part")


class LanguageParts:
    """Each part made when it is first asked for, from what the hub has."""

    settings: Settings
    if TYPE_CHECKING:  # given by the hub

        @property
        def clock(self) -> Clock: ...  # noqa: D102  # told where it is made
        @property
        def models(self) -> "FetchedModels": ...  # noqa: D102  # told where it is made
        @property
        def _engine(self) -> Any: ...
        def _part(self, name: str, make: Callable[[], Part]) -> Part: ...

    @cached_property
    def translator(self) -> Translator:
        """What puts free text into another language, with what people approved for every study."""
        return self.translator_for("")

    def translator_for(self, study: str) -> Translator:
        """Return what translates for *study*: its memory and terms first, then the engines that are here."""
        from hub.translation.study import StudyTranslator

        return self._part(
            "translator",
            lambda: StudyTranslator(self._engines, memory=self.memory, glossary=self.glossary, study=study),
        )

    def like(self, pair: Pair, sentence: str, *, study: str, names: Sequence[str] = ()) -> tuple[Match, ...]:
        """Return approved segments that are like *sentence*, the likest first, with what differs."""
        from hub.translation.remembered import Remembered

        approved = self.memory.approved(pair, study=study)
        return Remembered(approved, target=pair.target, names=names).matches(sentence)

    @cached_property
    def _engines(self) -> Translator:
        from hub.translation.engines import installed

        neural = self._neural()
        return installed([neural] if neural else [])

    def _neural(self) -> Translator | None:
        """Return the models named mt-SOURCE-TARGET, and mt-many, that were fetched."""
        from hub.translation.neural import LANGUAGES, NeuralModel, NeuralTranslator, Search

        names = [name for name in self.models.known if name.startswith("mt-") and self.models.present(name)]
        if not names:
            return None
        search = Search(threads=self.settings.threads)
        many = NeuralModel(self.models.require("mt-many"), search=search, many=True) if "mt-many" in names else None
        pairs = {
            (source, target): NeuralModel(self.models.require(name), search=search)
            for name in names
            if name != "mt-many"
            for source, target in [name.removeprefix("mt-").split("-", maxsplit=1)]
        }
        revision = ",".join(map(self.models.revision, names))
        return NeuralTranslator(pairs, many=many, languages=LANGUAGES if many else frozenset(), revision=revision)

    @cached_property
    def calendars(self) -> WorkCalendars:
        """Working days of countries."""
        from hub.connectors.calendars import HolidayCalendars

        return self._part("calendars", HolidayCalendars)

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
