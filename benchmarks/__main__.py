"""`make bench`: pages per second of a whole crawl, as a share of bare Scrapy in the same run."""

from benchmarks.crawl import main

main()
