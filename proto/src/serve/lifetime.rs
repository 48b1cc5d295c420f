//! When the process ends.

use std::io;
use std::os::unix::process::parent_id;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
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
    /// How long what runs may take after the end was asked for, until its answers are given up.
    pub(super) fn grace(self) -> Duration {
        match self {
            // It asks when no call is under way, and kills the process about two seconds later.
            Self::Terraform { .. } => Duration::from_secs(1),
            // A run of Terraform may have calls under way, whose answers it needs for its state.
            Self::User => Duration::from_secs(30),
        }
    }

    /// To be called early: after Terraform's death another process is the parent.
    pub(super) fn terraform() -> Self {
        Self::Terraform { process: parent_id() }
    }
}

/// Cancels `end` when the process should end by itself.
pub(super) fn watch(owner: Owner, end: &CancellationToken) -> io::Result<()> {
    // Ctrl-C goes to every process of the terminal, and `timeout` and service managers end the whole group. Terraform then
    // says itself what is to be done; a provider that died of the signal would lose the object that it is making. Asking
    // for the signals is what keeps them from ending the process.
    let signals = [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?];
    let end = end.clone();
    tokio::spawn(async move {
        tokio::select! {
            () = ended_by(owner, signals) => tracing::debug!("asked to end by a signal"),
            () = orphaned(owner) => tracing::warn!("Terraform is gone"),
            () = end.cancelled() => {}
        }
        end.cancel();
    });
    Ok(())
}

/// Waits for a signal that ends the process.
async fn ended_by(owner: Owner, [mut interrupt, mut terminate]: [Signal; 2]) {
    loop {
        let signal = tokio::select! {
            _ = interrupt.recv() => "SIGINT",
            _ = terminate.recv() => "SIGTERM",
        };
        match owner {
            Owner::User => return,
            Owner::Terraform { .. } => tracing::debug!(signal, "not followed: Terraform says what to do"),
        }
    }
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
