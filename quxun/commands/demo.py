"""`quxun demo`: the main job on a miniature district, on this machine alone."""

import asyncio
import os
import shutil
import threading
from collections import Counter
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import rich_click as click

from crawler.profile import find_profile, load_profile
from demo.district import District
from demo.model import Deed
from demo.server import DemoServer
from quxun.commands.crawl import crawl_progress, watcher
from quxun.config import Config, load_config
from quxun.console import err, out
from quxun.crawling import Crawl, Report, Wish, failed, total
from quxun.sheet import draw_changes
from quxun.surveying import save, survey
from quxun.views import arrivals_table, runs_table
from quxun.wiring import RUN_ENTRY, launcher, open_store, run_options
from storage.errors import QuxunError
from storage.records import Article
from storage.store import Store
from text.diff import diff_texts

_PROFILE = """\
[district]
code = "000000"
name = "临湖新区"
city = "东岳市"
province = "示例省"
"""


@click.command()
@click.option("--keep", is_flag=True, help="Leave the sites running at the end, to look at them in a browser.")
def command(*, keep: bool) -> None:
    """Show the main job on a miniature district, without the internet.

    Six invented news sites are started on this machine: two government portals, a media site with a
    feed, a GBK site with neither feed nor sitemap, a digital newspaper and a republisher. They are added
    by their addresses alone and crawled; crawled again; then changed and crawled a third time.
    """
    config = _config(load_config(os.environ))
    zone = ZoneInfo("Asia/Shanghai")
    with DemoServer(District(today=datetime.now(zone).date())) as server, open_store(config) as store:
        show = Demo(config, store, server, zone)
        show.add_sources()
        show.first()
        show.again()
        show.changed()
        show.ending()
        if keep:
            out().print("The sites run until you press Ctrl-C: " + " ".join(server.addresses.values()))
            threading.Event().wait()


class Demo:
    """The acts of the demonstration, in their order."""

    def __init__(self, config: Config, store: Store, server: DemoServer, zone: ZoneInfo) -> None:
        self._config, self._store, self._server, self._zone = config, store, server, zone
        self._options = run_options(config)
        self._launcher = launcher()
        self._profile = load_profile(find_profile(config.district))

    def add_sources(self) -> None:
        """Add the sites by nothing but their addresses."""
        _headline(1, "Six sites of an invented district, added by their addresses: no selector, no code")
        urls = [self._entrance(key, address) for key, address in self._server.addresses.items()]
        with err().status("Looking at six sites …"):
            proposals = survey(self._launcher, self._options, urls)
        for key, proposal in zip(self._server.addresses, proposals, strict=True):
            if proposal.problem:
                raise QuxunError(f"the demo's own site: {proposal.problem}")
            source = save(self._store, replace(proposal.source, key=key))
            kinds = Counter(found.seed.kind.value for found in proposal.listings)
            through = ", ".join(f"{count} × {kind}" if count > 1 else kind for kind, count in kinds.items())
            out().print(f"  [bold]{key}[/] {source.publisher.name}: {through}  [dim]{source.url}[/]")

    def _entrance(self, key: str, address: str) -> str:
        """What a person would give to `sources add`: the home page, or today's first page of a newspaper."""
        papers = [each.url for each in self._server.district.listings(key) if each.kind == "epaper"]
        return papers[0] if papers else f"{address}/"

    def first(self) -> None:
        """Crawl it all."""
        _headline(2, "The first crawl: everything is new")
        report = self._crawl()
        out().print(runs_table(report.runs))
        out().print(arrivals_table(report.arrived, self._zone, shown=12))
        sums = total(report.runs)
        out().print(f"[bold]{sums.new} articles[/], {sums.copies} of them copies of another's")

    def again(self) -> None:
        """Crawl it again: nothing twice."""
        _headline(3, "The second crawl: nothing twice, hardly a request")
        sums = total(self._crawl().runs)
        out().print(f"[bold]{sums.new} new, {sums.revised} revised[/] with {sums.requests} requests")

    def changed(self) -> None:
        """Publish, edit and delete, and crawl once more."""
        _headline(4, "The sites publish, edit and delete; the third crawl notices each")
        deeds = (self._server.publish("media"), self._server.edit("trs"), self._server.delete("media"))
        for deed in deeds:
            out().print(f"  [dim]the site {deed.action}:[/] {deed.title}")
        report = self._crawl()
        out().print()
        self._show(deeds)
        sums = total(report.runs)
        out().print(f"[bold]{sums.new} new, {sums.revised} revised, {sums.gone} gone[/] with {sums.requests} requests")

    def _show(self, deeds: tuple[Deed, Deed, Deed]) -> None:
        published, edited, deleted = (self._article(deed.url) for deed in deeds)
        out().print(f"[green]new[/]      {published.id}  {published.extraction.title}")
        out().print(f"[yellow]revised[/]  {edited.id}  {edited.extraction.title}")
        before, after = self._store.articles.revisions(edited.id)[-2:]
        lines = list(diff_texts(before.extraction.text, after.extraction.text))
        draw_changes(edited, before, after, lines, self._zone)
        out().print(f"[red]gone[/]     {deleted.id}  {deleted.extraction.title}")
        if deleted.gone_at:
            since = f"{deleted.gone_at.astimezone(self._zone):%H:%M:%S}"
            out().print(f"[dim]The site answers 404 since {since}; what was stored of it stays.[/]")

    def ending(self) -> None:
        """What to type next."""
        home = self._config.home
        _headline(5, "Now the real district, 鲁西新区")
        out().print(
            "  [bold].venv/bin/quxun sources list[/]    where its news comes from\n"
            "  [bold].venv/bin/quxun crawl[/]           visit it; set QUXUN_CONTACT first, for the User-Agent\n"
            "  [bold].venv/bin/quxun --help[/]          everything else\n"
            f"[dim]What the demo stored: QUXUN_HOME={home} .venv/bin/quxun show 1[/]"
        )

    def _crawl(self) -> Report:
        work = Crawl(self._store, self._options, self._launcher, RUN_ENTRY, self._config.runs)
        orders = work.orders(Wish(requested_by="demo"), self._profile)
        with crawl_progress() as bar:
            report = asyncio.run(work.carry_out(orders, watcher(bar, len(orders))))
        if failed(report):
            broken = "; ".join(f"{run.source_key}: {run.reason}" for run in report.runs if run.reason)
            raise QuxunError(f"the demo's own sites could not be read: {broken}")
        return report

    def _article(self, url: str) -> Article:
        return self._store.articles.find(url)


def _config(config: Config) -> Config:
    """A folder of its own, made anew, and no politeness towards one's own machine."""
    home = config.home / "demo"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    profile = home / "district.toml"
    profile.write_text(_PROFILE, encoding="utf-8")
    return replace(
        config,
        home=home,
        database_url=f"sqlite:///{home / 'quxun.db'}",
        district=str(profile),
        delay_s=0.0,
        per_host=4,
        allow_private=True,
    )


def _headline(number: int, text: str) -> None:
    out().print(f"\n[bold cyan]{number}. {text}[/]")
