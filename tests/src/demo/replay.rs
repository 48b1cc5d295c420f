//! What can be shown without Terraform or the emulator: the same rules over the same logs, by the command-line tool.

use std::path::Path;

use anyhow::{Context as _, ensure};
use tokio::process::Command;
use trailhook_tests::{Artifacts, Missing};

use crate::screen::Screen;

const ARGUMENTS: [&str; 4] = ["replay", "--rules", "examples/demo", "examples/demo/logs"];

/// Says what is missing, and shows the alerts all the same.
pub(crate) async fn instead(screen: &mut Screen, missing: &Missing) -> anyhow::Result<()> {
    screen.text(&format!("\n{missing}; then run `make demo` again for the whole story."))?;
    screen.text("Until then, the same rules over the same logs, with nothing but the command-line tool:\n")?;
    screen.command(&format!("trailhook {}", ARGUMENTS.join(" ")))?;
    screen.gap()?;
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let status = Command::new(Artifacts::find()?.trailhook()?)
        .args(ARGUMENTS)
        .current_dir(tests.parent().unwrap_or(tests))
        .kill_on_drop(true)
        .status()
        .await
        .context("starting trailhook")?;
    ensure!(status.success(), "trailhook replay ended with {status}");
    Ok(())
}
