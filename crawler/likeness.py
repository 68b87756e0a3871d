"""Compare the pages of a run with those of their sites: the habits of a host, loaded once and kept up to date."""

from dataclasses import dataclass, field

from crawler.habits import NEWEST, SiteReading, site_reading, unlike
from crawler.urls import host
from storage.records import Extraction, PublisherId
from storage.store import Store

#: Pages of one run that are unlike their site: no accident, the site was rebuilt or its pages are misread.
MANY = 3


@dataclass(slots=True)
class Likeness:
    """What is usual on the hosts that a run visits."""

    store: Store
    #: The version of the rules: readings by others are no measure.
    extractor: str
    #: Pages that were unlike their site.
    unlike: int = 0
    _usual: dict[tuple[PublisherId, str], list[SiteReading]] = field(default_factory=dict)

    def doubt(self, publisher_id: PublisherId, url: str, read: Extraction) -> str | None:
        """Why a page is not like the others of its site, in a sentence; from now on it is one of them."""
        if read.extractor != self.extractor:
            return None
        usual = self.usual(publisher_id, url)
        new = site_reading(url, read)
        said = unlike(new, usual)
        self.unlike += said is not None
        usual[:] = [new, *(other for other in usual if other.url != url)][: NEWEST + 1]
        return said

    def usual(self, publisher_id: PublisherId, url: str) -> list[SiteReading]:
        """The newest readings of the host, newest first."""
        key = (publisher_id, host(url))
        if key not in self._usual:
            stored = self.store.site_readings.newest(*key, self.extractor, limit=NEWEST + 1)
            self._usual[key] = [site_reading(each.url, each.extraction) for each in stored]
        return self._usual[key]
