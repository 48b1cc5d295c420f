//! `trailhook_settings`, and what all parameters have in common: tags and tiers. With the real Terraform, against the
//! emulator's Parameter Store.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod support;

use std::fmt::Write as _;

use serde_json::{Value, json};
use support::stand::Stand;
use support::{NAMESPACE, configuration, terraform};
use trailhook_tests::{Action, Canned, FaultProxy, ParameterKind, Rule, Terraform, require};

const SETTINGS: &str = r#"
resource "trailhook_settings" "all" {
  account_aliases    = { "111122223333" = "production {{x}}" }
  notify_rule_errors = false
  refresh_seconds    = 300
  redact             = ["requestParameters.**.password", "responseElements.*"]
  metrics_namespace  = "Security/Trailhook"
  tags               = { team = "security" }
}
"#;

const BARE: &str = "resource \"trailhook_settings\" \"all\" {}\n";

const NEWER_SCHEMA: &str =
    "The document has schema 2, and this version reads up to 1; update it to the version that wrote the document.";

const ADDRESS: &str = "trailhook_settings.all";

fn parameter() -> String {
    format!("{NAMESPACE}/settings")
}

/// The provider's block with default tags.
fn with_default_tags(tags: &str, resources: &str) -> String {
    let block = format!("namespace = \"{NAMESPACE}\"\n  default_tags {{\n    tags = {tags}\n  }}");
    configuration(resources).replace(&format!("namespace = \"{NAMESPACE}\""), &block)
}

impl Stand {
    async fn apply_text(&self, text: &str) {
        self.terraform.write("main.tf", text).unwrap();
        self.terraform.init().await.unwrap().success().unwrap();
        self.terraform.apply(&[]).await.unwrap().success().unwrap();
        self.assert_empty_plan().await;
    }

    async fn settings(&self) -> Value {
        self.attributes(ADDRESS).await
    }

    async fn tags(&self) -> Vec<(String, String)> {
        self.aws.parameter_tags(&parameter()).await.unwrap()
    }

    /// Writes the parameter as somebody does by hand, into a tier.
    async fn put_by_hand(&self, tier: &str) {
        let value = self.aws.get_parameter(&parameter()).await.unwrap().unwrap().value;
        let request = json!({"Name": parameter(), "Value": value, "Type": "String", "Overwrite": true, "Tier": tier});
        self.aws.call_json("ssm", "AmazonSSM.PutParameter", &request).await.unwrap();
    }

    async fn tier(&self) -> String {
        let filter = json!([{"Key": "Name", "Option": "Equals", "Values": [parameter()]}]);
        let request = json!({ "ParameterFilters": filter });
        let answer = self.aws.call_json("ssm", "AmazonSSM.DescribeParameters", &request).await.unwrap();
        answer["Parameters"][0]["Tier"].as_str().unwrap().to_owned()
    }
}

