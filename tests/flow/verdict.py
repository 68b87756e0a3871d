"""Compare what an installation holds with what its sites publish: nothing missing, nothing twice, every edit seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from storage.records import Article
from storage.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """An article as its site has it now."""

    #: As `crawler.urls.url_key`.
    key: str
    #: What its text must hold; white space does not count.
    words: str
    #: 1, and one more for every edit.
    version: int = 1
    #: Withdrawn: it may be stored, but need not be.
    withdrawn: bool = False


@dataclass(slots=True)
class Verdict:
    """Keys of the articles with which something is wrong."""

    standing: int = 0
    stored: int = 0
    missing: list[str] = field(default_factory=list)
    #: Stored, but published nowhere: a second address of an article, or a page that is none.
    strange: list[str] = field(default_factory=list)
    #: The newest edit is not in the text.
    stale: list[str] = field(default_factory=list)
    #: More revisions than the site ever had.
    restless: list[str] = field(default_factory=list)
    #: Taken for withdrawn although it stands.
    lost: list[str] = field(default_factory=list)
    #: What `quxun check` says, but for leftovers.
    findings: list[str] = field(default_factory=list)
    #: Payloads that no snapshot refers to: a run that is killed leaves those that it had not yet recorded.
    leftovers: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not any((self.missing, self.strange, self.stale, self.restless, self.lost, self.findings))


def judge(store: Store, published: Mapping[str, Published]) -> Verdict:
    """Look at every stored article, and at everything that is published."""
    stored = {str(article.key): article for article in _articles(store)}
    standing = {key: each for key, each in published.items() if not each.withdrawn}
    verdict = Verdict(standing=len(standing), stored=len(stored))
    verdict.missing = sorted(standing.keys() - stored.keys())
    verdict.strange = sorted(stored.keys() - published.keys())
    for finding in store.check():
        told = verdict.leftovers if finding.kind == "unreferenced-payload" else verdict.findings
        told.append(f"{finding.kind} {finding.subject}")
    for key, each in published.items():
        article = stored.get(key)
        if article is None:
            continue
        if article.revision > each.version:
            verdict.restless.append(key)
        if each.withdrawn:
            continue
        if article.gone_at is not None:
            verdict.lost.append(key)
        if _dense(each.words) not in _dense(article.extraction.text):
            verdict.stale.append(key)
    return verdict


def _articles(store: Store) -> list[Article]:
    found: list[Article] = []
    while page := store.articles.list(after_id=found[-1].id if found else 0, limit=500):
        found += page
    return found


def _dense(text: str) -> str:
    return "".join(text.split())
