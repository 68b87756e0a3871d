"""`quxun story` and `quxun copies-of`: who carries a text, what a person says of it, and what a text repeats."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, update

from scheduler.follow import follow_stories
from storage.records import ArticleId, Takedown
from storage.schema import extractions, snapshots
from storage.store import Store
from tests.builders import publisher
from tests.quxun.conftest import Quxun
from tests.quxun.stories import NOON, Press, extraction, page, url

TEXT = (
    "湖边新修的步道昨天开放，全长三公里，从湖的北岸一直通到南岸的码头。",
    "步道沿线设有四处驿站和两座观景台，市民可以免费进入，夜间也有照明。",
    "区园林部门的负责人介绍，二期工程将在明年春天开工，届时步道将延长到五公里。",
)


def carried(store: Store) -> tuple[int, int]:
    """An original and an edited copy of it at another publisher."""
    first = Press(store).publish("1", extraction(text="\n".join(TEXT)))
    other = Press(store, "other", publisher=publisher("另一家报"))
    read = extraction(text="\n".join((*TEXT, "本报将继续关注此事的最新进展情况。")), published_at=NOON)
    copy = other.publish("2", read, at=NOON + timedelta(hours=1))
    follow_stories(store, NOON)
    return first, copy


def test_a_story_says_who_carries_it_which_is_the_original_and_why(quxun: Quxun, store: Store) -> None:
    first, copy = carried(store)
    said = quxun("story", "1").out
    assert "另一家报" in said
    assert "the earliest with a credible date" in said
    told = quxun("story", url("2"), "--json").object
    assert told["original"] == first
    # Both name the office that gave it to them.
    assert told["why"] == (
        "the earliest with a credible date; 临湖融媒, which several name as their source, is not among them"
    )
    assert [(each["id"], each["relation"]) for each in told["members"]] == [(first, "original"), (copy, "near")]


def test_a_story_says_how_each_copy_differs(quxun: Quxun, store: Store) -> None:
    carried(store)
    assert "{+本报将继续关注此事的最新进展情况。+}" in quxun("story", "1", "--diff").out
    _, copy = quxun("story", "1", "--diff", "--json").object["members"]
    assert [{"edit": "added", "text": "本报将继续关注此事的最新进展情况。"}] in copy["lines"]


def test_an_article_is_split_off_and_comes_back(quxun: Quxun, store: Store) -> None:
    _, copy = carried(store)
    assert "story 2 now" in quxun("story", "split", copy, "--reason", "another one").out
    assert "another one" in quxun("story", "1").out
    assert [each["id"] for each in quxun("story", "2", "--json").object["members"]] == [copy]
    assert "one wish was taken back" in quxun("story", "undo", copy).out
    assert len(quxun("story", "1", "--json").object["members"]) == 2


def test_stories_are_merged_and_the_old_number_leads_on(quxun: Quxun, store: Store) -> None:
    press = Press(store)
    one = press.publish("1", extraction(text=TEXT[0] * 2))
    other = press.publish(
        "2", extraction(title="学校开学", text="今天是新学期的第一天，全区十二所小学同时开学，校门口站满了家长。")
    )
    follow_stories(store, NOON)
    assert "story 1 now" in quxun("story", "merge", one, other).out
    told = quxun("story", "2", "--json").object
    assert (told["id"], len(told["members"]), told["wishes"][0]["together"]) == (1, 2, True)


def test_what_is_wrong_is_said_in_a_sentence(quxun: Quxun, store: Store) -> None:
    first, _ = carried(store)
    assert quxun("story", "99", status=1).err == "quxun: no story 99\n"
    assert "at least two articles" in quxun("story", "merge", first, status=2).err
    assert "neither a file nor a stored article" in quxun("copies-of", "http://nowhere.example/", status=2).err


def test_what_people_said_is_one_line_however_many_articles_it_was_about(quxun: Quxun, store: Store) -> None:
    first, copy = carried(store)
    third = Press(store, "third", publisher=publisher("第三家报")).publish("3", extraction(text="\n".join(TEXT)))
    follow_stories(store, NOON)
    quxun("story", "split", copy, "--reason", "another one")
    [line] = [line for line in quxun("story", "1").out.splitlines() if "kept apart" in line]
    assert line.startswith(f"It is kept apart from {copy}, said ")
    quxun("story", "undo", copy)
    quxun("story", "merge", first, third)
    assert f"{first}, {third} are one story, said " in quxun("story", "1").out


def test_what_was_told_again_is_shown_apart(quxun: Quxun, store: Store) -> None:
    Press(store).publish("1", extraction(text="\n".join(TEXT)))
    again = extraction(text="\n".join(TEXT), published_at=NOON + timedelta(days=40))
    Press(store, "other", publisher=publisher("另一家报")).publish("2", again, at=NOON + timedelta(days=41))
    follow_stories(store, NOON)
    _, apart = quxun("story", "1").out.split("再次刊登 again, more than a month later (1)")
    assert "另一家报" in apart
    assert "40 days apart" in apart


def test_a_narrow_terminal_shows_the_evidence_in_short(quxun: Quxun, store: Store, terminal: None) -> None:
    carried(store)
    words = " ".join(quxun("story", "1").out.split())
    assert "since" in words
    assert "containment" not in words


def test_a_copy_whose_text_was_let_go_is_not_compared(quxun: Quxun, store: Store) -> None:
    _, copy = carried(store)
    with store.database.write() as connection:
        own = select(snapshots.c.id).where(snapshots.c.article_id == copy)
        gone = update(extractions).where(extractions.c.snapshot_id.in_(own))
        connection.execute(gone.values(text="", text_dropped_at=NOON))
    assert f"The text of article {copy} was let go on 2024-05-01" in quxun("story", "1", "--diff").out
    assert quxun("story", "1", "--diff", "--json").object["members"][1]["lines"] == []
    assert "was let go" in quxun("copies-of", copy, status=2).err


def test_an_article_that_was_taken_down_is_not_compared(quxun: Quxun, store: Store) -> None:
    first, copy = carried(store)
    store.articles.takedown(ArticleId(first), Takedown.WITHHELD, "", NOON)
    follow_stories(store, NOON)
    assert "taken down" in quxun("copies-of", first, status=2).err
    assert [each["id"] for each in quxun("story", "1", "--json").object["members"]] == [copy]


def test_a_file_in_which_there_is_nothing_to_find_is_said_to_be_so(quxun: Quxun, store: Store, tmp_path: Path) -> None:
    carried(store)
    given = tmp_path / "given.txt"
    for content, why in ((b" \n", "empty"), (b"\xff\xfe\x00\x01", "not a text"), (b"\x00" * 30_000_000, "more than")):
        given.write_bytes(content)
        assert why in quxun("copies-of", given, status=1).err
    given.write_text("短文", encoding="utf-8")
    assert "so few characters" in quxun("copies-of", given).out


def test_everything_is_decided_again_at_once(quxun: Quxun, store: Store) -> None:
    carried(store)
    assert "decided by today's rules" in quxun("story", "rejoin").out


def test_a_text_a_page_and_an_article_say_what_they_repeat(quxun: Quxun, store: Store, tmp_path: Path) -> None:
    first, copy = carried(store)
    text = tmp_path / "report.txt"
    text.write_text("\n".join(TEXT), encoding="gb18030")
    told = quxun("copies-of", text, "--json").object["copies"]
    assert {(each["id"], each["relation"]) for each in told} == {(first, "exact"), (copy, "near")}
    saved = tmp_path / "page.html"
    saved.write_bytes(page("湖边新修的步道开放", *TEXT))
    assert "另一家报" in quxun("copies-of", saved).out
    assert [each["id"] for each in quxun("copies-of", first, "--json").object["copies"]] == [copy]
    text.write_text("一篇谁也没有写过的文章，讲的是完全不同的另一件事情。", encoding="utf-8")
    assert "No stored text repeats it" in quxun("copies-of", text).out


def test_an_export_names_relations_and_links(quxun: Quxun, store: Store) -> None:
    first, copy = carried(store)
    lines = {line["id"]: line for line in quxun("export").objects}
    assert [lines[each]["relation"] for each in (first, copy)] == ["original", "near"]
    assert lines[first]["story"] == lines[copy]["story"]
    assert lines[first]["links"] == []
