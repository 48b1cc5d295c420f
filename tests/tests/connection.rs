//! How the provider comes to its credentials and to AWS: its configuration under the real Terraform.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod support;

use std::path::Path;

use support::{NAMESPACE, configuration, terraform};
use trailhook_tests::{Action, Artifacts, Aws, Call, Canned, FaultProxy, MiniStack, Rule, Terraform, require};

const SETTINGS: &str = "resource \"trailhook_settings\" \"all\" {}\n";

/// The configuration with these lines in the provider's block.
fn provider(lines: &str, resources: &str) -> String {
    let namespace = format!("namespace = \"{NAMESPACE}\"");
    configuration(resources).replace(&namespace, &format!("{namespace}\n{lines}"))
}

/// Terraform whose environment holds neither credentials nor a region nor an endpoint of AWS.
fn without_environment() -> anyhow::Result<Terraform> {
    let terraform = Terraform::with_provider(&Artifacts::find()?.provider()?)?;
    Ok(terraform.without("AWS_ACCESS_KEY_ID").without("AWS_SECRET_ACCESS_KEY").without("AWS_REGION"))
}

/// Files of profiles, of which `ops` has test keys and a region.
fn write_profiles(folder: &Path) {
    let key = Aws::ACCESS_KEY;
    let credentials = format!("[ops]\naws_access_key_id = {key}\naws_secret_access_key = {key}\n");
    std::fs::write(folder.join("credentials"), credentials).unwrap();
    std::fs::write(folder.join("config"), format!("[profile ops]\nregion = {}\n", Aws::REGION)).unwrap();
}

const PROFILE: &str = r#"
  profile                  = "ops"
  shared_config_files      = ["config"]
  shared_credentials_files = ["credentials"]
"#;

fn body(call: &Call) -> String {
    String::from_utf8_lossy(&call.body).into_owned()
}

#[tokio::test]
async fn each_wrong_value_is_told_at_its_attribute() {
    let proxy = FaultProxy::start().await.unwrap();
    let terraform = require!(terraform(&proxy.url()));
    let lines = r#"
  region                   = ""
  profile                  = ""
  shared_config_files      = ["config", ""]
  shared_credentials_files = [""]
  max_retries              = -1
  assume_role {
    role_arn     = "arn:aws:iam::111122223333:user/alice"
    external_id  = "x"
    session_name = "two words"
    duration     = "5m"
  }
  default_tags {
    tags = {
      "aws:owner" = "x"
    }
  }
  endpoints {
    ssm = "ssm.example.com"
    s3  = "https://key:secret@s3.example.com"
    sts = ""
  }
"#;
    terraform.write("main.tf", &provider(lines, SETTINGS)).unwrap();
    terraform.init().await.unwrap().success().unwrap();
    let run = terraform.validate().await.unwrap();
    assert_eq!(run.code, 1);
    assert!(proxy.calls().is_empty(), "validate asks nobody: {:?}", proxy.calls());
    let mut shown = run.stderr;
    for duration in ["13h", "soon", "-1h", "12h1s"] {
        let role = "arn:aws:iam::111122223333:role/path/trailhook";
        let lines = format!("  assume_role {{\n    role_arn = \"{role}\"\n    duration = \"{duration}\"\n  }}\n");
        terraform.write("main.tf", &provider(&lines, SETTINGS)).unwrap();
        shown.push_str(&terraform.validate().await.unwrap().stderr);
    }
    insta::assert_snapshot!(shown.trim());
}

