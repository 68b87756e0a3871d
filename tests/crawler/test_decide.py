import pytest

from crawler.decide import decide_read, decide_refused, decide_unread, visited
from crawler.visits import VisitKind, visit_kind
from storage.intents import (
    Failed,
    Gone,
    NewArticle,
    NewRevision,
    OffDistrict,
    Reading,
    Refused,
    Revisit,
    SameRevision,
    Withheld,
)
from storage.records import ArticleKey, Digest, KnownArticle, Profile, Refusal, Relevance, Takedown, Trouble
from tests.crawler.shapes import NOW, article, capture, entry, extraction, known_entry

OLD, NEW = Digest("sha256:" + "a" * 64), Digest("sha256:" + "c" * 64)
KEY = ArticleKey("news.example.cn/1.html")


def reading(content: str = "sha256:" + "b" * 64, *, about: bool = True) -> Reading:
    return Reading(
        payload_digest=NEW,
        extraction=extraction(),
        content_digest=Digest(content),
        relevance=Relevance(about=about),
    )


def read(known: KnownArticle | None, of: Reading) -> object:
    return decide_read(visited(capture(), None), of, KEY, "http://news.example.cn/1.html", (), known)


def test_visits_are_told_apart() -> None:
    held = article()
    assert visit_kind(capture(), NEW, held) is VisitKind.RESPONSE
    assert visit_kind(capture(), OLD, held) is VisitKind.IDENTICAL_PAYLOAD_DIGEST
    assert visit_kind(capture(status=304), None, held) is VisitKind.SERVER_NOT_MODIFIED
    assert visit_kind(capture(status=410), None, held) is VisitKind.GONE
    assert visit_kind(capture(status=500), NEW, held) is VisitKind.FAILED
    assert visit_kind(capture(status=0, trouble=Trouble.TIMEOUT), None, held) is VisitKind.FAILED


def test_a_304_to_somebody_who_holds_nothing_is_a_failure() -> None:
    assert visit_kind(capture(status=304), None, None) is VisitKind.FAILED
    assert visit_kind(capture(status=304), None, article(payload_digest=None)) is VisitKind.FAILED


def test_an_unknown_page_is_a_new_article() -> None:
    assert isinstance(read(None, reading()), NewArticle)


def test_the_same_words_under_new_markup_are_no_revision() -> None:
    assert isinstance(read(article(), reading()), SameRevision)


def test_changed_words_are_a_revision() -> None:
    assert isinstance(read(article(), reading("sha256:" + "d" * 64)), NewRevision)


def test_a_page_about_another_district_is_not_kept() -> None:
    assert isinstance(read(None, reading(about=False)), OffDistrict)


def test_an_article_that_stops_naming_the_district_keeps_its_revisions() -> None:
    assert isinstance(read(article(), reading("sha256:" + "d" * 64, about=False)), NewRevision)


@pytest.mark.parametrize("takedown", list(Takedown))
def test_no_visit_undoes_a_takedown(takedown: Takedown) -> None:
    known = article(takedown=takedown)
    visit = visited(capture(), None)
    assert isinstance(read(known, reading("sha256:" + "d" * 64)), Withheld)
    assert isinstance(decide_refused(visit, Refusal.SOFT_404, known), Withheld)
    for kind in VisitKind:
        if kind is not VisitKind.RESPONSE:
            assert isinstance(decide_unread(capture(), kind, visit, known, 0, NOW), Withheld)


def test_the_same_bytes_and_the_server_s_word_are_revisits() -> None:
    visit = visited(capture(), None)
    same = decide_unread(capture(), VisitKind.IDENTICAL_PAYLOAD_DIGEST, visit, article(), 0, NOW)
    unchanged = decide_unread(capture(status=304), VisitKind.SERVER_NOT_MODIFIED, visit, article(), 0, NOW)
    assert isinstance(same, Revisit)
    assert same.profile is Profile.IDENTICAL_PAYLOAD_DIGEST
    assert isinstance(unchanged, Revisit)
    assert unchanged.profile is Profile.SERVER_NOT_MODIFIED


def test_an_entry_that_never_was_an_article_can_be_gone() -> None:
    gone = decide_unread(capture(status=404), VisitKind.GONE, visited(capture(), None), None, 0, NOW)
    assert isinstance(gone, Gone)
    assert gone.known is None


def test_a_failure_waits_as_long_as_the_server_asks() -> None:
    answer = capture(status=503, headers=(("retry-after", "18000"),))
    failed = decide_unread(answer, VisitKind.FAILED, visited(answer, None), None, 0, NOW)
    assert isinstance(failed, Failed)
    assert failed.trouble is Trouble.SERVER_ERROR
    assert (failed.retry_at - NOW).total_seconds() == 18000


def test_a_refusal_says_why_and_settles_its_entry() -> None:
    item = known_entry(entry(1, modified="2026-11-20"))
    refused = decide_refused(visited(capture(), item), Refusal.SOFT_404, article())
    assert isinstance(refused, Refused)
    assert refused.visited.entry_key == item.entry.key
    assert refused.visited.entry_modified == "2026-11-20"
