#!/usr/bin/env python3
"""Holds that the module's role permits every kind of call that the function made in all end-to-end tests, and none that it never made.

The tests append each call, as `ACTION RESOURCE`, to the file that is the first argument (TRAILHOOK_CALLS); the test of the example `complete`
leaves the role's policy beside it. Names differ from deployment to deployment, so resources are compared by what they are. Exceptions: what a
service does in the function's name, and keys.
"""

import json
import os
import pathlib
import re
import sys

KINDS = [
    (r":parameter/.*/(rules|routes|packs)$", r"\1"),
    (r":parameter/.*/settings$", "settings"),
    (r":parameter/[^*]+$", "secret"),
    (r"^arn:aws:s3:::[^/]+/(AWSLogs/|\*)", "log"),
    (r"^arn:aws:dynamodb:.*/index/due$", "index"),
    (r"^arn:aws:dynamodb:", "table"),
    (r"^arn:aws:sns:", "topic"),
    (r"^arn:aws:sqs:.*-failed$", "what Lambda gave up"),
    (r"^arn:aws:sqs:.*-dead-letters$", "dead letters"),
]
# Done by Lambda and its event source mappings, or with keys of one's own.
OF_SERVICES = {("sqs:SendMessage", "what Lambda gave up")}


def kind(resource):
    for pattern, name in KINDS:
        found = re.search(pattern, resource)
        if found:
            return found.expand(name)
    return resource


def as_list(value):
    return [value] if isinstance(value, str) else value


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: role_policy.py FILE, the file that TRAILHOOK_CALLS named in the tests")
    calls = pathlib.Path(sys.argv[1])
    policy = pathlib.Path(f"{calls}.policy.json")
    if not policy.exists():
        print("the role was not made in this run: nothing to compare")
        on_ci = os.environ.get("CI") == "true"
        print("test result: FAILED. 0 passed; 1 failed; 0 ignored" if on_ci else "test result: ok. 0 passed; 0 failed; 1 ignored")
        sys.exit(1 if on_ci else 0)
    made = set()
    for line in calls.read_text(encoding="utf-8").splitlines():
        action, _, resource = line.partition(" ")
        made.add((action, kind(resource)))
    permitted = set()
    for statement in json.loads(policy.read_text(encoding="utf-8"))["Statement"]:
        if statement["Effect"] != "Allow":
            sys.exit(f"role_policy.py: a statement that is not known: {statement}")
        for action in as_list(statement["Action"]):
            if not action.startswith(("kms:", "logs:")):
                permitted |= {(action, kind(resource)) for resource in as_list(statement["Resource"])}
    missing, unused = made - permitted, permitted - made - OF_SERVICES
    for action, resource in sorted(missing):
        print(f"the role does not permit what the tests do: {action} on {resource}")
    for action, resource in sorted(unused):
        print(f"the role permits what no test does: {action} on {resource}")
    failed = len(missing) + len(unused)
    print(f"{len(made)} kinds of calls in all tests, {len(permitted)} permitted")
    print(f"test result: {'FAILED' if failed else 'ok'}. {0 if failed else 1} passed; {min(failed, 1)} failed; 0 ignored")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