#[tokio::test]
async fn a_role_is_assumed_with_the_credentials_of_a_profile() {
    let stack = require!(MiniStack::start().await);
    let (ssm, sts) = (FaultProxy::start().await.unwrap(), FaultProxy::start().await.unwrap());
    ssm.forward_to(stack.url());
    sts.forward_to(stack.url());
    let terraform = require!(without_environment());
    write_profiles(&terraform.folder());
    // The emulator keeps a store for each account.
    let role = format!("arn:aws:iam::{}:role/trailhook-rules", Aws::ACCOUNT);
    let endpoints = format!("  endpoints {{\n    ssm = \"{}\"\n    sts = \"{}\"\n  }}\n", ssm.url(), sts.url());
    let lines = format!(
        "{PROFILE}  assume_role {{\n    role_arn     = \"{role}\"\n    external_id  = \"ticket/7\"\n    session_name = \"rules@ci\"\n    \
         duration     = \"1h30m\"\n  }}\n{endpoints}"
    );
    terraform.write("main.tf", &provider(&lines, SETTINGS)).unwrap();
    terraform.init().await.unwrap().success().unwrap();
    terraform.apply(&[]).await.unwrap().success().unwrap();
    assert_eq!(terraform.plan(&[]).await.unwrap().code, 0);
    assert!(Aws::at(stack.url()).get_parameter(&format!("{NAMESPACE}/settings")).await.unwrap().is_some());

    let calls = sts.calls();
    assert!(!calls.is_empty() && calls.iter().all(|call| call.operation == "STS.AssumeRole"), "{calls:?}");
    let sent = body(&calls[0]);
    for part in ["trailhook-rules", "ExternalId=ticket%2F7", "RoleSessionName=rules%40ci", "DurationSeconds=5400"] {
        assert!(sent.contains(part), "{part} is missing in {sent}");
    }
    assert!(ssm.calls().iter().all(|call| call.operation.starts_with("SSM.")), "{:?}", ssm.calls());

    // Without a name, the session has the provider's.
    let lines = format!("{PROFILE}  assume_role {{\n    role_arn = \"{role}\"\n  }}\n{endpoints}");
    terraform.write("main.tf", &provider(&lines, SETTINGS)).unwrap();
    terraform.plan(&[]).await.unwrap();
    let sent = sts.calls().last().map(body).unwrap();
    assert!(sent.contains("RoleSessionName=terraform-provider-trailhook"), "{sent}");

    // A role that may not be assumed.
    let denied = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not authorized to perform: \
                  sts:AssumeRole</Message></Error><RequestId>r-1</RequestId></ErrorResponse>";
    sts.add(Rule::on("STS.AssumeRole").then(Action::Answer(Canned::http(403, "text/xml", denied))));
    let run = terraform.plan(&[]).await.unwrap();
    assert_eq!(run.code, 1);
    let text = run.diagnostics();
    for part in ["GetParameter of /trailhook/test/settings failed", "AccessDenied", "sts:AssumeRole"] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
}

#[tokio::test]
async fn a_profile_goes_before_the_keys_of_the_environment() {
    let stack = require!(MiniStack::start().await);
    // The emulator keeps a store for each key that is an account.
    let terraform = require!(without_environment())
        .environment("AWS_ACCESS_KEY_ID", "999999999999")
        .environment("AWS_SECRET_ACCESS_KEY", "secret")
        .endpoint(stack.url());
    write_profiles(&terraform.folder());
    terraform.write("main.tf", &provider(PROFILE, SETTINGS)).unwrap();
    terraform.init().await.unwrap().success().unwrap();
    terraform.apply(&[]).await.unwrap().success().unwrap();
    assert!(Aws::at(stack.url()).get_parameter(&format!("{NAMESPACE}/settings")).await.unwrap().is_some());
}

#[tokio::test]
async fn a_profile_that_is_not_there_is_named() {
    let proxy = FaultProxy::start().await.unwrap();
    let terraform = require!(without_environment()).endpoint(&proxy.url());
    write_profiles(&terraform.folder());
    std::fs::write(terraform.folder().join("empty"), "").unwrap();
    std::fs::write(terraform.folder().join("bare"), "[profile ops]\nregion = eu-central-1\n").unwrap();
    let terraform =
        terraform.environment("AWS_CONFIG_FILE", "config").environment("AWS_SHARED_CREDENTIALS_FILE", "credentials");
    let mut shown = String::new();
    for (title, lines) in [
        ("a name that no file has", "profile = \"opps\""),
        (
            "files that are named",
            "profile = \"ops\"\nshared_config_files = [\"empty\"]\nshared_credentials_files = [\"empty\"]",
        ),
        ("a file that is not there", "profile = \"ops\"\nshared_config_files = [\"absent\"]"),
    ] {
        terraform.write("main.tf", &provider(lines, SETTINGS)).unwrap();
        terraform.init().await.unwrap().success().unwrap();
        let run = terraform.plan(&[]).await.unwrap();
        assert_eq!(run.code, 1, "{title}: {}", run.stdout);
        shown.push_str(&format!("=== {title}\n{}\n\n", run.stderr.trim()));
    }
    let bare = "profile = \"ops\"\nshared_config_files = [\"bare\"]\nshared_credentials_files = [\"empty\"]";
    terraform.write("main.tf", &provider(bare, SETTINGS)).unwrap();
    let text = terraform.plan(&[]).await.unwrap().diagnostics();
    assert!(text.contains("the profile \"ops\" has no credentials"), "{text}");
    assert!(proxy.calls().is_empty(), "nobody is asked: {:?}", proxy.calls());
    insta::assert_snapshot!(shown.trim());
}

