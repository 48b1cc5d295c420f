//! Rules over logs that are there already, under the real Terraform: the demo's logs in the emulator's S3, and as files.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};
use support::{NAMESPACE, configuration, gzip, terraform};
use trailhook_tests::{Action, Aws, Canned, FaultProxy, MiniStack, Rule, SampleLogs, SampleObject, Terraform, require};

const BUCKET: &str = "trail-logs";

/// The day of the demo.
const DAY: &str = "  from   = \"2026-02-03T00:00:00Z\"\n  to     = \"2026-02-04T00:00:00Z\"\n";

/// The demo's logs in a bucket, behind a proxy that counts calls.
struct Stand {
    aws: Aws,
    proxy: FaultProxy,
    terraform: Terraform,
    samples: Vec<SampleObject>,
    _stack: MiniStack,
}

impl Stand {
    async fn start() -> anyhow::Result<Self> {
        let stack = MiniStack::start().await?;
        let proxy = FaultProxy::start().await?;
        proxy.forward_to(stack.url());
        let aws = Aws::at(stack.url());
        let terraform = terraform(&proxy.url())?;
        aws.create_bucket(BUCKET).await?;
        let samples = SampleLogs::checked_in().objects()?;
        for sample in &samples {
            aws.put_object(BUCKET, &sample.key, sample.body.clone()).await?;
        }
        // Neighbours of the logs, which are none of a backtest's business.
        aws.put_object(BUCKET, "AWSLogs/111122223333/Config/eu-central-1/2026/2/3/config.json.gz", "no log").await?;
        aws.put_object(BUCKET, "backup/AWSLogs.tar", "no log").await?;
        Ok(Self { aws, proxy, terraform, samples, _stack: stack })
    }

    async fn init(&self, resources: &str) {
        self.terraform.write("main.tf", &configuration(resources)).unwrap();
        self.terraform.init().await.unwrap().success().unwrap();
    }

    /// The figures of a backtest with this body.
    async fn figures(&self, body: &str) -> Value {
        self.init(&backtest(body)).await;
        self.terraform.apply(&[]).await.unwrap().success().unwrap();
        self.terraform.show(None).await.unwrap()["values"]["outputs"]["backtest"]["value"].clone()
    }

    /// What Terraform says of a plan that fails.
    async fn refusal(&self, body: &str) -> String {
        self.init(&backtest(body)).await;
        let run = self.terraform.plan(&[]).await.unwrap();
        assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
        run.diagnostics()
    }

    /// The records that a backtest of everything reads: all but digests.
    fn records(&self) -> Vec<Value> {
        let logs = self.samples.iter().filter(|sample| !sample.key.contains("CloudTrail-Digest"));
        logs.flat_map(|sample| sample.records().unwrap()).collect()
    }
}

fn backtest(body: &str) -> String {
    format!(
        "data \"trailhook_backtest\" \"test\" {{\n{body}}}\noutput \"backtest\" {{\n  value = data.trailhook_backtest.test\n}}\n"
    )
}

/// What is read from the bucket, with more of the body behind it.
fn in_bucket(expression: &str, more: &str) -> String {
    format!("  expression = {}\n  bucket = \"{BUCKET}\"\n{DAY}{more}", json!(expression))
}

const ASSUMED: &str = "event.get('eventName') == 'AssumeRole'";

