"""Runs the examples of the guide and prints those that give something else than it says.

Reads a list of [event, expression, expected, is_error] as JSON: the event is JSON itself, what is expected a Python literal or
the class of an exception. `event` is a global, as it is in a rule.
"""

import ast
import json
import sys


def flatten(value, prefix=None):
    if isinstance(value, (dict, list)):
        flat = {}
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            flat.update(flatten(item, str(key) if prefix is None else f"{prefix}.{key}"))
        return flat
    return {prefix: value}


def same(left, right):
    """Equal and of the same types: `1`, `1.0` and `True` are three values."""
    if type(left) is not type(right):
        return False
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return same(list(left), list(right)) and same(list(left.values()), list(right.values()))
    return left == right


for event, expression, expected, is_error in json.load(sys.stdin):
    if ".replace(" in expression and "count=" in expression and sys.version_info < (3, 13):
        continue
    try:
        found = eval(f"({expression}\n)", {"event": flatten(json.loads(event))})
        agrees = not is_error and same(found, ast.literal_eval(expected))
    except Exception as error:
        found = type(error).__name__
        agrees = is_error and found == expected
    if not agrees:
        print(f"{expression}  # => {expected}\n  CPython: {found!r}")
