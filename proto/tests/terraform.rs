//! The example under the real Terraform.
//!
//! Without `terraform` on the PATH these tests say so and do nothing, except where `CI=true`: there they fail.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "helpers of tests are tests")]

mod support;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use support::signal;
use tempfile::TempDir;

/// `true` if Terraform is there.
fn terraform_is_there(test: &str) -> bool {
    let there = Command::new("terraform").arg("version").env("TF_CLI_CONFIG_FILE", "/dev/null").output().is_ok();
    if !there {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "terraform is missing");
        eprintln!("SKIPPED: {test}: terraform is not on the PATH");
    }
    there
}

/// A folder with a configuration that uses the built example.
struct Project(TempDir);

impl Project {
    fn new(configuration: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let plugins = folder.path().join("plugins");
        std::fs::create_dir(&plugins).expect("a folder");
        std::os::unix::fs::symlink(support::example(), plugins.join("terraform-provider-memory")).expect("a link");
        let cli = format!(
            "disable_checkpoint = true\n\
             provider_installation {{\n  dev_overrides {{\n    \"example/memory\" = {plugins:?}\n  }}\n  direct {{}}\n}}\n"
        );
        std::fs::write(folder.path().join("cli.tfrc"), cli).expect("written");
        let project = Self(folder);
        project.configure(configuration);
        project
    }

