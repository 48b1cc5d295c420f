#!/usr/bin/env python3
"""Breaks one condition of the delivery at a time, and holds that the simulation notices each.

Works on a copy of the sources below the target folder, with a target folder of its own, so nothing here is touched. Prints a line for each broken condition, and
ends with the line `N passed, N failed`; the exit code is 0 only if all were noticed.
"""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
COPY = TARGET / "mutants"
SOURCES = "runtime/src"
# Schedules that a broken condition may hide in.
SEEDS = "4000"

# What is broken, where, and how: a text that stands there once, and the one in its place.
MUTANTS = [
    ("a message is recorded though another one was recorded since", "outbox/group.rs",
     "        if !self.is_current(draft) {\n            return false;\n        }\n        match",
     "        match"),
    ("a draft is handed over though a message was recorded since", "outbox/group.rs",
     "let is_current = self.is_current(draft);\n        if is_current {\n            self.take_away",
     "let is_current = true;\n        if is_current {\n            self.take_away"),
    ("what came while a message was posted is taken for told", "outbox/group.rs",
     "self.pending = self.pending.saturating_sub(draft.count);", "self.pending = 0;"),
    ("what is claimed is not pending", "outbox/group.rs", "            self.pending += 1;\n", ""),
    ("what is claimed is never due", "outbox/group.rs", "let due = match (&self.open, terms.repeats) {",
     "let due = Moment::from_millis(i64::MAX);\n        let _ = match (&self.open, terms.repeats) {"),
    ("a channel is taken though somebody sends there", "outbox/lease.rs",
     "Some(last) if last.until > now && last.owner != owner", "Some(last) if last.until > now && last.owner == \"nobody\""),
    ("a post outlasts its lease", "outbox/lease.rs", "self.until >= now.plus(LEAST_LEFT)", "self.until >= Moment::default()"),
    ("a lease is given back though it is in use", "outbox/channel.rs",
     "let renewed = match Lease::take(Some(&channel.lease), &channel.lease.owner, now) {",
     "let renewed = match Lease::take(None, &channel.lease.owner, now.minus(Duration::from_secs(29))) {"),
    ("a channel gets messages as fast as they come", "delivery/tell.rs",
     "channel.pace_until(clock.now().plus(lane::pace(destination)));", ""),
    ("a channel that asked to wait is not left alone", "delivery/tell.rs",
     "if !outbox.hold_until(channel, clock.now().plus(after), self.late()).await? {", "let _ = after;\n                if false {"),
    ("what was posted is not recorded", "delivery/tell.rs",
     "outbox.record(group, draft, thread, repeats, self.late()).await?;", "let _ = (thread, repeats);"),
    ("a turn that is over is taken", "delivery/tell.rs",
     "if !channel.takes_a_post(clock.now(), deadline) {", "if false {"),
    ("a group is sent to a new channel while somebody sends it to the old one", "delivery/tell.rs",
     "read.channel().filter(|other| *other != name)", "read.channel().filter(|_| false)"),
    ("what one instance alone could not send is not given back", "delivery/mod.rs",
     "memory.forget(receipts);", "let _ = receipts;"),
    ("an event that stands in a log twice is counted twice", "outbox/claim.rs",
     "entries.into_iter().filter(|entry| seen.insert(entry.event_id.clone())).collect();",
     "entries.into_iter().filter(|entry| seen.insert(entry.event_id.clone()) || true).collect();"),
    ("an event that was counted before gets another verdict", "outbox/claim.rs",
     "verdicts.insert(&event.event_id, fired);", "verdicts.insert(&event.event_id, !fired);"),
    ("a threshold lets everything through", "outbox/threshold.rs",
     "window.fired = window.count >= wanted.count;", "window.fired = true;"),
    ("rules below their threshold take part", "delivery/thresholds.rs",
     "found.rules.retain(|rule| rule.name() != name);", ""),
    ("what is handed over does not arrive", "outbox/record.rs",
     "heir.take_over(draft, terms, now);", "let _ = now;"),
    ("what is handed over stays here as well", "outbox/record.rs",
     "let mut writes = vec![group.write(from, expected, now)];",
     "let _ = group.write(from, expected, now);\n            let mut writes = Vec::new();"),
    ("a refused draft is dropped before it is in the dead-letter queue", "delivery/refusal.rs",
     "Some(Ok(())) => {", "None | Some(_) => {"),
    ("a claim that did not come through is taken for done", "outbox/claim.rs",
     "                        Commit::Busy => Ok(Step::Again),\n                        Commit::Unexpected(places) => {\n                            let mut place",
     "                        Commit::Busy => Ok(Step::Done(receipts)),\n                        Commit::Unexpected(places) => {\n                            let mut place"),
]


def prepare():
    for path in COPY.glob("*") if COPY.exists() else []:
        # What was compiled before is of use again.
        if path.name != "target":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    ignored = shutil.ignore_patterns("target", ".git", ".local", ".terraform")
    # With the time of now: cargo would take what a broken source was compiled to for fresh.
    shutil.copytree(ROOT, COPY, ignore=ignored, dirs_exist_ok=True, copy_function=shutil.copy)


def simulate():
    """Whether the simulation passes, and what it said; a copy that does not compile is an error of this script."""
    environment = {**os.environ, "CARGO_TARGET_DIR": str(COPY / "target"), "TRAILHOOK_SEEDS": SEEDS, "RUST_BACKTRACE": "0"}
    command = ["cargo", "test", "--quiet", "--package", "trailhook-runtime", "--test", "simulation"]
    built = subprocess.run(command + ["--no-run"], cwd=COPY, env=environment, capture_output=True, text=True)
    if built.returncode != 0:
        sys.exit(f"a mutant does not compile:\n{built.stderr}")
    # One that does not come to an end is noticed, too.
    run = subprocess.Popen(
        command + ["--", "--skip", "each_condition"],
        cwd=COPY, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )
    try:
        said, _ = run.communicate(timeout=240)
    except subprocess.TimeoutExpired:
        # The test program below cargo, too.
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        return False, "it does not come to an end"
    found = re.search(r"TRAILHOOK_SEED=\d+|panicked", said)
    return run.returncode == 0, found.group() if found else ""


def main():
    wanted = sys.argv[1:]
    for what, file, old, _ in MUTANTS:
        count = (ROOT / SOURCES / file).read_text().count(old)
        if count != 1:
            sys.exit(f"{file} has changed: what is to be broken stands there {count} times ({what})")
    prepare()
    passes, said = simulate()
    if not passes:
        sys.exit(f"the simulation fails before anything is broken: {said}")
    noticed = missed = 0
    for what, file, old, new in MUTANTS:
        if wanted and not any(word in what for word in wanted):
            continue
        path = COPY / SOURCES / file
        text = path.read_text()
        path.write_text(text.replace(old, new))
        passes, said = simulate()
        path.write_text(text)
        noticed += not passes
        missed += passes
        print(f"{'MISSED ' if passes else 'noticed'}  {what}{'' if passes else f' ({said})'}", flush=True)
    print(f"{noticed} passed, {missed} failed")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
