"""Retention: what is older than its limit goes, nothing younger, and the archive goes on as before."""

import os
import signal
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.visits import VisitKind, visit_kind
from storage.keeping.batches import Freed
from storage.keeping.retention import Keep, Pruned
from storage.records import ArticleId, Capture, Digest, KnownArticle, Profile, RunId, Snapshot, Takedown
from storage.store import Store
from tests.apart import ended
from tests.builders import NOW, entries_seen, entry, gone, later, refused, revisit, same_revision, url, visited
from tests.contract.conftest import OpenStore
from tests.contract.dying import prune
from tests.history import LAST_WORDS, History, ago, count, page, rows

PAYLOADS = Keep(payloads_days=30)
TEXTS = Keep(texts_days=30)
LOGS = Keep(logs_days=30)
EVERYTHING = Keep(payloads_days=30, texts_days=30, logs_days=30)


@pytest.fixture
def past(store: Store) -> History:
    """An archive that has had a run a day for a hundred days."""
    return History(store)


def kept(store: Store, *digests: Digest) -> list[bool]:
    return [store.blobs.has(digest) for digest in digests]


def is_clean(store: Store) -> bool:
    return [finding for finding in store.check() if finding.kind != "dead-run"] == []


# ------------------------------------------------------------------ payloads
def test_payloads_beyond_the_limit_go_and_no_other(past: History) -> None:
    digests = [past.publish(str(days), days) for days in (90, 31, 29, 1)]
    done = past.prune(PAYLOADS)
    assert kept(past.store, *digests) == [False, False, True, True]
    assert done.payloads.count == 2
    assert done.payloads.bytes > 0
    assert done.texts == done.log_tails == Freed()
    assert [bool(each.payload_dropped_at) for each in snapshots(past)] == [True, True, False, False]
    assert is_clean(past.store)
    assert past.store.connections_in_use() == 0


def snapshots(past: History) -> list[Snapshot]:
    return [each for number in ids(past) for each in past.store.articles.snapshots(number)]


def ids(past: History) -> list[ArticleId]:
    return [article.id for article in past.store.articles.list(limit=1000, include_taken_down=True)]


def test_zero_days_are_for_ever(past: History) -> None:
    digest = past.publish("1", 90)
    past.trouble(90)
    assert past.prune(Keep()) == Pruned()
    assert kept(past.store, digest) == [True]
    assert count(past.store, "issues") == 1


def test_bytes_that_a_younger_snapshot_found_again_stay_as_long_as_it_does(past: History) -> None:
    digest = past.publish("1", 90)
    again = revisit(past.known(), ago(20), profile=Profile.IDENTICAL_PAYLOAD_DIGEST)
    past.run_at(ago(20), again)
    past.live(later(days=60))
    assert past.prune(PAYLOADS).payloads.count == 0
    assert kept(past.store, digest) == [True]
    assert past.prune(PAYLOADS, at=15).payloads.count == 1
    assert kept(past.store, digest) == [False]
    assert is_clean(past.store)


def test_a_visit_that_found_nothing_modified_keeps_no_payload(past: History) -> None:
    digest = past.publish("1", 90)
    past.run_at(ago(5), revisit(past.known(), ago(5)))
    assert past.prune(PAYLOADS).payloads.count == 1
    assert kept(past.store, digest) == [False]
    assert is_clean(past.store)


def test_bytes_that_another_article_has_stay_until_both_are_old(past: History) -> None:
    digest = past.publish("1", 90, payload=b"the same")
    assert past.publish("2", 10, payload=b"the same") == digest
    assert past.prune(PAYLOADS).payloads.count == 0
    past.live(later(days=60))
    assert past.prune(PAYLOADS, at=25).payloads.count == 1
    assert kept(past.store, digest) == [False]


def test_a_payload_that_no_snapshot_names_yet_stays(past: History) -> None:
    waiting = past.store.blobs.put(b"its row is written next")
    assert past.prune(PAYLOADS).payloads.count == 0
    assert kept(past.store, waiting) == [True]


