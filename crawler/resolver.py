"""Resolve names, and refuse those that lead into a private network: a page must not make us fetch the router.

The answer that was checked is the one that is connected to, so a name that changes its mind in between
gains nothing.
"""

import ipaddress
import os
from collections.abc import Sequence
from typing import Self
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

from crawler.options import RunOptions

#: Names that were refused, with the address they led to: Twisted passes a resolver's "no" on, but not its reason.
PRIVATE_NAMES: dict[str, str] = {}

_PROXIES = ("http_proxy", "https_proxy", "all_proxy")


def is_private(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address is anything but a public unicast one."""
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    return not address.is_global or address.is_multicast


class PublicResolver(CachingThreadedResolver):
    """Resolves to public addresses only, unless the run allows private ones; the user's proxies are exempt."""

    def __init__(self, reactor: ReactorBase, cache_size: int, timeout: float, *, allow_private: bool) -> None:
        super().__init__(reactor, cache_size, timeout)
        self._allow_private = allow_private
        urls = [os.environ.get(name) or os.environ.get(name.upper()) or "" for name in _PROXIES]
        self._proxies = {urlsplit(url).hostname for url in urls if url}

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        options: RunOptions = crawler.settings["QUXUN_OPTIONS"]
        settings = crawler.settings
        allow = options.manners.allow_private
        return cls(reactor, settings.getint("DNSCACHE_SIZE"), settings.getfloat("DNS_TIMEOUT"), allow_private=allow)

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802 - Twisted's name
        answer = super().getHostByName(name, timeout)
        if not self._allow_private and name not in self._proxies:
            answer.addCallback(self._check, name)
        return answer

    def _check(self, address: str, name: str) -> str:
        if is_private(ipaddress.ip_address(address)):
            PRIVATE_NAMES[name] = address
            raise DNSLookupError(f"{name} leads to {address}, a private address")
        return address
