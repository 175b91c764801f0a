"""The Whisper model, loaded so that telling the language of a chunk costs no second look at it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.domain.errors import FatalError

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

    from hub.nlp.pcm import Samples


def load(folder: Path, *, threads: int) -> "WhisperModel":
    """Return the model of a checked folder, int8 on the processor. FatalError where it does not load."""
    import numpy as np
    from faster_whisper import WhisperModel

    class OneEncoding(WhisperModel):  # type: ignore[misc]  # the package has no types
        """Keeps the newest encoding: the language and the words of a chunk come from one pass."""

        _kept: tuple[Any, Any] | None = None

        def encode(self, features: Any) -> Any:
            """Return the encoding of *features*, from before where they are the same."""
            if self._kept is None or not np.array_equal(self._kept[0], features):
                self._kept = (features.copy(), super().encode(features))
            return self._kept[1]

    try:
        return OneEncoding(str(folder), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True)
    except (RuntimeError, ValueError, OSError) as error:
        raise FatalError(f"{folder}: the speech model does not load ({error})") from error


def language_of(model: "WhisperModel", samples: "Samples") -> tuple[str, float]:
    """Return the language of a chunk of at most 30 s, and the model's probability for it (0 to 1)."""
    # without the last frame, as `transcribe` cuts them: then both look at the same
    features = model.feature_extractor(samples)[..., :-1]
    name, probability, _all = model.detect_language(features=features)
    return str(name), float(probability)
