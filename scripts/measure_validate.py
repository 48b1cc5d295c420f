#!/usr/bin/env python3
"""What `terraform validate` costs the provider: CPU time (user and system) of all provider processes of a run.

    scripts/measure_validate.py PROVIDER [RULES] [RUNS]

PROVIDER is the release build of `terraform-provider-trailhook`; RULES (500) rules have one test each. The same run with one
rule tells how much of it is Terraform's start of the provider. Prints the median of RUNS (5) runs, taken in turn.

Terraform may ask one process or several, and none of them is its own child for long enough to be asked: the provider that
Terraform finds is therefore a few lines that start the real one, wait for it, and note what it used.
"""

import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

CATALOGUE = Path(__file__).resolve().parent.parent / "engine" / "catalogue" / "events.txt"

# The provider ends when Terraform asks it over its socket, and this ends with it.
WRAPPER = """#!{python}
import os, resource, subprocess, sys
code = subprocess.call([{provider!r}, *sys.argv[1:]])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
with open({notes!r}, "a") as notes:
    notes.write(f"{{used.ru_utime + used.ru_stime}}\\n")
sys.exit(code)
"""

RULE = """
resource "trailhook_rule" "{name}" {{
  name        = "{name}"
  description = "{event} at {source}"
  severity    = "high"
  expression  = <<-EOT
    {expression}
  EOT

  test {{
    name  = "it matches"
    event = {event_json}
  }}
}}
"""


def calls():
    """(source, name) of every event of the catalogue that has a source of its own."""
    source = None
    for line in CATALOGUE.read_text().splitlines():
        if re.match(r"^[\w.-]+\.amazonaws\.com$", line):
            source = line
        elif source and (match := re.match(r"^  (\w+)\b", line)):
            yield source, match[1]


def rule(number, source, name, others):
    """A rule of one of the forms that people write, and the event that it matches."""
    user = f"user-{number}"
    event = {
        "eventVersion": "1.09",
        "userIdentity": {
            "type": "AssumedRole",
            "arn": f"arn:aws:sts::111122223333:assumed-role/Admin/{user}",
            "accountId": "111122223333",
            "userName": user,
            "sessionContext": {"attributes": {"mfaAuthenticated": "false", "creationDate": "2026-01-02T03:04:05Z"}},
        },
        "eventTime": "2026-01-02T03:04:06Z",
        "eventSource": source,
        "eventName": name,
        "awsRegion": "eu-central-1",
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2.15.0",
        "requestParameters": None,
        "eventID": f"00000000-0000-4000-8000-{number:012}",
        "readOnly": False,
        "recipientAccountId": "111122223333",
    }
    forms = [
        f'event["eventSource"] == "{source}" and event["eventName"] == "{name}"',
        f'event["eventName"] in {json.dumps([name, *others])}\n'
        '    and "assumed-role/AWSReservedSSO" not in event.get("userIdentity.arn", "")',
        f'event["eventName"] == "{name}" and event.get("userIdentity.userName", "") == "{user}"',
        f'event["eventSource"] == "{source}" and event["eventName"] == "{name}"\n'
        '    and "errorCode" not in event and not event.get("sourceIPAddress", "").startswith("10.")',
        f'event["eventName"].startswith("{name[:8]}") and not in_cidr(event.get("sourceIPAddress", ""), "10.0.0.0/8")',
    ]
    return RULE.format(
        name=f"rule-{number:05}",
        source=source,
        event=name,
        expression=forms[number % len(forms)],
        event_json=json.dumps(json.dumps(event)),
    )


def configuration(folder, rules):
    """A folder with `rules` rules, the same in every run of this program."""
    choice = random.Random(1)
    known = sorted(set(calls()))
    text = ['terraform {\n  required_providers {\n    trailhook = { source = "trailhook/trailhook" }\n  }\n}\n']
    text.append('provider "trailhook" {\n  namespace = "/trailhook/prod"\n}\n')
    for number in range(rules):
        source, name = choice.choice(known)
        text.append(rule(number, source, name, [other for _, other in choice.sample(known, 3)]))
    folder.mkdir()
    (folder / "main.tf").write_text("".join(text))


def validate(folder, environment, notes):
    """One run: the seconds of CPU that its provider processes used."""
    notes.write_text("")
    run = subprocess.run(["terraform", "validate", "-json"], cwd=folder, env=environment, capture_output=True, text=True)
    answer = json.loads(run.stdout)
    if not answer["valid"]:
        sys.exit(f"the rules are not valid: {json.dumps(answer['diagnostics'][:3], indent=2)}")
    return sum(map(float, notes.read_text().split()))


def main():
    provider = Path(sys.argv[1]).resolve()
    counts = [1, int(sys.argv[2]) if len(sys.argv) > 2 else 500]
    runs = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    with tempfile.TemporaryDirectory(prefix="trailhook-measure-") as scratch:
        scratch = Path(scratch)
        notes = scratch / "notes"
        wrapper = scratch / "bin" / "terraform-provider-trailhook"
        wrapper.parent.mkdir()
        wrapper.write_text(WRAPPER.format(python=sys.executable, provider=str(provider), notes=str(notes)))
        wrapper.chmod(0o755)
        settings = scratch / "terraform.rc"
        settings.write_text(
            f'provider_installation {{\n  dev_overrides {{ "trailhook/trailhook" = "{wrapper.parent}" }}\n  direct {{}}\n}}\n'
        )
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "AWS_"))}
        environment["TF_CLI_CONFIG_FILE"] = str(settings)
        for count in counts:
            configuration(scratch / str(count), count)
        seconds = {count: [] for count in counts}
        for _ in range(runs):
            for count in counts:
                seconds[count].append(validate(scratch / str(count), environment, notes))
    medians = {count: statistics.median(times) for count, times in seconds.items()}
    for count in counts:
        print(f"validate of {count:5} rules: {medians[count]:.3f} s of CPU in the provider (median of {runs})")
    print(f"ratio: {medians[counts[1]] / medians[counts[0]]:.1f}")


if __name__ == "__main__":
    main()
