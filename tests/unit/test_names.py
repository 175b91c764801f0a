"""Names as they are said where they are read."""

import pytest

from hub.domain.names import spoken


@pytest.mark.parametrize(
    ("name", "locale", "said"),
    [
        ("Tanaka, Yuki", "en", "Yuki Tanaka"),
        ("Tanaka, Yuki", "ja", "Tanaka Yuki"),
        ("Li, Wei", "zh-Hans", "Li Wei"),
        ("Anna Weber", "ja", "Anna Weber"),
        ("Weber, Anna, PhD", "de", "Weber, Anna, PhD"),
        ("Weber,", "de", "Weber,"),
    ],
)
def test_a_listed_name_is_said_in_the_locales_order(name, locale, said):
    assert spoken(name, locale) == said
