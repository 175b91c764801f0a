"""Memory and glossary as they run: the commands, and a series of meetings over Apertium."""

import sys
from pathlib import Path

from hub.translation.apertium import ApertiumTranslator
from hub.translation.remembered import ADAPTED, MEMORY

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))
from translation_series import run

from tests.services import need

TMX = """<tmx version="1.4"><header srclang="en"/><body><tu><tuv xml:lang="en"><seg>The form of site 014 is late.</seg></tuv>
<tuv xml:lang="ja"><seg>施設014の書式は遅れています。</seg></tuv></tu></body></tmx>"""


def test_what_was_imported_serves_a_locale_without_an_engine(hub, tmp_path):
    (tmp_path / "m.tmx").write_text(TMX)
    done = hub("memory", "import", tmp_path / "m.tmx", "--to", "ja", "--by", "Yuki Tanaka")
    assert "1 of them new" in done.stderr
    lines = tmp_path / "lines.txt"
    lines.write_text("The form of site 014 is late.\nThe form of site 021 is late.\nSomething else.\n")
    told = hub("translate", lines, "--to", "ja")
    assert told.stdout == "施設014の書式は遅れています。\n施設021の書式は遅れています。\nSomething else.\n"
    assert "The form of site 014 is late." in hub("memory", "export", "--to", "ja").stdout
    assert hub("memory", "match", "The form of site 014 is very late.", "--to", "ja").stdout.endswith("\t– → very\n")


def test_a_glossary_goes_in_and_out_and_a_wrong_one_is_refused(hub, tmp_path):
    (tmp_path / "t.csv").write_text("en,es\nsite,centro de estudio\n")
    assert hub("glossary", "import", tmp_path / "t.csv", "--to", "es", "--by", "Lucia").returncode == 0
    assert hub("glossary", "export", "--to", "es").stdout == "source,target,note\nsite,centro de estudio,\n"
    assert "<term>centro de estudio</term>" in hub("glossary", "export", "--to", "es", "--format", "tbx").stdout
    (tmp_path / "t.tbx").write_text("nothing")
    assert hub("glossary", "import", tmp_path / "t.tbx", "--to", "es", "--by", "Lucia").returncode == 1
    assert hub("glossary", "export", "--to", "xx").returncode == 2


def test_later_meetings_of_a_series_come_mostly_out_of_memory():
    need(
        "Apertium for this pair",
        "apt-get install apertium-eng-spa apertium-fr-es apertium-es-pt apertium-spa-ita",
        ApertiumTranslator().supports("en", "es"),
    )
    shares = [(counts[MEMORY] + counts[ADAPTED]) / counts["all"] for counts in run("es")]
    assert shares[0] == 0
    assert shares[1] > 0.5
    assert min(shares[3:]) > 0.7
