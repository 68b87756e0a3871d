"""Articles for the tests of the command: stored with their payloads, as a crawl leaves them. All synthetic."""

from datetime import UTC, datetime, timedelta
from typing import Any

from storage.intents import NewArticle, Reading, SameRevision, Visited
from storage.records import ArticleKey, Digest, Extraction, KnownArticle, Person, Precision, Relevance, Role, Run
from storage.store import Store
from tests.builders import World
from text.digest import content_digest

#: 12:00 in Shanghai.
NOON = datetime(2024, 5, 1, 4, 0, tzinfo=UTC)
HOST = "http://www.example.cn"


def url(name: str = "1") -> str:
    return f"{HOST}/art/{name}.html"


def page(title: str, *paragraphs: str, source: str = "临湖融媒") -> bytes:
    """A synthetic article page as a small CMS writes it."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8">'
        f"<title>{title}_示例新闻网</title></head><body><!-- synthetic -->"
        f'<h1>{title}</h1><div class="info">发布时间：2024-05-01 09:30　来源：{source}</div>'
        f'<div class="content">{body}</div></body></html>'
    ).encode()


def extraction(
    title: str = "湖边新修的步道开放", text: str = "步道全长三公里。\n市民可以免费进入。", **fields: Any
) -> Extraction:
    defaults: dict[str, Any] = {
        "extractor": "html/1",
        "credit": "临湖融媒",
        "published_at": NOON - timedelta(hours=2, minutes=30),
        "published_precision": Precision.MINUTE,
        "byline": (Person(name="甘霖", role=Role.REPORTER),),
    }
    return Extraction(**{"title": title, "text": text} | defaults | fields)


class Press(World):
    """A store with a source of one publisher whose pages come in one after the other."""

    def __init__(self, store: Store, key: str = "bulletin", **fields: Any) -> None:
        super().__init__(store, key, **fields)

    def publish(
        self, name: str = "1", read: Extraction | None = None, at: datetime = NOON, payload: bytes | None = None
    ) -> int:
        """Store what a page says at a time; the id of its article."""
        read = read or extraction()
        bytes_ = payload if payload is not None else f"{read.title}\n{read.text}\n{at}".encode()
        reading = Reading(
            payload_digest=self.store.blobs.put(bytes_),
            extraction=read,
            content_digest=Digest(content_digest(read.title, read.text)),
            relevance=Relevance(about=True, where="source"),
        )
        visit = Visited(
            url=url(name),
            final_url=url(name),
            captured_at=at,
            status=200,
            headers=(("content-type", "text/html; charset=utf-8"),),
        )
        key = ArticleKey(f"example.cn/art/{name}.html")
        known = self.knows(key)
        intent = (
            SameRevision(visited=visit, reading=reading, known=known)
            if known
            else NewArticle(visited=visit, reading=reading, key=key, url=url(name))
        )
        run: Run = self.another_run()
        self.record(intent, run=run, now=at)
        return self.store.articles.find(key).id

    def knows(self, key: str) -> KnownArticle | None:
        return self.store.articles.known(self.source.publisher_id, [key]).get(key)
