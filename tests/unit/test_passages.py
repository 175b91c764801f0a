"""The words that are searched for, and the passage that is shown."""

import pytest

from hub.storage.passages import passage_of, words_of

LONG = " ".join(f"word{number}" for number in range(400))


@pytest.mark.parametrize(
    ("asked", "text", "shown"),
    [
        ("comparator", "Order the comparator.", "Order the comparator."),
        ("order compar", "Order the comparator.", "Order the comparator."),
        ("compar order", "Order the comparator.", ""),
        ("or", "Order the comparator.", ""),
        ("straße", "In der Straße 4", "In der Straße 4"),
        ("STRASSE", "In der Straße 4", ""),
        ("i", "İstanbul: i", "i̇stanbul: i"),
        ("a+", "a plus", "a plus"),
        ("会议", "会议记录", ""),
        ("会议记", "会议记录 已批准", "会议记录 已批准"),
        ("two", "one\n two\tthree", "one two three"),
    ],
)
def test_the_passage_that_holds_the_words_is_shown(asked, text, shown):
    assert passage_of(text, words_of(asked)) == shown


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("word0", "word0", "word14 …"),
        ("word7", "word0", "word21 …"),
        ("word8", "… word1", "word22 …"),
        ("word200", "… word193", "word214 …"),
        ("word399", "… word392", "word399"),
        ("word385", "… word378", "word399"),
        ("word384", "… word377", "word398 …"),
    ],
)
def test_of_a_long_text_the_words_around_are_shown(asked, first, last):
    shown = passage_of(LONG, words_of(asked))
    assert (shown.startswith(f"{first} "), shown.endswith(f" {last}")) == (True, True), shown


def test_a_text_without_spaces_is_shown_in_part():
    assert 0 < len(passage_of("議" * 5000 + " comparator " + "議" * 5000, words_of("comparator"))) < 1000
