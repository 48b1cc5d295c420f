//! One place through which every call to a handler goes: it turns errors and panics into diagnostics of the answer.

use std::any::Any;
use std::borrow::Cow;
use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::io::Write;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::pin::pin;
use std::sync::OnceLock;
use std::task::Poll;

use tonic::{Response, Status};

use crate::generated::tfplugin6;
use crate::{Cx, Diagnostic, Diagnostics};

/// An answer that has room for diagnostics.
pub(super) trait Answer {
    fn diagnostics(&mut self) -> &mut Vec<tfplugin6::Diagnostic>;
}

macro_rules! answers {
    ($($rpc:ident),* $(,)?) => {$(
        impl Answer for tfplugin6::$rpc::Response {
            fn diagnostics(&mut self) -> &mut Vec<tfplugin6::Diagnostic> {
                &mut self.diagnostics
            }
        }
    )*};
}

answers!(
    apply_resource_change,
    configure_provider,
    import_resource_state,
    plan_resource_change,
    read_data_source,
    read_resource,
    upgrade_resource_identity,
    upgrade_resource_state,
    validate_data_resource_config,
    validate_list_resource_config,
    validate_provider_config,
    validate_resource_config,
);

/// Does `work` for one call.
///
/// If it fails or panics, the answer is `fallback`, which must say that everything is as it was. What was reported to
/// `cx` is part of the answer in any case.
pub(super) async fn answer<A: Answer, C>(
    rpc: &'static str,
    cx: &Cx<C>,
    fallback: A,
    work: impl Future<Output = Result<A, Diagnostics>>,
) -> Result<Response<A>, Status> {
    let outcome = attempt(rpc, work).await;
    let (mut answer, failure) = match outcome {
        Ok(answer) => (answer, Diagnostics::new()),
        Err(diagnostics) => (fallback, diagnostics),
    };
    let mut all = cx.reported();
    all.append(failure);
    tracing::debug!(rpc, diagnostics = all.len(), error = all.has_error(), "answered");
    answer.diagnostics().extend(all.to_wire());
    Ok(Response::new(answer))
}

/// The outcome of `work`; a panic is a failure too.
pub(super) async fn attempt<A>(
    rpc: &'static str,
    work: impl Future<Output = Result<A, Diagnostics>>,
) -> Result<A, Diagnostics> {
    catch_panic(work).await.unwrap_or_else(|panic| {
        Err(Diagnostic::error("The provider has a bug and panicked")
            .detail(format!(
                "{panic}\n\nState is as it was before this operation ({rpc}), but the operation may have changed something. \
                 Please report this to the provider's authors."
            ))
            .into())
    })
}

/// The answer to a call that can't even begin.
pub(super) fn refuse<A: Answer>(mut fallback: A, why: &Diagnostics) -> Result<Response<A>, Status> {
    fallback.diagnostics().extend(why.to_wire());
    Ok(Response::new(fallback))
}

/// Gives a text back without the secrets in it.
pub(crate) type Mask = fn(&str) -> Cow<'_, str>;

/// What the texts of panics go through; set with the hook.
static MASK: OnceLock<Mask> = OnceLock::new();

thread_local! {
    /// What the hook saw last on this thread. A poll that panics is caught on the thread of the panic.
    static LAST_PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// The result of `work`; what it said and where if it panicked.
pub(super) async fn catch_panic<T>(work: impl Future<Output = T>) -> Result<T, String> {
    let mut work = pin!(work);
    poll_fn(|context| {
        // One that was caught elsewhere, as by a task's thread, is not this one.
        LAST_PANIC.take();
        // After a panic nothing of `work` is used any more; locks that it held are poisoned, and their owners decide.
        let poll = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)));
        match poll {
            Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
            Ok(Poll::Pending) => Poll::Pending,
            Err(payload) => Poll::Ready(Err(text_of(&*payload))),
        }
    })
    .await
}

/// The same for a function.
pub(super) fn catch_panic_in<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    LAST_PANIC.take();
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| text_of(&*payload))
}

/// What the hook wrote down; it is not asked about a panic that is passed on from another thread.
fn text_of(payload: &dyn Any) -> String {
    LAST_PANIC.take().unwrap_or_else(|| masked(message(payload)))
}

fn masked(text: &str) -> String {
    MASK.get().map_or_else(|| text.to_owned(), |mask| mask(text).into_owned())
}

fn message(payload: &dyn Any) -> &str {
    payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("no message")
}

/// Writes panics as Terraform recognises them: it shows lines on stderr from one that starts with `panic: `.
pub(crate) fn install_panic_hook(mask: Mask) {
    MASK.get_or_init(|| mask);
    std::panic::set_hook(Box::new(report_panic));
}

fn report_panic(info: &PanicHookInfo<'_>) {
    let message = message(info.payload());
    let text = match info.location() {
        Some(at) => format!("{} at {}:{}", masked(message), at.file(), at.line()),
        None => masked(message),
    };
    let backtrace = std::backtrace::Backtrace::capture();
    let mut stderr = std::io::stderr().lock();
    // Nobody is left to tell if stderr is closed.
    let _ = writeln!(stderr, "panic: {text}");
    if backtrace.status() == std::backtrace::BacktraceStatus::Captured {
        let _ = writeln!(stderr, "{backtrace}");
    }
    LAST_PANIC.set(Some(text));
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use tfplugin6::read_resource::Response as Read;

    fn fallback() -> Read {
        Read { private: b"as before".as_slice().into(), ..Read::default() }
    }

    #[tokio::test]
    async fn a_panic_after_a_wait_is_a_diagnostic_and_keeps_warnings() {
        let cx = Cx::for_test(Arc::new(()));
        let work = async {
            cx.report(Diagnostic::warning("before"));
            tokio::task::yield_now().await;
            panic!("lost {}", "count");
        };
        let answer = answer("ReadResource", &cx, fallback(), work).await.expect("no status").into_inner();
        assert_eq!(answer.private, b"as before".as_slice());
        assert_eq!(answer.diagnostics.len(), 2);
        assert_eq!(answer.diagnostics[0].summary, "before");
        assert!(answer.diagnostics[1].detail.contains("lost count"));
    }

    #[tokio::test]
    async fn a_panic_that_is_passed_on_is_told_as_itself() {
        let told = catch_panic(async {
            // Caught inside, by somebody else.
            let _caught = catch_unwind(|| panic!("another"));
            tokio::task::yield_now().await;
            std::panic::resume_unwind(Box::new("of a task".to_owned()))
        });
        std::panic::set_hook(Box::new(report_panic));
        assert_eq!(told.await, Err::<(), _>("of a task".to_owned()));
    }

    #[tokio::test]
    async fn an_error_answers_the_fallback() {
        let cx = Cx::for_test(Arc::new(()));
        let work = async { Err(Diagnostic::error("no").into()) };
        let answer = answer("ReadResource", &cx, fallback(), work).await.expect("no status").into_inner();
        assert_eq!(answer.private, b"as before".as_slice());
        assert_eq!(answer.diagnostics[0].summary, "no");
    }
}
