"""Random rules and events with CPython's verdicts, one JSON object a line: {"expr", "event", "outcome"}.

    python3 generate.py SEED COUNT

The event is JSON in a string, as it may hold NaN. The outcome is true, false, nonbool, or error:CLASS. `event` is a global, as it is
in a rule of this language.

Every CPython from 3.11 on says the same: characters newer than Unicode 14 are kept out, `sum` is that of 3.14 everywhere, and
before 3.13 nothing is sorted that has no order.
"""

import json
import random
import sys

R = random.Random(int(sys.argv[1]))

KEYS = ["eventName", "userIdentity.arn", "errorCode", "readOnly", "n", "x.0", "x.1", "absent", "ip", "big", "f", "é", "empty", "list.2.k"]
TEXTS = ["", "a", "Get", "GetObject", "StopLogging", "arn:aws:iam::1:user/alice", "A", "ß", "ǅ", "ΑΣ", "İ", "日本", "🔥x", " x\t", "1", "-7", "1_0",
         "٣", "²", "1e3", "nan", "a,b,,c", "x\ny\r\nz", "\x1cq\x85", "AccessDenied", "None", "0.5", "ﬁn", "ŉ", "aAa"]
INTS = [0, 1, 2, -1, 3, 7, 10, 255, 256, 257, 2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), 10**30]
FLOATS = [0.0, -0.0, 0.5, 1.0, 2.5, -3.5, 1e16, 1e-7, 1e300, 2.0**53, 0.1, 1234.5678]
ODD_FLOATS = [float("nan"), float("inf"), -float("inf")]


class Skip(BaseException):
    """The outcome depends on the version of CPython."""


def halfway():
    """A float that is often in the middle between two of its shortest texts."""
    return R.choice([1, -1]) * (R.randrange(2**49, 2**53) + R.randrange(8) / 8) * R.choice([1, 0.5, 0.25])


def leaf():
    return R.choice([lambda: R.choice(TEXTS), lambda: R.choice(INTS), lambda: R.choice(FLOATS), lambda: R.choice(ODD_FLOATS), lambda: None, lambda: True, lambda: False,
                     lambda: R.choice(TEXTS), lambda: R.choice(TEXTS)])()


def make_event():
    event = {}
    for key in ["eventName", "errorCode", "readOnly", "n", "ip", "big", "f", "é", "empty"]:
        if R.random() < 0.75:
            event[key] = leaf()
    if R.random() < 0.7:
        event["userIdentity"] = {"arn": leaf(), "type": R.choice(TEXTS)}
    if R.random() < 0.6:
        event["x"] = [leaf() for _ in range(R.randrange(4))]
    if R.random() < 0.4:
        event["list"] = [{"k": leaf()} for _ in range(R.randrange(4))]
    if R.random() < 0.4:
        kinds = R.choice([[lambda: R.randrange(9)], [lambda: R.random(), lambda: ODD_FLOATS[0]], [lambda: R.choice(INTS), lambda: R.choice(FLOATS + ODD_FLOATS)],
                          [lambda: R.choice(TEXTS)], [leaf, lambda: 1]])
        event["many"] = [R.choice(kinds)() for _ in range(R.randrange(21, 61))]
    return event


def flatten(value, prefix=None):
    if isinstance(value, (dict, list)):
        flat = {}
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            flat.update(flatten(item, str(key) if prefix is None else f"{prefix}.{key}"))
        return flat
    return {prefix: value}


def quoted(text):
    style = R.randrange(4)
    if style == 0:
        return json.dumps(text, ensure_ascii=False) if "\x7f" not in text else repr(text)
    if style == 1:
        return "'" + "".join(f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}" for c in text) + "'"
    return repr(text)


