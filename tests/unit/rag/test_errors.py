"""What a library's failure to load becomes."""

from __future__ import annotations

import pickle

import pytest

from rag.errors import ConfigurationError, LibraryError, StoreError, first_line, loading_library


@pytest.mark.parametrize(
    "error",
    [
        ImportError("libcudnn.so.9: cannot open shared object file\nand more"),
        OSError("libcudnn.so.9: cannot open shared object file."),
        RuntimeError("libcudnn.so.9: cannot open shared object file"),
    ],
)
def test_a_library_that_cannot_be_loaded_is_named_with_the_reason_and_what_to_do(error: Exception) -> None:
    with pytest.raises(LibraryError) as caught, loading_library("torch"):
        raise error
    assert caught.value.reason == ("The library torch cannot be loaded: libcudnn.so.9: cannot open shared object file.")
    assert "Install the package torch again" in caught.value.remedy
    assert isinstance(caught.value, ConfigurationError)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_an_error_that_is_meant_for_the_user_already_passes_as_it_is() -> None:
    with pytest.raises(StoreError, match="full"), loading_library("torch"):
        raise StoreError("The disk is full.")


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("first.\nsecond"), "first"),
        (KeyError(), "KeyError"),
        (StoreError("The disk is full.", "Make room."), "The disk is full"),
        (ValueError("x" * 500), "x" * 200),
    ],
)
def test_the_first_line_of_an_error_stands_in_a_sentence(error: Exception, line: str) -> None:
    assert first_line(error) == line
