"""Nothing in an answer is a link, an image or HTML to whoever renders it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.safety.output import InertFilter, make_inert

LIVE = {
    "![x](https://evil.example/?q=1)": "! [x] (https:// evil.example/?q=1)",
    "[click](//evil.example)": "[click] (//evil.example)",
    "[a]\n\n[a]: //evil.example": "[a]\n\n[a] : //evil.example",
    "<img src=x onerror=alert(1)>": "< img src=x onerror=alert(1)>",
    "</p><!--": "< /p>< !--",
    "<https://evil.example>": "< https:// evil.example>",
    "see HTTPS://evil.example": "see HTTPS:// evil.example",
    "www.evil.example": "www. evil.example",
    "http&#58;//evil.example": "http& #58;//evil.example",
    "https&colon;//evil.example": "https& colon;//evil.example",
    "https:\\/\\/evil.example": "https:\\/\\/ evil.example",
    "Wow![1]": "Wow! [1]",
}

ORDINARY = [
    "Revenue was 5 < 6 [1][2].",
    "| a | b |\n|---|:--|",
    "AT&T and R&D & more",
    "wwww.x is no address",
    "It said: yes (maybe) [3] (see page 4).",
    "文書の内容、1 < 2。",
]

pieces_of_markup = st.sampled_from(
    ["!", "[", "]", "(", ")", ":", "/", "\\", "<", ">", "&", "#", ";", "http", "https", "www", ".", "colon", "a", " ",
     "\n", "img", "1", "e", "é", "文", "ftp", "\u200b"]
)  # fmt: skip


@pytest.mark.parametrize("live", LIVE)
def test_what_opens_or_loads_an_address_is_broken_and_stays_legible(live: str) -> None:
    assert make_inert(live) == LIVE[live]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_answers_are_left_as_they_are(text: str) -> None:
    assert make_inert(text) == text


@settings(deadline=None)
@given(st.lists(pieces_of_markup, max_size=40))
def test_what_is_released_does_not_depend_on_the_pieces_and_is_stable(pieces: list[str]) -> None:
    inert = InertFilter()
    streamed = "".join(map(inert.feed, pieces)) + inert.finish()
    whole = make_inert("".join(pieces))
    assert streamed == whole
    assert make_inert(whole) == whole
    assert whole.replace(" ", "") == "".join(pieces).replace(" ", "")


def test_text_streams_word_by_word_also_without_spaces() -> None:
    inert = InertFilter()
    assert inert.feed("The lamp fla") == "The lamp "
    assert inert.feed("shes.") == ""
    assert inert.feed(" Then") == "flashes. "
    assert len(inert.feed("文" * 100)) > 80
