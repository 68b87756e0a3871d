"""The miniature district: six invented news sites whose content is a function of a seed and a day.

`District` is the content and the only thing that changes it; `demo.server` puts it on the network. Every
method may be called from any thread. Nothing here reads the clock: a change is a minute later than the one
before, beginning with the midnight of `today`.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from http import HTTPStatus
from random import Random
from threading import RLock

from demo.building import Builder, dress, is_plain
from demo.model import Article, Deed, EditKind, Form, Likeness, Listing, Page, Request, Site, midnight
from demo.pages import SitePages
from demo.rewriting import revised
from demo.site_els import ElsPages
from demo.site_epaper import EpaperPages
from demo.site_gbk import GbkPages
from demo.site_media import MediaPages
from demo.site_repub import RepubPages
from demo.site_trs import TrsPages
from demo.stories import Writer

#: The sites in the order in which they get their ports.
KEYS = ("els", "trs", "media", "gbk", "epaper", "repub")
#: Changes without a named article pick among this many of the newest: they are on first pages and in feeds.
RECENT = 8
EDITED = {EditKind.TITLE: "改了标题", EditKind.PARAGRAPH: "首段加了一句话", EditKind.NUMBER: "改了一个数字"}


class District:
    """`District(seed=7, today=day)` is the same district each time, whatever its addresses are."""

    def __init__(self, *, today: date, seed: int = 7) -> None:
        self.today = today
        self.seed = seed
        self._lock = RLock()
        self._cache: dict[str, dict[object, Page]] = {key: {} for key in KEYS}
        self._editions: Counter[tuple[str, int]] = Counter()
        self._clock = midnight(today)
        self._rng = Random(f"district {seed} {today}")
        self._pages = self._open()
        self._builder = Builder(self._rng, Writer(self._rng), self._pages, today)
        self._builder.build()

    def _open(self) -> dict[str, SitePages]:
        kinds: dict[str, type[SitePages]] = {
            "trs": TrsPages,
            "media": MediaPages,
            "gbk": GbkPages,
            "epaper": EpaperPages,
            "repub": RepubPages,
        }
        opened = {key: kind(self._empty(key, kind)) for key, kind in kinds.items()}
        opened["els"] = ElsPages(self._empty("els", ElsPages), partner=opened["trs"].site)
        return {key: opened[key] for key in KEYS}

    def _empty(self, key: str, kind: type[SitePages]) -> Site:
        # A reserved name (RFC 2606) until the server has a port.
        base = f"http://{key}.invalid"
        built_at = midnight(self.today) - timedelta(days=1)
        return Site(key=key, name=kind.name, columns=kind.columns, base=base, built_at=built_at)

    # -------------------------------------------------------------- what there is
    def place(self, bases: Mapping[str, str]) -> None:
        """Give the sites their addresses, without a slash at the end; every absolute link follows."""
        with self._lock:
            for key, base in bases.items():
                self.pages(key).site.base = base
            self._forget()

    def pages(self, key: str) -> SitePages:
        if key not in self._pages:
            raise ValueError(f"no site {key!r}; there are {', '.join(KEYS)}")
        return self._pages[key]

    def site(self, key: str) -> Site:
        return self.pages(key).site

    def articles(self, key: str = "") -> tuple[Article, ...]:
        """What a site, or all of them, publish now, the newest first."""
        with self._lock:
            return tuple(a for k in ([key] if key else KEYS) for a in self.site(k).newest())

    def listings(self, key: str) -> tuple[Listing, ...]:
        """Every way in which a site lists its articles."""
        with self._lock:
            return self.pages(key).listings()

    def url(self, article: Article) -> str:
        return self.site(article.site).base + article.path

    def find(self, url: str) -> Article:
        """The article at a URL as `url` writes it. ValueError if there is none."""
        for article in self.articles():
            if self.url(article) == url:
                return article
        raise ValueError(f"no article at {url}")

    def original(self, article: Article) -> Article | None:
        """Which article a republished one was taken from, if that still exists."""
        taken = article.copied_from
        return None if taken is None else self.site(taken.site).articles.get(taken.number)

    @property
    def soft_404(self) -> str:
        """The URL that is listed and answers "not found" with status 200."""
        pages = self._pages["gbk"]
        assert isinstance(pages, GbkPages)
        return pages.site.base + pages.soft_404.path

    def answer(self, key: str, request: Request) -> Page:
        """What a site answers; the same page object until the site changes."""
        asked = (request.method, request.path, tuple(sorted(request.query.items())), request.body)
        with self._lock:
            kept = self._cache[key].get(asked)
            if kept is not None:
                return kept
            page = self._pages[key].answer(request)
            if page.lasting and page.status == HTTPStatus.OK:
                self._cache[key][asked] = page
            return page

    # -------------------------------------------------------------- what can be done to it
    def publish(self, key: str, *, copy_of: str = "") -> Deed:
        """A new article; on the republisher's site a story taken word for word, that at `copy_of` or a recent one."""
        with self._lock:
            pages = self.pages(key)
            self._tick()
            if key != "repub":
                if copy_of:
                    raise ValueError("only the site 'repub' republishes")
                return self._published(self._builder.publish(key, self._column(pages), self._when(key), Form.NEWS))
            original = self.find(copy_of) if copy_of else self._untaken()
            article = self._builder.take(original, Likeness.EXACT, self._clock)
            return self._published(article, f"，逐字转自 {self.url(original)}")

    def edit(self, key: str, url: str = "", kind: EditKind = EditKind.PARAGRAPH) -> Deed:
        """Correct the article at `url`, or a recent one, so that its headline or text says something else."""
        with self._lock:
            self._tick()
            article = self._chosen(key, url)
            self._editions[key, article.number] += 1
            story = revised(article.story, kind, self._editions[key, article.number])
            # What was taken word for word and then changed is no exact copy any more.
            edited = replace(article, story=story, modified_at=self._clock, copied_from=None)
            self.site(key).articles[article.number] = edited
            self._touch(edited)
            return self._deed("edited", edited, EDITED[kind])

    def delete(self, key: str, url: str = "") -> Deed:
        """Withdraw the article at `url`, or a recent one: 404, and gone from every list."""
        with self._lock:
            self._tick()
            article = self._chosen(key, url)
            del self.site(key).articles[article.number]
            self._touch(article)
            return self._deed("deleted", article, "撤下了一篇稿件")

    def advertise(self, key: str) -> Deed:
        """New advertising and a new hot list around every page of a site; no story changes."""
        with self._lock:
            self._tick()
            site = self.site(key)
            site.advertising += 1
            site.dressed_at = self._clock
            dress(self._pages[key], self._rng)
            self._forget()
            return Deed(action="advertised", site=key, url=f"{site.base}/", title=site.name, detail="换了广告和热榜")

    def _forget(self) -> None:
        """Drop every kept answer, for a site may show what another publishes."""
        for cache in self._cache.values():
            cache.clear()

    def _tick(self) -> None:
        self._clock += timedelta(minutes=1)

    def _touch(self, article: Article) -> None:
        pages = self._pages[article.site]
        pages.site.changed[pages.list_of(article)] = self._clock
        self._forget()

    def _published(self, article: Article, detail: str = "") -> Deed:
        # The newspaper's articles bear the day of their issue; that the issue changed is said here.
        fresh = replace(article, modified_at=self._clock)
        self.site(article.site).articles[article.number] = fresh
        self._touch(fresh)
        return self._deed("published", fresh, f"发布了一篇稿件{detail}")

    def _column(self, pages: SitePages) -> str:
        return self._rng.choice([column.slug for column in pages.columns if column.slug not in pages.forms])

    def _when(self, key: str) -> datetime:
        return midnight(self.today) if key == "epaper" else self._clock

    def _chosen(self, key: str, url: str) -> Article:
        if url:
            article = self.find(url)
            if article.site != key:
                raise ValueError(f"{url} is not on the site {key!r}")
            return article
        # An original stays as it is unless it is named: else its exact copies would be none.
        taken = {(a.copied_from.site, a.copied_from.number) for a in self.articles("repub") if a.copied_from}
        recent = [a for a in self.site(key).newest() if (key, a.number) not in taken][:RECENT]
        if not recent:
            raise ValueError(f"the site {key!r} has no article left")
        return self._rng.choice(recent)

    def _untaken(self) -> Article:
        """A recent plain story that the republisher does not have."""
        taken = {(a.copied_from.site, a.copied_from.number) for a in self.articles("repub") if a.copied_from}
        free = [
            article
            for key in ("els", "trs", "media", "gbk")
            for article in [a for a in self.site(key).newest() if is_plain(a) and (key, a.number) not in taken][:RECENT]
        ]
        if not free:
            raise ValueError("there is no story left to take over")
        return self._rng.choice(free)

    def _deed(self, action: str, article: Article, detail: str) -> Deed:
        return Deed(action=action, site=article.site, url=self.url(article), title=article.story.title, detail=detail)
