//! The story, step by step.

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use trailhook_tests::{Artifacts, Terraform};

use crate::deliver::deliver;
use crate::excerpt;
use crate::screen::Screen;
use crate::stage::{BUCKET, FUNCTION, NAMESPACE, Stage, TABLE, WEBHOOK_PARAMETER};

/// A rule that people would write: a letter is missing.
const MISTAKE: &str = r#"resource "trailhook_rule" "reads" {
  name       = "reads"
  expression = "event['eventName'].startwith('Get')"
}
"#;

/// Tells it from the start.
///
/// A missing tool is an error that holds a `Missing`. Whatever was started ends with the returned future.
pub(crate) async fn tell(screen: &mut Screen) -> anyhow::Result<()> {
    let artifacts = Artifacts::find()?;
    // Looked for first, so that nobody reads half a story.
    let terraform = Terraform::with_provider(&artifacts.provider()?)?;
    let begun = Instant::now();
    screen.text("Trailhook: CloudTrail alerts in Slack, declared in Terraform.")?;
    screen.text("All of this happens on your machine; no AWS account, no Slack workspace.")?;

    screen.step("Start an AWS emulator, and a stand-in for Slack")?;
    let stage = Stage::start().await?;
    screen.lines(&format!("AWS    {}   MiniStack, kept in .local/", stage.stack.url()))?;
    screen.lines(&format!("Slack  {}", stage.slack.url()))?;

    screen.step("Make a log bucket, and the function that reads it")?;
    let package = artifacts.bootstrap_zip().await?;
    if let Err(error) = stage.furnish(&package).await {
        return Err(stage.explain(error).await);
    }
    screen.lines(&format!("bucket    {BUCKET}, which tells the function of each new log"))?;
    screen.lines(&format!("function  {FUNCTION}, which reads its rules below {NAMESPACE}"))?;
    screen.lines(&format!("state     {TABLE}, in which each event is claimed once"))?;
    screen.lines(&format!("secret    {WEBHOOK_PARAMETER}, with the address of Slack's webhook"))?;

    screen.step("Declare nine rules and a route (examples/demo)")?;
    let terraform = prepared(terraform, &stage)?;
    screen.command("terraform init")?;
    let run = excerpt::succeeded(terraform.init().await?)?;
    let installed = run.stdout.lines().find(|line| line.contains("Installed trailhook"));
    screen.lines(installed.unwrap_or_default().trim_start_matches("- "))?;
    screen.command("terraform apply")?;
    screen.lines(&excerpt::done(terraform.apply(&[]).await?)?)?;

    screen.step("Put a day of CloudTrail logs into the bucket, and read Slack")?;
    match deliver(&stage, screen).await {
        Ok(total) => {
            screen.gap()?;
            screen.result(&total.to_string())?;
        }
        Err(error) => return Err(stage.explain(error).await),
    }

    screen.step("Make a mistake in a rule")?;
    terraform.write("mistake.tf", MISTAKE)?;
    screen.command("terraform validate")?;
    screen.lines(&excerpt::diagnostic(&terraform.validate().await?)?)?;
    fs::remove_file(terraform.folder().join("mistake.tf")).context("removing the rule with the mistake")?;

    screen.step("Take everything away")?;
    screen.command("terraform destroy")?;
    let told = excerpt::done(terraform.destroy().await?)?;
    screen.lines(told.lines().last().unwrap_or_default())?;
    let left = stage.aws.get_parameters_by_path(NAMESPACE).await?;
    let names: Vec<&str> = left.iter().map(|parameter| parameter.name.as_str()).collect();
    ensure!(names.is_empty(), "terraform destroy left parameters behind: {}", names.join(", "));
    screen.result("0 parameters left")?;

    let seconds = begun.elapsed().as_secs_f64();
    screen.text(&format!(
        "\nThat took {seconds:.0} seconds. The rules are in examples/demo/rules.tf: change one, and run it again."
    ))?;
    Ok(())
}

/// The example in Terraform's folder, which talks to the emulator alone.
fn prepared(terraform: Terraform, stage: &Stage) -> anyhow::Result<Terraform> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let example = tests.parent().unwrap_or(tests).join("examples/demo");
    let entries = fs::read_dir(&example).with_context(|| format!("listing {}", example.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "tf") {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
            terraform.write(&name, &text)?;
        }
    }
    Ok(terraform
        .in_own_group()
        .endpoint(stage.stack.url())
        .environment("TF_VAR_webhook_host", "127.0.0.1")
        // Neither a profile nor a proxy of this machine may lead elsewhere.
        .environment("AWS_CONFIG_FILE", "/dev/null")
        .environment("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .environment("NO_PROXY", "127.0.0.1"))
}