def text(d):
    if d <= 0 or R.random() < 0.35:
        return R.choice([lambda: quoted(R.choice(TEXTS)), lambda: f"event.get({quoted(R.choice(KEYS))}, {quoted(R.choice(TEXTS))})",
                         lambda: f"event[{quoted(R.choice(KEYS))}]", lambda: f"event.get({quoted(R.choice(KEYS))})"])()
    t = lambda: text(d - 1)
    n = lambda: number(d - 1)
    return R.choice([
        lambda: f"{t()}.{R.choice(['lower', 'upper', 'casefold', 'capitalize', 'swapcase', 'title', 'strip', 'lstrip', 'rstrip'])}()",
        lambda: f"{t()}.{R.choice(['strip', 'lstrip', 'rstrip'])}({t()})",
        lambda: f"{t()}.replace({t()}, {t()})", lambda: f"{t()}.replace({t()}, {t()}, {n()})",
        lambda: f"{t()}.{R.choice(['removeprefix', 'removesuffix'])}({t()})",
        lambda: f"{t()}.{R.choice(['split', 'rsplit'])}({t()})[{n()}]",
        lambda: f"{t()}.{R.choice(['partition', 'rpartition'])}({t()})[{R.randrange(3)}]",
        lambda: f"{t()}[{n()}]", lambda: f"{t()}[{n()}:{n()}]", lambda: f"{t()}[::{n()}]", lambda: f"{t()}[{n()}:{n()}:{n()}]",
        lambda: f"({t()} + {t()})", lambda: f"str({scalar(d - 1)})", lambda: f"{t()}.join({texts(d - 1)})",
        lambda: f"({t()} if {cond(d - 1)} else {t()})", lambda: f"({t()} or {t()})", lambda: "f'" + "a{" + "event.get(\"n\")" + "}b'",
        lambda: f"max({t()}, {t()})", lambda: f"min({texts(d - 1)}, default={t()})",
    ])()


def number(d):
    if d <= 0 or R.random() < 0.4:
        return R.choice([lambda: repr(R.choice(INTS)), lambda: repr(R.choice(INTS)), lambda: repr(R.choice(FLOATS)), lambda: str(R.randrange(-3, 6)),
                         lambda: R.choice(["float('nan')", "1e999", "-1e999", repr(halfway())]),
                         lambda: f"event.get({quoted(R.choice(KEYS))}, {R.randrange(9)})", lambda: R.choice(["True", "False"])])()
    n = lambda: number(d - 1)
    return R.choice([
        lambda: f"len({anything(d - 1)})", lambda: f"int({text(d - 1)})", lambda: f"float({text(d - 1)})", lambda: f"int({n()})",
        lambda: f"({n()} {R.choice(['+', '-', '*', '/', '//', '%'])} {n()})", lambda: f"-{n()}", lambda: f"abs({n()})",
        lambda: f"round({n()})", lambda: f"round({n()}, {R.randrange(-3, 4)})", lambda: f"{text(d - 1)}.{R.choice(['find', 'rfind', 'index', 'rindex', 'count'])}({text(d - 1)})",
        lambda: f"{text(d - 1)}.find({text(d - 1)}, {n()}, {n()})", lambda: f"{sequence(d - 1)}.{R.choice(['count', 'index'])}({scalar(d - 1)})",
        lambda: f"{sequence(d - 1)}.{R.choice(['count', 'index'])}({', '.join([anything(d - 1)] + [number(0) for _ in range(R.randrange(3))])})",
        lambda: f"sum({many()})", lambda: f"{R.choice(['min', 'max'])}({many()})", lambda: f"{R.choice(['min', 'max'])}({scalar(d - 1)}, {scalar(d - 1)}, {n()})",
        lambda: f"{span()}[{R.choice(['0', '-1', '1', '2', str(2**70)])}]", lambda: f"len({span()})", lambda: f"round({n()}, {R.choice([2**70, 22, 17, -20, -400])})",
        lambda: f"sum({numbers(d - 1)})", lambda: f"sum({numbers(d - 1)}, {n()})", lambda: f"max({numbers(d - 1)}, default={n()})", lambda: f"min({n()}, {n()})",
        lambda: f"int({text(d - 1)}, {R.choice([0, 2, 10, 16, 36])})", lambda: f"int({anything(d - 1)}, {R.choice([0, 1, 2, 10, 36, 37, -1, 2**70, '1.0', 'None'])})",
    ])()


