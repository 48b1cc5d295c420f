//! `make demo`: Trailhook from a rule in Terraform to an alert in Slack, on one machine and without an account anywhere.
//!
//! The Terraform, the provider, the function and the command-line tool are the real ones; AWS is an emulator, and Slack a
//! stand-in whose messages are drawn in the terminal.

mod deliver;
mod excerpt;
mod failure;
mod replay;
mod screen;
mod stage;
mod story;
mod wrap;

use std::io;
use std::process::ExitCode;

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};
use trailhook_tests::Missing;

use screen::Screen;

#[tokio::main]
async fn main() -> ExitCode {
    let mut screen = Screen::new();
    // Whichever ends first, the other is dropped, and with it every process and folder that the story has made.
    let end = tokio::select! {
        told = tell(&mut screen) => End::Told(told),
        asked = asked_to_stop() => End::Asked(asked),
    };
    match end {
        End::Told(Ok(())) => ExitCode::SUCCESS,
        // The reader has seen enough, as in `... | head`.
        End::Told(Err(error)) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        End::Told(Err(error)) | End::Asked(Err(error)) => {
            screen.failure(&error);
            ExitCode::FAILURE
        }
        End::Asked(Ok(code)) => {
            screen.interrupted();
            ExitCode::from(code)
        }
    }
}

enum End {
    Told(anyhow::Result<()>),
    Asked(anyhow::Result<u8>),
}

/// The whole story, or what can be told of it without a tool that is missing.
async fn tell(screen: &mut Screen) -> anyhow::Result<()> {
    let told = story::tell(screen).await;
    match told.as_ref().err().and_then(anyhow::Error::downcast_ref::<Missing>) {
        Some(missing) => replay::instead(screen, missing).await,
        None => told,
    }
}

/// Waits for Ctrl-C, or another wish that the demo ends; gives the exit code that shells know for it.
async fn asked_to_stop() -> anyhow::Result<u8> {
    let listen = |kind| signal(kind).context("listening for signals");
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    let mut hang_up = listen(SignalKind::hangup())?;
    let number = tokio::select! {
        _ = interrupt.recv() => SignalKind::interrupt(),
        _ = terminate.recv() => SignalKind::terminate(),
        _ = hang_up.recv() => SignalKind::hangup(),
    };
    Ok(128 + u8::try_from(number.as_raw_value())?)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