    fn configure(&self, configuration: &str) {
        let head = "terraform {\n  required_providers {\n    memory = { source = \"example/memory\" }\n  }\n}\n\
                    provider \"memory\" {\n  file = \"${path.module}/items.json\"\n}\n";
        std::fs::write(self.path().join("main.tf"), format!("{head}{configuration}")).expect("written");
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("terraform");
        command
            .args(arguments)
            .current_dir(self.path())
            .env("TF_CLI_CONFIG_FILE", self.path().join("cli.tfrc"))
            .env_remove("TF_LOG")
            .env_remove("TF_REATTACH_PROVIDERS")
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Run {
        Run::of(self.command(arguments).output().expect("terraform starts"))
    }

    /// Runs it and expects success.
    fn succeed(&self, arguments: &[&str]) -> String {
        let run = self.run(arguments);
        assert_eq!(run.code, Some(0), "terraform {arguments:?}: {}", run.said);
        run.said
    }

    fn apply(&self) -> String {
        self.succeed(&["apply", "-auto-approve", "-input=false", "-no-color"])
    }

    /// 0: no changes; 2: changes.
    fn plan(&self) -> Run {
        self.run(&["plan", "-detailed-exitcode", "-input=false", "-no-color"])
    }
}

/// A process that ends with the test, also if that fails.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An example that runs until it is told to end, and what Terraform finds it by.
fn debugged(name: &str) -> (Ended, String) {
    let mut provider = Command::new(support::example_named(name));
    let mut provider = Ended(provider.arg("--debug").stdout(Stdio::piped()).spawn().expect("it starts"));
    let said = BufReader::new(provider.0.stdout.take().expect("piped"));
    let line = said.lines().map(|line| line.expect("UTF-8")).find(|line| line.starts_with("TF_REATTACH_PROVIDERS="));
    let line = line.expect("the line for Terraform");
    (provider, line.trim_start_matches("TF_REATTACH_PROVIDERS=").trim_matches('\'').to_owned())
}

struct Run {
    code: Option<i32>,
    said: String,
}

impl Run {
    fn of(output: Output) -> Self {
        let said = [output.stdout, output.stderr].concat();
        Self { code: output.status.code(), said: String::from_utf8(said).expect("UTF-8") }
    }
}

const ITEMS: &str = r#"
resource "memory_item" "a" {
  name   = "a"
  value  = "one"
  weight = 0.1
  secret = "not in state"
  tags   = { k = "v" }
  aliases = ["z", "y"]
  ports   = { http = { number = 80, open = true } }
  pair    = ["left", 0.5]
  part {
    pattern = "x*"
    labels  = ["l"]
    step {
      text = "first"
    }
  }
  part {
    pattern = "y*"
    mode    = "strict"
  }
  window {
    day = "monday"
  }
  window {
    day   = "friday"
    hours = 3
    pause {
      minutes = 10
    }
  }
  limit {
    items = 3
  }
}

resource "memory_item" "b" {
  name     = "b"
  value    = "depends on ${memory_item.a.version}"
  weight   = 1 / 3
  dynamic "part" {
    for_each = range(memory_item.a.version)
    content {
      pattern = "p${part.value}"
    }
  }
}

data "memory_item" "a" {
  name = memory_item.a.id
}

output "value" {
  value = data.memory_item.a.value
}

output "repeated" {
  value = provider::memory::repeat("ab", 2)
}
"#;

#[test]
fn a_whole_life() {
    if !terraform_is_there("a_whole_life") {
        return;
    }
    let project = Project::new(ITEMS);
    project.succeed(&["validate", "-no-color"]);
    let planned = project.plan();
    assert_eq!(planned.code, Some(2), "{}", planned.said);
    let applied = project.apply();
    assert!(applied.contains("Resources: 2 added"), "{applied}");
    assert!(applied.contains("value = \"one\""), "{applied}");
    let again = project.plan();
    assert_eq!(again.code, Some(0), "{}", again.said);
    let state = std::fs::read_to_string(project.path().join("terraform.tfstate")).expect("state");
    assert!(!state.contains("not in state"));

    // An update of one, a replacement of the other.
    let changed = ITEMS.replace("\"one\"", "\"two\"").replace("= \"b\"", "= \"c\"");
    project.configure(&changed);
    let planned = project.plan().said;
    assert!(planned.contains("1 to add, 1 to change, 1 to destroy"), "{planned}");
    assert!(planned.contains("forces replacement"), "{planned}");
    project.apply();
    assert_eq!(project.plan().code, Some(0));

    // Deleted outside.
    std::fs::write(project.path().join("items.json"), "{}").expect("written");
    let planned = project.plan();
    assert!(planned.said.contains("has been deleted"), "{}", planned.said);
    project.apply();
    assert_eq!(project.plan().code, Some(0));

    // Forgotten, and imported.
    project.succeed(&["state", "rm", "memory_item.a"]);
    project.succeed(&["import", "-input=false", "-no-color", "memory_item.a", "a"]);
    project.apply();
    assert_eq!(project.plan().code, Some(0));

    let destroyed = project.succeed(&["destroy", "-auto-approve", "-no-color"]);
    assert!(destroyed.contains("Resources: 2 destroyed"), "{destroyed}");
}

#[test]
fn without_tls() {
    if !terraform_is_there("without_tls") {
        return;
    }
    let project = Project::new(ITEMS);
    let mut command = project.command(&["apply", "-auto-approve", "-no-color"]);
    let run = Run::of(command.env("TF_DISABLE_PLUGIN_TLS", "1").output().expect("terraform starts"));
    assert_eq!(run.code, Some(0), "{}", run.said);
}

#[test]
fn errors_are_shown_at_their_line_and_nothing_is_lost() {
    if !terraform_is_there("errors_are_shown_at_their_line_and_nothing_is_lost") {
        return;
    }
    let item = |body: &str| format!("resource \"memory_item\" \"a\" {{\n  name = \"a\"\n{body}\n}}\n");
    let project = Project::new(&item("  part {\n    pattern = \"\"\n  }"));
    let invalid = project.run(&["validate", "-no-color"]);
    assert_eq!(invalid.code, Some(1));
    assert!(invalid.said.contains("pattern = \"\""), "{}", invalid.said);

    let apply = ["apply", "-auto-approve", "-no-color"];
    project.configure(&item("  fault = \"panic\""));
    let panicked = project.run(&apply);
    assert_eq!(panicked.code, Some(1));
    assert!(panicked.said.contains("The provider has a bug and panicked"), "{}", panicked.said);
    assert!(panicked.said.contains("plugin crashed!"), "{}", panicked.said);
    // Where it happened stands in the diagnostic, which is wrapped, and in the report of the crash, which is not.
    assert!(
        panicked.said.contains("panic: no idea what to do with a at proto/examples/memory.rs:"),
        "{}",
        panicked.said
    );

    project.configure(&item("  fault = \"half\""));
    assert_eq!(project.run(&apply).code, Some(1));
    let listed = project.succeed(&["state", "list"]);
    assert!(listed.contains("memory_item.a"), "{listed}");
    project.configure(&item(""));
    let replaced = project.apply();
    assert!(replaced.contains("tainted, so must be replaced"), "{replaced}");
    assert_eq!(project.plan().code, Some(0));
}

#[test]
fn twenty_megabytes_pass() {
    if !terraform_is_there("twenty_megabytes_pass") {
        return;
    }
    let item = "resource \"memory_item\" \"a\" {\n  name  = \"a\"\n  value = file(\"value.txt\")\n}\n\
                output \"length\" {\n  value = memory_item.a.length\n}\n";
    let project = Project::new(item);
    std::fs::write(project.path().join("value.txt"), "x".repeat(20 << 20)).expect("written");
    project.apply();
    assert_eq!(project.succeed(&["output", "-raw", "length"]), (20 << 20).to_string());
    assert_eq!(project.plan().code, Some(0));
}

#[test]
fn a_write_only_secret_is_in_no_file_and_in_no_log() {
    const SECRET: &str = "hunter2-and-more";
    if !terraform_is_there("a_write_only_secret_is_in_no_file_and_in_no_log") {
        return;
    }
    // From the environment, so that the configuration itself does not hold it.
    let project = Project::new(
        "variable \"secret\" {\n  ephemeral = true\n}\n\
         resource \"memory_item\" \"a\" {\n  name   = \"a\"\n  secret = var.secret\n}\n",
    );
    let log = project.path().join("log.txt");
    let run = |arguments: &[&str]| {
        let mut command = project.command(arguments);
        command.env("TF_VAR_secret", SECRET).env("TF_LOG", "trace").env("TF_LOG_PATH", &log);
        let run = Run::of(command.output().expect("terraform starts"));
        assert_eq!(run.code, Some(0), "{}", run.said);
    };
    run(&["plan", "-out=saved", "-input=false", "-no-color"]);
    run(&["apply", "-input=false", "-no-color", "saved"]);
    // What was planned is readable as JSON, and the plan itself is packed.
    let shown = project.succeed(&["show", "-json", "saved"]);
    assert!(shown.contains("memory_item") && !shown.contains(SECRET), "{shown}");
    for file in ["terraform.tfstate", "items.json", "log.txt"] {
        let text = std::fs::read_to_string(project.path().join(file)).expect("readable");
        assert!(!text.is_empty() && !text.contains(SECRET), "{file}");
    }
    let log = std::fs::read_to_string(log).expect("readable");
    assert!(log.contains("ApplyResourceChange") && log.contains("terraform-provider-memory"));
}

#[test]
fn debug_mode_remembers_between_runs() {
    if !terraform_is_there("debug_mode_remembers_between_runs") {
        return;
    }
    let project = Project::new("");
    // No file: the process itself keeps the item.
    let configuration = "terraform {\n  required_providers {\n    memory = { source = \"example/memory\" }\n  }\n}\n\
                         resource \"memory_item\" \"a\" {\n  name = \"a\"\n}\n";
    std::fs::write(project.path().join("main.tf"), configuration).expect("written");
    let (mut provider, reattach) = debugged("memory");
    let run = |arguments: &[&str]| {
        let mut command = project.command(arguments);
        command.env("TF_REATTACH_PROVIDERS", &reattach).env("TF_CLI_CONFIG_FILE", "/dev/null");
        Run::of(command.output().expect("terraform starts"))
    };
    let applied = run(&["apply", "-auto-approve", "-no-color"]);
    assert_eq!(applied.code, Some(0), "{}", applied.said);
    let planned = run(&["plan", "-detailed-exitcode", "-no-color"]);
    assert_eq!(planned.code, Some(0), "{}", planned.said);
    signal(provider.0.id(), "INT");
    assert!(provider.0.wait().expect("it ends").success());
}

#[test]
fn the_provider_of_the_documentation_serves_terraform() {
    if !terraform_is_there("the_provider_of_the_documentation_serves_terraform") {
        return;
    }
    let project = Project::new("");
    let (_provider, reattach) = debugged("notes");
    let run = |text: &str, arguments: &[&str]| {
        let configuration = format!(
            "terraform {{\n  required_providers {{\n    notes = {{ source = \"example/notes\" }}\n  }}\n}}\n\
             resource \"notes_note\" \"a\" {{\n  name = \"a\"\n{text}}}\n"
        );
        std::fs::write(project.path().join("main.tf"), configuration).expect("written");
        let mut command = project.command(arguments);
        command.env("TF_REATTACH_PROVIDERS", &reattach).env("TF_CLI_CONFIG_FILE", "/dev/null");
        let run = Run::of(command.output().expect("terraform starts"));
        assert_eq!(run.code, Some(0), "{}", run.said);
        run.said
    };
    let text = "  text = \"hello\"\n";
    assert!(run("", &["apply", "-auto-approve", "-no-color"]).contains("+ text = \"nothing\""));
    assert!(run(text, &["apply", "-auto-approve", "-no-color"]).contains("\"nothing\" -> \"hello\""));
    assert!(run(text, &["plan", "-detailed-exitcode", "-no-color"]).contains("No changes"));
    assert!(run(text, &["destroy", "-auto-approve", "-no-color"]).contains("1 destroyed"));
}

/// Name, value and number of writes of every item that Terraform's state has; the value that is null is empty.
fn items_in_state(project: &Project) -> BTreeMap<String, (String, i64)> {
    let state = std::fs::read(project.path().join("terraform.tfstate")).expect("state");
    let state: serde_json::Value = serde_json::from_slice(&state).expect("JSON");
    let resources = state["resources"].as_array().expect("resources").iter();
    let instances = resources.flat_map(|resource| resource["instances"].as_array().expect("instances"));
    let items = instances.map(|instance| {
        let attributes = &instance["attributes"];
        let text = |name: &str| attributes[name].as_str().unwrap_or_default().to_owned();
        (text("name"), (text("value"), attributes["version"].as_i64().expect("a version")))
    });
    items.collect()
}

/// The same of every item that the provider holds.
fn items_held(project: &Project) -> BTreeMap<String, (String, i64)> {
    let items = std::fs::read(project.path().join("items.json")).expect("items");
    serde_json::from_slice(&items).expect("JSON")
}

#[test]
fn ctrl_c_keeps_state_true() {
    if !terraform_is_there("ctrl_c_keeps_state_true") {
        return;
    }
    // One is there, one is changed, one is stored when the interrupt comes, and one is not.
    let items = |changed: &str, stuck: &str, slow: &str| {
        let item =
            |name: &str, more: &str| format!("resource \"memory_item\" \"{name}\" {{\n  name = \"{name}\"\n{more}}}\n");
        let after = "  depends_on = [memory_item.first]\n";
        [
            item("first", "  value = \"1\"\n"),
            item("changed", &format!("{changed}{after}")),
            item("stuck", &format!("{stuck}{after}")),
            item("slow", &format!("{slow}{after}")),
        ]
    };
    let before = items("  value = \"old\"\n", "", "");
    let project = Project::new(&before[..2].concat());
    project.apply();
    let faulty = items("  value = \"new\"\n  fault = \"stuck\"\n", "  fault = \"stuck\"\n", "  fault = \"slow\"\n");
    project.configure(&faulty.concat());

    let log = project.path().join("log.txt");
    let mut command = project.command(&["apply", "-auto-approve", "-no-color"]);
    command.env("TF_LOG_PROVIDER", "info").env("TF_LOG_PATH", &log);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("terraform starts");
    let deadline = std::time::Instant::now() + support::DEADLINE;
    while !std::fs::read_to_string(&log).is_ok_and(|log| log.matches("waiting").count() == 3) {
        assert!(std::time::Instant::now() < deadline, "the provider says that it waits for three");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    signal(child.id(), "INT");
    let run = Run::of(child.wait_with_output().expect("it ends"));
    assert_eq!(run.code, Some(1));
    assert!(run.said.contains("The run was interrupted before this operation was done"), "{}", run.said);
    assert!(!run.said.contains("did not respond"), "{}", run.said);

    let held = items_held(&project);
    assert_eq!(items_in_state(&project), held);
    let expected = [("changed", "new", 2), ("first", "1", 1), ("stuck", "", 1)];
    let expected = expected.map(|(name, value, version)| (name.to_owned(), (value.to_owned(), version)));
    assert_eq!(held, expected.into());

    // The next run does the rest.
    project.configure(&items("  value = \"new\"\n", "", "").concat());
    project.apply();
    assert_eq!(project.plan().code, Some(0));
    assert_eq!(items_in_state(&project), items_held(&project));
    assert_eq!(items_held(&project).len(), 4);
}
