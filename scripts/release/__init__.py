"""The parts of scripts/package.py."""


class Refused(Exception):
    """Why nothing is packaged, in a sentence for people."""
