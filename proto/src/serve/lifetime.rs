//! When the process ends.

use std::io;
use std::os::unix::process::parent_id;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// How often to look whether Terraform is still there.
const PARENT_CHECK: Duration = Duration::from_secs(2);

/// Who started the process, and so who ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// Terraform, which asks for the end, or dies. With the id of its process.
    Terraform { process: u32 },
    /// A person, with Ctrl-C.
    User,
}

impl Owner {
    /// To be called early: after Terraform's death another process is the parent.
    pub(super) fn terraform() -> Self {
        Self::Terraform { process: parent_id() }
    }
}

/// Cancels `end` when the process should end by itself.
pub(super) fn watch(owner: Owner, end: &CancellationToken) -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    // Ctrl-C goes to every process of the terminal. Terraform then says itself what is to be done; a provider that died
    // of the signal would lose the object that it is making. Asking for the signal is what keeps it from ending the
    // process.
    let mut interrupt = signal(SignalKind::interrupt())?;
    let end = end.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => tracing::debug!("asked to end by a signal"),
            () = interrupted(owner, &mut interrupt) => {}
            () = orphaned(owner) => tracing::warn!("Terraform is gone"),
            () = end.cancelled() => {}
        }
        end.cancel();
    });
    Ok(())
}

async fn interrupted(owner: Owner, interrupt: &mut tokio::signal::unix::Signal) {
    while interrupt.recv().await.is_some() {
        match owner {
            Owner::User => return,
            Owner::Terraform { .. } => tracing::debug!("the run was interrupted; Terraform says what to do"),
        }
    }
    std::future::pending::<()>().await;
}

/// Waits until another process is the parent: the first one is gone.
async fn orphaned(owner: Owner) {
    let Owner::Terraform { process } = owner else {
        return std::future::pending().await;
    };
    let mut checks = tokio::time::interval(PARENT_CHECK);
    while parent_id() == process {
        checks.tick().await;
    }
}
