"""Minutes, or plain lines, into another language; what stays in the source language is named."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from hub.domain.minutes import Action, Decision, Flag, Issue, Item, Minutes, Risk
from hub.domain.translation import Translation
from hub.ports import Translator

AnyItem = TypeVar("AnyItem", Decision, Action, Risk, Issue)
_NO_ENGINE = "no engine for this pair of languages is installed"


def localize(minutes: Minutes, locale: str, translator: Translator | None = None) -> Minutes:
    """Return a copy of *minutes* whose free text stands in *locale*; quotes and spoken due dates stay verbatim.

    Every field that stays in the source language is named in `untranslated` ("actions[0].text"), every doubt in
    `flags`. Without a translator, or one for this pair, all of them are.
    """
    if _language(locale) == _language(minutes.language):
        return minutes
    given = dict(fields(minutes))
    answers = _translate(
        tuple(given.values()), source=minutes.language, target=locale, translator=translator, names=_names(minutes)
    )
    done = dict(zip(given, answers, strict=True))
    return replace(
        rewritten(minutes, {given[field]: answer.text for field, answer in done.items()}),
        language=locale,
        models=_models(minutes, translator, answers),
        untranslated=tuple(field for field, answer in done.items() if not answer.translated),
        flags=minutes.flags
        + tuple(Flag(field, flag) for field, answer in done.items() for flag in answer.flags if flag != _NO_ENGINE),
    )


def translate_lines(
    lines: Iterable[str],
    locale: str,
    translator: Translator | None = None,
    *,
    source: str = "en",
    names: Sequence[str] = (),
) -> list[Translation]:
    """Return a translation for every line, in order; empty lines and the space around a line are kept."""
    given = list(lines)
    full = [at for at, line in enumerate(given) if line.strip()]
    texts = tuple(given[at].strip() for at in full)
    done = [Translation(line) for line in given]
    if _language(source) == _language(locale):
        return done
    answers = _translate(texts, source=source, target=locale, translator=translator, names=names)
    for at, text, answer in zip(full, texts, answers, strict=True):
        before, _, after = given[at].partition(text)
        done[at] = replace(answer, text=f"{before}{answer.text}{after}")
    return done


def _translate(
    texts: tuple[str, ...], *, source: str, target: str, translator: Translator | None, names: Sequence[str]
) -> list[Translation]:
    if translator is None or not translator.supports(source, target):
        return [Translation(text, translated=False, flags=(_NO_ENGINE,)) for text in texts]
    distinct = tuple(dict.fromkeys(texts))
    answers = translator.translate(distinct, source=source, target=target, names=names)
    found = dict(zip(distinct, answers, strict=True))
    return [found[text] for text in texts]


def _language(locale: str) -> str:
    return locale.split("-", maxsplit=1)[0].lower()


def _names(minutes: Minutes) -> tuple[str, ...]:
    """Return the people of the meeting, and their organizations, as they stand in its texts."""
    people = [person.name for person in minutes.meeting.participants]
    firms = [person.organization for person in minutes.meeting.participants if person.organization]
    items: tuple[Action | Risk | Issue, ...] = (*minutes.actions, *minutes.risks, *minutes.issues)
    owners = [item.owner for item in (*items, *minutes.carried) if item.owner]
    return tuple(dict.fromkeys([*people, *minutes.speakers, *owners, *firms]))


def fields(minutes: Minutes) -> Iterator[tuple[str, str]]:
    """Yield every free text with its place, in reading order."""
    yield from ((f"summary[{at}]", text) for at, text in enumerate(minutes.summary))
    for at, entry in enumerate(minutes.summary_evidence):
        if entry.sentence not in minutes.summary:
            yield f"summary_evidence[{at}].sentence", entry.sentence
    yield from ((f"topics[{at}].title", topic.title) for at, topic in enumerate(minutes.topics))
    groups: tuple[tuple[str, tuple[Item, ...]], ...] = (
        ("decisions", minutes.decisions),
        ("actions", minutes.actions),
        ("risks", minutes.risks),
        ("issues", minutes.issues),
    )
    for name, items in groups:
        yield from ((f"{name}[{at}].text", item.text) for at, item in enumerate(items))
    for at, action in enumerate(minutes.actions):
        if action.owner_reason:
            yield f"actions[{at}].owner_reason", action.owner_reason
    yield from ((f"carried[{at}].text", one.text) for at, one in enumerate(minutes.carried))
    yield from ((f"coverage.notes[{at}]", note) for at, note in enumerate(minutes.coverage.notes))


def rewritten(minutes: Minutes, said: dict[str, str]) -> Minutes:
    """Return *minutes* with every free text exchanged for its translation in *said* (by source text)."""

    def put(items: tuple[AnyItem, ...]) -> tuple[AnyItem, ...]:
        return tuple(replace(item, text=said[item.text]) for item in items)

    def reason(action: Action) -> Action:
        return replace(action, owner_reason=said[action.owner_reason]) if action.owner_reason else action

    return replace(
        minutes,
        summary=tuple(said[sentence] for sentence in minutes.summary),
        summary_evidence=tuple(replace(entry, sentence=said[entry.sentence]) for entry in minutes.summary_evidence),
        alerts=(),
        topics=tuple(replace(topic, title=said[topic.title]) for topic in minutes.topics),
        decisions=put(minutes.decisions),
        actions=tuple(reason(action) for action in put(minutes.actions)),
        risks=put(minutes.risks),
        issues=put(minutes.issues),
        carried=tuple(replace(one, text=said[one.text]) for one in minutes.carried),
        coverage=replace(minutes.coverage, notes=tuple(said[note] for note in minutes.coverage.notes)),
    )


def _models(minutes: Minutes, translator: Translator | None, answers: list[Translation]) -> dict[str, str]:
    if translator is None or not any(answer.translated for answer in answers):
        return minutes.models
    return minutes.models | {"translate": translator.fingerprint}