def test_a_run_that_has_not_ended_is_never_old(past: History) -> None:
    digest = past.publish("1", 90, ends=False)
    assert past.prune(EVERYTHING) == replace(past.prune(EVERYTHING), payloads=Freed(), texts=Freed())
    assert kept(past.store, digest) == [True]
    assert past.prune(EVERYTHING, by_clock=True).texts.count == 0


def test_the_same_bytes_are_stored_anew_when_they_come_again(past: History) -> None:
    digest = past.publish("1", 90)
    past.prune(EVERYTHING)
    known = past.known()
    assert (known.payload_digest, known.payload_dropped) == (digest, True)
    assert kind_of(known, digest, 200) is VisitKind.RESPONSE
    bytes_, reading = page("第1条消息的正文。")
    assert past.store.blobs.put(bytes_) == digest
    past.run_at(NOW, replace(same_revision(known, "", ""), reading=replace(reading, payload_digest=digest)))
    assert kept(past.store, digest) == [True]
    assert past.known().payload_dropped is False
    assert past.store.articles.get(known.id).extraction.text == "第1条消息的正文。"
    assert past.prune(EVERYTHING).payloads.count == 0
    assert kept(past.store, digest) == [True]
    assert is_clean(past.store)


def kind_of(known: KnownArticle, digest: Digest, status: int) -> VisitKind:
    capture = Capture(url=url(), final_url=url(), captured_at=NOW, status=status)
    return visit_kind(capture, digest, known)


def test_a_publisher_may_still_say_that_nothing_was_modified(past: History) -> None:
    digest = past.publish("1", 90)
    past.prune(PAYLOADS)
    known = past.known()
    assert kind_of(known, digest, 304) is VisitKind.SERVER_NOT_MODIFIED
    past.run_at(NOW, revisit(known, NOW))
    past.run_at(later(hours=2), revisit(known, later(hours=2), profile=Profile.IDENTICAL_PAYLOAD_DIGEST))
    assert [bool(each.payload_dropped_at) for each in past.store.articles.snapshots(known.id)] == [True, False, True]
    assert len(past.store.articles.revisions(known.id)) == 1
    assert is_clean(past.store)


def test_bytes_that_come_again_while_a_pruning_is_at_work_stay(past: History) -> None:
    digest = past.publish("1", 90, payload=b"the same")
    past.live()

    def meanwhile() -> bool:
        assert past.publish("2", 0, payload=b"the same") == digest
        return True

    assert past.prune(PAYLOADS, go_on=meanwhile).payloads.count == 0
    assert kept(past.store, digest) == [True]
    assert [bool(each.payload_dropped_at) for each in snapshots(past)] == [True, False]
    assert is_clean(past.store)


def test_bytes_that_came_again_while_they_were_erased_are_no_damage(past: History) -> None:
    past.publish("1", 90, payload=b"the same")
    digest = past.store.blobs.put(b"the same")  # already there, so nothing is written
    past.prune(PAYLOADS)
    _, reading = page("第2条消息的正文。")
    past.run_at(NOW, past.article("2", reading, digest, NOW))
    assert kept(past.store, digest) == [False]
    assert is_clean(past.store)
    past.run_at(later(days=2), past.article("3", reading, digest, later(days=2)))
    assert [finding.kind for finding in past.store.check()] == ["missing-payload"]


# ------------------------------------------------------------------ texts
def test_texts_beyond_the_limit_go_with_what_quotes_them(past: History) -> None:
    past.publish("1", 90)
    past.publish("2", 10)
    done = past.prune(TEXTS)
    assert done.texts.count == 1
    assert done.texts.bytes >= len("第1条消息的正文。".encode())
    old, young = (past.store.articles.get(number).extraction for number in ids(past))
    assert (old.text, old.leads, dict(old.evidence)) == ("", (), {})
    assert [(link.url[-5:], link.label) for link in (*old.images, *old.attachments)] == [
        ("1.jpg", ""),
        ("2.jpg", ""),
        ("1.pdf", ""),
    ]
    assert old.text_dropped_at == NOW
    assert (young.text, young.text_dropped_at) == ("第2条消息的正文。", None)
    assert [link.label for link in young.images] == ["图说文字", ""]
    assert done.payloads == Freed()
    assert count_texts(past, "第1条消息的正文") == 0
    assert is_clean(past.store)


