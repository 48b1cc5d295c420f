"""Writes what the fuzz targets start from, and the dictionary of the rule language.

    python3 seeds.py FOLDER

FOLDER/<target>/ holds one input a file, FOLDER/rule.dict the words in libFuzzer's form. The rules and events are those of
the engine's tests, some of its random ones, and hostile ones; the words are those of the engine's tables. All of it is
made anew for each run, so that a new test or method is fuzzed without a word here.
"""

import json
import random
import re
import subprocess
import sys
from pathlib import Path

ENGINE = Path(__file__).resolve().parent.parent
RANDOM_RULES = 200

# Words and signs that stand in none of the engine's tables.
SYNTAX = """event and or not in is if else for True False None lambda await yield async := ** // == != <= >= && || === ... .. -> @
( ) [ ] { } , : . = + - * / % < > ! & | ^ ~ ; \\ # ' " ''' \"\"\" f' f" f''' t' b' r' rb' \\n \\r\\n \\t \\x00 \\ud800 \\N{DASH} {} {x} {x!r}
{x:>9} {x=} 1j 0x 1e9 1_0 “ ” ‘ \ufeff é isinstance true false null eventName userIdentity.arn ['eventName'] .get('x') x y""".split()

LONG = "9" * 4290

HOSTILE_RULES = [
    "(" * 100 + "True" + ")" * 100,
    "[" * 99 + "event" + "]" * 99,
    "{1:" * 99 + "1" + "}" * 99,
    "not " * 98 + "True",
    "-" * 98 + "1",
    "1" + "+1" * 95,
    "event" + ".a" * 95,
    "event" + "[0]" * 95,
    "event" + "['a'].lower()" * 60,
    "1 if 1 else " * 60 + "1",
    "lambda:" * 60 + "1",
    "x for x in " * 60 + "y",
    "any(x for x in " * 30 + "event" + ")" * 30,
    "[x for x in " * 45 + "event" + "]" * 45,
    "f\"{" * 30 + "1" + "}\"" * 30,
    "f'{f\"{f'''{1}'''}\"}'",
    "f'" + "{1}" * 400 + "'",
    " or ".join(["x"] * 1500),
    " or ".join(["'x'"] * 1500),
    " is ".join(["x"] * 1500),
    " in ".join(["event"] * 1500),
    " == ".join(["1"] * 1500),
    "event['a'] == 'b' or " * 300 + "True",
    "'a' 'b' " * 1500,
    "[" + "'y'," * 1900 + "]",
    "{" + "1:1," * 1300 + "}",
    "event.get(" + "a=1," * 900 + ")",
    "!x," * 1300,
    "x = y," * 900,
    "“x," * 1300,
    "'" * 3900,
    "'\\n" * 1900,
    "'''" * 1300,
    "f'" * 3900,
    "f'{" * 90,
    "a" * 60000,
    "event." + "a" * 60000 + "()",
    "1" * 60000,
    "0x" + "f" * 60000,
    "1e" + "9" * 60000,
    "'" + "\\N{BULLET}" * 6000 + "'",
    "'" + "\\ud800" * 9000 + "'",
    "'" + "é" * 30000 + "'",
    "#" * 60000,
    "#\n" * 30000,
    "\r\n" * 30000,
    "\\\n" * 30000 + "1",
    "matches(event['a'], r'" + r"\w{90}" * 3 + "')",
    "matches(event['a'], r'" + "(" * 200 + ")" * 200 + "')",
    " or ".join(rf"matches(event['a'], r'{n}\w{{9}}')" for n in range(200)),
    "matches(event['a'], r'(?i)" + r"\pL" * 20000 + "')",
    "matches(event['a'], r'(?i)" + r"[\w]" * 15000 + "')",
    "matches(event['a'], r'(?i)" + r"\pL" * 240 + "')",
    "matches(event['a'], r'(?i)[" + "é-ퟀ" * 12000 + "]')",
    "matches(event['a'], '" + "|".join(f"{n:x}" for n in range(10000)) + "')",
    " or ".join(rf"matches(event['a'], r'(?i){n}[a-zé-ퟀ]{{300}}')" for n in range(32)),
    "glob(event['a'], '" + "[" * 30000 + "')",
    "glob(event['a'], '" + "[a]" * 20000 + "')",
    "in_cidr(event['a'], " + "'10.0.0.0/8'," * 1500 + ")",
]

EVENT = """{"eventName":"StopLogging","n":7,"t":true,"nul":null,"f":0.5,"big":123456789012345678901234567890,"a":{"b":["x",{"c":1}]},
"s":"\\ud800é日","json":"{\\"a\\":[1]}","ip":"10.1.2.3"}"""

