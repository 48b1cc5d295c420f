"""Writes engine/src/language/eval/unicode_tables.rs: what Python's str methods know of characters and Rust's do not.

Needs Python 3.13 and unicodedata2 16.0.0 (the version of Unicode that CPython 3.14 has). The mappings of case come from
Python itself, whose Unicode is 15.1 in 3.13; no mapping changed in between but for letters that are new in 16.0.
"""

import pathlib
import unicodedata2 as data

CHARACTERS = [chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000]


def is_digit(c):
    return data.digit(c, None) is not None


def is_numeric(c):
    return data.numeric(c, None) is not None


def ranges(holds):
    """Pairs of first and last code point of each run of characters for which something holds."""
    runs = []
    for c in map(ord, filter(holds, CHARACTERS)):
        if runs and runs[-1][1] == c - 1:
            runs[-1][1] = c
        else:
            runs.append([c, c])
    return runs


def table(name, comment, runs):
    body = "".join(f"    ({first:#x}, {last:#x}),\n" for first, last in runs)
    return f"/// {comment}\npub(super) const {name}: [(u32, u32); {len(runs)}] = [\n{body}];\n"


def mapping(name, comment, pairs):
    body = "".join(
        f"    ({ord(c):#x}, \"" + "".join(f"\\u{{{ord(part):x}}}" for part in to) + "\"),\n" for c, to in pairs
    )
    return f"/// {comment}\npub(super) const {name}: [(u32, &str); {len(pairs)}] = [\n{body}];\n"


parts = [
    f"//! Written by `engine/tools/unicode_tables.py` from Unicode {data.unidata_version}. Do not edit.\n",
    table("ALPHABETIC", "`str.isalpha`: the general categories of letters.", ranges(lambda c: data.category(c)[0] == "L")),
    table("DECIMAL", "`str.isdecimal`: runs of ten digits each, or of several times ten.", ranges(lambda c: data.decimal(c, None) is not None)),
    table("DIGIT", "`str.isdigit`.", ranges(is_digit)),
    table("NUMERIC", "`str.isnumeric`.", ranges(is_numeric)),
    mapping("FOLDED", "`str.casefold` where it is not `str.lower`.", [(c, c.casefold()) for c in CHARACTERS if c.casefold() != c.lower()]),
    mapping("TITLED", "`str.title` of one character where it is not `str.upper`.", [(c, c.title()) for c in CHARACTERS if c.title() != c.upper()]),
]
target = pathlib.Path(__file__).parents[1] / "src/language/eval/unicode_tables.rs"
target.write_text("\n".join(parts))
