"""Media files become samples: every format, every number of channels, and everything that goes wrong."""

import resource
import wave
from pathlib import Path

import av
import numpy as np
import pytest

from hub.domain.audio import SAMPLE_RATE_HZ
from hub.domain.errors import FatalError, RejectedError, UsageError
from hub.nlp.decode import PyAvDecoder
from hub.nlp.pcm import blocks, read, read_all

FORMS = {
    "wav": "pcm_s16le",
    "flac": "flac",
    "mp3": "mp3",
    "m4a": "aac",
    "ogg": "libopus",
    "opus": "libopus",
    "webm": "libopus",
    "mp4": "aac",
    "mov": "aac",
}


class Watch:
    def __init__(self):
        self.done = []

    def start(self, stage, total_s=None):
        self.done.append((stage, total_s))

    def advance(self, done_s):
        self.done.append(done_s)

    def finish(self, note=""):
        self.done.append(note)


def tone(hz, seconds, *, rate=48_000, level=0.3):
    return (level * np.sin(2 * np.pi * hz * np.arange(int(rate * seconds)) / rate)).astype(np.float32)


def write(path, sound, *, rate=48_000, codec=None):
    """Encode *sound* (channels, samples) with PyAV."""
    layouts = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}
    layout = layouts[len(sound)]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec or FORMS[path.suffix[1:]], rate=rate, layout=layout)
        resampler = av.AudioResampler(stream.codec_context.format, layout, rate, frame_size=stream.frame_size or 1024)
        packed = np.ascontiguousarray(np.asarray(sound, np.float32).T).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(packed, format="flt", layout=layout)
        frame.sample_rate = rate
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return path


def decode(path, tmp_path, channels="auto"):
    return PyAvDecoder().decode(path, tmp_path / "out.s16", channels=channels, progress=Watch())


def strongest_hz(samples):
    return np.abs(np.fft.rfft(samples)).argmax() * SAMPLE_RATE_HZ / len(samples)


@pytest.mark.parametrize("suffix", FORMS)
def test_every_common_format_is_read(tmp_path, suffix):
    path = write(tmp_path / f"call.{suffix}", tone(440, 2.0)[None])
    pcm = decode(path, tmp_path)
    assert (pcm.channels, pcm.notes) == (1, ())
    assert pcm.duration_s == pytest.approx(2.0, abs=0.1)
    assert pcm.path.stat().st_size == pcm.frames * 2
    assert strongest_hz(read(pcm, start=8000, frames=16_000)) == pytest.approx(440, abs=5)


def test_a_video_with_sound_gives_its_sound(tmp_path):
    path = tmp_path / "call.mp4"
    with av.open(str(path), "w") as container:
        pictures = container.add_stream("mpeg4", rate=5)
        pictures.width, pictures.height = 64, 48
        voice = container.add_stream("aac", rate=48_000, layout="mono")
        for _ in range(10):
            picture = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")
            container.mux(pictures.encode(picture))
        container.mux(pictures.encode(None))
        frame = av.AudioFrame.from_ndarray(tone(440, 2.0)[None], format="fltp", layout="mono")
        frame.sample_rate = 48_000
        for piece in av.AudioResampler("fltp", "mono", 48_000, frame_size=1024).resample(frame):
            container.mux(voice.encode(piece))
        container.mux(voice.encode(None))
    assert decode(path, tmp_path).duration_s == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize("count", [1, 2, 6, 8])
def test_channels_are_kept_apart_when_asked(tmp_path, count):
    sound = np.stack([tone(300 + 200 * c, 1.0) for c in range(count)])
    pcm = decode(write(tmp_path / "call.flac", sound), tmp_path, "split")
    assert pcm.channels == count
    heard = [strongest_hz(read(pcm, start=0, frames=16_000, channel=c)) for c in range(count)]
    assert heard == pytest.approx([300 + 200 * c for c in range(count)], abs=5)


def talk(*, seed, on, seconds=20, level=0.1):
    """Noise bursts where *on* says so, one flag a second: stands for a voice."""
    noise = np.random.default_rng(seed).normal(0, level, (seconds, 16_000))
    return (noise * np.resize(np.array(on, float), seconds)[:, None]).ravel().astype(np.float32)


@pytest.mark.parametrize(
    ("left", "right", "kept"),
    [
        (talk(seed=1, on=[1, 0]), talk(seed=2, on=[0, 1]), 2),
        (talk(seed=1, on=[1, 0]), talk(seed=1, on=[1, 0]), 1),
        (talk(seed=1, on=[1, 1]), talk(seed=2, on=[1, 1]), 1),
        (talk(seed=1, on=[1, 0]), talk(seed=2, on=[0, 0]), 1),
        (talk(seed=1, on=[1, 0]), 0.5 * talk(seed=1, on=[1, 0]) + talk(seed=2, on=[0, 1]), 1),
        (
            talk(seed=1, on=[1, 0]) + 0.05 * talk(seed=2, on=[0, 1]),
            0.05 * talk(seed=1, on=[1, 0]) + talk(seed=2, on=[0, 1]),
            2,
        ),
    ],
    ids=["a person each", "duplicates", "both at once", "one is silent", "loud leakage", "faint leakage"],
)
def test_channels_stay_apart_only_where_each_carries_a_person(tmp_path, left, right, kept):
    path = write(tmp_path / "call.wav", np.stack([left, right]), rate=16_000)
    assert decode(path, tmp_path).channels == kept