def count_texts(past: History, words: str) -> int:
    stored = rows(
        past.store, "SELECT CAST(text AS TEXT) || CAST(leads AS TEXT) || CAST(images AS TEXT) FROM extractions"
    )
    return sum(words in each for each in stored)


def test_what_says_which_article_it_is_stays(past: History) -> None:
    past.publish("1", 90, title="修路", credit="示例日报", published_at=ago(91))
    before, known = past.store.articles.get(ids(past)[0]), past.known()
    past.prune(EVERYTHING)
    after = past.store.articles.get(before.id)
    same = replace(after, extraction=before.extraction)
    assert same == before
    assert (after.extraction.title, after.extraction.credit, after.extraction.published_at) == (
        "修路",
        "示例日报",
        ago(91),
    )
    assert past.known() == replace(known, payload_dropped=True)
    assert past.store.stories.with_content(before.content_digest) == [before.id]
    assert past.store.articles.list(since=ago(92), until=ago(90)) == [after]


def test_stories_and_revisions_go_on(past: History) -> None:
    past.publish("1", 90, words="甲")
    past.publish("1", 60, words="乙")
    past.prune(EVERYTHING)
    known = past.known()
    past.run_at(NOW, revisit(known, NOW), gone(known, at=later(hours=1)))
    revisions = past.store.articles.revisions(known.id)
    assert [(each.number, each.extraction.text) for each in revisions] == [(1, ""), (2, "")]
    past.publish("1", -1, words="乙")
    assert len(past.store.articles.revisions(known.id)) == 2
    assert past.store.articles.get(known.id).extraction.text == "乙"


def test_nothing_is_fetched_again(past: History) -> None:
    past.run_at(ago(91), entries_seen(past.listing.id, "1", at=ago(91)))
    past.publish("1", 90)
    past.prune(EVERYTHING)
    assert past.due(NOW) == []


def test_bodies_that_listings_carried_go_when_no_listing_names_them_any_more(past: History) -> None:
    waiting = entries_seen(past.listing.id, at=ago(90))
    past.run_at(ago(90), replace(waiting, entries=(entry("3", content="<p>还没有读</p>"),)))
    for name, days in (("1", 90), ("2", 10)):
        seen = entries_seen(past.listing.id, at=ago(days))
        past.run_at(ago(days), replace(seen, entries=(entry(name, content="<p>正文</p>"),)))
        past.publish(name, days)
    done = past.prune(TEXTS)
    assert done.listed == Freed(1, len("<p>正文</p>".encode()))
    assert [past.entry_of(name).entry.content for name in "123"] == ["", "<p>正文</p>", "<p>还没有读</p>"]
    assert past.due(NOW) == ["3"]


# ------------------------------------------------------------------ logs
def test_what_old_runs_left_behind_goes_and_the_runs_stay(past: History) -> None:
    old, young = past.trouble(90, "1"), past.trouble(10, "2")
    past.live()
    runs_before = count(past.store, "runs")
    done = past.prune(LOGS)
    assert (done.log_tails, done.issues, done.visits) == (Freed(1, len(LAST_WORDS)), Freed(1), Freed(1))
    assert [past.store.runs.get(run.id).log_tail for run in (old, young)] == ["", LAST_WORDS]
    assert [issue.run_id for issue in past.store.issues.list()] == [young.id]
    assert rows(past.store, "SELECT run_id FROM fruitless_visits") == [young.id]
    assert count(past.store, "runs") == runs_before
    assert past.store.runs.get(old.id).counters == old.counters


def test_the_newest_issue_stays_so_that_its_number_is_not_given_again(past: History) -> None:
    for days in (90, 80):
        past.trouble(days, str(days))
    past.prune(LOGS)
    assert rows(past.store, "SELECT id FROM issues") == [2]
    assert rows(past.store, "SELECT id FROM fruitless_visits") == [2]
    past.trouble(0, "new")
    assert max(rows(past.store, "SELECT id FROM issues")) == 3


