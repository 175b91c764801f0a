"""`hub serve` as a process of its own that hears what the demo's script says, and can be made to stand still.

With HUB_TEST_STAND naming a file it stands still once the words are known, and makes that file to say so, until it is killed.
`python -m tests.slow_serve` listens on a free port.
"""

import os
import sys
import time
from pathlib import Path

from hub.bootstrap import Hub
from hub.services.hearing import Ears
from tests.fakes import FakeDiarizer
from tests.pages_kit import ScriptHeard, ShortDecoder

STAND = "HUB_TEST_STAND"


class Recognizer(ScriptHeard):
    """Notes each time that it is asked."""

    def transcribe(self, pcm, meeting, **how):
        with (Path(os.environ["HUB_HOME"]) / "heard").open("a") as stream:
            stream.write("x")
        return super().transcribe(pcm, meeting, **how)


class Standing:
    """A refinement that changes nothing, and stands still where it is told to."""

    name = fingerprint = "standing"

    def apply(self, transcript):
        if STAND in os.environ:
            Path(os.environ[STAND]).touch()
            time.sleep(600)
        return transcript


def main() -> None:
    """Serve."""
    from hub.cli.main import main as run

    ears = Ears(ShortDecoder(), Recognizer(), FakeDiarizer(), lambda told, _turns: told, "as told", (Standing(),))
    Hub.ears = lambda _self, _vocabulary=None: ears
    sys.argv = ["hub", "serve", "--port", "0"]
    run()


if __name__ == "__main__":
    main()
