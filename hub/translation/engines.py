"""The engines of this installation, as one translator."""

from collections.abc import Sequence

from hub.ports import Translator
from hub.translation.apertium import STAND_INS, ApertiumTranslator
from hub.translation.bypair import ByPair
from hub.translation.checked import CheckedTranslator


def installed(further: Sequence[Translator] = ()) -> Translator:
    """Return what translates free text here; its `supports` says no where nothing is installed.

    *further* are raw engines asked before Apertium, such as models that were fetched.
    """
    neural = [CheckedTranslator(engine) for engine in further]
    return ByPair([*neural, CheckedTranslator(ApertiumTranslator(), stand_ins=STAND_INS)])
