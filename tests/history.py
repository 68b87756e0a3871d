"""An archive with a past: runs that ended on days before NOW, each with what it brought and left behind. Synthetic."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from storage.intents import NewArticle, Reading
from storage.keeping.retention import Keep, Pruned
from storage.records import Counters, Digest, Lead, Link, Run, RunStatus
from storage.schema import runs
from storage.store import Store
from tests.builders import NOW, World, extraction, issue_seen, later, new_article, refused
from text.digest import content_digest

#: What a run said at its end, and how many bytes that is.
LAST_WORDS = "it is done"


def ago(days: float) -> datetime:
    return later(days=-days)


def page(words: str, payload: bytes | None = None, **fields: Any) -> tuple[bytes, Reading]:
    """The bytes of a page and what is read from them, digests included."""
    bytes_ = f"<p>{words}</p>".encode() if payload is None else payload
    read = extraction(
        text=words,
        leads=(Lead(title="别的消息", snippet="别的消息的第一句。"),),
        images=(Link(url="http://www.example.cn/1.jpg", label="图说文字"), Link(url="http://www.example.cn/2.jpg")),
        attachments=(Link(url="http://www.example.cn/1.pdf", label="通知全文"),),
        evidence={"title": "container:示例"},
        **fields,
    )
    digest = Digest(content_digest(read.title, read.text))
    return bytes_, Reading(payload_digest=Digest(""), content_digest=digest, extraction=read)


class History(World):
    """A world with a run a day since a hundred days before NOW. What happens in it must be told in its order."""

    def __init__(self, store: Store, key: str = "example", **fields: Any) -> None:
        super().__init__(store, key, **fields)
        store.runs.withdraw(self.run.id)  # it would be young, and so would everything after it
        self._lived_until = ago(100)

    def live(self, until: datetime = NOW) -> None:
        """Runs that bring nothing, one a day, up to a time."""
        times = []
        while self._lived_until <= until:
            times.append(self._lived_until)
            self._lived_until += timedelta(days=1)
        values = [
            {
                "source_id": self.source.id,
                "status": RunStatus.SUCCEEDED,
                "requested_by": "serve",
                "queued_at": at,
                "started_at": at,
                "finished_at": at,
                "counters": {},
                **dict.fromkeys(("reason", "log_tail", "code_version", "machine"), ""),
                "pid": 1,
                "wish": {},
            }
            for at in times
        ]
        if values:
            with self.store.database.write() as connection:
                connection.execute(runs.insert(), values)

    def run_at(
        self, at: datetime, *intents: Any, ends: bool = True, log: str = LAST_WORDS, wrong_clock: bool = False
    ) -> Run:
        """A run that begins at a time, records, and ends an hour later."""
        if not wrong_clock:
            self.live(at)
        run = self.store.runs.queue(self.source.id, "crawl", at)
        self.store.runs.start(run.id, at, 1, "elsewhere", "")
        if intents:
            self.record(*intents, run=run, now=at)
        if ends:
            at += timedelta(hours=1)
            return self.store.runs.finish(run.id, RunStatus.SUCCEEDED, at, Counters(), "", log)
        return run

    def publish(
        self,
        name: str,
        days: float,
        words: str = "",
        payload: bytes | None = None,
        *,
        ends: bool = True,
        wrong_clock: bool = False,
        **fields: Any,
    ) -> Digest:
        """An article read so many days ago; the digest of its payload."""
        bytes_, reading = page(words or f"第{name}条消息的正文。", payload, **fields)
        digest = self.store.blobs.put(bytes_)
        found = self.article(name, reading, digest, ago(days))
        self.run_at(ago(days), found, ends=ends, wrong_clock=wrong_clock)
        return digest

    def prune(self, keep: Keep, at: float = 0, **options: Any) -> Pruned:
        """A pruning so many days after NOW, up to which there was a run a day."""
        self.live(NOW)
        return self.store.retention.prune(keep, later(days=at), **options)

    def article(self, name: str, reading: Reading, digest: Digest, at: datetime) -> NewArticle:
        stored = Reading(
            payload_digest=digest, content_digest=reading.content_digest, extraction=reading.extraction, relevance=None
        )
        return new_article(name, at=at, reading=stored)

    def trouble(self, days: float, name: str = "1") -> Run:
        """A run that left an issue, and a visit that stored nothing."""
        return self.run_at(ago(days), issue_seen(name=name, seen_at=ago(days)), refused(f"r{name}", ago(days)))


def rows(store: Store, query: str) -> list[Any]:
    with store.database.read() as connection:
        return list(connection.execute(text(query)).scalars())


def count(store: Store, table: str, where: str = "1 = 1") -> int:
    return int(rows(store, f"SELECT count(*) FROM {table} WHERE {where}")[0])
