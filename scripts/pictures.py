#!/usr/bin/env python3
"""Draws messages as Slack shows them: those of the README into docs/pictures/, and each golden file into target/pictures/.

Needs the local tool, built, as its first argument. Each golden file is drawn light and dark, for a phone and for a desktop; a message that does
not fit, or has a part that the page does not know, fails. Ends with the line `N passed, N failed`.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "runtime/src/message/snapshots"
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve() / "pictures"
README = ROOT / "docs/pictures"
RECORDS = ROOT / "tests/tests/fixtures/records"

tool = pathlib.Path(sys.argv[1]).resolve()
browser = subprocess.run([ROOT / "scripts/browser.sh", "--install"], check=True, capture_output=True, text=True).stdout.strip()
environment = {**os.environ, "TRAILHOOK_BROWSER": browser}
passed = failed = 0


def draw(picture, theme, width, *arguments):
    global passed, failed
    command = [tool, "preview", "--picture", picture, "--theme", theme, "--width", str(width), *arguments]
    run = subprocess.run(command, env=environment, capture_output=True, text=True)
    if run.returncode == 0:
        passed += 1
    else:
        failed += 1
        print(f"{picture.name}: {run.stderr.strip()}", flush=True)


def golden(file):
    """The message of a golden file; None if that holds something else."""
    _, _, body = file.read_text().split("---\n", 2)
    try:
        message = json.loads(body)
    except ValueError:
        return None
    return message if isinstance(message, dict) and "blocks" in message else None


README.mkdir(parents=True, exist_ok=True)
TARGET.mkdir(parents=True, exist_ok=True)
for theme in ["light", "dark"]:
    event = RECORDS / "signin-success-no-mfa.json"
    draw(README / f"alert-{theme}.png", theme, 640, "--pack", "baseline", "--alias", "111122223333=production", event)

with tempfile.TemporaryDirectory() as folder:
    messages = {}
    for file in sorted(GOLDEN.glob("*.snap")):
        message = golden(file)
        if message:
            messages[file.stem.rsplit("__", 1)[-1]] = message
    # A conversation, as an app of Slack has it.
    thread = dict(messages["the_first_of_many_tells_how_many"], replies=[messages["repeats_in_a_thread_say_only_what_is_new"]])
    messages["thread"] = thread
    for name, message in messages.items():
        source = pathlib.Path(folder) / "message.json"
        source.write_text(json.dumps(message))
        for theme in ["light", "dark"]:
            if name == "thread":
                draw(README / f"thread-{theme}.png", theme, 640, "--messages", source)
            for width in [380, 820]:
                draw(TARGET / f"{name}-{theme}-{width}.png", theme, width, "--messages", source)

print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
