"""Two versions of rules that read small synthetic pages, and what comes in of them.

A page is lines: the first is its title, lines that begin with `>` are boilerplate, `!` makes it no article.
The older rules take boilerplate along; the newer ones do not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.ingest import Ingest, Visit
from crawler.profile import District
from crawler.reader import Reader
from quxun.rereading import Rereading, Result, Wanted
from storage.records import (
    ArticleId,
    Capture,
    Counters,
    Entry,
    Extraction,
    KnownArticle,
    Refusal,
    Revision,
    RunStatus,
)
from storage.store import Store
from tests.builders import NOW, World, url

DISTRICT = District(name="临湖新区", code="000000", city="东岳市", province="示例省")


def _reader(extractor: str, keeps: Callable[[str], bool], refuses: str = "") -> Reader:
    def read(capture: Capture, entry: Entry | None, timezone: str) -> Extraction | Refusal:
        title, *lines = capture.payload.decode().splitlines()
        if refuses and any(line.startswith(refuses) for line in lines):
            return Refusal.LISTING
        text = "\n".join(line.lstrip(">!") for line in lines if keeps(line))
        listed = entry.title if entry else ""
        return Extraction(extractor=extractor, title=title, text=text, credit=listed, evidence={"title": extractor})

    return Reader(extractor=extractor, read=read)


#: The rules of yesterday, of today, and of tomorrow.
OLD = _reader("html/1", lambda line: True)
NEW = _reader("html/2", lambda line: not line.startswith(">"), refuses="!")
NEXT = _reader("html/3", lambda line: not line.startswith(">") and not line.startswith("!"))


@dataclass(slots=True)
class Newsroom:
    """A source whose pages come in by one version of the rules, and are read again by another."""

    world: World
    at: datetime = NOW

    @property
    def store(self) -> Store:
        return self.world.store

    def publish(self, *lines: str, name: str = "1", by: Reader = OLD, hours: float = 1) -> Counters:
        """Take in the page as it stands now, an hour after the last one."""
        self.at += timedelta(hours=hours)
        run = self.world.another_run()
        ingest = Ingest(self.store, self.world.source, run.id, DISTRICT, lambda: self.at, by)
        ingest.take(Visit(capture=self._capture(name, lines), known=self.known(name)))
        ingest.flush()
        self.store.runs.start(run.id, self.at, 1, "elsewhere", "")
        self.store.runs.finish(run.id, RunStatus.SUCCEEDED, self.at, ingest.counters, "", "")
        return ingest.counters

    def read_again(self, by: Reader = NEW, *, dry: bool = False, **wanted: object) -> list[Result]:
        self.at += timedelta(minutes=1)
        rereading = Rereading(self.store, DISTRICT, lambda: self.at, by, dry=dry)
        results = list(rereading.results(Wanted(**wanted)))  # type: ignore[arg-type] # the test's own names
        rereading.follow()
        return results

    def known(self, name: str = "1") -> KnownArticle | None:
        key = url(name).removeprefix("http://www.")
        return self.store.articles.known(self.world.source.publisher_id, [key]).get(key)

    def id(self, name: str = "1") -> ArticleId:
        known = self.known(name)
        assert known is not None
        return known.id

    def revisions(self, name: str = "1") -> list[Revision]:
        return self.store.articles.revisions(self.id(name))

    def texts(self, name: str = "1") -> list[str]:
        """What each revision says."""
        return [each.extraction.text for each in self.revisions(name)]

    def kinds(self) -> list[str]:
        """The change log."""
        return [change.kind.value for change in self.store.changes.after(0)]

    def _capture(self, name: str, lines: tuple[str, ...]) -> Capture:
        return Capture(
            url=url(name),
            final_url=url(name),
            captured_at=self.at,
            status=200,
            headers=(("content-type", "text/html"),),
            payload="\n".join(lines).encode(),
        )
