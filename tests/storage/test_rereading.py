"""Which digests follow a new reading: the pure part of it."""

from storage.records import Digest, SnapshotId
from storage.rereading import Standing, as_new, differing, redigested
from tests.builders import digest, extraction, later

OLD, NEW, OTHER = digest("old"), digest("new"), digest("other")


def response(number: int, words: Digest = OLD, *, by: str = "html/1", hours: float | None = None) -> Standing:
    at = later(hours=number if hours is None else hours)
    return Standing(id=SnapshotId(number), refers_to=None, content_digest=words, captured_at=at, extractor=by)


def revisit(number: int, of: int, words: Digest = OLD) -> Standing:
    at = later(hours=number)
    return Standing(id=SnapshotId(number), refers_to=SnapshotId(of), content_digest=words, captured_at=at)


def follow(*standing: Standing, read: dict[int, Digest]) -> dict[int, Digest]:
    done = redigested(standing, {SnapshotId(number): words for number, words in read.items()}, "html/2")
    return {int(number): words for number, words in done.items()}


def test_a_revisit_follows_its_response() -> None:
    assert follow(response(1), revisit(2, 1), response(3, OTHER), read={1: NEW}) == {1: NEW, 2: NEW}


def test_what_cannot_be_read_goes_with_what_had_the_same_words() -> None:
    assert follow(response(1), revisit(2, 1), response(3), response(4, OTHER), read={3: NEW}) == {
        1: NEW,
        2: NEW,
        3: NEW,
    }


def test_of_several_it_goes_with_the_nearest_in_time() -> None:
    nearest = follow(response(1), response(2), response(9), response(3), read={1: NEW, 9: OTHER})
    assert nearest == {1: NEW, 2: NEW, 3: NEW, 9: OTHER}


def test_what_rules_as_new_have_read_already_stays() -> None:
    assert follow(response(1), response(2, by="html/2"), response(3, by="html/3"), read={1: NEW}) == {1: NEW}


def test_an_imported_text_goes_with_the_page_that_had_its_words() -> None:
    assert follow(response(1, by="articles-jsonl/1"), response(2), read={2: NEW}) == {1: NEW, 2: NEW}


def test_nothing_follows_where_the_words_are_as_before() -> None:
    assert follow(response(1), revisit(2, 1), response(3), read={1: OLD}) == {}


def test_versions_are_compared_as_numbers_and_within_their_rules() -> None:
    assert as_new("html/10", "html/9")
    assert as_new("html/9", "html/9")
    assert not as_new("html/9", "html/10")
    assert not as_new("paper-text/9", "html/1")


def test_how_something_was_read_is_no_difference() -> None:
    old = extraction(evidence={"title": "h1"})
    assert differing(old, extraction(extractor="html/2", evidence={"title": "meta"})) == ()
    assert differing(old, extraction(credit="新华社", text="别的。")) == ("text", "credit")