# Thousands of fields, and texts that each way to copy them would copy.
LARGE_EVENT = json.dumps(
    {f"k{n}": n for n in range(1000)}
    | {"a": {"b": ["x" * 100] * 500, "c": "y" * 8000}, "json": json.dumps([0] * 4000), "big": int(LONG)}
)

# Each is a way to take more than its share of time or memory.
HOSTILE_EVALUATIONS = [
    "len([1 for a in range(10000) for b in range(10000)]) > 0",
    "len({x for x in range(10000)}) > 0",
    "('x' * 8000000).strip() == 'x'",
    "len(('x ' * 3000000).split()) > 0",
    "len(('x,' * 3000000).split(',')) > 0",
    "len(('\\n' * 8000000).splitlines()) > 0",
    "any(c == 'z' for c in 'x' * 7000000)",
    "('x' * 8000000)[::2] == 'x'",
    "('é' * 2000000).title().casefold() == 'x'",
    "('x' * 2000000).replace('', '') == 'x'",
    "('x' * 2000000).replace('x', '') == 'x'",
    "any(('x' * 100000).strip('y' * 100000) == '' for x in range(10000))",
    "any(('x' * 1000).find('y' * x) > 0 for x in range(10000))",
    "glob('a' * 50000, '*a' * 1000)",
    "matches('a' * 4000000, r'(a|b)*c')",
    "any(matches('a' * 1000, r'(\\w{1,90}x){2}') for x in range(10000))",
    "any(int('" + LONG + "') == x for x in range(10000))",
    "any(str(" + LONG + ") == 'x' for x in range(10000))",
    "sum([" + LONG + "] * 9000) // 3 == 1",
    "round(" + LONG + ", -9223372036854775808) == 0",
    "any(round(" + LONG + ", -4000) == x for x in range(10000))",
    "any(float('1' * 100000) == x for x in range(10000))",
    "sorted([str(x) for x in range(10000)] * 9) == []",
    "[range(10000)] * 90 == [range(10000)] * 90",
    "{(x,) for x in range(1000)} == {(x,) for x in range(1000)}",
    "any({x: x for x in event} == event for y in range(10000))",
    "any(event == sub(event, 'a') for x in range(10000))",
    "any(len(values(event, '**.**.**.**.**.**.a')) > 9 for x in range(10000))",
    "any(not sub(event, 'json') for x in range(10000))",
    "all(event.items() <= event.items() for x in range(10000))",
    "list(range(-9223372036854775808, 9223372036854775807, 4611686018427387904)) == []",
    "len(range(9223372036854775807)) > 0",
    "'abc'[9223372036854775807:-9223372036854775808:-9223372036854775808] == 'x'",
    "9223372036854775807 + 1 == -9223372036854775808 // -1 == -(-9223372036854775808)",
    "in_cidr('10.0.0.1', 'x' * 1000000)",
    "int('9' * 4000000, 36) == 1",
    "str(int('f' * 4000000, 16)) == 'x'",
    "all(str(0x" + "f" * 3500 + ") for x in range(10000))",
    "len([0x" + "f" * 16000 + " for x in range(10000) for y in range(10000)]) > 0",
    "len([" + LONG + " + x for x in range(10000) for y in range(10000)]) > 0",
    "all(" + LONG + " * " + LONG + " for x in range(10000) for y in range(10000))",
    "all(" + LONG * 1 + " // 7 for x in range(10000) for y in range(10000))",
    # A tuple of two of a tuple of two of …
    "any(z == z for a in [(1, 1)] " + "for a in [(a, a)] " * 40 + "for z in [a])",
    "any({z} for a in [(1, 1)] " + "for a in [(a, a)] " * 40 + "for z in [a])",
    "any(len([z]) for a in [(1, 1)] " + "for a in [(a, a)] " * 40 + "for z in [a])",
    "any(event.get(z) for a in [(1, 1)] " + "for a in [(a, a)] " * 40 + "for z in [a])",
    "len([v for x in range(10000) for v in sub(event, 'a').values()]) > 0",
    "len([v for x in range(10000) for v in event.items()]) > 0",
    "len([('x' * 100000)[1:] for x in range(10000)]) > 0",
    "len([s[1:] for s in ['x' * 100000] for x in range(10000)]) > 0",
    "len([s.strip('y') for s in ['x' * 100000] for x in range(10000)]) > 0",
    "len([sub(event, 'a') for x in range(10000)]) > 0",
    "len([items(event, 'a.b') for x in range(10000)]) > 0",
    "len(['x' * 8000 for x in range(900)].count('x' * 8000)) > 0",
    "any(['x' * 8000] * 100000 == y for y in [['x' * 8000] * 100000] for x in range(10000))",
    "len({'x' * 8000 + str(x) for x in range(1000)}) > 0",
    "any({" + ",".join(f"{n}:{n}" for n in range(600)) + "}.get('x') for x in range(10000))",
    "any(d.get(x) for d in [{" + ",".join(f"{n}:1" for n in range(600)) + "}] for x in range(10000))",
    "any({x for x in range(1000)} <= {x for x in range(1000)} for y in range(10000))",
    "any(s == t for s in [{x for x in range(1000)}] for t in [{x for x in range(1000)}] for y in range(10000))",
]

