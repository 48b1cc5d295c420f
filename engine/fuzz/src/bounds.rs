//! The bounds on one input.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// 2²⁰ bytes.
pub const MIB: usize = 1024 * 1024;

/// Milliseconds from which on the slowest input so far is told.
static SLOWEST: AtomicU64 = AtomicU64::new(20);

/// Runs a body that may hold at most this many bytes of heap at any one time. libFuzzer's own bound (`-malloc_limit_mb`)
/// needs a sanitizer, and without one it is silently none.
///
/// Its `-timeout` works; what takes long and less than that is told in a line `slowest: N ms`.
///
/// # Panics
///
/// If the body held more memory.
pub fn within<T>(bytes: usize, body: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let mut result = None;
    let used = allocation_counter::measure(|| result = Some(body())).bytes_max;
    let taken = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    if SLOWEST.fetch_max(taken, Ordering::Relaxed) < taken {
        eprintln!("slowest: {taken} ms");
    }
    assert!(used <= bytes as u64, "{used} bytes were in use at one time; the bound is {bytes}");
    result.expect("the body has run")
}
