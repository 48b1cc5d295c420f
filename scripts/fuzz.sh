#!/usr/bin/env bash
# Fuzzes the engine and ends with one line for each target, and their count in the form of `cargo test`:
#
#     scripts/fuzz.sh [TARGET...]
#
# FUZZ_SECONDS   for each target, 60 if it is not set
# FUZZ_SEED      where the random choices begin, 1 if it is not set: the same seed makes the same choices
#
# What was found once and is worth keeping is in engine/fuzz/corpus/, an input that broke a bound in engine/fuzz/artifacts/;
# neither is committed. libFuzzer's instruments are stable; a sanitizer would need a nightly tool chain, and the engine has no
# unsafe code for it to look at.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

CARGO_FUZZ=0.13.2
readonly fuzz=engine/fuzz
targets=("$@")
((${#targets[@]})) || targets=(parse check evaluate event)

# As for any test that lacks a tool (scripts/test.sh): said aloud, and counted as skipped if it is listed there.
skip() {
  for target in "${targets[@]}"; do
    echo "SKIPPED: fuzz $target: $1" | tee -a "${TRAILHOOK_SKIPS:-/dev/null}" >&2
  done
  if [[ -n ${TRAILHOOK_SKIPS:-} ]]; then
    echo "test result: ok. ${#targets[@]} passed; 0 failed"
  else
    echo "test result: ok. 0 passed; 0 failed; ${#targets[@]} ignored"
  fi
  exit 0
}

command -v python3 >/dev/null || skip "python3 is missing"
command -v c++ >/dev/null || skip "a C++ compiler is missing, which builds libFuzzer: install g++ or clang"
if ! cargo fuzz --version >/dev/null 2>&1; then
  export PATH="$PWD/.local/cargo-fuzz/bin:$PATH"
  if ! cargo fuzz --version 2>/dev/null | grep -qF "$CARGO_FUZZ"; then
    cargo install cargo-fuzz --version "$CARGO_FUZZ" --locked --force --root .local/cargo-fuzz ||
      skip "cargo-fuzz is missing: cargo install cargo-fuzz --locked"
  fi
fi

work="${CARGO_TARGET_DIR:-$PWD/target}/fuzz"
rm -rf "$work/seeds" "$work/logs" && mkdir -p "$work/seeds" "$work/logs" || exit
work=$(cd "$work" && pwd)
python3 $fuzz/seeds.py "$work/seeds" || exit

options=(--fuzz-dir $fuzz --sanitizer none --target-dir "$work/target")
# Locked, like everything that is built here: cargo-fuzz passes no such option on.
cargo metadata --manifest-path $fuzz/Cargo.toml --locked --format-version 1 >/dev/null || exit
cargo fuzz build "${options[@]}" || exit

# Threads of the function have 2 MiB of stack; the main thread of a program has what it is given.
ulimit -s 2048

passed=0 failed=0 lines=()
for target in "${targets[@]}"; do
  log="$work/logs/$target"
  # The bounds are those of one input; memory is also bounded within the target, because `-malloc_limit_mb` needs a sanitizer.
  limits=(-timeout=1 -rss_limit_mb=512)
  case $target in
  parse | check) limits+=(-max_len=70000 "-dict=$work/seeds/rule.dict") ;;
  *) limits+=(-max_len=32768) ;;
  esac
  mkdir -p "$fuzz/corpus/$target"
  folders=("$fuzz/corpus/$target" "$work/seeds/$target")
  printf '%s: %s seconds\n' "$target" "${FUZZ_SECONDS:-60}"
  if cargo fuzz run "${options[@]}" "$target" "${folders[@]}" -- "${limits[@]}" \
    -seed="${FUZZ_SEED:-1}" -max_total_time="${FUZZ_SECONDS:-60}" -print_final_stats=1 >"$log" 2>&1; then
    result=ok passed=$((passed + 1))
  else
    result=FAILED failed=$((failed + 1))
    # What the target said of itself, and what libFuzzer and cargo-fuzz say of the input; backtraces are in the log.
    grep -aE -A 2 'panicked at|^==[0-9]+== ERROR|^SUMMARY' "$log"
    sed -n '/^Failing input:/,/^Minimize/p' "$log" | head -n 40
    echo "all of it: $log"
  fi
  stat() { grep -aoE "$1 *[0-9]+" "$log" | tail -n 1 | grep -oE '[0-9]+$' || echo '?'; }
  lines+=("$(printf '%-8s %-6s %9s runs %7s/s  peak RSS %4s MB  slowest %4s ms' "$target" "$result" "$(stat units:)" \
    "$(stat exec_per_sec:)" "$(stat peak_rss_mb:)" "$(stat slowest:)")")
done

printf '%s\n' "${lines[@]}"
echo "test result: $( ((failed == 0)) && echo ok || echo FAILED). $passed passed; $failed failed"
((failed == 0))