HOSTILE_EVENTS = [
    "[" * 499 + "]" * 499,
    '{"a":' * 499 + "1" + "}" * 499,
    '{"' + "k" * 8000 + '":[' + "1," * 8000 + "1]}",
    '{"a":' * 400 + "[" + "1," * 8000 + "1]" + "}" * 400,
    '{"a":[' + "[]," * 8000 + "{}]}",
    '{"a":[' + "0," * 16000 + "0]}",
    "{" + ",".join(f'"{n}":{n}' for n in range(4000)) + "}",
    "{" + '"a":1,' * 4000 + '"a":2}',
    '{"a":"' + "\\ud800" * 8000 + '"}',
    '{"a":"' + "é" * 16000 + '"}',
    '{"a":' + "9" * 4300 + "}",
    '{"a":1' + "0" * 30000 + "}",
    '{"a":0.' + "1" * 30000 + "}",
    '{"a":1e' + "9" * 30000 + "}",
    '{"a":[NaN,Infinity,-Infinity,-0,-0.0,1e400,5e-324,1E+2]}',
]


def literals(source):
    """The texts of the string literals of a Rust source."""
    for match in re.finditer(r'r(#*)"(.*?)"\1|(?<!\')"((?:[^"\\]|\\.)*)"', source, re.S):
        if match[2] is not None:
            yield match[2]
            continue
        text = re.sub(r"\\\n\s*", "", match[3])
        names = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}
        yield re.sub(
            r"\\(?:u\{([0-9a-fA-F]+)\}|x([0-9a-fA-F]{2})|(.))",
            lambda found: chr(int(found[1] or found[2], 16)) if found[3] is None else names.get(found[3], found[3]),
            text,
        )


def texts_in(*folders):
    found = {}
    for folder in folders:
        for path in sorted((ENGINE / folder).rglob("*.rs")):
            found.update(dict.fromkeys(literals(path.read_text(encoding="utf-8"))))
    return [text for text in found if len(text) > 2]


def words():
    tables = "".join((ENGINE / "src/language" / name).read_text(encoding="utf-8") for name in ("method.rs", "function.rs"))
    names = [name for name in literals(tables) if re.fullmatch(r"[a-z_]+", name)]
    return list(dict.fromkeys(names + SYNTAX))


def quoted(word):
    return '"' + "".join(chr(b) if 0x20 < b < 0x7F and b not in b'"\\' else f"\\x{b:02x}" for b in word.encode()) + '"'


def random_cases():
    generator = ENGINE / "tests/oracle/generate.py"
    shown = subprocess.run([sys.executable, generator, "1", str(RANDOM_RULES)], check=True, capture_output=True, text=True)
    return [json.loads(line) for line in shown.stdout.splitlines()]


def encoded(text):
    # A lone surrogate can stand in no file of UTF-8; such a text is left to the fuzzer.
    return text.encode("utf-8", "replace")


def write(folder, inputs):
    folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(inputs):
        (folder / f"{number:04}").write_bytes(data)


def main():
    target = Path(sys.argv[1])
    from_tests = texts_in("tests")
    cases = random_cases()
    if len(from_tests) < 100 or not cases:
        sys.exit("the engine's tests hold too few texts: has their form changed?")

    rules = [encoded(text) for text in from_tests + HOSTILE_RULES + HOSTILE_EVALUATIONS + [case["expr"] for case in cases]]
    write(target / "parse", rules)
    write(target / "check", rules)

    def case(rule, event):
        return encoded(rule) + b"\n---\n" + encoded(event)

    choices = random.Random(1)
    evaluations = [case(text, EVENT) for text in from_tests + HOSTILE_EVALUATIONS]
    evaluations += [case(text, LARGE_EVENT) for text in HOSTILE_EVALUATIONS]
    evaluations += [case(one["expr"], json.dumps(one["event"])) for one in cases]
    evaluations += [choices.randbytes(choices.randrange(16, 600)) for _ in range(RANDOM_RULES)]
    write(target / "evaluate", evaluations)

    documents = [text for text in texts_in("tests", "src/event") if text.lstrip().startswith(("{", "["))]
    events = [json.dumps(one["event"]) for one in cases]
    write(target / "event", [encoded(text) for text in documents + events + HOSTILE_EVENTS + [EVENT]])

    (target / "rule.dict").write_text("".join(quoted(word) + "\n" for word in words()), encoding="utf-8")


main()
