"""`quxun import` of newspaper and snapshot pages, and of the seeds where they are. Own texts are synthetic."""

from pathlib import Path
from typing import Any

import pytest

from storage.store import Store
from tests.quxun.conftest import Quxun

SEEDS = Path(__file__).parents[3] / "shared" / "seeds"

PAPER = """\
湖边添步道 市民乐开怀

本报讯(示例晚报记者 甘霖)4月30日，临湖新区的湖边步道开始试运行，全长三公里，沿途有

座椅和路灯。

市民张先生说，每天饭后走一圈，心情很好。

夜市重新开张

本报讯(示例晚报记者 甘霖)停了一个冬天的夜市昨晚重新开张，八十个摊位坐满了客人。
"""

SNAPSHOT = """\
• 民生

湖边添步道 市民乐开怀

类别:民生 发布时间:2024-05-01 09:30:00 来源:临湖融媒

本文转自:示例网

临湖新区的湖边步道开始试运行，全长三公里。

市民可以免费进入。(甘霖 洪波)

以上内容为资讯信息快照,由kz.example.cn爬虫进行采集并收录,本站未对信息做任何修改,信息内容不代表本站立场。

快照生成时间:2024-05-01 11:04:05

本站信息快照查询为非营利公共服务,如有侵权请联系我们进行删除。

信息原文地址:

...湖边的灯也亮了,晚上散步的人更多了
2024-04-20 10:00:00
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    file = tmp_path / "page.txt"
    file.write_text(PAPER, encoding="utf-8")
    return file


def paper(quxun: Quxun, file: Path) -> dict[str, Any]:
    return quxun("import", file, "--paper", "示例晚报", "--issue", "2024-05-01", "--json").object


def test_the_articles_of_a_newspaper_page_come_in_one_by_one(quxun: Quxun, page: Path) -> None:
    assert paper(quxun, page)["new"] == 2
    first, second = quxun("export").objects
    assert [first["title"], second["title"]] == ["湖边添步道 市民乐开怀", "夜市重新开张"]
    assert "沿途有座椅和路灯。\n市民张先生" in first["text"]
    assert (first["author"], first["paper"], first["issue_date"]) == ("甘霖", "示例晚报", "2024-05-01")
    assert (first["published_at"], first["published_precision"]) == ("2024-05-01", "day")
    assert (first["site"], first["url"]) == ("示例晚报", None)
    key = quxun("show", first["id"], "--json").object["key"]
    assert key == "epaper:示例晚报/2024-05-01/湖边添步道市民乐开怀"
    assert "夜市重新开张" in quxun("show", "epaper:示例晚报/2024-05-01/夜市重新开张").out


def test_the_same_page_again_changes_nothing_and_a_fuller_one_is_a_revision(quxun: Quxun, page: Path) -> None:
    paper(quxun, page)
    again = paper(quxun, page)
    assert (again["new"], again["revised"], again["unchanged"]) == (0, 0, 2)
    page.write_text(PAPER.replace("坐满了客人。", "坐满了客人。\n\n摊主们说，今年的生意比去年好。"), encoding="utf-8")
    fuller = paper(quxun, page)
    assert (fuller["new"], fuller["revised"], fuller["unchanged"]) == (0, 1, 1)


def test_two_briefs_under_one_headline_are_two_articles(quxun: Quxun, page: Path) -> None:
    briefs = "".join(
        f"简讯\n\n本报讯(示例晚报记者 甘霖)第{each}条短消息，说的是湖边的另一件事情。\n\n" for each in "一二"
    )
    page.write_text(briefs, encoding="utf-8")
    assert paper(quxun, page)["new"] == 2
    assert paper(quxun, page)["unchanged"] == 2


def test_a_newspaper_page_needs_its_newspaper_and_day(quxun: Quxun, page: Path) -> None:
    said = quxun("import", page, status=2).err
    assert str(page) in said
    assert "--paper 示例晚报" in said  # as its bylines say
    assert "--issue YYYY-MM-DD" in said
    assert "--issue" in quxun("import", page, "--paper", "示例晚报", status=2).err
    assert "--paper" in quxun("import", page, "--issue", "2024-05-01", status=2).err
    assert quxun("export").out == ""


def test_a_page_without_articles_is_bad(quxun: Quxun, page: Path) -> None:
    page.write_text("只有一行字\n", encoding="utf-8")
    arguments = (page, "--as", "paper-text", "--paper", "示例晚报", "--issue", "2024-05-01")
    assert "no article" in quxun("import", *arguments, status=1).err


def test_a_binary_file_is_no_page_whatever_it_is_said_to_be(quxun: Quxun, page: Path) -> None:
    page.write_bytes(b"%PDF-1.4\x00\x01")
    assert "not a text file" in quxun("import", page, "--as", "snapshot-text", status=1).err


def test_a_snapshot_page_keeps_the_time_it_states(quxun: Quxun, page: Path) -> None:
    page.write_text(SNAPSHOT, encoding="utf-8")
    assert quxun("import", page, "--json").object["new"] == 1
    read = quxun("show", 1, "--json").object
    assert (read["title"], read["category"], read["source"], read["origin"]) == (
        *("湖边添步道 市民乐开怀", "民生", "临湖融媒", "示例网"),
    )
    assert read["published_at"] == "2024-05-01T09:30:00+08:00"
    assert read["stated_snapshot_at"] == "2024-05-01T11:04:05+08:00"
    assert (read["author"], read["site"]) == ("甘霖;洪波", "kz.example.cn")
    assert read["text"] == "临湖新区的湖边步道开始试运行，全长三公里。\n市民可以免费进入。"
    assert len(read["leads"]) == 1
    assert quxun("import", page, "--json").object["unchanged"] == 1


# ------------------------------------------------------------------ the seeds
def seed(name: str) -> tuple[Path, list[str]]:
    """A seed and its lines that are not blank; their words belong to their publishers, so none is copied here."""
    found = sorted(SEEDS.glob(f"{name}_*.txt")) if SEEDS.is_dir() else []
    if not found:
        pytest.skip(f"the seeds are not here: {SEEDS} has no {name}_*.txt")
    return found[0], [line.strip() for line in found[0].read_text(encoding="utf-8").splitlines() if line.strip()]


def test_the_newspaper_page_among_the_seeds_is_five_articles(quxun: Quxun) -> None:
    file, lines = seed("000")
    quxun("import", file, "--paper", "牡丹晚报", "--issue", "2024-09-30")
    articles = quxun("export").objects
    assert [each["title"] for each in articles] == [lines[at] for at in (1, 16, 23, 28, 31)]
    assert [each.get("kicker") for each in articles] == [lines[0], None, None, None, None]
    assert {each["author"] for each in articles} == {"武霖"}
    assert {(each["paper"], each["issue_date"]) for each in articles} == {("牡丹晚报", "2024-09-30")}
    assert {(each["published_at"], each["published_precision"]) for each in articles} == {("2024-09-30", "day")}
    assert [each.get("truncated", False) for each in articles] == [False, False, False, True, False]


def test_the_paragraphs_of_the_newspaper_page_are_whole_again(quxun: Quxun) -> None:
    file, lines = seed("000")
    quxun("import", file, "--paper", "牡丹晚报", "--issue", "2024-09-30")
    wanted = (
        ((3,), (4,), (5, 6), (7,), (8, 9), (10, 11), (12, 13), (14,), (15,)),
        ((17,), (18, 19), (20, 21), (22,)),
        ((24,), (25, 26), (27,)),
        ((29,), (30,)),
        ((32, 33), (34, 35), (36,)),
    )
    for article, paragraphs in zip(quxun("export").objects, wanted, strict=True):
        assert article["text"].splitlines() == ["".join(lines[at] for at in parts) for parts in paragraphs]


def test_the_snapshot_page_among_the_seeds_is_one_article(quxun: Quxun, store: Store) -> None:
    file, lines = seed("002")
    quxun("import", file)
    read = quxun("show", 1, "--json").object
    assert len(store.articles.list()) == 1
    assert (read["title"], read["category"]) == (lines[2], "财经")
    assert (read["source"], read["origin"]) == ("人民资讯", "人民网-山东频道")
    assert read["published_at"] == "2023-09-14T11:24:00+08:00"
    assert read["stated_snapshot_at"] == "2023-09-14T14:45:04+08:00"
    assert [person["name"] for person in read["byline"]] == ["孙安琪", "王燕"]
    signed = lines[10].rpartition("(")[0]
    assert read["text"].splitlines() == [*lines[5:10], signed]
    assert len(read["leads"]) == 9
    assert [lead["title"] for lead in read["leads"] if lead["title"]] == [lines[at] for at in (19, 22, 31, 34)]


def test_the_seeds_given_again_change_nothing(quxun: Quxun) -> None:
    arguments = ("import", seed("000")[0], seed("002")[0], "--paper", "牡丹晚报", "--issue", "2024-09-30", "--json")
    first, again = quxun(*arguments).object, quxun(*arguments).object
    assert (first["new"], first["unchanged"]) == (6, 0)
    assert (again["new"], again["revised"], again["unchanged"]) == (0, 0, 6)
