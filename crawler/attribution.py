"""Say whose an article is: a portal links to another's page, and one host carries several papers.

The page's URL decides, not who listed it: else the same article would be stored once for the portal that
links to it and once for the site that published it.
"""

from dataclasses import replace

from crawler.urls import host, same_site
from storage.records import ArticleKey, Publisher, PublisherId, Source
from storage.store import Store


class Attribution:
    """The source, with the publisher that a page of it belongs to."""

    def __init__(self, store: Store, source: Source) -> None:
        self._store, self._own = store, source
        self._by_host: dict[str, Source] = {}
        self._by_publisher: dict[PublisherId, Source] = {source.publisher_id: source}

    def of_url(self, url: str) -> Source:
        """By the host of the page: ours, another publisher's whose host it is, or that of a publisher named by it."""
        name = host(url)
        if name == host(self._own.url) or name in self._own.publisher.hosts:
            return self._own
        if name not in self._by_host:
            self._by_host[name] = self._at(name, url)
        return self._by_host[name]

    def of_article(self, key: ArticleKey, url: str) -> Source:
        """By who has the article already, if anybody does; else by its host."""
        holder = self._store.articles.publishers_of((key,)).get(key)
        return self.of_url(url) if holder is None else self._as(holder)

    def _at(self, name: str, url: str) -> Source:
        known = self._store.sources.publisher_at(name)
        if known is not None:
            return self._as(known)
        if same_site(url, self._own.url):
            return self._own
        return self._as(self._store.sources.add_publisher(Publisher(name=name, hosts=(name,))))

    def _as(self, publisher_id: PublisherId) -> Source:
        if publisher_id not in self._by_publisher:
            publisher = self._store.sources.publisher(publisher_id)
            self._by_publisher[publisher_id] = replace(self._own, publisher_id=publisher_id, publisher=publisher)
        return self._by_publisher[publisher_id]