def test_a_failure_that_is_told_twice_still_counts_once(past: History) -> None:
    past.publish("1", 5)
    run = past.store.runs.queue(past.source.id, "crawl", ago(2))
    past.record(refused("9", ago(2)), run=run)
    past.prune(LOGS)
    assert past.record(refused("9", ago(2)), run=run).refused == 0


def alarm(store: Store, key: str, opened: float, closed: float | None) -> None:
    with store.database.write() as connection:
        from storage.schema import alarms

        connection.execute(
            alarms.insert().values(
                key=key,
                kind="blocked",
                headline="",
                detail="",
                count=1,
                opened_at=ago(opened),
                last_seen_at=ago(opened),
                closed_at=None if closed is None else ago(closed),
            )
        )


def delivery(store: Store, subject: str, days: float | None) -> None:
    with store.database.write() as connection:
        from storage.schema import deliveries

        at = None if days is None else ago(days)
        values = {"subject": subject, "channel": "mail", "delivered_at": at, "attempts": 1, "problem": ""}
        connection.execute(deliveries.insert().values(**values))


def test_alarms_that_are_over_go_and_open_ones_stay(past: History) -> None:
    alarm(past.store, "old", 90, 60)
    alarm(past.store, "just over", 50, 5)
    alarm(past.store, "open", 40, None)
    for subject, days in (("old", 90), ("just over", 50), ("open", 40), ("digest", 35), ("never", None)):
        delivery(past.store, subject, days)
    expected = past.prune(LOGS, dry=True)
    done = past.prune(LOGS)
    assert (done.alarms, done.deliveries) == (expected.alarms, expected.deliveries) == (Freed(1), Freed(1))
    assert sorted(rows(past.store, "SELECT key FROM alarms")) == ["just over", "open"]
    # What was told of an alarm that is still there must not be told again.
    assert sorted(rows(past.store, "SELECT subject FROM deliveries")) == ["digest", "just over", "never", "open"]


def test_log_files_of_old_runs_go(past: History, tmp_path: Path) -> None:
    old, unfinished, young = past.trouble(90), past.run_at(ago(90), ends=False), past.trouble(10)
    past.live()
    nobodys = RunId(999_999)
    files = {run: tmp_path / f"run-{run}.log" for run in (old.id, young.id, unfinished.id, nobodys)}
    files[RunId(0)] = tmp_path / "survey.log"
    for path in files.values():
        path.write_text("words")
        os.utime(path, (ago(80).timestamp(), ago(80).timestamp()))
    written_lately = tmp_path / "run-1.log"
    written_lately.write_text("words")
    assert past.store.retention.prune(LOGS, NOW, logs=tmp_path, dry=True).log_files == Freed(2, 10)
    assert past.store.retention.prune_log_files(tmp_path, 30, NOW) == Freed(2, 10)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {f"run-{young.id}.log", f"run-{unfinished.id}.log", "survey.log", "run-1.log"}
    assert past.store.issues.list(run_id=old.id) != []
    assert past.store.retention.prune_log_files(tmp_path, 0, NOW) == Freed()
    assert past.store.retention.prune(LOGS, NOW, logs=tmp_path / "none").log_files == Freed()


# ------------------------------------------------------------------ the clock
def test_a_clock_that_jumped_ahead_does_not_empty_the_archive(past: History) -> None:
    digests = [past.publish(str(days), days) for days in (90, 20, 10, 1)]
    done = past.prune(EVERYTHING, at=3000)
    assert kept(past.store, *digests) == [False, True, True, True]
    assert done.texts.count == 1
    assert done.payloads_before == ago(23)
    assert past.prune(EVERYTHING, at=3000, by_clock=True).payloads.count == 3
    assert is_clean(past.store)


