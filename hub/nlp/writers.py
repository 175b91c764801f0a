"""A transcript as JSON, WebVTT or SRT."""

from hub.domain import wire
from hub.domain.transcript import Segment, Transcript


def to_text(transcript: Transcript, *, format: str) -> str:
    """Return the whole file; *format* is json, vtt or srt."""
    if format == "vtt":
        return to_vtt(transcript)
    return to_srt(transcript) if format == "srt" else wire.dumps(transcript, indent=1) + "\n"


def to_vtt(transcript: Transcript) -> str:
    """Return WebVTT with a voice tag for each known speaker (W3C WebVTT, section 4)."""
    cues = [f"{s.id}\n{_clock(s.start, '.')} --> {_clock(s.end, '.')}\n{_voiced(s)}\n" for s in transcript.segments]
    return "WEBVTT\n\n" + "\n".join(cues)


def to_srt(transcript: Transcript) -> str:
    """Return SubRip, the speaker in front of the text."""
    cues = [
        f"{place}\n{_clock(s.start, ',')} --> {_clock(s.end, ',')}\n{f'{s.speaker}: ' if s.speaker else ''}{s.text}\n"
        for place, s in enumerate(transcript.segments, 1)
    ]
    return "\n".join(cues)


def _voiced(segment: Segment) -> str:
    text = _escaped(segment.text)
    return f"<v {_escaped(segment.speaker)}>{text}" if segment.speaker else text


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clock(seconds: float, mark: str) -> str:
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}{mark}{thousandths:03d}"