def test_mixing_keeps_the_level_of_a_voice_on_one_channel_and_never_clips(tmp_path):
    lone = np.stack([tone(440, 1.0, level=0.4), np.zeros(48_000, np.float32)])
    pcm = decode(write(tmp_path / "lone.wav", lone), tmp_path, "mix")
    assert np.abs(read(pcm, start=4000, frames=8000)).max() == pytest.approx(0.4, abs=0.02)
    loud = np.stack([tone(440, 1.0, level=0.9)] * 2)
    pcm = decode(write(tmp_path / "loud.wav", loud), tmp_path, "mix")
    assert np.abs(read(pcm, start=4000, frames=8000)).max() == pytest.approx(1.0, abs=0.02)
    assert strongest_hz(read(pcm, start=0, frames=16_000)) == pytest.approx(440, abs=2)


def test_channels_that_cancel_out_are_not_summed(tmp_path):
    sound = np.stack([tone(440, 1.0), -tone(440, 1.0)])
    pcm = decode(write(tmp_path / "call.wav", sound), tmp_path, "mix")
    assert np.abs(read(pcm, start=4000, frames=8000)).max() == pytest.approx(0.3, abs=0.02)


def test_what_is_no_recording_is_rejected_with_file_and_reason(tmp_path):
    text = tmp_path / "notes.wav"
    text.write_text("Dear all,\nplease find attached the minutes.\n" * 20)
    empty = tmp_path / "empty.mp3"
    empty.touch()
    playlist = tmp_path / "list.m3u8"
    playlist.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nother.ts\n#EXT-X-ENDLIST\n")
    for path, reason in ((text, "no recording"), (empty, "empty"), (playlist, "no recording")):
        with pytest.raises(RejectedError, match=rf"{path.name}: .*{reason}") as caught:
            decode(path, tmp_path)
        assert "\n" not in str(caught.value)
    assert not list(tmp_path.glob("out*"))


def test_a_video_without_sound_is_rejected(tmp_path):
    path = tmp_path / "screen.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width, stream.height = 64, 48
        container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")))
        container.mux(stream.encode(None))
    with pytest.raises(RejectedError, match=r"screen\.mp4: is a video without sound"):
        decode(path, tmp_path)


def test_an_unknown_way_to_treat_channels_is_refused(tmp_path):
    with pytest.raises(UsageError, match="both"):
        decode(tmp_path / "any.wav", tmp_path, "both")


@pytest.mark.parametrize("suffix", ["wav", "flac"])
def test_a_file_cut_in_the_middle_is_read_up_to_there_and_said(tmp_path, suffix):
    noise = np.random.default_rng(1).normal(0, 0.1, (1, 48_000 * 8))
    path = write(tmp_path / f"call.{suffix}", noise)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    pcm = decode(path, tmp_path)
    assert pcm.duration_s == pytest.approx(4.0, abs=0.3)
    assert any("0:00:08" in note and f"call.{suffix}" in note for note in pcm.notes)


def test_a_damaged_middle_is_skipped_and_said(tmp_path):
    path = write(tmp_path / "call.flac", np.random.default_rng(1).normal(0, 0.1, (1, 48_000 * 8)))
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2 : len(raw) // 2 + 20_000] = bytes(20_000)
    path.write_bytes(raw)
    pcm = decode(path, tmp_path)
    assert pcm.duration_s == pytest.approx(8.0, abs=1.0)
    assert pcm.notes


def test_a_header_that_never_knew_the_length_is_no_damage(tmp_path):
    path = tmp_path / "piped.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16_000)
        sound.writeframes(bytes(32_000))
    raw = bytearray(path.read_bytes())
    raw[40:44] = b"\xff\xff\xff\xff"
    path.write_bytes(raw)
    assert decode(path, tmp_path).notes == ()


def test_a_full_disk_is_fatal_and_leaves_nothing(tmp_path):
    path = write(tmp_path / "call.flac", tone(440, 20.0)[None])
    former = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, former[1]))
    try:
        with pytest.raises(FatalError, match=r"out\.s16: the disk is full"):
            decode(path, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, former)
    assert not list(tmp_path.glob("out*"))


def test_progress_hears_the_seconds_of_sound(tmp_path):
    watch = Watch()
    path = write(tmp_path / "call.flac", tone(440, 3.0)[None])
    PyAvDecoder().decode(path, tmp_path / "out.s16", channels="auto", progress=watch)
    assert watch.done[0] == ("decode", pytest.approx(3.0))
    assert watch.done[-2] <= 3.01
    assert watch.done[-1] == "1 channel"


def test_samples_are_read_piece_by_piece(tmp_path):
    pcm = decode(write(tmp_path / "call.flac", np.stack([tone(440, 2.5)] * 2)), tmp_path, "split")
    assert [len(block) for block in blocks(pcm, seconds=1.0)] == [16_000, 16_000, 8_000]
    assert read(pcm, start=-100, frames=200).shape == (100,)
    assert read(pcm, start=pcm.frames, frames=200).shape == (0,)
    assert read_all(pcm, start=10, frames=5).shape == (5, 2)


def test_decoding_says_nothing_on_stderr(tmp_path, capfd):
    path = tmp_path / "cut.mp3"
    write(path, tone(440, 3.0)[None])
    path.write_bytes(path.read_bytes()[1000:5000])
    decode(Path(path), tmp_path)
    assert capfd.readouterr().err == ""
