"""The parts of the hub that hear a meeting and find what was agreed. `hub.bootstrap` puts them in."""

import time
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import structlog

from hub.domain.errors import UsageError
from hub.domain.fingerprint import fingerprint
from hub.domain.transcript import Transcript
from hub.ports import Clock, Decoder, Diarizer, Extractor, Follower, Recognizer, Redactor
from hub.settings import Settings

if TYPE_CHECKING:
    from hub.connectors.models.store import FetchedModels
    from hub.domain.audio import Pcm
    from hub.nlp.learned.scorer import Scorer
    from hub.ports.voices import VoicePrinter
    from hub.services.hearing import Ears
    from hub.services.voices import Voices

DEFAULT_WHISPER = "whisper-base"
log = structlog.get_logger()


class ListeningParts:
    """Each part made when it is first asked for, from what the hub has."""

    settings: Settings
    _part: Callable[..., Any]
    if TYPE_CHECKING:  # given by the hub

        @property
        def clock(self) -> Clock: ...  # noqa: D102  # told where it is made
        @property
        def models(self) -> "FetchedModels": ...  # noqa: D102  # told where it is made
        @property
        def voices(self) -> "Voices": ...  # noqa: D102  # told where it is made

    @cached_property
    def extractor(self) -> Extractor:
        """What finds decisions, actions, risks and issues."""
        return cast("Extractor", self._part("extractor", self._extractor))

    @cached_property
    def follower(self) -> Follower:
        """What finds what is said of actions and decisions of earlier meetings."""
        from hub.nlp.follow.follower import WordFollower

        return cast("Follower", self._part("follower", WordFollower))

    def alike(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return the likeness in sense (0 to 1) of *question* to each of *texts*; zeros without the encoder."""
        if self._encoder is None:
            return [0.0] * len(texts)
        return cast("list[float]", self._encoder.to_each(question, texts))

    @cached_property
    def _encoder(self) -> Any:
        from hub.nlp.extract.embed import Encoder

        return Encoder(self.models.require("minilm-l6")) if self.models.present("minilm-l6") else None

    @cached_property
    def redactor(self) -> Redactor:
        """What finds identifiers and unblinding language."""
        return cast("Redactor", self._part("redactor", self._redactor))

    def _redactor(self) -> Redactor:
        from hub.nlp.redact import PresidioRedactor

        name = "spacy-en-sm"
        return PresidioRedactor(self.models.require(name), revision=self.models.revision(name))

    def ears(self, vocabulary: Path | None = None) -> "Ears":
        """Return what a recording is heard with. FatalError when a model it needs is not fetched."""
        return cast("Ears", self._part("ears", lambda: self._ears(vocabulary)))

    def word_hearing(self) -> "tuple[Recognizer, Decoder]":
        """Return what words are heard with, without telling voices apart. FatalError when its model is not fetched."""
        return cast("tuple[Recognizer, Decoder]", self._part("word_hearing", self._word_hearing))

    def _word_hearing(self) -> "tuple[Recognizer, Decoder]":
        from hub.nlp import vocabulary as words
        from hub.nlp.decode import PyAvDecoder

        return self._recognizer(words.EMPTY), PyAvDecoder()

    def is_transcript(self, path: Path) -> bool:
        """Tell whether *path* holds a transcript rather than a recording."""
        from hub.nlp.readers import is_transcript

        return is_transcript(path)

    def read_transcript(self, path: Path, *, language: str | None = None, usual: str | None = None) -> Transcript:
        """Return the transcript in a file; see `hub.nlp.readers`."""
        from hub.nlp.readers import read_transcript

        return read_transcript(path, language=language, usual=usual)

    def _ears(self, vocabulary: Path | None) -> "Ears":
        from hub.nlp import naming, speakers
        from hub.nlp import vocabulary as words
        from hub.nlp.decode import PyAvDecoder
        from hub.nlp.recognize.whisper import WhisperRecognizer
        from hub.services.hearing import Ears, Refinement

        terms = words.load_vocabulary(vocabulary) if vocabulary else words.EMPTY
        recognizer = self._recognizer(terms)
        return Ears(
            decoder=PyAvDecoder(),
            recognizer=recognizer,
            interpreter=recognizer if isinstance(recognizer, WhisperRecognizer) else None,
            diarizer=self._diarizer(),
            assign=speakers.assign,
            assign_fingerprint=speakers.FINGERPRINT,
            refinements=(
                Refinement("vocabulary", fingerprint("vocabulary", terms), lambda t: words.correct(t, terms)),
                Refinement("names", naming.FINGERPRINT, naming.name_speakers),
            ),
            propose=self._proposing,
        )

    def _proposing(self, transcript: Transcript, pcm: "Callable[[], Pcm]") -> Transcript:
        from hub.services.voices import propose

        return propose(self.voices, transcript, pcm)

    def voice_printer(self) -> "VoicePrinter":
        """Return what hears voices as vectors. FatalError when its model is not fetched."""
        return cast("VoicePrinter", self._part("voice_printer", self._voice_printer))

    def _voice_printer(self) -> "VoicePrinter":
        from hub.nlp.diarize.prints import OnnxVoicePrinter

        folder = self.models.require("diarizer")
        return OnnxVoicePrinter(folder, revision=self.models.revision("diarizer"), threads=self.settings.threads)

    def _recognizer(self, terms: Any) -> Recognizer:
        asr, model = self.settings.asr, self.settings.whisper_model
        if not model.startswith("whisper-"):
            raise UsageError(f"HUB_WHISPER_MODEL={model}: is no speech model; hub models list names them")
        absent = asr == "auto" and model == DEFAULT_WHISPER and not self.models.present(model)
        if asr == "moonshine" or absent:
            from hub.nlp.recognize.moonshine import MoonshineRecognizer

            if absent:
                log.warning("moonshine_hears", because=f"{model} is not fetched", mend=f"hub models fetch {model}")
            return MoonshineRecognizer(vocabulary=terms)
        from hub.nlp.recognize.whisper import WhisperRecognizer

        return WhisperRecognizer(
            self.models.require(model),
            revision=self.models.revision(model),
            threads=self.settings.threads,
            vocabulary=terms,
        )

    def _diarizer(self) -> Diarizer:
        from hub.nlp.diarize import OnnxDiarizer

        folder = self.models.require("diarizer")
        return OnnxDiarizer(folder, revision=self.models.revision("diarizer"), threads=self.settings.threads)

    def _extractor(self) -> Extractor:
        from hub.nlp.extract.extractor import CueExtractor
        from hub.nlp.extract.foreign import ForeignExtractor

        encoder = self.models.require("minilm-l6") if self.models.present("minilm-l6") else None
        revision = self.models.revision("spacy-en-sm") + (self.models.revision("minilm-l6") if encoder else "")
        built_in = ForeignExtractor(
            CueExtractor(
                parser_dir=self.models.require("spacy-en-sm"),
                encoder_dir=encoder,
                revision=revision,
                region=self.settings.region,
                scorer=self.scorer,
            )
        )
        return built_in if self.settings.llm_url is None else self._assisted(built_in, self.settings.llm_url)

    @cached_property
    def scorer(self) -> "Scorer":
        """What was learned of meetings; by words alone where the encoder is not fetched."""
        from hub.connectors.models.checkpoint import tensors
        from hub.connectors.models.manifest import folder
        from hub.nlp.learned import hearing, overhearing, scorer

        own = folder() / "own"
        if self._encoder is None:
            return scorer.load(own / "meeting-extractor.npz")
        encoder = self.models.require("minilm-l6")
        tokenizer, checkpoint = encoder / "tokenizer.json", partial(tensors, encoder / "model.safetensors")
        return scorer.load(
            own / "meeting-extractor.npz",
            hearing=hearing.load(own / "meeting-hearing.npz", checkpoint=checkpoint, tokenizer=tokenizer),
            overhearing=overhearing.load(own / "talk-hearing.npz", vectors=self._encoder.vectors),
        )

    def _assisted(self, inner: Extractor, url: str) -> Extractor:
        from hub.connectors.language_model.chat import Asking, ChatModel
        from hub.domain.redaction import Audience
        from hub.nlp.extract.assisted import AssistedExtractor
        from hub.services.redacting import redact

        known = self.settings
        key = known.llm_key.get_secret_value() if known.llm_key else None
        asking = Asking(url, known.llm_model, key, timeout_s=known.llm_timeout_s)
        model = ChatModel(self._http, asking, clock=self.clock, monotonic=time.monotonic, sleep=time.sleep)

        def masked(transcript: Transcript) -> Transcript:
            return redact(transcript, redactor=self.redactor, audience=Audience.BLINDED).transcript

        return AssistedExtractor(inner, model, masked=masked, region=known.region)

    @cached_property
    def _http(self) -> Any:
        import httpx2

        return httpx2.Client()