#[tokio::test]
async fn a_bucket_is_counted_by_its_days() {
    let stand = require!(Stand::start().await);
    let figures = stand.figures(&in_bucket(ASSUMED, "")).await;

    // Counted another way.
    let records = stand.records();
    let matches: Vec<_> = records.iter().filter(|record| record["eventName"] == "AssumeRole").collect();
    let mut actors: BTreeMap<&str, u64> = BTreeMap::new();
    for record in &matches {
        let identity = &record["userIdentity"];
        let issuer = &identity["sessionContext"]["sessionIssuer"]["arn"];
        let names =
            [issuer, &identity["arn"], &identity["principalId"], &identity["invokedBy"], &record["sourceIPAddress"]];
        *actors.entry(names.iter().find_map(|name| name.as_str()).unwrap()).or_default() += 1;
    }
    let mut top: Vec<_> = actors.into_iter().collect();
    top.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let top: Vec<_> = top.iter().take(10).map(|(actor, count)| json!({"actor": actor, "count": count})).collect();
    assert_eq!(figures["events"], records.len());
    assert_eq!(figures["matches"], matches.len());
    assert_eq!(figures["matches_per_day"], matches.len(), "three hours count as a day");
    assert_eq!(figures["top_actors"], Value::from(top));
    assert_eq!(figures["top_event_names"], json!([{"event_name": "AssumeRole", "count": matches.len()}]));
    assert_eq!(figures["first_event_time"], "2026-02-03T08:02:00Z");
    assert_eq!(
        (&figures["truncated"], &figures["errors"], &figures["first_error"]),
        (&json!(false), &json!(0), &Value::Null)
    );
    let mut latest: Vec<_> =
        matches.iter().map(|record| (record["eventTime"].as_str(), record["eventID"].as_str())).collect();
    latest.sort_unstable();
    let latest: Vec<_> = latest.into_iter().rev().take(10).map(|(_, id)| id).collect();
    assert_eq!(figures["sample_event_ids"], json!(latest));

    // Only folders of that day were listed, and neither digests nor anything else was read.
    let reads: Vec<_> = stand.proxy.calls_to("S3.GetObject").into_iter().map(|call| call.path).collect();
    assert!(
        reads.iter().all(|path| path.contains("/CloudTrail/") || path.contains("/CloudTrail-Insight/")),
        "{reads:?}"
    );
    let listed = stand.proxy.calls_to("S3.ListObjectsV2").into_iter().map(|call| call.path);
    let of_days: Vec<_> = listed.filter(|path| !path.contains("delimiter=")).collect();
    assert!(!of_days.is_empty() && of_days.iter().all(|path| path.contains("2026%2F02%2F03%2F")), "{of_days:?}");

    // A part of it.
    let part = stand.figures(&in_bucket(ASSUMED, "  prefix = \"AWSLogs/444455556666/CloudTrail/eu-west-1\"\n")).await;
    assert_eq!((&part["objects"], &part["events"], &part["matches"]), (&json!(1), &json!(15), &json!(0)));
    let hour =
        in_bucket(ASSUMED, "").replace("T00:00:00Z", "T09:15:00Z").replace("2026-02-04T09:15", "2026-02-03T10:10");
    let part = stand.figures(&hour).await;
    assert_eq!((&part["objects"], &part["events"]), (&json!(1), &json!(10)), "from 09:15 on, before 10:10");

    // The newest within a budget.
    let part = stand.figures(&in_bucket(ASSUMED, "  max_bytes = 14000\n  concurrency = 1\n")).await;
    assert_eq!(
        (&part["objects"], &part["bytes"], &part["truncated"]),
        (&json!(4), &json!(4510 + 6746 + 1583 + 438), &json!(true))
    );
}

#[tokio::test]
async fn files_give_the_figures_of_the_bucket() {
    let stand = require!(Stand::start().await);
    let folder = SampleLogs::checked_in().folder().canonicalize().unwrap();
    let rule = "  event_names = [\"sts:AssumeRole\", \"ConsoleLogin\"]\n  exceptions = [\"event['userIdentity.type'] == 'AWSService'\"]\n";
    let of_bucket = stand.figures(&format!("{rule}  bucket = \"{BUCKET}\"\n{DAY}")).await;
    assert!(of_bucket["excepted"].as_i64().unwrap() > 0 && of_bucket["matches"].as_i64().unwrap() > 0, "{of_bucket}");
    for files in [format!("[{folder:?}]"), format!("[\"{}/**/*.json.gz\"]", folder.display())] {
        let of_files = stand.figures(&format!("{rule}  files = {files}\n")).await;
        for (name, value) in of_bucket.as_object().unwrap() {
            if !["bucket", "files", "from", "to"].contains(&name.as_str()) {
                assert_eq!(of_files[name], *value, "{name} of {files}");
            }
        }
    }
    let part = stand.figures(&format!("{rule}  files = [{folder:?}]\n  max_bytes = 10000\n")).await;
    assert_eq!((&part["objects"], &part["truncated"]), (&json!(1), &json!(true)));
}