def many():
    """Tens of values."""
    return R.choice([
        lambda: "[v for k, v in event.items() if k.startswith('many.')]", lambda: "[(v, 1) for k, v in event.items() if k.startswith('many.')]",
        lambda: f"[{', '.join(number(0) for _ in range(R.randrange(21, 61)))}]",
        lambda: f"[{', '.join(R.choice(['{1}', '{1, 2}', '{2}', '{0, 1}', 'set()']) for _ in range(R.randrange(2, 30)))}]",
        lambda: f"[{', '.join(R.choice(['1', 'True', '1.0', '0', '2', '-0.0', 'False']) for _ in range(R.randrange(2, 63)))}]",
    ])()


def span():
    """A short range, anywhere on the line of integers, by steps of any size."""
    start, step = R.choice([0, 1, -5, *INTS, -(2**63), 2**63 - 3, 2**70]), R.choice([1, 1, 2, -1, -3, 2**62, 2**63, -(2**64), 2**70])
    return f"range({start}, {start + step * R.randrange(-2, 5) + R.randrange(-1, 2)}, {step})" if abs(step) > 1 else f"range({start}, {start + R.randrange(-3, 5)}, {step})"


def scalar(d):
    return R.choice([text, number, lambda d: R.choice(["None", "True", "False"])])(d)


def flag():
    """Before 3.12 an argument of this kind takes bools alone, later anything."""
    return R.choice(["True", "False"])


def texts(d):
    return R.choice([lambda: f"[{text(d - 1)}, {text(d - 1)}]", lambda: f"({text(d - 1)},)", lambda: f"{text(d - 1)}.split()",
                     lambda: f"{text(d - 1)}.split({text(d - 1)}, {R.randrange(-1, 3)})", lambda: f"{text(d - 1)}.splitlines()", lambda: "event.keys()",
                     lambda: f"(v for v in event.values() if isinstance(v, str))", lambda: f"sorted({texts(d - 1)}, reverse={flag()})" if d > 0 else "[]",
                     lambda: f"{text(d - 1)}.rsplit(maxsplit={R.randrange(3)})", lambda: f"{text(d - 1)}.splitlines({flag()})"])()


def numbers(d):
    return R.choice([lambda: f"[{number(d - 1)}, {number(d - 1)}]", lambda: f"range({R.randrange(-2, 9)})", lambda: f"range({R.randrange(5)}, {R.randrange(9)}, {R.choice([1, 2, -1])})",
                     lambda: f"[len(k) for k in event]", lambda: f"(i * {number(0)} for i in range(3))", lambda: "[]",
                     lambda: f"[{', '.join(number(0) for _ in range(R.randrange(9)))}]"])()


def sequence(d):
    return R.choice([lambda: f"[{scalar(d - 1)}, {scalar(d - 1)}, {scalar(d - 1)}]", lambda: f"({scalar(d - 1)}, {scalar(d - 1)})",
                     lambda: f"list(event.values())", lambda: f"[x for x in {texts(d - 1)}]", lambda: f"tuple({texts(d - 1)})", lambda: f"range({R.randrange(6)})",
                     lambda: f"[[i, j] for i in range(2) for j in range(i)]", lambda: f"[v for k, v in event.items()]", lambda: span(), lambda: many() if R.random() < 0.2 else "()", lambda: f"({sequence(d - 1)} + {sequence(d - 1)})" if d > 0 else "()"])()


def collected(d):
    """What the operators of sets may stand between."""
    if d <= 0 or R.random() < 0.5:
        return R.choice([lambda: f"{{{scalar(0)}, {scalar(0)}}}", lambda: f"{{{R.choice([scalar, anything])(0)}, {scalar(0)}}}", lambda: f"set({texts(1)})", lambda: "event.keys()", lambda: "event.items()",
                         lambda: f"{{x for x in {texts(1)}}}", lambda: f"{mapping(1)}.{R.choice(['keys', 'items'])}()"])()
    return f"({collected(d - 1)} {R.choice('&|-^')} {collected(d - 1)})"


def combined(d):
    """Both operands in variables, so that they may be anything."""
    operator = R.choice("&|-^")
    left, right = R.choice([(collected, anything), (anything, collected), (collected, sequence), (sequence, collected), (anything, anything)])
    whole = f"[x {operator} y for x, y in [({left(d - 1)}, {right(d - 1)})]][0]"
    return whole if R.random() < 0.5 else f"[sorted(str(i) for i in z if not isinstance(i, tuple)) for z in [{whole}]][0]"


