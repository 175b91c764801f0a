"""The words of a page in HTML, as they are read: no script, no style, nothing fetched."""

from html.parser import HTMLParser

_UNSAID = frozenset({"script", "style", "head", "title", "template"})
_LINES = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "table", "blockquote", "hr"})


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._unsaid = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._unsaid += tag in _UNSAID
        if tag in _LINES:
            self.said.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._unsaid = max(0, self._unsaid - (tag in _UNSAID))
        if tag in _LINES and tag != "br":
            self.said.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unsaid:
            self.said.append(data.replace("\n", " "))


def words(page: str) -> str:
    """Return what a page says, a line for each of its blocks."""
    reader = _Words()
    reader.feed(page)
    reader.close()
    lines = [" ".join(one.split()) for one in "".join(reader.said).split("\n")]
    return "\n".join(one for one in lines if one)