#[tokio::test]
async fn figures_become_warnings_and_errors() {
    let stand = require!(Stand::start().await);
    let mut shown = String::new();
    for (title, body) in [
        ("too often", in_bucket("event.get('awsRegion') == 'eu-central-1'", "  warn_above = 1\n  fail_above = 20.5\n")),
        ("often, with errors", in_bucket("event['eventName'] == 'AssumeRole'", "  warn_above = 18\n")),
        ("not complete", in_bucket(ASSUMED, "  max_bytes = 14000\n")),
        (
            "nothing read",
            in_bucket(ASSUMED, "").replace("2026-02-03", "2026-02-02").replace("2026-02-04", "2026-02-03"),
        ),
    ] {
        stand.init(&backtest(&body)).await;
        let run = stand.terraform.plan(&[]).await.unwrap();
        let said = format!("{}{}", run.stdout, run.stderr);
        // Warnings stand behind the plan, which shows the figures.
        let start = said.find("\nWarning: ").into_iter().chain(said.find("\nError: ")).min().unwrap();
        let (_, told) = said.split_at(start);
        let told = told.split("─────").next().unwrap();
        writeln!(shown, "=== {title}: {}\n{}\n", run.code, told.trim()).unwrap();
    }
    insta::assert_snapshot!(shown);

    // What is told once holds the plan back no longer when the limit is not reached.
    let figures = stand.figures(&in_bucket(ASSUMED, "  warn_above = 19\n  fail_above = 20\n")).await;
    assert_eq!(figures["matches"], 19);
}

