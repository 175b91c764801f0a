"""The engines of this installation, as one translator."""

from hub.ports import Translator
from hub.translation.apertium import STAND_INS, ApertiumTranslator
from hub.translation.checked import CheckedTranslator


def installed() -> Translator:
    """Return what translates free text here; its `supports` says no where nothing is installed."""
    return CheckedTranslator(ApertiumTranslator(), stand_ins=STAND_INS)
