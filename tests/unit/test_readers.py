"""Transcripts of others: loose ones are read, what was bent is said, nothing is lost."""

import json
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.domain.errors import RejectedError
from hub.domain.meeting import Meeting
from hub.domain.transcript import Segment, Transcript
from hub.nlp.readers import is_transcript, read_transcript
from hub.nlp.writers import to_srt, to_text, to_vtt


def read(tmp_path, name, body):
    path = tmp_path / name
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    return read_transcript(path)


def said(transcript):
    return [(segment.speaker, segment.start, segment.end, segment.text) for segment in transcript.segments]


TEAMS = """WEBVTT

0f0b-4a11/3-0
00:00:01.120 --> 00:00:03.000
<v Anna Weber>Good morning &amp; welcome.</v>

0f0b-4a11/4-0
00:00:03.500 --> 00:00:05.000
<v Tom Baker>I will send the report</v>

00:00:05.100 --> 00:00:06.000
<v Tom Baker>by Friday.</v>
"""


def test_teams_webvtt_gives_speakers_and_whole_sentences(tmp_path):
    assert said(read(tmp_path, "call.vtt", TEAMS)) == [
        ("Anna Weber", 1.12, 3.0, "Good morning & welcome."),
        ("Tom Baker", 3.5, 6.0, "I will send the report by Friday."),
    ]


def test_zoom_webvtt_names_the_speaker_in_the_text(tmp_path):
    body = "WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.000\nPriya Nair: Hello.\n\n2\n00:00:02.100 --> 00:00:04.000\nAll good here.\n"
    assert said(read(tmp_path, "zoom.vtt", body)) == [
        ("Priya Nair", 1.0, 2.0, "Hello."),
        ("Priya Nair", 2.1, 4.0, "All good here."),
    ]


def test_srt_with_loose_times_is_read(tmp_path):
    body = "1\r\n0:01,5 --> 0:03\r\nTom: Yes.\r\n\r\n2\r\n1:02:03,250 --> 01:02:04.1\r\nAnna: No.\r\n"
    assert said(read(tmp_path, "a.srt", body)) == [("Tom", 1.5, 3.0, "Yes."), ("Anna", 3723.25, 3724.1, "No.")]


def test_negative_times_move_the_whole_to_zero_and_are_noted(tmp_path):
    body = "WEBVTT\n\n-00:00:02.000 --> 00:00:01.000\nA: One.\n\n00:00:03.000 --> 00:00:04.000\nA: Two.\n"
    transcript = read(tmp_path, "a.vtt", body)
    assert [segment.start for segment in transcript.segments] == [0.0, 5.0]
    assert any("before the start" in note for note in transcript.coverage.notes)


def test_empty_repeated_unordered_and_overlapping_cues_are_read_and_noted(tmp_path):
    body = (
        "WEBVTT\n\n00:05.000 --> 00:07.000\nA: Two.\n\n00:01.000 --> 00:06.000\nA: One.\n\n"
        "00:08.000 --> 00:09.000\n\n\n00:05.000 --> 00:07.000\nA: Two.\n\n00:10.000 --> 00:09.000\nA: Three.\n"
    )
    transcript = read(tmp_path, "a.vtt", body)
    assert [segment.text for segment in transcript.segments] == ["One.", "Two.", "Three."]
    notes = " ".join(transcript.coverage.notes)
    assert all(word in notes for word in ("empty", "twice", "out of order", "ends before it begins"))


def test_a_cue_without_a_readable_time_is_left_out_and_said(tmp_path):
    transcript = read(tmp_path, "a.vtt", "WEBVTT\n\n00:01.000 --> 1,2,3\nLost.\n\n00:02.000 --> 00:03.000\nKept.\n")
    assert [segment.text for segment in transcript.segments] == ["Kept."]
    assert transcript.coverage.missing


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_the_encoding_is_found(tmp_path, encoding):
    transcript = read(tmp_path, "a.vtt", TEAMS.replace("Anna", "Ána").encode(encoding))
    assert transcript.segments[0].speaker == "Ána Weber"


def test_markup_in_names_and_text_goes(tmp_path):
    body = "WEBVTT\n\nSTYLE\n::cue { color: red }\n\nNOTE a remark\n\n00:01.000 --> 00:02.000 align:start\n<v.loud <b>Anna</b> Weber><i>Yes</i><00:01.500> now.\n"
    assert said(read(tmp_path, "a.vtt", body))[0][3] == "Yes now."


def test_plain_text_with_names_and_stamps(tmp_path):
    body = "[00:00:05] Anna Weber: Good morning.\n[00:00:09] Tom: The site said: not before May.\nand that is all\n"
    assert said(read(tmp_path, "a.txt", body)) == [
        ("Anna Weber", 5.0, 6.0, "Good morning."),
        ("Tom", 9.0, pytest.approx(13.2, abs=0.5), "The site said: not before May. and that is all"),
    ]


def test_teams_docx_is_read_like_its_text(tmp_path):
    from docx import Document

    document = Document()
    for line in ("LUMEN weekly", "Anna Weber  0:03\nGood morning.", "Tom Baker  0:10\nI will do it."):
        document.add_paragraph(line)
    document.save(tmp_path / "a.docx")
    spoken = said(read_transcript(tmp_path / "a.docx"))
    assert ("Anna Weber", 3.0, 4.0, "Good morning.") in spoken
    assert ("Tom Baker", 10.0, 11.6, "I will do it.") in spoken


