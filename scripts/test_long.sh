#!/usr/bin/env bash
# The tests that take minutes each, of which `make test` runs a smaller form or none.
#
#     scripts/test_long.sh [pacing] [delivery] [module] [mutants] [release]
#
# runs these, or packages and runs all of them. `release` takes what scripts/package.py left in target/package.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=
if (($# == 0)); then
  packages=first
  set -- pacing delivery module mutants release
fi
for group in "$@"; do
  case $group in
    pacing | delivery | module | mutants) ;;
    release)
      if [[ -z ${TF_PLUGIN_MIRROR:-} ]]; then
        echo "test_long.sh: TF_PLUGIN_MIRROR must name a folder with the provider hashicorp/aws, as \`terraform providers mirror\` makes one" >&2
        exit 1
      fi
      ;;
    *)
      echo "test_long.sh: there is no group $group" >&2
      exit 2
      ;;
  esac
done

target=${CARGO_TARGET_DIR:-target}
# What cannot be skipped on CI cannot be skipped here.
export CI=true

# some ARGUMENT...: `cargo test` with these, which must find a test and run it. What a test skips would not be seen.
some() {
  local log="$target/test-results/long" skips="$target/test-results/long-skips"
  mkdir -p "$target/test-results"
  : >"$skips"
  printf '\n==> cargo test %s\n' "$*"
  TRAILHOOK_SKIPS=$(realpath "$skips") cargo test --workspace "$@" 2>&1 | tee "$log"
  if ! grep -qE '^test result: ok\. [1-9]' "$log" || [[ -s $skips ]]; then
    cat "$skips"
    echo "test_long.sh: no test ran that is called like that, or one was skipped: cargo test $*" >&2
    exit 1
  fi
}

if [[ -n $packages ]]; then
  scripts/package.py
fi
cargo build --workspace --all-targets
for group in "$@"; do
  case $group in
    pacing) TRAILHOOK_TEST_RULES=500 some --test pacing ;;
    delivery) TRAILHOOK_TEST_GROUPS=500 some --test delivery many_groups ;;
    module) TRAILHOOK_TEST_WAYS=all TRAILHOOK_TEST_EXAMPLES=all some --test module each_ ;;
    mutants) scripts/mutants.py ;;
    release) TRAILHOOK_TEST_RELEASE=$(realpath "$target/package") some --test install release:: ;;
  esac
done