def mapping(d):
    # The order in which a set gives its elements is not told, so no set is gone through where the order matters.
    source = R.choice([lambda: f"{texts(d - 1)}", lambda: f"{sequence(d - 1)}", lambda: "event", lambda: "event.values()"])()
    return R.choice([lambda: f"{{x: {scalar(d - 1)} for x in {source}}}", lambda: f"{{{scalar(d - 1)}: x for x in {source}}}", lambda: f"{{x: [x] for x in {source}}}",
                     lambda: f"{{v: k for k, v in event.items() if {cond(0)}}}", lambda: f"{{len(k): v for k, v in event.items()}}",
                     lambda: f"{{(i, j): i for i in range(2) for j in {source}}}", lambda: f"{{{scalar(d - 1)}: {scalar(d - 1)}}}",
                     lambda: f"{{{R.choice([scalar, anything])(0)}: {scalar(0)}, {scalar(0)}: 1}}"])()


def anything(d):
    return R.choice([scalar, scalar, sequence, collected, mapping, lambda d: f"{{{scalar(d - 1)}, {scalar(d - 1)}}}", lambda d: f"{{{scalar(d - 1)}: {scalar(d - 1)}}}",
                     lambda d: R.choice(["event", "event.keys()", "event.items()", "event.values()"])])(d)


def cond(d):
    if d <= 0:
        return R.choice(["True", "False", "event.get('readOnly')", "'errorCode' in event", "event.get('n') is None", "event['eventName'] == 'GetObject'"])
    c = lambda: cond(d - 1)
    a = lambda: anything(d - 1)
    return R.choice([
        lambda: f"({c()} and {c()})", lambda: f"({c()} or {c()})", lambda: f"not {c()}", lambda: f"({a()} {R.choice(['==', '!='])} {a()})",
        lambda: f"({scalar(d - 1)} {R.choice(['<', '<=', '>', '>='])} {scalar(d - 1)})", lambda: f"({number(d - 1)} < {number(d - 1)} <= {number(d - 1)})",
        lambda: f"({scalar(d - 1)} {R.choice(['in', 'not in'])} {a()})", lambda: f"({text(d - 1)} in {text(d - 1)})",
        lambda: f"{text(d - 1)}.{R.choice(['startswith', 'endswith'])}({text(d - 1)})", lambda: f"{text(d - 1)}.startswith(({text(d - 1)}, {text(d - 1)}))",
        lambda: f"{text(d - 1)}.endswith({text(d - 1)}, {number(0)})",
        lambda: f"{text(d - 1)}.is{R.choice(['digit', 'alpha', 'alnum', 'numeric', 'decimal', 'upper', 'lower', 'space'])}()",
        lambda: f"{R.choice(['any', 'all'])}({R.choice(['v == ', 'v in ', 'v < ', ''])}{'v' if R.random() < .3 else scalar(d - 1)} for v in {R.choice(['event.values()', 'event', texts(d - 1), numbers(d - 1)])})",
        lambda: f"any({text(0)} == v and k.startswith({text(0)}) for k, v in event.items())",
        lambda: f"isinstance({a()}, {R.choice(['str', 'int', '(bool, list)', 'dict', 'float', '(set, tuple)'])})",
        lambda: f"bool({a()})", lambda: f"({sequence(d - 1)} < {sequence(d - 1)})", lambda: f"({scalar(d - 1)} is {R.choice(['None', 'True', 'False', 'not None'])})",
        lambda: f"({scalar(d - 1)} in (y for y in {sequence(d - 1)}))", lambda: f"(sorted({sequence(d - 1)}) == {sequence(d - 1)})",
        lambda: f"([str(x) for x in sorted({many()}, reverse={flag()})][{R.randrange(9)}] == {text(0)})",
        lambda: f"[sorted(l, reverse=True) == sorted(l)[::-1] for l in [{many()}]][0]",
        lambda: f"[[str(x) for x in l] < [str(x) for x in {many()}] for l in [sorted({many()}, reverse={flag()})]][0]",
        lambda: f"({collected(d - 1)} {R.choice(['in', 'not in'])} {anything(d - 1)})", lambda: f"({anything(d - 1)} in {collected(d - 1)})",
        lambda: f"({R.choice(INTS)} in {span()})", lambda: f"({span()} {R.choice(['==', '!='])} {span()})", lambda: f"({span()} == range({R.randrange(3)}))",
        lambda: f"[x in l for l in [{many()}] for x in {sequence(d - 1)}][{R.randrange(3)}]",
        lambda: f"(set({texts(d - 1)}) {R.choice(['==', '<=', '<'])} {{{text(0)}, {text(0)}}})", lambda: f"all(i < j for i, j in [({number(0)}, {number(0)})])",
        lambda: f"({collected(d - 1)} {R.choice(['==', '!=', '<', '<=', '>', '>='])} {collected(d - 1)})", lambda: f"({scalar(d - 1)} in {collected(d - 1)})",
        lambda: f"({combined(d - 1)} == {combined(d - 1)})", lambda: f"len({combined(d - 1)}) == {R.randrange(4)}",
        lambda: f"({mapping(d - 1)}.get({scalar(d - 1)}) == {scalar(d - 1)})", lambda: f"(list({mapping(d - 1)}) == {sequence(d - 1)})",
        lambda: f"(list({mapping(d - 1)}.items())[-1] == ({scalar(d - 1)}, {scalar(d - 1)}))",
        lambda: f"({text(d - 1)}.{R.choice(['partition', 'rpartition'])}({text(d - 1)}) == ({text(0)}, {text(0)}, {text(0)}))",
        lambda: f"(event.get({scalar(d - 1)}, {scalar(d - 1)}) == {scalar(d - 1)})", lambda: a(),
    ])()


