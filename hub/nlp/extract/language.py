"""The English parser that everything in this folder reads sentences with."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hub.domain.errors import FatalError

UNUSED = ("ner", "senter")
"""Parts of en_core_web_sm that nothing here asks; leaving them out saves a third of the time."""


def load_parser(model_dir: Path) -> Any:
    """Return the spaCy pipeline (tagger, parser, lemmatizer) stored in *model_dir*; about 0.6 s.

    FatalError naming the fetch line when the folder holds no such model.
    """
    import spacy

    try:
        with _own_parts_only(spacy.util.registry):
            parser: Any = spacy.load(model_dir, exclude=list(UNUSED))
    except OSError as error:
        raise FatalError(f"{model_dir}: no language model here; run: hub models fetch spacy-en-sm") from error
    # the model cuts "she'll" in two and leaves "Aoife'll" whole
    suffixes = [*parser.Defaults.suffixes, r"(?<=[a-zà-ž])['’]ll"]
    parser.tokenizer.suffix_search = spacy.util.compile_suffix_regex(suffixes).search
    return parser


@contextmanager
def _own_parts_only(registry: Any) -> Iterator[None]:
    """Have spaCy load no parts that other packages announce: Presidio's alone would load with it, half a second."""
    announced = registry._entry_point_factories  # noqa: SLF001  # kept by spaCy for nothing but these
    before, announced.entry_points = announced.entry_points, False
    try:
        yield
    finally:
        announced.entry_points = before