def test_a_zip_bomb_and_an_outside_entity_are_refused_or_ignored(tmp_path):
    bomb = tmp_path / "bomb.docx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 60_000_000)
    with pytest.raises(RejectedError, match="unpacks"):
        read_transcript(bomb)
    secret = tmp_path / "secret.txt"
    secret.write_text("do not read this")
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = f'<!DOCTYPE d [<!ENTITY x SYSTEM "file://{secret}">]><w:d xmlns:w="{space}"><w:p><w:r><w:t>A: &x;</w:t></w:r></w:p></w:d>'
    with zipfile.ZipFile(tmp_path / "xxe.docx", "w") as archive:
        archive.writestr("word/document.xml", body)
    assert "do not read" not in str(read_transcript(tmp_path / "xxe.docx"))


def test_own_json_may_leave_things_out(tmp_path):
    body = {"meeting": {"id": "m", "participants": [{"name": "Anna"}]}, "synthetic": True,
            "segments": [{"text": "One.", "start": 0}, {"id": "s1", "text": "Two."}, {"id": "s1", "text": "Three."}]}  # fmt: skip
    transcript = read(tmp_path, "a.json", json.dumps(body))
    assert len({segment.id for segment in transcript.segments}) == 3
    assert transcript.meeting.participants[0].name == "Anna"
    assert transcript.coverage.notes


@pytest.mark.parametrize("body", ['{"segments": 3}', '{"segments": [{"text": 5}]}', "{", '{"meeting": {}}'])
def test_json_that_is_no_transcript_is_refused_by_name(tmp_path, body):
    with pytest.raises(RejectedError, match=r"a\.json"):
        read(tmp_path, "a.json", body)


def test_what_is_to_be_heard_and_what_is_to_be_read_is_told_apart(tmp_path):
    assert is_transcript(tmp_path / "a.VTT")
    assert not is_transcript(tmp_path / "a.m4a")
    (tmp_path / "nameless").write_text("WEBVTT\n\n")
    assert is_transcript(tmp_path / "nameless")


NAMES = st.sampled_from(["Anna Weber", "Tom O'Brien", "Priya Nair", None])
WORDS = st.lists(
    st.sampled_from(["we", "agree", "on", "B", "R&D", "5<6", "x>y", "Größe", "東京"]), min_size=1, max_size=8
)


@st.composite
def transcripts(draw):
    at, segments = 0.0, []
    for place in range(draw(st.integers(1, 8))):
        start = at + draw(st.integers(0, 5000)) / 1000
        at = start + draw(st.integers(1, 5000)) / 1000
        text = " ".join(draw(WORDS)) + f" point {place}."
        segments.append(Segment(f"s{place + 1}", draw(NAMES), round(start, 3), round(at, 3), text))
    return Transcript(Meeting("m"), "en", tuple(segments))


@given(transcripts())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_what_is_written_as_vtt_is_read_the_same(tmp_path, transcript):
    found = read(tmp_path, "a.vtt", to_vtt(transcript))
    assert [(s.start, s.end, s.text) for s in found.segments] == [(s.start, s.end, s.text) for s in transcript.segments]
    assert all(a.speaker == b.speaker for a, b in zip(transcript.segments, found.segments, strict=True) if a.speaker)


@given(transcripts())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_srt_and_json_lose_no_text(tmp_path, transcript):
    for name, body in (("a.srt", to_srt(transcript)), ("a.json", to_text(transcript, format="json"))):
        found = read(tmp_path, name, body)
        assert " ".join(s.text for s in found.segments) == " ".join(s.text for s in transcript.segments)


@given(
    st.binary(max_size=300) | st.text(max_size=300).map(str.encode),
    st.sampled_from(["vtt", "srt", "txt", "json", "docx"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
def test_any_bytes_are_read_or_refused_in_one_line(tmp_path, body, suffix):
    try:
        transcript = read(tmp_path, f"a.{suffix}", body)
    except RejectedError as error:
        assert "\n" not in str(error).strip()
        assert f"a.{suffix}" in str(error)
    else:
        times = [segment.start for segment in transcript.segments]
        assert times == sorted(times)


@pytest.mark.parametrize(
    "head", [b"RIFF\x24\0\0\0WAVE", b"fLaC\0\0", b"OggS\0\2", b"ID3\4", b"\x1aE\xdf\xa3", b"\0\0\0\x20ftypM4A "]
)
def test_a_recording_is_not_read_as_text(tmp_path, head):
    path = tmp_path / "call.bin"
    path.write_bytes(head + bytes(4000))
    with pytest.raises(RejectedError, match="is a recording"):
        read_transcript(path)


def test_a_list_in_json_is_no_talk(tmp_path):
    path = tmp_path / "list.json"
    path.write_text("[1, 2]")
    with pytest.raises(RejectedError, match="is a JSON list"):
        read_transcript(path)


def test_text_that_begins_with_a_bracket_is_still_read(tmp_path):
    path = tmp_path / "call.txt"
    path.write_text("[00:00:05] Anna Berg: We start now.\n")
    assert read_transcript(path).segments[0].text.endswith("We start now.")


@pytest.mark.parametrize(
    ("head", "language"),
    [
        ("WEBVTT\nKind: captions\nLanguage: de-DE", "de"),
        ("WEBVTT - call\nlanguage:ES", "es"),
        ("WEBVTT\nLanguage: klingon and more", "en"),
        ("WEBVTT\n\nNOTE\nLanguage: fr", "en"),
        ("WEBVTT", "en"),
    ],
)
def test_the_language_that_a_head_names_is_that_of_the_transcript(tmp_path, head, language):
    found = read(tmp_path, "a.vtt", f"{head}\n\n00:01.000 --> 00:02.000\nA: Language: it\n")
    assert found.language == language
    assert said(found) == [("A", 1.0, 2.0, "Language: it")]
