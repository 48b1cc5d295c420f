#!/usr/bin/env bash
# Runs every check and test of the repository, also behind one that fails, and ends with the line
#
#     N passed, N failed, N skipped
#
# which counts tests, and as one failure each step that fails without a failed test (clippy, a build, ...). The exit code
# is 0 only if nothing failed.
#
# A test that lacks a tool returns early, so its runner takes it for passed; it appends a line to the file that
# TRAILHOOK_SKIPS names, and is counted as skipped here.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

results="${CARGO_TARGET_DIR:-$PWD/target}/test-results"
rm -rf "$results" && mkdir -p "$results" || exit
results=$(cd "$results" && pwd)
export TRAILHOOK_SKIPS="$results/skips"
# What the function's role must permit, over all tests.
export TRAILHOOK_CALLS="$results/calls"
: >"$TRAILHOOK_SKIPS"

passed=0 failed=0 skipped=0
failed_steps=()

# The sum of the numbers in front of a word, over the summaries of `cargo nextest` and of `cargo test` in a file; that of
# scripts/fuzz.sh has the same form.
count() {
  sed -E $'s/\x1b\\[[0-9;]*m//g' "$2" |
    grep -E '^ *Summary \[|^test result: ' |
    grep -oE "[0-9]+ ($1)\b" |
    awk '{ sum += $1 } END { print sum + 0 }'
}

# step COMMAND...: runs it, shows what it says, and counts the tests that it says it ran.
step() {
  printf '\n==> %s\n' "$*"
  local log="$results/log" status=0 failures
  "$@" 2>&1 | tee "$log" || status=$?
  failures=$(count 'failed|exec failed|timed out' "$log")
  passed=$((passed + $(count 'passed' "$log")))
  skipped=$((skipped + $(count 'skipped|ignored' "$log")))
  if ((status != 0)); then
    failed_steps+=("$*")
    ((failures > 0)) || failures=1
  fi
  failed=$((failed + failures))
}

# Pictures of messages are drawn by a real browser. Without one, their tests are skipped and counted.
if browser=$(scripts/browser.sh --install); then
  export TRAILHOOK_BROWSER=$browser
fi

step cargo fmt --all --check
step cargo fmt --manifest-path engine/fuzz/Cargo.toml --check
if command -v terraform >/dev/null; then
  # It needs no CLI configuration, and complains if the one that is named does not exist.
  step env -u TF_CLI_CONFIG_FILE terraform fmt -check -recursive -diff examples module
fi
step cargo clippy --workspace --all-targets -- -D warnings
# All targets at once: what the programs and the tests share is then compiled once, with the same features.
step cargo build --workspace --all-targets
if cargo nextest --version >/dev/null 2>&1; then
  profile=default
  [[ ${CI:-} == true ]] && profile=ci
  step cargo nextest run --workspace --no-fail-fast --profile "$profile"
  step cargo test --workspace --doc --no-fail-fast
else
  # Documentation tests included.
  step cargo test --workspace --no-fail-fast
fi
step scripts/role_policy.py "$TRAILHOOK_CALLS"
if [[ ${CI:-} == true ]]; then
  # Minutes, which nobody waits for at each change. Each target counts as a test.
  step scripts/fuzz.sh
fi
step env RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps

early=$(grep -c '' "$TRAILHOOK_SKIPS")
passed=$((passed - early))
skipped=$((skipped + early))

echo
cat "$TRAILHOOK_SKIPS"
for failure in ${failed_steps[@]+"${failed_steps[@]}"}; do
  echo "FAILED: $failure"
done
echo "$passed passed, $failed failed, $skipped skipped" | tee "$results/count"
((failed == 0))
