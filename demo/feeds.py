"""Write RSS, Atom and sitemaps: what a site offers to programs.

RSS 2.0, RFC 4287 (Atom), sitemaps.org 0.9. Pure; the order and the number of the articles are the caller's.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from email.utils import format_datetime

from demo.markup import SYNTHETIC, XML, esc, w3c
from demo.model import Article, Site

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
#: Characters of the first paragraph that a feed shows.
SUMMARY = 90


def summary(article: Article) -> str:
    first = next((p for p in article.story.paragraphs if not p.startswith(("□", "本文转自"))), "")
    return first if len(first) <= SUMMARY else first[:SUMMARY] + "…"


def rss(site: Site, articles: Sequence[Article], *, tracking: str = "") -> str:
    """The articles as RSS; `tracking` is what the site adds to its links (`utm_source=rss`)."""
    rows = []
    for a in articles:
        mark = "&" if "?" in a.path else "?"
        url = site.base + a.path + (mark + tracking if tracking else "")
        rows.append(
            f"<item><title>{esc(a.story.title)}</title><link>{esc(url)}</link>"
            f'<guid isPermaLink="false">{site.key}-{a.number}</guid>'
            f"<category>{esc(site.column(a.column).name)}</category>"
            f"<pubDate>{format_datetime(a.published_at)}</pubDate>"
            f"<description>{esc(summary(a))}</description></item>"
        )
    channel = f"<title>{esc(site.name)}</title><link>{site.base}/</link><description>{esc(site.name)}</description>"
    body = "\n".join(rows)
    channel += "<language>zh-cn</language>"
    return f'{XML}\n{SYNTHETIC}\n<rss version="2.0"><channel>{channel}\n{body}\n</channel></rss>\n'


def atom(site: Site, articles: Sequence[Article], self_path: str) -> str:
    rows = [
        f"<entry><title>{esc(a.story.title)}</title>"
        f'<link rel="alternate" type="text/html" href="{esc(site.base + a.path)}"/>'
        f"<id>tag:{site.key}.invalid,2020:{a.number}</id>"
        f"<published>{w3c(a.published_at)}</published><updated>{w3c(a.modified_at)}</updated>"
        f"<author><name>{esc(site.name)}</name></author><summary>{esc(summary(a))}</summary></entry>"
        for a in articles
    ]
    head = (
        f"<title>{esc(site.name)}</title><id>tag:{site.key}.invalid,2020:feed</id><updated>{w3c(site.changed_at())}</updated>"
        f'<link rel="self" href="{site.base}{self_path}"/><link rel="alternate" href="{site.base}/"/>'
    )
    body = "\n".join(rows)
    return f'{XML}\n{SYNTHETIC}\n<feed xmlns="http://www.w3.org/2005/Atom">{head}\n{body}\n</feed>\n'


def urlset(site: Site, articles: Iterable[Article]) -> str:
    rows = "\n".join(
        f"<url><loc>{esc(site.base + a.path)}</loc><lastmod>{w3c(a.modified_at)}</lastmod></url>" for a in articles
    )
    return f'{XML}\n{SYNTHETIC}\n<urlset xmlns="{SITEMAP}">\n{rows}\n</urlset>\n'


def sitemap_index(parts: Iterable[tuple[str, datetime]]) -> str:
    """A sitemap of sitemaps: the URL and the last change of each."""
    rows = "\n".join(f"<sitemap><loc>{esc(url)}</loc><lastmod>{w3c(at)}</lastmod></sitemap>" for url, at in parts)
    return f'{XML}\n{SYNTHETIC}\n<sitemapindex xmlns="{SITEMAP}">\n{rows}\n</sitemapindex>\n'