fn pairs(tags: &[(&str, &str)]) -> Vec<(String, String)> {
    tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn settings_live_from_apply_to_destroy() {
    let stand = require!(Stand::start().await);
    stand.apply(SETTINGS).await;
    assert_eq!(
        stand.document("settings").await.unwrap(),
        json!({
            "schema": 1, "account_aliases": {"111122223333": "production {{x}}"}, "notify_rule_errors": false,
            "notify_log_removal": true, "refresh_seconds": 300, "metrics_namespace": "Security/Trailhook",
            "redact": ["requestParameters.**.password", "responseElements.*"]
        })
    );
    let raw = stand.aws.get_parameter(&parameter()).await.unwrap().unwrap();
    assert!(!raw.value.contains("{{"), "Parameter Store would refuse {}", raw.value);
    let settings = stand.settings().await;
    assert_eq!(settings["id"], NAMESPACE);
    assert_eq!(settings["parameter_name"], parameter());
    assert_eq!(settings["version"], 1);
    assert_eq!(settings["tier"], "Intelligent-Tiering");
    assert!(settings["arn"].as_str().unwrap().ends_with(":parameter/trailhook/test/settings"), "{settings}");

    // Update in place, with empty values, and back to the defaults.
    stand.apply(&SETTINGS.replace("300", "30")).await;
    assert_eq!(stand.settings().await["version"], 2);
    stand
        .apply("resource \"trailhook_settings\" \"all\" {\n  account_aliases = {}\n  redact = []\n  tags = {}\n}\n")
        .await;
    stand.apply(BARE).await;
    let settings = stand.settings().await;
    assert_eq!(
        (&settings["refresh_seconds"], &settings["notify_rule_errors"], &settings["metrics_namespace"]),
        (&json!(60), &json!(true), &json!("Trailhook"))
    );
    assert_eq!(stand.tags().await, []);

    stand.terraform.destroy().await.unwrap().success().unwrap();
    assert_eq!(stand.aws.get_parameters_by_path("/").await.unwrap(), []);
}

#[tokio::test]
async fn a_namespace_has_one_settings() {
    let stand = require!(Stand::start().await);
    stand.apply(BARE).await;
    let other = terraform(&stand.proxy.url()).unwrap();
    other.write("main.tf", &configuration(SETTINGS)).unwrap();
    other.init().await.unwrap().success().unwrap();
    let run = other.plan(&[]).await.unwrap();
    assert_eq!(run.code, 1);
    let told = "The settings of /trailhook/test exist already with trailhook_settings.all, on main.tf line 12, in resource \
                \"trailhook_settings\" \"all\": 12: resource \"trailhook_settings\" \"all\" { The parameter \
                /trailhook/test/settings is there, and is not overwritten. If this configuration had it under another label or key, \
                keep it with moved { from = trailhook_settings.OLD to = trailhook_settings.NEW } (or, if it is gone by now, apply again). If it was made elsewhere, take it \
                over with terraform import trailhook_settings.LABEL /trailhook/test where LABEL is this resource's. A namespace has \
                one trailhook_settings.";
    assert!(run.diagnostics().contains(told), "{}", run.diagnostics());
}

#[tokio::test]
async fn settings_are_imported_both_ways() {
    let stand = require!(Stand::start().await);
    stand.apply(SETTINGS).await;
    for id in [NAMESPACE, "settings", &parameter()] {
        stand.terraform.run(["state", "rm", ADDRESS]).await.unwrap().success().unwrap();
        stand.terraform.import(ADDRESS, id).await.unwrap().success().unwrap();
        stand.assert_empty_plan().await;
    }
    stand.terraform.run(["state", "rm", ADDRESS]).await.unwrap().success().unwrap();
    let run = stand.terraform.import(ADDRESS, "/trailhook/elsewhere").await.unwrap();
    assert_eq!(run.code, 1);
    let text = run.diagnostics();
    assert!(text.contains("\"/trailhook/elsewhere\" is not the id of the settings"), "{text}");
    assert!(text.contains("Import by the provider's namespace, /trailhook/test."), "{text}");

    let block = format!("import {{\n  to = {ADDRESS}\n  id = \"{NAMESPACE}\"\n}}\n");
    stand.terraform.write("main.tf", &configuration(&block)).unwrap();
    let run = stand.terraform.plan(&["-generate-config-out=generated.tf"]).await.unwrap();
    let shown = format!("{}{}", run.stdout, run.stderr);
    assert!(shown.contains("Plan: 1 to import, 0 to add, 0 to change, 0 to destroy."), "{shown}");
    stand.terraform.apply(&[]).await.unwrap().success().unwrap();
    stand.assert_empty_plan().await;
}

#[tokio::test]
async fn what_changes_outside_is_shown_and_mended() {
    let stand = require!(Stand::start().await);
    stand.apply(SETTINGS).await;
    let original = stand.aws.get_parameter(&parameter()).await.unwrap().unwrap().value;
    let hand = [
        (original.replace("300", "60"), "refresh_seconds", false),
        (original.replacen('{', "{ ", 1), "metrics_namespace", false),
        ("garbled".to_owned(), "metrics_namespace", true),
        (r#"{"schema":1,"redact":7,"token":"garbled"}"#.to_owned(), "metrics_namespace", true),
    ];
    for (text, shown, is_told) in hand {
        stand.aws.put_parameter(&parameter(), ParameterKind::String, &text, true).await.unwrap();
        let plan = stand.terraform.plan(&[]).await.unwrap();
        assert!(plan.stdout.contains(shown) && plan.stdout.contains("0 to add, 1 to change"), "{}", plan.stdout);
        // What is lost by the write is told, and not shown.
        let told = plan.diagnostics();
        let warning = "Warning: /trailhook/test/settings does not hold its settings";
        assert_eq!(told.contains(warning) && told.contains("The next apply overwrites it"), is_told, "{told}");
        assert!(!told.contains("garbled"), "{told}");
        stand.terraform.apply(&[]).await.unwrap().success().unwrap();
        stand.assert_empty_plan().await;
        assert_eq!(stand.aws.get_parameter(&parameter()).await.unwrap().unwrap().value, original);
    }

    // Garbled settings are mended where nothing is configured, too.
    stand.apply(BARE).await;
    stand.aws.put_parameter(&parameter(), ParameterKind::String, "garbled", true).await.unwrap();
    assert_eq!(stand.terraform.plan(&[]).await.unwrap().code, 2);
    stand.apply(SETTINGS).await;

    let newer = r#"{"schema":2}"#;
    stand.aws.put_parameter(&parameter(), ParameterKind::String, newer, true).await.unwrap();
    let plan = stand.terraform.plan(&[]).await.unwrap();
    assert_eq!(plan.code, 1);
    let text = plan.diagnostics();
    assert!(text.contains("The settings in /trailhook/test/settings cannot be read"), "{text}");
    assert!(text.contains(NEWER_SCHEMA), "{text}");

    stand.aws.delete_parameter(&parameter()).await.unwrap();
    let plan = stand.terraform.plan(&[]).await.unwrap();
    assert!(plan.stdout.contains("1 to add, 0 to change"), "{}", plan.stdout);
    stand.terraform.apply(&[]).await.unwrap().success().unwrap();
    stand.assert_empty_plan().await;
    stand.aws.delete_parameter(&parameter()).await.unwrap();
    stand.terraform.destroy().await.unwrap().success().unwrap();
}

#[tokio::test]
async fn tags_are_those_of_the_resource_and_of_the_provider() {
    let stand = require!(Stand::start().await);
    let tagged = |tags: &str| BARE.replace("{}", &format!("{{\n  tags = {tags}\n}}"));
    let defaults = r#"{ owner = "platform", team = "everybody" }"#;

    stand.apply_text(&with_default_tags(defaults, &tagged(r#"{ team = "security" }"#))).await;
    assert_eq!(stand.tags().await, pairs(&[("owner", "platform"), ("team", "security")]));
    let settings = stand.settings().await;
    assert_eq!(settings["tags"], json!({"team": "security"}));
    assert_eq!(settings["tags_all"], json!({"owner": "platform", "team": "security"}));

    // A change of tags alone writes no new version.
    stand.apply_text(&with_default_tags(defaults, &tagged(r#"{ stage = "prod" }"#))).await;
    assert_eq!(stand.tags().await, pairs(&[("owner", "platform"), ("stage", "prod"), ("team", "everybody")]));
    stand.apply_text(&with_default_tags("{ owner = \"security\" }", &tagged(r#"{ stage = "prod" }"#))).await;
    assert_eq!(stand.tags().await, pairs(&[("owner", "security"), ("stage", "prod")]));
    assert_eq!(stand.settings().await["version"], 1);

    // Added, changed and removed by hand; what AWS sets itself is none of ours.
    let hand = [("stage", "test"), ("owner", "nobody"), ("extra", "x"), ("aws:cloudformation:stack-name", "s")];
    stand.aws.tag_parameter(&parameter(), &hand).await.unwrap();
    let plan = stand.terraform.plan(&[]).await.unwrap();
    assert!(plan.stdout.contains("extra") && plan.stdout.contains("0 to add, 1 to change"), "{}", plan.stdout);
    assert!(!plan.stdout.contains("aws:cloudformation"), "{}", plan.stdout);
    stand.terraform.apply(&[]).await.unwrap().success().unwrap();
    stand.assert_empty_plan().await;
    let own: Vec<_> = stand.tags().await.into_iter().filter(|(key, _)| !key.starts_with("aws:")).collect();
    assert_eq!(own, pairs(&[("owner", "security"), ("stage", "prod")]));

    // Imported under default tags.
    stand.terraform.run(["state", "rm", ADDRESS]).await.unwrap().success().unwrap();
    stand.terraform.import(ADDRESS, NAMESPACE).await.unwrap().success().unwrap();
    stand.assert_empty_plan().await;
    stand.apply(BARE).await;
    let own: Vec<_> = stand.tags().await.into_iter().filter(|(key, _)| !key.starts_with("aws:")).collect();
    assert_eq!(own, []);

    // The tags are changed, and then the write fails: the state has the tags.
    let changed = |tags: &str, seconds: u32| {
        let attributes = format!("{{\n  tags            = {tags}\n  refresh_seconds = {seconds}\n}}");
        BARE.replace("{}", &attributes)
    };
    stand.apply(&changed(r#"{ a = "1" }"#, 60)).await;
    stand.prepare(&changed(r#"{ a = "2" }"#, 90)).await;
    stand.proxy.add(Rule::on("SSM.PutParameter").times(1).then(Action::Answer(Canned::ssm_access_denied())));
    assert_eq!(stand.terraform.apply(&[]).await.unwrap().code, 1);
    let settings = stand.settings().await;
    assert_eq!((&settings["tags"]["a"], &settings["refresh_seconds"]), (&json!("2"), &json!(60)));
    stand.prepare(&changed(r#"{ a = "1" }"#, 60)).await;
    stand.terraform.apply(&["-refresh=false"]).await.unwrap().success().unwrap();
    stand.assert_empty_plan().await;

    // What is removed between plan and apply is made anew with its tags.
    stand.prepare(&changed(r#"{ a = "1" }"#, 90)).await;
    assert_eq!(stand.terraform.plan(&["-out=plan"]).await.unwrap().code, 2);
    stand.aws.delete_parameter(&parameter()).await.unwrap();
    stand.terraform.apply(&["plan"]).await.unwrap().success().unwrap();
    stand.assert_empty_plan().await;
    stand.apply(BARE).await;

    // A tag of each is as wanted, in both.
    stand.apply_text(&with_default_tags("{ a = \"1\" }", &tagged(r#"{ a = "1" }"#))).await;
    assert_eq!(stand.settings().await["tags"], json!({"a": "1"}));
}

#[tokio::test]
async fn a_tier_that_is_asked_for_is_held() {
    let stand = require!(Stand::start().await);
    let tier = |tier: &str| BARE.replace("{}", &format!("{{\n  tier = \"{tier}\"\n}}"));
    stand.apply(&tier("Standard")).await;
    assert_eq!(stand.tier().await, "Standard");
    stand.apply(&tier("Advanced")).await;
    assert_eq!((stand.tier().await.as_str(), &stand.settings().await["version"]), ("Advanced", &json!(2)));

    // There is no way back but a new parameter.
    stand.prepare(&tier("Standard")).await;
    let plan = stand.terraform.plan(&[]).await.unwrap();
    assert!(plan.stdout.contains("forces replacement") && plan.stdout.contains("1 to destroy"), "{}", plan.stdout);
    // The name may not be free at once.
    let taken = Canned::ssm_error(400, "ParameterAlreadyExists", "The parameter already exists.");
    stand.proxy.add(Rule::on("SSM.PutParameter").times(1).then(Action::Answer(taken)));
    stand.apply(&tier("Standard")).await;
    assert_eq!((stand.tier().await.as_str(), &stand.settings().await["version"]), ("Standard", &json!(1)));

    // An import does not tell which tier is wanted; the one that is there is not written again.
    stand.terraform.run(["state", "rm", ADDRESS]).await.unwrap().success().unwrap();
    stand.terraform.import(ADDRESS, NAMESPACE).await.unwrap().success().unwrap();
    stand.apply(&tier("Standard")).await;
    assert_eq!(stand.settings().await["version"], 1);

    // Somebody made it an advanced one. AWS may answer with an empty page first.
    stand.put_by_hand("Advanced").await;
    let empty = r#"{"Parameters":[],"NextToken":"next"}"#;
    let empty = Canned::http(200, "application/x-amz-json-1.1", empty);
    stand.proxy.add(Rule::on("SSM.DescribeParameters").times(1).then(Action::Answer(empty)));
    let plan = stand.terraform.plan(&[]).await.unwrap();
    assert!(plan.stdout.contains("forces replacement"), "{}", plan.stdout);
    stand.apply(&tier("Standard")).await;

    // Whatever tier AWS chose is as wanted, and costs no call.
    stand.apply(BARE).await;
    stand.put_by_hand("Advanced").await;
    let before = stand.proxy.calls_to("SSM.DescribeParameters").len();
    stand.terraform.apply(&["-refresh-only"]).await.unwrap().success().unwrap();
    stand.assert_empty_plan().await;
    assert_eq!(stand.proxy.calls_to("SSM.DescribeParameters").len(), before);

    // Where AWS chose the advanced one, a standard one replaces it.
    stand.prepare(&tier("Standard")).await;
    let plan = stand.terraform.plan(&[]).await.unwrap();
    assert!(plan.stdout.contains("forces replacement"), "{}", plan.stdout);
    stand.apply(&tier("Standard")).await;
    assert_eq!(stand.tier().await, "Standard");
}

#[tokio::test]
async fn values_of_other_resources_may_be_unknown_at_plan() {
    let stand = require!(Stand::start().await);
    let resources = r#"
resource "terraform_data" "source" { input = "security" }
resource "trailhook_settings" "all" {
  account_aliases    = { "111122223333" = terraform_data.source.output }
  notify_rule_errors = terraform_data.source.output == "security"
  refresh_seconds    = length(terraform_data.source.output) * 10
  redact             = [terraform_data.source.output]
  metrics_namespace  = terraform_data.source.output
  tier               = terraform_data.source.output == "security" ? "Standard" : "Advanced"
  tags               = { team = terraform_data.source.output }
}
"#;
    stand.apply(resources).await;
    let settings = stand.settings().await;
    assert_eq!((&settings["refresh_seconds"], &settings["tier"]), (&json!(80), &json!("Standard")));
    assert_eq!(stand.tags().await, pairs(&[("team", "security")]));
    stand.terraform.destroy().await.unwrap().success().unwrap();

    // What turns out to be wrong at apply is an error then, and nothing is written.
    for (from, to, text) in [
        ("* 10", "* 1", "The age of the rules is out of range"),
        ("{ team =", "{ \"aws:team\" =", "The key of a tag cannot be used"),
        ("? \"Standard\"", "? \"Cheap\"", "Unknown tier"),
    ] {
        stand.prepare(&resources.replace(from, to)).await;
        let run = stand.terraform.apply(&[]).await.unwrap();
        assert_eq!(run.code, 1);
        assert!(run.diagnostics().contains(text), "{}", run.diagnostics());
        assert_eq!(stand.document("settings").await, None);
    }
}

/// Each mistake in a file of its own, and what Terraform says of it.
const MISTAKES: &[(&str, &str)] = &[
    (
        "an account that is none",
        "resource \"trailhook_settings\" \"all\" {\n  account_aliases = {\n    prod = \"111122223333\"\n  }\n}\n",
    ),
    (
        "an account that is written as a number",
        "resource \"trailhook_settings\" \"all\" {\n  account_aliases = {\n    1111222233 = \"prod\"\n  }\n}\n",
    ),
    ("rules that would be read too often", "resource \"trailhook_settings\" \"all\" {\n  refresh_seconds = 5\n}\n"),
    ("rules that would be read too seldom", "resource \"trailhook_settings\" \"all\" {\n  refresh_seconds = 3601\n}\n"),
    ("a negative age", "resource \"trailhook_settings\" \"all\" {\n  refresh_seconds = -5\n}\n"),
    (
        "a pattern that fits nothing",
        "resource \"trailhook_settings\" \"all\" {\n  redact = [\n    \"requestParameters.*\",\n    \"a..b\",\n  ]\n}\n",
    ),
    ("a namespace of AWS", "resource \"trailhook_settings\" \"all\" {\n  metrics_namespace = \"AWS/Lambda\"\n}\n"),
    ("an unknown tier", "resource \"trailhook_settings\" \"all\" {\n  tier = \"standard\"\n}\n"),
    (
        "tags that AWS refuses",
        "resource \"trailhook_settings\" \"all\" {\n  tags = {\n    \"aws:team\" = \"security\"\n    \"a,b\"      = \"c\\td\"\n  }\n}\n",
    ),
    (
        "values that are null",
        "resource \"trailhook_settings\" \"all\" {\n  account_aliases = { \"111122223333\" = null }\n  redact          = [null]\n  tags            = { team = null }\n}\n",
    ),
    (
        "mistakes beside values that are null or not known yet",
        "resource \"terraform_data\" \"name\" { input = \"x\" }\nresource \"trailhook_settings\" \"all\" {\n  account_aliases = {\n    \"111122223333\" = terraform_data.name.output\n    prod = \"x\"\n  }\n  redact = [\n    null,\n    terraform_data.name.output,\n    \"a..b\",\n  ]\n  tags = {\n    \"team\" = terraform_data.name.output\n    \"aws:a\" = null\n    \"a\" = null\n  }\n}\n",
    ),
    (
        "more tags than AWS admits",
        "resource \"trailhook_settings\" \"all\" {\n  tags = { for i in range(51) : \"tag${i}\" => i }\n}\n",
    ),
    (
        "more than a standard parameter holds",
        "resource \"trailhook_settings\" \"all\" {\n  tier   = \"Standard\"\n  redact = [for i in range(100) : format(\"requestParameters.field%030d\", i)]\n}\n",
    ),
    (
        "more than a parameter holds",
        "resource \"trailhook_settings\" \"all\" {\n  redact = [for i in range(200) : format(\"requestParameters.field%030d\", i)]\n}\n",
    ),
];

#[tokio::test]
async fn each_mistake_is_told_at_its_place() {
    let proxy = FaultProxy::start().await.unwrap();
    let mut shown = String::new();
    for (title, resources) in MISTAKES {
        let terraform: Terraform = require!(terraform(&proxy.url()));
        terraform.write("main.tf", &configuration(resources)).unwrap();
        terraform.init().await.unwrap().success().unwrap();
        // The number of tags is known at plan, when the provider's own are.
        let run = match terraform.validate().await.unwrap() {
            run if run.code == 0 => terraform.plan(&[]).await.unwrap(),
            run => run,
        };
        assert_eq!(run.code, 1, "{title}: {}", run.stdout);
        writeln!(shown, "=== {title}\n{}\n", run.stderr.trim()).unwrap();
    }
    insta::assert_snapshot!(shown);
}
