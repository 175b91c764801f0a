"""What is said to who is told: what is late, since when, where it is to be looked at; no word of minutes."""

from hub.domain.governance import About, Notice
from hub.domain.names import spoken
from hub.ports import Wording
from hub.ports.review import Announcement, Mail


def mail(notice: Notice, words: Wording, address: str, message_id: str) -> Mail:
    """Return the mail of a notice. Nothing stands in it that only readers of the minutes may know."""
    name = notice.to.name
    lines = [words.text("Dear {name},", name=spoken(name, notice.to.locale))] if name else []
    lines += said(notice, words)
    lines += [link] if (link := link_of(notice, address)) else []
    return Mail(notice.to.address, subject(notice, words), "\n\n".join(lines) + "\n", message_id, notice.to.locale)


def announcement(notice: Notice, words: Wording, address: str) -> Announcement:
    """Return what a chat is told of a notice, with a button that leads back."""
    return Announcement(
        title=subject(notice, words),
        lines=tuple(said(notice, words)),
        link=link_of(notice, address),
        button=words.text("Meeting"),
        key=notice.id,
    )


def subject(notice: Notice, words: Wording) -> str:
    """Return what kind of notice it is, and of which meeting."""
    if notice.level:
        return words.text("Escalation: {title}", title=notice.title)
    return words.text("Reminder: {title}", title=notice.title)


def said(notice: Notice, words: Wording) -> list[str]:
    """Return what has slipped, and why whoever reads it is told."""
    day = words.date(notice.day)
    if notice.about is About.MEETING:
        told = words.text("This meeting was to be held on {date}; nothing of it has come to the hub.", date=day)
    elif notice.about is About.MINUTES:
        told = words.text("The minutes of the meeting of {date} are not approved yet.", date=day)
    elif notice.due_at.date() <= notice.day:
        told = words.text("An action of this meeting is due on {date} and not done yet.", date=day)
    else:
        told = words.text("An action of this meeting was due on {date} and is not done.", date=day)
    if not notice.level:
        return [told, words.text("You are told by the communication plan of the study.")]
    return [told, words.text("By the communication plan it now goes to the level {level}.", level=notice.level)]


def link_of(notice: Notice, address: str) -> str:
    """Return where it is to be looked at, empty where there are no pages."""
    if not address:
        return ""
    return f"{address.rstrip('/')}/meetings/{notice.meeting_id}" if notice.meeting_id else address.rstrip("/")
