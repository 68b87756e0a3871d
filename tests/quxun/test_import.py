"""`quxun import` of articles: through the same steps as a crawl, and once only. All texts are synthetic."""

import json
from pathlib import Path
from typing import Any

import pytest

from crawler.decide import decide_read
from quxun import importing
from storage.records import ArticleId, RunStatus, SourceKind, Takedown
from storage.store import Store
from tests.quxun.conftest import Quxun

COUNTS = ("new", "revised", "unchanged", "withheld")


def line(number: int = 1, **fields: Any) -> dict[str, Any]:
    defaults = {
        "id": f"n{number}",
        "url": f"http://news.example.cn/{number}.html",
        "site": "示例新闻",
        "title": f"第{number}条消息",
        "text": f"这是第{number}条消息的正文。\n它有两段。",
        "published": "2024-05-01 09:30",
        "source": "临湖融媒",
    }
    return defaults | fields


def write(file: Path, *lines: Any) -> Path:
    texts = [each if isinstance(each, str) else json.dumps(each, ensure_ascii=False) for each in lines]
    file.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "articles.jsonl"


def counts(quxun: Quxun, *files: Path, status: int = 0) -> tuple[int, ...]:
    told = quxun("import", *files, "--json", status=status).object
    return tuple(told[name] for name in COUNTS)


# ------------------------------------------------------------------ what comes in
def test_an_imported_line_is_an_article_with_all_it_says(quxun: Quxun, file: Path) -> None:
    quxun("import", write(file, line()))
    read = quxun("export").object
    assert (read["external_id"], read["url"], read["site"]) == ("n1", "http://news.example.cn/1.html", "示例新闻")
    assert (read["title"], read["text"]) == ("第1条消息", "这是第1条消息的正文。\n它有两段。")
    assert (read["published_at"], read["published_precision"]) == ("2024-05-01T09:30:00+08:00", "minute")
    assert (read["source"], read["revision"]) == ("临湖融媒", 1)
    shown = quxun("show", "n1", "--json").object
    assert shown["key"] == "news.example.cn/1.html"
    assert shown["source_key"] == "import:示例新闻"


def test_the_line_is_the_payload(quxun: Quxun, file: Path, store: Store) -> None:
    quxun("import", write(file, line()))
    (snapshot,) = store.articles.snapshots(store.articles.find("n1").id)
    assert snapshot.payload_digest is not None
    assert json.loads(store.blobs.get(snapshot.payload_digest)) == line()
    assert quxun("check").status == 0


def test_a_publisher_is_a_source_of_its_own_with_one_run(quxun: Quxun, file: Path, store: Store) -> None:
    write(file, line(1), line(2, site=""), line(3, site="", url=""), line(4))
    told = quxun("import", file, "--json").object
    runs = [store.runs.get(run) for run in told["runs"]]
    assert [run.source_key for run in runs] == ["import:示例新闻", "import:news.example.cn", "import:import"]
    assert {run.status for run in runs} == {RunStatus.SUCCEEDED}
    assert {run.requested_by for run in runs} == {"import"}
    assert [run.counters.new for run in runs] == [2, 1, 1]
    sources = {source.key: source for source in store.sources.list()}
    assert {sources[run.source_key].kind for run in runs} == {SourceKind.IMPORT}
    assert {sources[run.source_key].next_due_at for run in runs} == {None}


def test_a_text_without_a_url_is_known_by_its_id_and_without_either_by_its_words(quxun: Quxun, file: Path) -> None:
    write(file, line(1, url=""), line(2, url="", id=""), line(3, url="no address"))
    quxun("import", file)
    lines = quxun("export").objects
    keys = [quxun("show", each["id"], "--json").object["key"] for each in lines]
    assert keys[0] == "import:n1"
    assert keys[1].startswith("text:sha256:")
    assert keys[2] == "import:n3"
    assert [each["url"] for each in lines] == [None, None, None]