/// The function judges Insight events, too: a rule may be about them.
#[tokio::test]
async fn errors_on_insight_events_are_explained() {
    let stand = require!(Stand::start().await);
    let body = in_bucket("event['eventName'] == 'AssumeRole'", "");
    let figures = stand.figures(&body).await;
    assert_eq!((&figures["matches"], &figures["errors"]), (&json!(19), &json!(1)));
    let text = stand.terraform.plan(&[]).await.unwrap().diagnostics();
    for part in [
        "On 1 event of 261, which counts as not true, as it does in the function.",
        "It is an Insight event, without `eventName`",
        "put `event.get(\"eventCategory\") != \"Insight\" and` in front",
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    let body = in_bucket("event.get('eventCategory') != 'Insight' and event['eventName'] == 'AssumeRole'", "");
    let figures = stand.figures(&body).await;
    assert_eq!((&figures["matches"], &figures["errors"]), (&json!(19), &json!(0)));
    let figures = stand.figures(&in_bucket("event.get('eventCategory') == 'Insight'", "")).await;
    assert_eq!(figures["matches"], 1);
}

#[tokio::test]
async fn a_bucket_out_of_reach_is_named_with_what_to_check() {
    // A port that nobody has: it was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let terraform = require!(terraform(&format!("http://127.0.0.1:{port}")));
    let resources = configuration(&backtest(&in_bucket(ASSUMED, "")));
    let namespace = format!("namespace = \"{NAMESPACE}\"");
    terraform.write("main.tf", &resources.replace(&namespace, &format!("{namespace}\nmax_retries = 0"))).unwrap();
    terraform.init().await.unwrap().success().unwrap();
    let run = terraform.plan(&[]).await.unwrap();
    assert_eq!(run.code, 1, "{}", run.stdout);
    let text = run.diagnostics();
    for part in [
        &format!("Error: ListObjectsV2 of s3://{BUCKET}/ failed"),
        "with data.trailhook_backtest.test",
        "There was no answer.",
        "Connection refused",
        "Check the network, the region and the addresses of AWS services: `endpoints` of the provider, or AWS_ENDPOINT_URL and its like",
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_named() {
    let stand = require!(Stand::start().await);
    let key = "AWSLogs/444455556666/CloudTrail/eu-west-1/2026/02/03/444455556666_CloudTrail_eu-west-1_20260203T1105Z_c6DX1y2ddKcoltwv.json.gz";

    // A transfer that breaks off once is made again; one that always does is an error.
    let rule = Rule::on("S3.GetObject").mentioning("c6DX1y2ddKcoltwv");
    stand.proxy.add(rule.clone().times(1).then(Action::CutBody { after: 100 }));
    assert_eq!(stand.figures(&in_bucket(ASSUMED, "")).await["matches"], 19);
    stand.proxy.clear_rules();
    stand.proxy.add(rule.clone().then(Action::CutBody { after: 100 }));
    let text = stand.refusal(&in_bucket(ASSUMED, "")).await;
    assert!(text.contains(&format!("Error: s3://{BUCKET}/{key} cannot be read")), "{text}");
    assert!(text.contains("The transfer broke off 3 times: "), "{text}");
    stand.proxy.clear_rules();

    stand.proxy.add(rule.then(Action::Answer(Canned::s3_access_denied())));
    let text = stand.refusal(&in_bucket(ASSUMED, "")).await;
    assert!(text.contains(&format!("Error: GetObject of s3://{BUCKET}/{key} failed")), "{text}");
    assert!(text.contains("AccessDenied: ") && text.contains("(request "), "{text}");
    stand.proxy.clear_rules();

    // No log, and one that was cut off when it was copied.
    let whole = gzip(br#"{"Records":[{"eventName":"A"}]}"#).unwrap();
    for (content, reason) in [
        (b"archived".to_vec(), "The content is not a CloudTrail log: it has no list `Records`."),
        (Vec::new(), "The content is not a CloudTrail log: it has no list `Records`."),
        (whole[..whole.len() - 10].to_vec(), "The content cannot be decompressed"),
    ] {
        stand.aws.put_object(BUCKET, key, content).await.unwrap();
        let text = stand.refusal(&in_bucket(ASSUMED, "")).await;
        assert!(
            text.contains(&format!("Error: s3://{BUCKET}/{key} cannot be read")) && text.contains(reason),
            "{text}"
        );
    }

    let text = stand.refusal(&in_bucket(ASSUMED, "").replace(BUCKET, "absent")).await;
    assert!(text.contains("Error: ListObjectsV2 of s3://absent/ failed") && text.contains("NoSuchBucket: "), "{text}");
    let text = stand.refusal(&in_bucket(ASSUMED, "  prefix = \"backup\"\n")).await;
    assert!(text.contains(&format!("Error: There are no CloudTrail logs in s3://{BUCKET}/backup/")), "{text}");
    assert!(text.contains("give the prefix that the trail has"), "{text}");
    let text = stand.refusal(&format!("  expression = {}\n  files = [\"absent\"]\n", json!(ASSUMED))).await;
    assert!(
        text.contains("Error: There are no logs to read") && text.contains("There is no file or folder absent."),
        "{text}"
    );
}

#[tokio::test]
async fn a_source_that_is_unknown_at_plan_is_read_at_apply() {
    let stand = require!(Stand::start().await);
    let source = format!("resource \"terraform_data\" \"bucket\" {{\n  input = \"{BUCKET}\"\n}}\n");
    let body = in_bucket(ASSUMED, "").replace(&format!("\"{BUCKET}\""), "terraform_data.bucket.output");
    stand.init(&format!("{source}{}", backtest(&body))).await;
    stand.terraform.apply(&[]).await.unwrap().success().unwrap();
    let state = stand.terraform.show(None).await.unwrap();
    assert_eq!(state["values"]["outputs"]["backtest"]["value"]["matches"], 19);
    assert_eq!(stand.terraform.plan(&[]).await.unwrap().code, 0);

    // What is unknown beside its alternative may be left out in the end.
    let choice = "resource \"terraform_data\" \"choice\" {\n  input = \"names\"\n}\n";
    let unless_names = |value: &str| format!("terraform_data.choice.output == \"names\" ? null : {value}");
    let body = format!(
        "  expression = {}\n  event_names = [\"sts:AssumeRole\"]\n  bucket = \"{BUCKET}\"\n  files = {}\n{DAY}",
        unless_names("\"True\""),
        unless_names("[\"a.json\"]"),
    );
    stand.init(&format!("{choice}{}", backtest(&body))).await;
    stand.terraform.apply(&[]).await.unwrap().success().unwrap();
    let state = stand.terraform.show(None).await.unwrap();
    assert!(state["values"]["outputs"]["backtest"]["value"]["matches"].as_i64().unwrap() > 0, "{state}");
    stand.init(&format!("{}{}", choice.replace("names", "else"), backtest(&body))).await;
    let text = stand.terraform.apply(&[]).await.unwrap().diagnostics();
    assert!(
        text.contains("Both `expression` and `event_names`") && text.contains("Both `bucket` and `files`"),
        "{text}"
    );

    // What turns out to be wrong is an error then.
    let body = in_bucket(ASSUMED, "").replace(&format!("\"{BUCKET}\""), "terraform_data.bucket.output");
    stand.init(&format!("{}{}", source.replace(BUCKET, "No Bucket"), backtest(&body))).await;
    let text = stand.terraform.apply(&[]).await.unwrap().diagnostics();
    assert!(
        text.contains("Error: The bucket cannot be used") && text.contains("\"No Bucket\" is not the name"),
        "{text}"
    );
}

/// Each body with the mistakes in it.
const MISTAKES: &[(&str, &str)] = &[
    ("neither a rule nor logs", ""),
    ("two of each", "  expression = \"True\"\n  event_names = [\"A\"]\n  bucket = \"logs\"\n  files = [\"a.json\"]\n"),
    (
        "rules that do not hold",
        "  expression = \"event['eventName'].startwith('Get')\"\n  exceptions = [\"True\", \"event.x\", null]\n  files = [\"a.json\"]\n",
    ),
    ("names that are none", "  event_names = [\"s3:*\", \"A B\"]\n  files = [\"\", \"a.json\"]\n"),
    ("nothing named", "  event_names = []\n  files = []\n"),
    (
        "a bucket's attributes for files",
        "  expression = \"True\"\n  files = [\"a.json\"]\n  prefix = \"x\"\n  region = \"eu-west-1\"\n  from = \"2026-02-03T00:00:00Z\"\n  to = \"2026-02-04T00:00:00Z\"\n",
    ),
    (
        "places that are none",
        "  expression = \"True\"\n  bucket = \"s3://logs\"\n  prefix = \"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/\"\n  region = \"\"\n  from = \"yesterday\"\n  to = \"2026-02-04\"\n",
    ),
    (
        "an empty window and a prefix with a slash",
        "  expression = \"True\"\n  bucket = \"logs\"\n  prefix = \"/AWSLogs\"\n  from = \"2026-02-04T00:00:00Z\"\n  to = \"2026-02-03T00:00:00Z\"\n",
    ),
    (
        "numbers out of range",
        "  expression = \"True\"\n  bucket = \"logs\"\n  from = \"2024-02-04T00:00:00Z\"\n  to = \"2026-02-03T00:00:00Z\"\n  max_bytes = 0\n  concurrency = 65\n  warn_above = 10\n  fail_above = 5\n",
    ),
    ("a negative limit", "  expression = \"True\"\n  bucket = \"logs\"\n  fail_above = -1\n"),
];

#[tokio::test]
async fn each_mistake_is_told_at_its_place() {
    let proxy = FaultProxy::start().await.unwrap();
    let terraform = require!(terraform(&proxy.url()));
    let mut shown = String::new();
    for (title, body) in MISTAKES {
        terraform
            .write("main.tf", &configuration(&format!("data \"trailhook_backtest\" \"test\" {{\n{body}}}\n")))
            .unwrap();
        terraform.init().await.unwrap().success().unwrap();
        let run = terraform.validate().await.unwrap();
        assert_eq!(run.code, 1, "{title}: {}", run.stdout);
        writeln!(shown, "=== {title}\n{}\n", run.stderr.trim()).unwrap();
    }
    assert!(proxy.calls().is_empty(), "validate asks nobody: {:?}", proxy.calls());
    insta::assert_snapshot!(shown);
}
