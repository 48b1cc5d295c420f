"""The parts of scripts/package.py; none of them runs a program."""