def sum_of_314(items, start=0):
    """The `sum` of CPython 3.14: its predecessors compensate for floats alone, or not at all."""
    if isinstance(start, str):
        raise TypeError
    items, total = iter(items), start
    is_small = lambda value: isinstance(value, int) and -(2**63) <= value < 2**63
    exact = type(total) is int and is_small(total)
    while exact:
        item = next(items, items)
        if item is items:
            return total
        total = total + item
        exact = is_small(item) and is_small(total)
    if type(total) is not float:
        for item in items:
            total = total + item
        return total
    lost = 0.0
    for item in items:
        if not isinstance(item, (int, float)):
            raise TypeError
        item = float(item)
        added = total + item
        lost += (total - added) + item if abs(total) >= abs(item) else (item - added) + total
        total = added
    return total + lost if lost and lost - lost == 0 else total


def has_no_order(value):
    return value != value if isinstance(value, float) else isinstance(value, (set, type({}.keys()), type({}.items()))) or (
        isinstance(value, (list, tuple)) and any(map(has_no_order, value)))


def sorted_before_313(items, reverse=False):
    items = list(items)
    if any(map(has_no_order, items)):
        raise Skip
    return sorted(items, reverse=reverse)


OWN = {}
if sys.version_info < (3, 14):
    OWN["sum"] = sum_of_314
if sys.version_info < (3, 13):
    OWN["sorted"] = sorted_before_313


def outcome(expr, flat):
    try:
        value = eval(compile("(" + expr + ")", "rule", "eval"), {"event": flat, **OWN})
    except Exception as error:
        return "error:" + type(error).__name__
    return "true" if value is True else "false" if value is False else "nonbool"


def main():
    import warnings

    warnings.simplefilter("ignore")
    count = int(sys.argv[2])
    while count:
        expr = cond(R.randrange(1, 4))
        event = make_event()
        # Integers of thousands of digits are a matter of bounds, not of verdicts.
        try:
            said = outcome(expr, flatten(json.loads(json.dumps(event))))
        except (MemoryError, RecursionError, Skip):
            continue
        if said in ("error:MemoryError", "error:SyntaxError"):
            continue
        print(json.dumps({"expr": expr, "event": json.dumps(event), "outcome": said}))
        count -= 1


main()