def test_nothing_is_filtered_by_the_districts_names(quxun: Quxun, file: Path) -> None:
    near = line(2, text="东岳市临湖新区今天开了一个新的公园。")
    assert counts(quxun, write(file, line(1), near)) == (2, 0, 0, 0)
    shown = [quxun("show", name, "--json").object["relevance"] for name in ("n1", "n2")]
    assert shown[0] == {"about": True, "names": [], "where": "source"}
    assert shown[1] == {"about": True, "names": ["临湖新区"], "where": "text"}


def test_more_lines_than_a_batch_holds_all_come_in(quxun: Quxun, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH", 3)
    monkeypatch.setattr(importing, "MAX_WAITING", 5)
    write(file, *(line(number, site=f"第{number % 2}家") for number in range(14)))
    assert counts(quxun, file) == (14, 0, 0, 0)
    assert counts(quxun, file) == (0, 0, 14, 0)


# ------------------------------------------------------------------ once only
def test_the_same_file_again_changes_nothing(quxun: Quxun, file: Path) -> None:
    write(file, line(1), line(2), line(3, url=""), line(4, url="", id=""))
    assert counts(quxun, file) == (4, 0, 0, 0)
    before = quxun("export").out
    assert counts(quxun, file) == (0, 0, 4, 0)
    assert quxun("export").out == before


def test_a_corrected_text_is_a_revision_and_so_is_its_way_back(quxun: Quxun, file: Path) -> None:
    quxun("import", write(file, line()))
    assert counts(quxun, write(file, line(text="改过的正文。"))) == (0, 1, 0, 0)
    assert "改过的正文。" in quxun("show", "n1").out
    assert counts(quxun, write(file, line())) == (0, 1, 0, 0)
    assert quxun("show", "n1", "--json").object["revision"] == 3


def test_another_credit_with_the_same_words_is_no_revision(quxun: Quxun, file: Path) -> None:
    quxun("import", write(file, line()))
    assert counts(quxun, write(file, line(source="另一家"))) == (0, 0, 1, 0)
    assert quxun("export").object["source"] == "另一家"


def test_a_file_that_says_an_article_twice_is_a_revision_once(quxun: Quxun, file: Path) -> None:
    write(file, line(1), line(2), line(1, text="后来的正文。"))
    assert counts(quxun, file) == (2, 1, 0, 0)
    before = quxun("export").out
    assert counts(quxun, file) == (0, 0, 3, 0)
    assert quxun("export").out == before
    assert quxun("show", "n1", "--json").object["text"] == "后来的正文。"


def test_two_files_that_contradict_each_other_change_nothing_the_second_time(quxun: Quxun, tmp_path: Path) -> None:
    files = write(tmp_path / "a.jsonl", line(1)), write(tmp_path / "b.jsonl", line(1, text="后来的正文。"))
    assert counts(quxun, *files) == (1, 1, 0, 0)
    assert counts(quxun, *files) == (0, 0, 2, 0)


def test_spellings_of_one_url_are_one_article(quxun: Quxun, file: Path) -> None:
    other = line(1, url="https://www.news.example.cn/1.html?utm_source=x#top", text="后来的正文。")
    assert counts(quxun, write(file, line(1), other)) == (1, 1, 0, 0)


@pytest.mark.parametrize("takedown", Takedown)
def test_an_import_does_not_undo_a_takedown(quxun: Quxun, file: Path, store: Store, takedown: Takedown) -> None:
    quxun("import", write(file, line()))
    article = store.articles.find("n1").id
    store.articles.takedown(ArticleId(article), takedown, "asked for", store.articles.get(article).first_seen_at)
    assert counts(quxun, write(file, line(text="又来了。"))) == (0, 0, 0, 1)
    assert quxun("export").out == ""
    assert len(list(store.blobs.digests())) == (1 if takedown is Takedown.WITHHELD else 0)


def test_the_same_text_at_two_publishers_is_one_story(quxun: Quxun, file: Path) -> None:
    same = {"title": "同一条消息", "text": "同样的一段正文，足够长。"}
    write(file, line(1, **same), line(2, site="另一家", published="2024-05-02", **same))
    assert quxun("import", file, "--json").object["copies"] == 1
    first, second = quxun("export").objects
    assert first["story"] == second["story"]
    assert (first["relation"], second["relation"]) == ("original", "exact")


# ------------------------------------------------------------------ what goes wrong
def test_bad_lines_are_named_and_the_rest_comes_in(quxun: Quxun, file: Path) -> None:
    write(file, line(1), "{not json", line(2, title="", text=""), "[]", line(3))
    said = quxun("import", file, status=1)
    assert f"{file}, line 2: not JSON" in said.err
    assert f"{file}, line 3: neither a title nor a text" in said.err
    assert f"{file}, line 4: a list" in said.err
    assert "3 lines could not be imported" in said.err
    assert [each["external_id"] for each in quxun("export").objects] == ["n1", "n3"]
    told = quxun("import", file, "--json", status=1).object
    assert [each["line"] for each in told["bad"]] == [2, 3, 4]
    assert [quxun("runs", run, "--json").object["status"] for run in told["runs"]] == ["degraded"]


def test_of_many_bad_lines_the_first_twenty_are_shown(quxun: Quxun, file: Path) -> None:
    said = quxun("import", write(file, line(1), *["{"] * 30), status=1)
    assert said.err.count(": not JSON") == 20
    assert "and 10 more" in said.err


def test_a_file_that_cannot_be_imported_is_named(quxun: Quxun, tmp_path: Path) -> None:
    missing, empty, page, binary = (tmp_path / name for name in ("missing", "empty", "page.html", "binary"))
    empty.write_bytes(b" \n")
    page.write_text("<!DOCTYPE html><html><body>text</body></html>")
    binary.write_bytes(b"\x00\x01\x02" * 100)
    assert f"{missing}: there is no such file" in quxun("import", missing, status=2).err
    assert f"{tmp_path} is a folder" in quxun("import", tmp_path, status=2).err
    for file in (empty, page, binary):
        assert str(file) in quxun("import", file, status=1).err
    assert quxun("runs", "--json").out == ""


def test_one_file_that_cannot_be_read_does_not_keep_the_others_out(quxun: Quxun, tmp_path: Path, file: Path) -> None:
    empty = tmp_path / "empty"
    empty.write_bytes(b"")
    said = quxun("import", empty, write(file, line()), status=1)
    assert f"{empty}: empty" in said.err
    assert quxun("export").object["external_id"] == "n1"


def test_a_missing_file_keeps_everything_out(quxun: Quxun, tmp_path: Path, file: Path) -> None:
    quxun("import", write(file, line()), tmp_path / "missing", status=2)
    assert quxun("export").out == ""


def test_an_import_that_breaks_off_is_a_failed_run_and_can_be_repeated(
    quxun: Quxun, file: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 2)
    write(file, *(line(number) for number in range(6)))

    def broken(*arguments: Any, **named: Any) -> Any:
        if "n4" in named.values():
            raise KeyboardInterrupt
        return decide_read(*arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr("quxun.importing.decide_read", broken)
        quxun("import", file, status=130)
    (run,) = store.runs.list()
    assert (run.status, run.reason, run.counters.new) == (RunStatus.FAILED, "it was interrupted", 4)
    assert counts(quxun, file) == (2, 0, 4, 0)


def test_options_of_a_newspaper_page_do_not_fit_articles(quxun: Quxun, file: Path) -> None:
    write(file, line())
    assert "newspaper page" in quxun("import", file, "--paper", "示例晚报", status=2).err
    assert "--issue tomorrow" in quxun("import", file, "--issue", "tomorrow", status=2).err
    quxun("import", file, "--as", "spreadsheet", status=2)
