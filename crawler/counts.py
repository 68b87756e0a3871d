"""Names of what a run counts on the wire, as keys of Scrapy's stats."""

REQUESTS = "quxun/requests"
BYTES = "quxun/bytes"
