"""Who speaks when, without torch: windows, tracks, clusters, turns."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hub.domain.audio import SAMPLE_RATE_HZ, Pcm, Turn
from hub.domain.fingerprint import fingerprint
from hub.nlp.diarize.activity import activity
from hub.nlp.diarize.belonging import Belonging, belonging
from hub.nlp.diarize.clusters import Clustering, centres, linked
from hub.nlp.diarize.nets import EMBEDDING, SEGMENTATION, session
from hub.nlp.diarize.pieces import pieces
from hub.nlp.diarize.tracks import Track, tracks
from hub.nlp.diarize.turns import Drawing, turns
from hub.nlp.diarize.windows import FRAME, Window, grid_frames, windows
from hub.ports import Progress


@dataclass(frozen=True, slots=True)
class Options:
    """Every setting of the diarizer."""

    clustering: Clustering = field(default_factory=Clustering)
    belonging: Belonging = field(default_factory=Belonging)
    drawing: Drawing = field(default_factory=Drawing)


class OnnxDiarizer:
    """`Diarizer` with pyannote segmentation-3.0 and CAM++ on onnxruntime, from a checked folder."""

    def __init__(self, model_dir: Path, *, revision: str, threads: int, options: Options | None = None) -> None:
        self._model_dir, self._threads = model_dir, threads
        self._options = options or Options()
        self.fingerprint = fingerprint("diarizer", revision, self._options, 3)

    def diarize(self, pcm: Pcm, *, progress: Progress) -> tuple[Turn, ...]:
        """Return turns; see `Diarizer.diarize`. Several channels are heard as their mean."""
        progress.start("diarize", pcm.duration_s)
        # 1 who speaks inside each window
        embedding = session(self._model_dir, EMBEDDING, threads=self._threads)
        seen, found = self._listen(embedding, pcm, progress)
        # 2 which of them are one voice
        labels = self._voices(seen, found)
        # 3 who speaks in each frame, with a finer look at who it is
        heard = activity(seen, found, labels, grid_frames(pcm))
        drawing = self._options.drawing
        finer = pieces(embedding, pcm, heard.expected >= drawing.one_from)
        out = turns(heard, finer, centres(found, labels, heard.voices.shape[1]), drawing) if found else ()
        voices = len({turn.speaker for turn in out})
        progress.finish(f"{voices} voice{'' if voices == 1 else 's'}")
        return out

    def _listen(self, embedding: Any, pcm: Pcm, progress: Progress) -> tuple[list[Window], list[Track]]:
        segmentation = session(self._model_dir, SEGMENTATION, threads=self._threads)
        seen: list[Window] = []
        found: list[Track] = []
        for number, window in enumerate(windows(segmentation, pcm)):
            seen.append(window)
            found += tracks(embedding, pcm, window, number)
            progress.advance(min(window.first * FRAME / SAMPLE_RATE_HZ, pcm.duration_s))
        return seen, found

    def _voices(self, seen: list[Window], found: list[Track]) -> Any:
        """Return the number of each track's voice (int, shape (tracks,)); they count from 0 without holes."""
        import numpy as np

        if not found:
            return np.zeros(0, int)
        known = linked(found, self._options.clustering)
        belongs = belonging(seen, found, known.rows, known.centres, self._options.belonging)
        return np.unique(belongs, return_inverse=True)[1]