#[tokio::test]
async fn a_server_that_never_answers_holds_nobody_up() {
    let proxy = FaultProxy::start().await.unwrap();
    let terraform = require!(terraform(&proxy.url()));
    terraform.write("main.tf", &provider("  max_retries = 0\n", SETTINGS)).unwrap();
    terraform.init().await.unwrap().success().unwrap();
    proxy.add(Rule::on("SSM.GetParameter").then(Action::Hang));
    let run = terraform.plan(&[]).await.unwrap();
    assert_eq!(run.code, 2, "{}", run.diagnostics());
    assert!(run.diagnostics().contains("There was no answer"), "{}", run.diagnostics());
}

#[tokio::test]
async fn the_environment_gives_what_the_configuration_leaves_out() {
    let stack = require!(MiniStack::start().await);
    let terraform = require!(without_environment()).environment("AWS_PROFILE", "ops").endpoint(stack.url());
    write_profiles(&terraform.folder());
    let terraform =
        terraform.environment("AWS_CONFIG_FILE", "config").environment("AWS_SHARED_CREDENTIALS_FILE", "credentials");
    terraform.write("main.tf", &configuration(SETTINGS)).unwrap();
    terraform.init().await.unwrap().success().unwrap();
    terraform.apply(&[]).await.unwrap().success().unwrap();
}

#[tokio::test]
async fn a_provider_that_is_not_known_yet_is_put_off() {
    let stack = require!(MiniStack::start().await);
    let terraform = require!(terraform(stack.url()));
    let resources = r#"
resource "terraform_data" "source" { input = "000000000000" }
resource "terraform_data" "stage" { input = "test" }
resource "trailhook_settings" "all" {}
resource "trailhook_rule" "a" {
  name       = "a"
  expression = "event.get('readOnly') == False"
}
resource "trailhook_route" "a" {
  name = "a"
  slack_webhook { url_parameter = "/trailhook/secrets/webhook" }
}
resource "trailhook_rule_pack" "baseline" { name = "baseline" }
"#;
    let lines = r#"
  max_retries = length(terraform_data.source.output)
  assume_role {
    role_arn = "arn:aws:iam::${terraform_data.source.output}:role/trailhook"
  }
  default_tags {
    tags = { account = terraform_data.source.output }
  }
"#;
    let open = provider(lines, resources)
        .replace(&format!("\"{NAMESPACE}\""), "\"/trailhook/${terraform_data.stage.output}\"");
    terraform.write("main.tf", &open).unwrap();
    terraform.init().await.unwrap().success().unwrap();
    terraform.apply(&[]).await.unwrap().success().unwrap();
    assert_eq!(terraform.plan(&[]).await.unwrap().code, 0);
    let aws = Aws::at(stack.url());
    for path in ["settings", "rules/a", "routes/a", "packs/baseline"] {
        let tags = aws.parameter_tags(&format!("{NAMESPACE}/{path}")).await.unwrap();
        assert_eq!(tags, [("account".to_owned(), Aws::ACCOUNT.to_owned())], "{path}");
    }

    // Unknown again, and the same in the end: nothing is replaced, and nothing is written.
    terraform
        .write(
            "main.tf",
            &open.replace("{ input = \"test\" }", "{\n  input            = \"test\"\n  triggers_replace = 1\n}"),
        )
        .unwrap();
    terraform.apply(&[]).await.unwrap().success().unwrap();
    assert_eq!(terraform.plan(&[]).await.unwrap().code, 0);
    let versions: Vec<_> = aws.get_parameters_by_path("/").await.unwrap().iter().map(|found| found.version).collect();
    assert_eq!(versions, [1, 1, 1, 1]);

    // Unknown again, and another one in the end, while the object itself changes, too: it moves in the same run.
    let elsewhere = open.replace("\"test\"", "\"prod\"").replace("== False", "== True");
    terraform.write("main.tf", &elsewhere).unwrap();
    terraform.apply(&[]).await.unwrap().success().unwrap();
    assert_eq!(terraform.plan(&[]).await.unwrap().code, 0);
    let parameters = aws.get_parameters_by_path("/").await.unwrap();
    let names: Vec<_> = parameters.iter().map(|found| found.name.as_str()).collect();
    assert!(names.len() == 4 && names.iter().all(|name| name.starts_with("/trailhook/prod/")), "{names:?}");
    assert!(parameters.iter().any(|found| found.value.contains("== True")));
    terraform.write("main.tf", &open).unwrap();
    terraform.apply(&[]).await.unwrap().success().unwrap();

    // What turns out to be wrong is told then.
    terraform.write("main.tf", &open.replace("\"test\"", "\"a b\"")).unwrap();
    let run = terraform.apply(&[]).await.unwrap();
    assert_eq!(run.code, 1);
    assert!(run.diagnostics().contains("The namespace \"/trailhook/a b\" holds ` `"), "{}", run.diagnostics());

    // What is there can only be looked at by a provider that is known: until then it is taken for what it was.
    let source = "{ input = \"000000000000\" }";
    assert!(open.contains(source));
    let again = "{\n  input            = \"000000000000\"\n  triggers_replace = 1\n}";
    terraform.write("main.tf", &open.replace(source, again)).unwrap();
    terraform.apply(&[]).await.unwrap().success().unwrap();
    terraform.write("main.tf", &open).unwrap();
    assert_ne!(terraform.plan(&[]).await.unwrap().code, 1);
}

