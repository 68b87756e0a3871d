"""`quxun show`: one article as a reader wants it. All texts are synthetic."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from quxun.sheet import draw_tombstone
from storage.records import ArticleId, Lead, Link, Person, Role, Takedown
from storage.store import Store
from tests.builders import gone, publisher
from tests.quxun.conftest import Quxun
from tests.quxun.stories import NOON, Press, extraction, url

FULL = replace(
    extraction(),
    category="民生",
    kicker="春来早",
    subtitle="三公里一路见湖",
    origin="示例网",
    byline=(Person(name="甘霖", role=Role.REPORTER), Person(name="洪波", role=Role.CORRESPONDENT)),
    editors=(Person(name="安宁", role=Role.EDITOR),),
    paper="示例晚报",
    page="A2",
    issue_date=date(2024, 5, 1),
    stated_snapshot_at=datetime(2024, 5, 1, 3, 4, 5, tzinfo=UTC),
    images=(Link(url="http://www.example.cn/a.jpg", label="湖边步道"),),
    attachments=(Link(url="http://www.example.cn/a.pdf", label="路线图.pdf"),),
    leads=(Lead(title="另一条消息", snippet="…湖边的灯也亮了", published_at=NOON),),
)


def test_everything_a_snapshot_page_has_is_shown(quxun: Quxun, store: Store) -> None:
    article = Press(store).publish(read=FULL)
    said = quxun("show", article).out
    shown = [
        *("民生", "春来早", "湖边新修的步道开放", "三公里一路见湖", "2024-05-01 09:30", "临湖融媒", "示例网"),
        *("甘霖", "洪波", "安宁", "示例晚报 2024-05-01 A2", "步道全长三公里。\n市民可以免费进入。\n", url()),
        *("2024-05-01 12:00:00 (the page states 2024-05-01 11:04:05)", "湖边步道", "路线图.pdf", "另一条消息"),
        *("…湖边的灯也亮了", "sha256:"),
    ]
    assert [part for part in shown if part not in said] == []
    labels = (
        "类别",
        "引题",
        "标题",
        "副题",
        "发布时间",
        "来源",
        "本文转自",
        "记者",
        "通讯员",
        "责任编辑",
        "快照生成时间",
        "原文地址",
    )
    assert [label for label in labels if label not in said] == []
    assert "truncated" not in said


def test_nothing_is_cut_off_on_a_narrow_terminal(
    quxun: Quxun, store: Store, terminal: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    long = "湖边的灯也亮了" * 12 + "完"
    read = replace(FULL, leads=(Lead(snippet=long),), credit=long, attachments=(Link(url="http://x/" + "a" * 120),))
    said = quxun("show", Press(store).publish(read=read)).out
    assert "…" not in re.sub(r"\x1b\[[0-9;]*m", "", said)
    assert said.count("完") >= 2


def test_what_a_page_does_not_say_has_no_label(quxun: Quxun, store: Store) -> None:
    said = quxun("show", Press(store).publish()).out
    assert not any(label in said for label in ("类别", "引题", "本文转自", "责任编辑", "附件", "相关资讯"))


def test_a_text_that_breaks_off_says_so(quxun: Quxun, store: Store) -> None:
    article = Press(store).publish(read=replace(extraction(), truncated=True))
    assert "未完" in quxun("show", article).out


def test_an_article_is_found_by_number_and_by_its_url_in_any_spelling(quxun: Quxun, store: Store) -> None:
    article = Press(store).publish()
    for name in (article, url(), "https://example.cn/art/1.html?utm_source=x", "www.example.cn/art/1.html#top"):
        assert quxun("show", name, "--json").object["id"] == article
    assert "no article http://example.cn/none" in quxun("show", "http://example.cn/none", status=1).err
    assert "no article 999" in quxun("show", 999, status=1).err


def test_a_program_gets_every_field(quxun: Quxun, store: Store) -> None:
    article = Press(store).publish(read=FULL)
    line = quxun("show", article, "--json").object
    assert line["title"] == "湖边新修的步道开放"
    assert line["kicker"] == "春来早"
    assert line["byline"] == [{"name": "甘霖", "role": "记者"}, {"name": "洪波", "role": "通讯员"}]
    assert line["editors"] == [{"name": "安宁", "role": "编辑"}]
    assert line["leads"] == [
        {"title": "另一条消息", "snippet": "…湖边的灯也亮了", "published_at": "2024-05-01T12:00:00+08:00", "url": ""}
    ]
    assert line["stated_snapshot_at"] == "2024-05-01T11:04:05+08:00"
    assert line["attachments"] == [{"url": "http://www.example.cn/a.pdf", "label": "路线图.pdf"}]
    assert line["relevance"] == {"about": True, "names": [], "where": "source"}
    assert (line["revision"], line["revisions"], line["snapshots"]) == (1, 1, 1)
    assert line["payload_digest"].startswith("sha256:")


def test_a_page_cannot_give_orders_to_the_terminal(quxun: Quxun, store: Store) -> None:
    read = extraction(title="[red]标题[/b] \x1b]0;owned\x07", text="正文 [/bold] \x1b[2J\u202e 完")
    said = quxun("show", Press(store).publish(read=read)).out
    assert "[red]标题[/b]" in said
    assert "[/bold]" in said
    assert "\x1b" not in said
    assert "\u202e" not in said


# ------------------------------------------------------------------ revisions
@pytest.fixture
def revised(store: Store) -> ArticleId:
    """An article with three revisions; the second has two snapshots."""
    press = Press(store)
    for hours, text in enumerate(
        (
            "步道长三公里。\n不变的一段。",
            "步道长四公里。\n不变的一段。",
            "步道长四公里。\n不变的一段。",
            "步道长五公里。",
        )
    ):
        press.publish(read=extraction(text=text), at=NOON + timedelta(hours=hours))
    return store.articles.find(url()).id


def test_the_newest_revision_is_shown_and_an_earlier_one_on_request(quxun: Quxun, revised: ArticleId) -> None:
    assert "五公里" in quxun("show", revised).out
    assert "3 of 3" in quxun("show", revised).out
    first = quxun("show", revised, "--revision", 1).out
    assert "三公里" in first
    assert "1 of 3" in first
    line = quxun("show", revised, "--revision", 2, "--json").object
    assert (line["revision"], line["text"]) == (2, "步道长四公里。\n不变的一段。")
    assert line["captured_at"] == "2024-05-01T14:00:00+08:00"  # of its last snapshot


def test_a_revision_that_is_not_there_is_named_with_those_that_are(quxun: Quxun, revised: ArticleId) -> None:
    assert (
        f"no revision 4 of article {revised} (3 is the last)" in quxun("show", revised, "--revision", 4, status=1).err
    )
    quxun("show", revised, "--revision", 0, status=2)


def test_a_diff_marks_what_was_removed_and_added(quxun: Quxun, revised: ArticleId) -> None:
    said = quxun("show", revised, "--diff", "--revision", 2).out
    assert "步道长[-三-]{+四+}公里。" in said
    assert "\n不变的一段。" in said
    last = quxun("show", revised, "--diff").out
    assert "步道长[-四-]{+五+}公里。" in last
    assert "[-不变的一段。-]" in last
    assert "revision 2 (2024-05-01 14:00:00) → 3 (2024-05-01 15:00:00)" in last


def test_a_diff_is_coloured_on_a_terminal(quxun: Quxun, revised: ArticleId, terminal: None) -> None:
    said = quxun("show", revised, "--diff").out
    assert "[-" not in said.replace("\x1b[", "")
    assert "\x1b[9;31m四" in said
    assert "\x1b[4;32m五" in said


def test_a_diff_for_programs_is_spans(quxun: Quxun, revised: ArticleId) -> None:
    line = quxun("show", revised, "--diff", "--json").object
    assert (line["from"], line["to"]) == (2, 3)
    changed = [spans for spans in line["lines"] if any(span["edit"] != "same" for span in spans)]
    assert [span["edit"] for span in changed[0]] == ["same", "removed", "added", "same"]


def test_a_field_that_changed_with_the_words_is_part_of_the_diff(quxun: Quxun, store: Store) -> None:
    press = Press(store)
    press.publish(read=extraction(text="一。"))
    article = press.publish(read=extraction(text="二。", credit="另一家"), at=NOON + timedelta(hours=1))
    assert "[-临湖融媒-]{+另一家+}" in quxun("show", article, "--diff").out


def test_a_long_unchanged_stretch_is_told_as_a_number(quxun: Quxun, store: Store) -> None:
    press = Press(store)
    same = "\n".join(f"第{number}段没有改。" for number in range(10))
    press.publish(read=extraction(text=f"{same}\n一。"))
    article = press.publish(read=extraction(text=f"{same}\n二。"), at=NOON + timedelta(hours=1))
    said = quxun("show", article, "--diff").out
    assert "… 9 unchanged paragraphs" in said  # the title is one of them
    assert "第5段没有改。" not in said


def test_an_article_with_one_revision_has_no_diff_and_that_is_no_error(quxun: Quxun, store: Store) -> None:
    article = Press(store).publish()
    assert "one revision" in quxun("show", article, "--diff").out
    assert quxun("show", article, "--diff", "--json").object["lines"] == []


def test_the_first_revision_cannot_be_compared(quxun: Quxun, revised: ArticleId) -> None:
    assert "--revision 1" in quxun("show", revised, "--diff", "--revision", 1, status=2).err


# ------------------------------------------------------------------ gone, taken down, copied
@pytest.mark.parametrize("takedown", Takedown)
def test_nothing_of_an_article_that_was_taken_down_is_shown(quxun: Quxun, store: Store, takedown: Takedown) -> None:
    article = ArticleId(Press(store).publish(read=FULL))
    store.articles.takedown(article, takedown, "asked for", NOON)
    for arguments in (("show", article), ("show", article, "--diff"), ("show", url(), "--json")):
        said = quxun(*arguments).out
        assert takedown.value in said
        assert not any(word in said for word in ("步道", "市民", "春来早", "甘霖", "另一条消息"))


def test_a_takedown_is_told_with_its_time(capsys: pytest.CaptureFixture[str], store: Store) -> None:
    article = store.articles.get(ArticleId(Press(store).publish(read=FULL)))
    taken = replace(article, takedown=Takedown.WITHHELD, takedown_at=NOON, gone_at=NOON - timedelta(hours=1))
    draw_tombstone(taken, ZoneInfo("Asia/Shanghai"))
    said = capsys.readouterr().out
    told = dict(line.split(maxsplit=1)[1].split(maxsplit=1) for line in said.splitlines()[1:])
    assert told["takedown_at"] == "2024-05-01 12:00:00"
    assert told["gone_at"] == "2024-05-01 11:00:00"


def test_a_page_that_its_publisher_removed_is_shown_as_gone(quxun: Quxun, store: Store) -> None:
    press = Press(store)
    article = press.publish(read=FULL)
    known = press.knows("example.cn/art/1.html")
    press.visit(gone(known, at=NOON + timedelta(hours=2)), now=NOON + timedelta(hours=2))
    said = quxun("show", article).out
    assert "gone: since 2024-05-01 14:00:00" in said
    assert "步道全长三公里" in said
    assert quxun("show", article, "--json").object["gone_at"] == "2024-05-01T14:00:00+08:00"


def test_copies_of_the_story_are_listed_with_their_publisher(quxun: Quxun, store: Store) -> None:
    ours = Press(store).publish(name="1")
    theirs = Press(store, "other", publisher=publisher("另一家报")).publish("2")
    store.copies.settle([ArticleId(ours), ArticleId(theirs)], NOON)
    said = quxun("show", ours).out
    assert "另一家报" in said
    assert "the same words" in said
    assert "story 1 elsewhere (1)" in said
    (told,) = quxun("show", ours, "--json").object["members"]
    assert (told["id"], told["site"], told["relation"]) == (theirs, "另一家报", "exact")
