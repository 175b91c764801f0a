"""The summary on the page: the paragraph on top, then each topic's sentences with their passages."""

from collections.abc import Mapping
from types import SimpleNamespace

from hub.domain.minutes import Minutes, SummarySentence
from hub.domain.transcript import Segment
from hub.ports import Wording
from hub.render.summary import about
from hub.web import item_view


def headline(minutes: Minutes) -> list[str]:
    """Return the sentences of the paragraph on top."""
    return [one.sentence for one in minutes.summary_evidence if one.headline]


def sections(minutes: Minutes, spoken: Mapping[str, Segment], words: Wording) -> list[SimpleNamespace]:
    """Return the sentences by topic, those of none first; without topics one section without a title."""

    def sentence(one: SummarySentence) -> SimpleNamespace:
        said = item_view.passage(one.evidence.segments, one.evidence.quote, spoken, minutes.language)
        return SimpleNamespace(text=one.sentence, said=said)

    known = {topic.id for topic in minutes.topics}
    plain = [SimpleNamespace(text=one, said=None) for one in minutes.summary] if not minutes.summary_evidence else []
    loose = plain or [sentence(one) for one in minutes.summary_evidence if one.topic not in known]
    first = [SimpleNamespace(title="", about="", sentences=loose)] if loose else []
    return first + [
        SimpleNamespace(
            title=topic.title,
            about=about(topic, words),
            sentences=[sentence(one) for one in minutes.summary_evidence if one.topic == topic.id],
        )
        for topic in minutes.topics
    ]