#[tokio::test]
async fn a_region_that_is_nowhere_is_told() {
    let proxy = FaultProxy::start().await.unwrap();
    let terraform = require!(terraform(&proxy.url()))
        .without("AWS_REGION")
        .environment("AWS_CONFIG_FILE", "absent")
        .environment("AWS_SHARED_CREDENTIALS_FILE", "absent");
    terraform.write("main.tf", &configuration("resource \"trailhook_settings\" \"all\" {}\n")).unwrap();
    terraform.init().await.unwrap().success().unwrap();
    let told = "Give `region` in the provider block, or set AWS_REGION, or name a region in the profile.";
    let run = terraform.plan(&[]).await.unwrap();
    assert_eq!(run.code, 2, "{run:?}");
    let text = run.diagnostics();
    assert!(text.contains("Warning: AWS could not be asked which names are free") && text.contains(told), "{text}");
    let run = terraform.apply(&[]).await.unwrap();
    assert_eq!(run.code, 1);
    let text = run.diagnostics();
    assert!(text.contains("Error: No AWS region") && text.contains(told), "{text}");
    assert!(proxy.calls().is_empty(), "{:?}", proxy.calls());
}

#[tokio::test]
async fn retries_are_counted_without_throttling() {
    let stack = require!(MiniStack::start().await);
    let proxy = FaultProxy::start().await.unwrap();
    proxy.forward_to(stack.url());
    let terraform = require!(terraform(&proxy.url()));
    terraform.write("main.tf", &provider("  max_retries = 1\n", SETTINGS)).unwrap();
    terraform.init().await.unwrap().success().unwrap();
    proxy.add(Rule::on("SSM.PutParameter").times(3).then(Action::Answer(Canned::ssm_throttled())));
    proxy.add(Rule::on("SSM.PutParameter").then(Action::Answer(Canned::ssm_internal_error())));
    let run = terraform.apply(&[]).await.unwrap();
    assert_eq!(run.code, 1);
    let text = run.diagnostics();
    assert!(text.contains("PutParameter of /trailhook/test/settings failed"), "{text}");
    assert!(text.contains("InternalServerError") && text.contains("(request "), "{text}");
    assert_eq!(proxy.calls_to("SSM.PutParameter").len(), 3 + 2);
}