def test_runs_under_a_wrong_clock_age_nothing_else(past: History) -> None:
    digests = [past.publish(str(days), days) for days in (20, 10)]
    past.live()
    for hours in range(20):
        past.run_at(later(days=3000, hours=hours), wrong_clock=True)
    assert past.prune(PAYLOADS, at=3001).payloads.count == 0
    assert kept(past.store, *digests) == [True, True]


def test_what_came_under_a_clock_that_was_behind_is_as_old_as_what_came_before_it(past: History) -> None:
    past.publish("1", 10)
    late = past.publish("2", 20_000, wrong_clock=True)
    past.live(later(days=60))
    assert past.prune(EVERYTHING).payloads.count == 0
    assert kept(past.store, late) == [True]
    assert past.prune(EVERYTHING, at=30).payloads.count == 2


def test_an_archive_that_lay_still_for_a_year_has_aged_by_a_week(past: History) -> None:
    digests = [past.publish(str(days), days) for days in (25, 20)]
    assert past.prune(PAYLOADS, at=365).payloads.count == 1
    assert kept(past.store, *digests) == [False, True]


def test_an_archive_without_a_past_lets_go_of_nothing(store: Store) -> None:
    history = History(store)
    digest = history.publish("1", 0, wrong_clock=True)
    assert store.retention.prune(EVERYTHING, later(days=3000)) == Pruned()
    assert kept(store, digest) == [True]


# ------------------------------------------------------------------ again and again
def test_pruning_twice_is_pruning_once(past: History) -> None:
    for days in (90, 60, 31, 5):
        past.publish(str(days), days)
        past.trouble(days, str(days))
    first = past.prune(EVERYTHING)
    assert (first.payloads.count, first.texts.count, first.issues.count) == (3, 3, 3)
    second = past.prune(EVERYTHING)
    limits = {name: getattr(first, name) for name in ("payloads_before", "texts_before", "logs_before")}
    assert second == Pruned(**limits)


def test_what_a_dry_run_says_is_what_a_pruning_does(past: History, tmp_path: Path) -> None:
    for days in (90, 60, 31, 5):
        past.publish(str(days), days)
        past.trouble(days, str(days))
    said = past.prune(EVERYTHING, dry=True)
    assert (count(past.store, "issues"), past.store.blobs.size()[0]) == (4, 4)
    assert all(past.store.articles.get(number).extraction.text for number in ids(past))
    assert past.prune(EVERYTHING) == said


