"""A miniature district on loopback: six invented news sites to look at, to crawl and to test with."""
