//! Several jobs at once.

use tokio::task::{JoinError, JoinSet};

/// Runs the jobs, at most `width` at the same time, and hands each result over as it comes. The first error ends it, and so
/// does dropping the future: what is under way is stopped.
pub(super) async fn each<J, T, E, F>(
    width: usize,
    jobs: impl IntoIterator<Item = J>,
    work: impl Fn(J) -> F,
    mut take: impl FnMut(T),
) -> Result<(), E>
where
    T: Send + 'static,
    E: Send + 'static,
    F: Future<Output = Result<T, E>> + Send + 'static,
{
    let mut waiting = jobs.into_iter();
    let mut running = JoinSet::new();
    loop {
        while running.len() < width.max(1)
            && let Some(job) = waiting.next()
        {
            running.spawn(work(job));
        }
        match running.join_next().await {
            None => return Ok(()),
            Some(done) => take(done.unwrap_or_else(|error| passed_on(error))?),
        }
    }
}

/// Begins what waits for the disk, or thinks for long, on a thread where it keeps nobody from working. It runs to its end, even
/// if the future is dropped.
pub(super) fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> impl Future<Output = T> {
    let begun = tokio::task::spawn_blocking(work);
    async move { begun.await.unwrap_or_else(|error| passed_on(error)) }
}

/// A panic of the job becomes one of whoever waits for it. Nobody cancels a job but the set, when it is dropped.
fn passed_on(error: JoinError) -> ! {
    std::panic::resume_unwind(error.into_panic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test]
    async fn no_more_run_at_once_than_allowed() {
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut sum = 0;
        let outcome: Result<(), ()> = each(
            3,
            0..20,
            |job| {
                let (running, most) = (Arc::clone(&running), Arc::clone(&most));
                async move {
                    most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    tokio::task::yield_now().await;
                    running.fetch_sub(1, Ordering::SeqCst);
                    Ok(job)
                }
            },
            |job| sum += job,
        )
        .await;
        assert_eq!((outcome, sum, most.load(Ordering::SeqCst)), (Ok(()), 190, 3));
    }

    #[tokio::test]
    async fn the_first_error_ends_it() {
        let work = |job: usize| async move { if job == 3 { Err(job) } else { Ok(()) } };
        assert_eq!(each(1, 0.., work, |()| {}).await, Err(3));
    }
}
