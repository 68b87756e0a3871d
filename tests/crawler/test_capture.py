import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.capture import MAX_BYTES, Undecodable, decode_content
from storage.records import Trouble

BODY = "区讯".encode() * 500


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, lambda body: zlib.compress(body)[2:-4]])
def test_every_form_that_servers_send_is_undone(pack: object) -> None:
    assert callable(pack)
    coding = "gzip" if pack is gzip.compress else "deflate"
    assert decode_content(pack(BODY), [coding]) == BODY


def test_codings_are_undone_in_reverse_order() -> None:
    assert decode_content(gzip.compress(zlib.compress(BODY)), ["deflate", "gzip"]) == BODY


def test_members_of_a_gzip_stream_are_joined_and_padding_is_dropped() -> None:
    assert decode_content(gzip.compress(BODY) + gzip.compress(BODY) + b"\0\0", ["gzip"]) == BODY * 2


@given(st.integers(min_value=1, max_value=len(gzip.compress(BODY)) - 1))
def test_a_stream_that_breaks_off_is_never_a_shorter_page(length: int) -> None:
    with pytest.raises(Undecodable) as caught:
        decode_content(gzip.compress(BODY)[:length], ["gzip"])
    assert caught.value.trouble is Trouble.CUT_SHORT


def test_a_page_that_unfolds_without_end_is_refused() -> None:
    with pytest.raises(Undecodable) as caught:
        decode_content(gzip.compress(bytes(MAX_BYTES + 1)), ["gzip"])
    assert caught.value.trouble is Trouble.TOO_LARGE


def test_a_coding_that_was_not_asked_for_is_refused() -> None:
    with pytest.raises(Undecodable):
        decode_content(BODY, ["br"])


def test_an_empty_body_needs_no_decoding() -> None:
    assert decode_content(b"", ["gzip"]) == b""
