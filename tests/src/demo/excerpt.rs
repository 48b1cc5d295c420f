//! What of Terraform's words belongs into a demo.

use anyhow::bail;
use trailhook_tests::TerraformRun;

use crate::failure::Failure;

/// The lines that say what was done, of an apply or destroy that succeeded.
pub(crate) fn done(run: TerraformRun) -> anyhow::Result<String> {
    let run = succeeded(run)?;
    let lines = run.stdout.lines().filter(|line| tells(line));
    // Ids repeat what the address says.
    let lines: Vec<&str> = lines.map(|line| line.split_once(" [id=").map_or(line, |(start, _)| start)).collect();
    Ok(lines.join("\n"))
}

fn tells(line: &str) -> bool {
    ["Plan: ", "Apply complete!", "Destroy complete!"].iter().any(|start| line.starts_with(start))
        || [": Creation complete", ": Destruction complete"].iter().any(|word| line.contains(word))
}

/// The run, if it did what it should.
pub(crate) fn succeeded(run: TerraformRun) -> anyhow::Result<TerraformRun> {
    if run.code == 0 {
        return Ok(run);
    }
    let reason = anyhow::anyhow!("{} ended with exit code {}", run.command, run.code);
    Err(Failure::new(reason, "what Terraform said", format!("{}\n{}", run.stdout, run.stderr)).into())
}

/// The error of a run that has to fail, in Terraform's own frame.
pub(crate) fn diagnostic(run: &TerraformRun) -> anyhow::Result<String> {
    if run.code == 0 {
        bail!("{} found nothing wrong with a rule that is", run.command);
    }
    let lines: Vec<&str> = run.stderr.lines().map(str::trim_end).collect();
    Ok(lines.join("\n").trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(code: i32, stdout: &str) -> TerraformRun {
        TerraformRun { command: "terraform apply".to_owned(), code, stdout: stdout.to_owned(), stderr: String::new() }
    }

    #[test]
    fn an_apply_is_told_by_what_it_made() {
        let stdout = "Terraform will perform\n  + resource\nPlan: 1 to add, 0 to change, 0 to destroy.\n\
                      a.b: Creating...\na.b: Creation complete after 0s [id=x]\n\nApply complete! Resources: 1 added.\n";
        let told = "Plan: 1 to add, 0 to change, 0 to destroy.\na.b: Creation complete after 0s\n\
                    Apply complete! Resources: 1 added.";
        assert_eq!(done(run(0, stdout)).unwrap(), told);
    }

    #[test]
    fn a_failed_run_shows_what_terraform_said() {
        let error = done(run(1, "no credentials\n")).unwrap_err().to_string();
        assert_eq!(
            error,
            "terraform apply ended with exit code 1\n\nThe end of what Terraform said:\n  no credentials\n"
        );
    }
}
