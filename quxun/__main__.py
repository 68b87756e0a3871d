"""`python -m quxun` is the command `quxun`."""

from quxun.cli import main

if __name__ == "__main__":
    main()