def test_it_can_be_stopped_and_taken_up_again(past: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.keeping.retention._PAYLOADS", 2)
    monkeypatch.setattr("storage.keeping.retention._TEXTS", 2)
    digests = [past.publish(str(number), 50) for number in range(7)]
    left = iter([True, False])
    first = past.prune(EVERYTHING, go_on=lambda: next(left, False))
    assert (first.payloads.count, first.texts.count) == (2, 0)
    assert sum(kept(past.store, *digests)) == 5
    assert is_clean(past.store)
    rest = past.prune(EVERYTHING)
    assert (rest.payloads.count, rest.texts.count) == (5, 7)


def test_a_transaction_changes_few_rows_however_many_there_are(past: History, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("retention._PAGE", "batches._ROUND"):
        monkeypatch.setattr(f"storage.keeping.{name}", 5)
    monkeypatch.setattr("storage.keeping.retention._TEXTS", 3)
    for number in range(12):
        past.publish(str(number), 50)
    seen: list[int] = []

    def go_on() -> bool:
        seen.append(count(past.store, "extractions", "text <> ''"))
        return True

    assert past.prune(TEXTS, go_on=go_on).texts.count == 12
    assert seen == [12, 9, 7, 4, 2]


def test_a_crawl_goes_on_beside_it(past: History, open_store: OpenStore) -> None:
    for number in range(60):
        past.publish(str(number), 50)
    done: list[Pruned] = []
    pruning = threading.Thread(target=lambda: done.append(past.prune(EVERYTHING)))
    pruning.start()
    fresh = [past.publish(f"n{number}", 0) for number in range(20)]
    pruning.join(60)
    assert done[0].payloads.count == done[0].texts.count == 60
    assert all(kept(past.store, *fresh))
    assert is_clean(past.store)


# ------------------------------------------------------------------ takedowns
@pytest.mark.parametrize("takedown", Takedown)
def test_a_takedown_holds(past: History, takedown: Takedown) -> None:
    digest = past.publish("1", 90)
    (article,) = ids(past)
    past.store.articles.takedown(article, takedown, "", ago(80))
    past.prune(EVERYTHING)
    assert kept(past.store, digest) == [False]
    known = past.known()
    assert known.takedown is takedown
    assert kind_of(known, digest, 200) is not VisitKind.RESPONSE or takedown is Takedown.CANCELED
    again = past.visit(replace(past.article("1", page("第1条消息的正文。")[1], digest, NOW), visited=visited("1", NOW)))
    assert (again.withheld, again.new, again.revised) == (1, 0, 0)
    assert past.store.articles.get(article).extraction.text == ""
    assert is_clean(past.store)


def test_what_is_withheld_is_let_go_like_everything_else(past: History) -> None:
    past.publish("1", 90)
    past.store.articles.takedown(ids(past)[0], Takedown.WITHHELD, "", ago(80))
    assert past.prune(EVERYTHING).texts.count == 1
    past.store.articles.takedown(ids(past)[0], Takedown.CANCELED, "", NOW)
    assert count(past.store, "snapshots") == 0
    assert is_clean(past.store)


# ------------------------------------------------------------------ kill -9
def killed(past: History, at: int = 0, *, between: bool = False) -> None:
    """A pruning in a process of its own, killed before a transaction or between mark and erasure."""
    past.live()
    url = past.store.database.engine.url.render_as_string(hide_password=False)
    assert ended(prune, url, EVERYTHING, NOW, at, between) == -signal.SIGKILL


@pytest.mark.parametrize("at", [1, 2, 4, 6])
def test_a_pruning_that_is_killed_leaves_a_clean_archive(past: History, at: int) -> None:
    old = [past.publish(str(number), 50) for number in range(8)]
    past.trouble(50)
    young = past.publish("young", 5)
    past.trouble(1, "2")
    killed(past, at)
    assert is_clean(past.store)
    past.prune(EVERYTHING)
    assert kept(past.store, *old, young) == [False] * 8 + [True]
    assert count(past.store, "extractions", "text = ''") == 8
    assert is_clean(past.store)


def test_a_payload_that_was_marked_and_not_erased_is_erased_by_the_next_pruning(past: History) -> None:
    old = [past.publish(str(number), 50) for number in range(3)]
    killed(past, between=True)
    assert kept(past.store, *old) == [True] * 3
    assert count(past.store, "snapshots", "payload_dropped_at IS NOT NULL") == 3
    assert is_clean(past.store)
    assert past.prune(PAYLOADS).payloads.count == 3
    assert kept(past.store, *old) == [False] * 3
    assert is_clean(past.store)


# ------------------------------------------------------------------ any past
steps = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from("123"), st.sampled_from("甲乙"), st.booleans()), max_size=12
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(steps=steps, days=st.integers(1, 50), jump=st.sampled_from([0, 3, 4000]))
def test_whatever_came_in_nothing_younger_than_the_limit_goes(
    open_store: OpenStore, steps: list[tuple[int, str, str, bool]], days: int, jump: int
) -> None:
    with open_store() as store:
        past = History(store)
        last: dict[Digest, int] = {}
        for age, name, words, ended in sorted(steps, key=lambda step: -step[0]):
            digest = past.publish(f"{name}{words}", age, words, payload=f"{words}{age // 7}".encode(), ends=ended)
            last[digest] = min(last.get(digest, age), age if ended else -1)  # what has not ended is young for ever
        keep = Keep(payloads_days=days, texts_days=days, logs_days=days)
        past.prune(keep, at=jump)
        sure = min(7.0, days / 2) if jump else 0
        for digest, age in last.items():
            if age < days - sure:
                assert store.blobs.has(digest)
            elif not jump and age > days:
                assert not store.blobs.has(digest)
        assert is_clean(store)
