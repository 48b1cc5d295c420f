//! The function's package under the real Terraform: as a file, and as an object of the emulator's S3.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod support;

use std::path::Path;

use serde_json::{Value, json};
use support::{configuration, terraform};
use tempfile::TempDir;
use trailhook_tests::{Action, Artifacts, Aws, Canned, FaultProxy, MiniStack, Rule, Terraform, TerraformRun, require};

const CODE: &str = "code";
const KEY: &str = "trailhook/bootstrap.zip";

const RESOURCE: &str = r#"
resource "trailhook_lambda_code" "function" {
  bucket = "code"
  key    = "trailhook/bootstrap.zip"
}
"#;

/// The emulator behind a proxy, a bucket, and a folder of packages, where a development build of the provider looks.
struct Stand {
    aws: Aws,
    proxy: FaultProxy,
    terraform: Terraform,
    packages: TempDir,
    _stack: MiniStack,
}

impl Stand {
    async fn start() -> anyhow::Result<Self> {
        let stack = MiniStack::start().await?;
        let proxy = FaultProxy::start().await?;
        proxy.forward_to(stack.url());
        let packages = tempfile::tempdir()?;
        let folder = packages.path().to_string_lossy().into_owned();
        let terraform = terraform(&proxy.url())?.environment("TRAILHOOK_PACKAGE_DIR", folder);
        let aws = Aws::at(stack.url());
        aws.create_bucket(CODE).await?;
        let stand = Self { aws, proxy, terraform, packages, _stack: stack };
        stand.release("x86_64", "#!/bin/sh\nexit 1\n")?;
        Ok(stand)
    }

    /// What the next run of the provider carries; the zip.
    fn release(&self, architecture: &str, bootstrap: &str) -> anyhow::Result<Vec<u8>> {
        let zip = Artifacts::zip_of(bootstrap.as_bytes())?;
        std::fs::write(self.packages.path().join(format!("bootstrap-{architecture}.zip")), &zip)?;
        Ok(zip)
    }

    async fn init(&self, resources: &str) {
        self.terraform.write("main.tf", &configuration(resources)).unwrap();
        self.terraform.init().await.unwrap().success().unwrap();
    }

    async fn apply(&self) {
        self.terraform.apply(&[]).await.unwrap().success().unwrap();
        self.assert_empty_plan().await;
    }

    async fn assert_empty_plan(&self) {
        let plan = self.terraform.plan(&[]).await.unwrap();
        assert_eq!(plan.code, 0, "the plan should be empty:\n{}{}", plan.stdout, plan.stderr);
    }

    async fn values(&self) -> Value {
        let state = self.terraform.show(None).await.unwrap();
        state["values"]["root_module"]["resources"][0]["values"].clone()
    }

    async fn object(&self) -> Option<Vec<u8>> {
        self.aws.get_object(CODE, KEY).await.unwrap().map(|body| body.to_vec())
    }

    /// A plan that changes the object in place, and the apply of it.
    async fn assert_mended(&self, wanted: &[u8]) {
        let plan = self.terraform.plan(&[]).await.unwrap();
        assert_eq!(plan.code, 2, "{}{}", plan.stdout, plan.stderr);
        let text = plan.stdout;
        assert!(text.contains("~ source_code_hash") && text.contains("0 to add, 1 to change, 0 to destroy"), "{text}");
        self.apply().await;
        assert_eq!(self.object().await.unwrap(), wanted);
    }
}

#[tokio::test]
async fn the_package_lives_in_s3_from_apply_to_destroy() {
    let stand = require!(Stand::start().await);
    stand.aws.keep_versions(CODE).await.unwrap();
    stand.init(RESOURCE).await;

    // The plan names the hash, and apply uploads.
    assert_eq!(stand.terraform.plan(&["-out=plan"]).await.unwrap().code, 2);
    let planned = stand.terraform.show(Some("plan")).await.unwrap()["planned_values"]["root_module"]["resources"][0]
        ["values"]["source_code_hash"]
        .clone();
    assert_eq!(stand.object().await, None);
    // Another package on the machine that applies. Of releases, Terraform compares the lock files before it comes to this.
    let package = stand.packages.path().join("bootstrap-x86_64.zip");
    let planned_package = std::fs::read(&package).unwrap();
    stand.release("x86_64", "#!/bin/sh\nexit 9\n").unwrap();
    let refused = stand.terraform.apply(&["plan"]).await.unwrap();
    let said = refused.diagnostics();
    assert!(refused.code == 1 && said.contains("source_code_hash"), "{said}");
    assert_eq!(stand.object().await, None);
    std::fs::write(&package, planned_package).unwrap();
    assert_eq!(stand.terraform.plan(&["-out=plan"]).await.unwrap().code, 2);
    stand.terraform.apply(&["plan"]).await.unwrap().success().unwrap();
    stand.assert_empty_plan().await;
    let first = stand.values().await;
    assert_eq!(first["source_code_hash"], planned);
    assert_eq!((&first["id"], &first["architecture"]), (&json!("code/trailhook/bootstrap.zip"), &json!("x86_64")));
    assert!(first["version_id"].is_string(), "{first}");

    // A new release of the provider.
    let newer = stand.release("x86_64", "#!/bin/sh\nexit 2\n").unwrap();
    stand.assert_mended(&newer).await;
    let second = stand.values().await;
    assert_ne!(first["source_code_hash"], second["source_code_hash"]);
    assert_ne!(first["version_id"], second["version_id"]);

    // Replaced by another program, which leaves no checksum, and removed.
    stand.aws.put_object(CODE, KEY, "by hand").await.unwrap();
    stand.assert_mended(&newer).await;
    stand.aws.put_object(CODE, KEY, newer.clone()).await.unwrap();
    stand.assert_empty_plan_but_for_the_version().await;
    stand.aws.delete_object(CODE, KEY).await.unwrap();
    let plan = stand.terraform.plan(&[]).await.unwrap();
    assert!(plan.stdout.contains("1 to add, 0 to change, 0 to destroy"), "{}{}", plan.stdout, plan.stderr);
    stand.apply().await;

    // The other processor, and another key.
    let arm = stand.release("arm64", "#!/bin/sh\nexit 3\n").unwrap();
    stand.init(&RESOURCE.replace("  key ", "  architecture = \"arm64\"\n  key ")).await;
    stand.assert_mended(&arm).await;
    stand.init(&RESOURCE.replace(KEY, "other.zip")).await;
    let plan = stand.terraform.plan(&[]).await.unwrap();
    assert!(plan.stdout.contains("must be replaced") && plan.stdout.contains("forces replacement"), "{}", plan.stdout);
    stand.apply().await;
    assert_eq!(stand.object().await, None);
    assert_eq!(stand.aws.get_object(CODE, "other.zip").await.unwrap().unwrap(), newer);

    // Another bucket is another place, and an object is replaced in its own.
    stand.aws.create_bucket("more-code").await.unwrap();
    stand.init(&RESOURCE.replace("\"code\"", "\"more-code\"")).await;
    let plan = stand.terraform.plan(&[]).await.unwrap();
    assert!(plan.stdout.contains("must be replaced") && plan.stdout.contains("forces replacement"), "{}", plan.stdout);
    stand.apply().await;
    assert_eq!(stand.aws.list_objects(CODE, "").await.unwrap(), []);
    stand.terraform.apply(&["-replace=trailhook_lambda_code.function"]).await.unwrap().success().unwrap();
    stand.assert_empty_plan().await;

    stand.terraform.destroy().await.unwrap().success().unwrap();
    assert_eq!(stand.aws.list_objects("more-code", "").await.unwrap(), []);

    // Deleted outside before destroy: nothing to do.
    stand.init(RESOURCE).await;
    stand.apply().await;
    stand.aws.delete_object(CODE, KEY).await.unwrap();
    stand.terraform.destroy().await.unwrap().success().unwrap();
}

/// Everything that may be unknown is: at plan nobody knows what the source will say.
const UNKNOWN: &str = r#"
resource "terraform_data" "source" { input = "code" }
resource "trailhook_lambda_code" "function" {
  bucket       = terraform_data.source.output
  key          = "trailhook/${terraform_data.source.output}.zip"
  architecture = terraform_data.source.output == "code" ? "x86_64" : "arm"
}
output "hash" { value = trailhook_lambda_code.function.source_code_hash }
"#;

#[tokio::test]
async fn what_is_unknown_at_plan_is_put_off() {
    let stand = require!(Stand::start().await);
    stand.init(UNKNOWN).await;
    stand.apply().await;
    let zip = stand.aws.get_object(CODE, "trailhook/code.zip").await.unwrap().unwrap();
    let state = stand.terraform.show(None).await.unwrap();
    assert_eq!(state["values"]["outputs"]["hash"]["value"].as_str().map(str::len), Some(44));

    // Unknown again, and the same in the end.
    let again = UNKNOWN.replace("{ input = \"code\" }", "{\n  input            = \"code\"\n  triggers_replace = 1\n}");
    stand.init(&again).await;
    stand.apply().await;
    assert_eq!(stand.aws.get_object(CODE, "trailhook/code.zip").await.unwrap().unwrap(), zip);
    stand.terraform.destroy().await.unwrap().success().unwrap();

    // What turns out to be wrong is told at apply, and nothing is written.
    for (from, to, told) in [
        ("\"code\" }", "\"Code\" }", "\"Code\" is not the name of a bucket"),
        ("\"code\" }", "\"coder\" }", "\"arm\" is not an architecture of Lambda"),
        (
            "\"trailhook/",
            "\"${terraform_data.source.output}//",
            "The key \"code//code.zip\" begins or ends with a slash",
        ),
    ] {
        stand.init(&UNKNOWN.replacen(from, to, 1)).await;
        let run = stand.terraform.apply(&[]).await.unwrap();
        assert_eq!(run.code, 1, "{to}: {}", run.stdout);
        assert!(run.diagnostics().contains(told), "{to}: {}", run.diagnostics());
        assert_eq!(stand.aws.list_objects(CODE, "").await.unwrap(), []);
        stand.init(UNKNOWN).await;
        stand.terraform.destroy().await.unwrap().success().unwrap();
    }
}

impl Stand {
    /// The same package under another version is no drift: the next change of the resource takes note of the version.
    async fn assert_empty_plan_but_for_the_version(&self) {
        let plan = self.terraform.plan(&[]).await.unwrap();
        assert!(plan.code != 1 && !plan.stdout.contains("to change"), "{}{}", plan.stdout, plan.stderr);
    }
}

#[tokio::test]
async fn what_is_there_is_imported_and_never_overwritten() {
    let stand = require!(Stand::start().await);
    stand.aws.put_object(CODE, KEY, "somebody's").await.unwrap();
    stand.init(RESOURCE).await;
    let run = stand.terraform.apply(&[]).await.unwrap();
    assert_eq!(run.code, 1);
    let text = run.diagnostics();
    assert!(text.contains("s3://code/trailhook/bootstrap.zip exists already"), "{text}");
    let told = "What is there is not overwritten, even if it is the same package: destroying whatever it belongs to would \
                remove it. Choose another key, or take the object over with terraform import trailhook_lambda_code.LABEL \
                code/trailhook/bootstrap.zip where LABEL is this resource's.";
    assert!(text.contains(told), "{text}");
    assert_eq!(stand.object().await.unwrap(), b"somebody's");

    stand
        .terraform
        .import("trailhook_lambda_code.function", &format!("s3://{CODE}/{KEY}"))
        .await
        .unwrap()
        .success()
        .unwrap();
    let zip = stand.release("x86_64", "#!/bin/sh\nexit 1\n").unwrap();
    stand.assert_mended(&zip).await;

    // What is the package already imports clean, by id and by block, for either processor.
    let arm = stand.release("arm64", "#!/bin/sh\nexit 3\n").unwrap();
    stand.terraform.run(["state", "rm", "trailhook_lambda_code.function"]).await.unwrap().success().unwrap();
    stand
        .terraform
        .import("trailhook_lambda_code.function", &format!("{CODE}/{KEY}"))
        .await
        .unwrap()
        .success()
        .unwrap();
    stand.assert_empty_plan().await;
    stand.terraform.run(["state", "rm", "trailhook_lambda_code.function"]).await.unwrap().success().unwrap();
    stand.aws.put_object(CODE, KEY, arm).await.unwrap();
    stand.init(&format!("import {{\n  to = trailhook_lambda_code.function\n  id = \"{CODE}/{KEY}\"\n}}\n")).await;
    let run = stand.terraform.plan(&["-generate-config-out=generated.tf"]).await.unwrap();
    assert!(run.stdout.contains("1 to import, 0 to add, 0 to change, 0 to destroy"), "{}{}", run.stdout, run.stderr);
    stand.apply().await;
    assert_eq!(stand.values().await["architecture"], "arm64");

    std::fs::remove_file(stand.terraform.folder().join("generated.tf")).unwrap();
    stand.terraform.run(["state", "rm", "trailhook_lambda_code.function"]).await.unwrap().success().unwrap();
    stand.init(&format!("{RESOURCE}import {{\n  to = trailhook_lambda_code.function\n  id = \"code\"\n}}\n")).await;
    let text = stand.terraform.plan(&[]).await.unwrap().diagnostics();
    assert!(
        text.contains("\"code\" is not an object of a bucket") && text.contains("as BUCKET/KEY. It has no slash."),
        "{text}"
    );
}

#[tokio::test]
async fn the_same_package_of_somebody_else_is_not_taken_over() {
    let stand = require!(Stand::start().await);
    let zip = stand.release("x86_64", "#!/bin/sh\nexit 1\n").unwrap();
    let is_refused = |run: &TerraformRun| {
        let text = run.diagnostics();
        run.code == 1
            && text.contains("s3://code/trailhook/bootstrap.zip exists already")
            && text.contains(
                "If this is a replacement with `create_before_destroy`, remove that, or change the key with it.",
            )
    };

    // The old object's deletion would remove what was taken over for the new one.
    stand.init(&RESOURCE.replace("}\n", "  lifecycle {\n    create_before_destroy = true\n  }\n}\n")).await;
    stand.apply().await;
    let run = stand.terraform.apply(&["-replace=trailhook_lambda_code.function"]).await.unwrap();
    assert!(is_refused(&run), "{}{}", run.stdout, run.stderr);
    assert_eq!(stand.object().await.unwrap(), zip);
    stand.assert_empty_plan().await;

    // An answer that is lost before the write leaves the object somebody's.
    stand.proxy.add(Rule::on("S3.PutObject").times(1).then(Action::Cut));
    let run = stand.terraform.apply(&["-replace=trailhook_lambda_code.function"]).await.unwrap();
    assert!(is_refused(&run), "{}{}", run.stdout, run.stderr);
    stand.proxy.clear_rules();

    // Two resources with one object.
    stand.init(&format!("{RESOURCE}{}", RESOURCE.replace("\"function\"", "\"second\""))).await;
    let run = stand.terraform.apply(&[]).await.unwrap();
    assert!(is_refused(&run), "{}{}", run.stdout, run.stderr);
    assert_eq!(stand.object().await.unwrap(), zip);
}

#[tokio::test]
async fn an_upload_survives_faults_and_names_them() {
    let stand = require!(Stand::start().await);
    stand.init(RESOURCE).await;

    // Refused for good: the operation, the object and the request are told.
    stand.proxy.add(Rule::on("S3.PutObject").then(Action::Answer(Canned::s3_access_denied())));
    let text = stand.terraform.apply(&[]).await.unwrap().diagnostics();
    assert!(text.contains("PutObject of s3://code/trailhook/bootstrap.zip failed"), "{text}");
    assert!(text.contains("AccessDenied: ") && text.contains("(request "), "{text}");
    stand.proxy.clear_rules();

    // Written, and the answer lost: the second try meets what the first one wrote.
    stand.proxy.add(Rule::on("S3.PutObject").times(1).then(Action::LoseAnswer));
    stand.apply().await;
    assert!(stand.proxy.calls_to("S3.PutObject").len() >= 2);

    // An answer without a body has neither a code nor a reason of its own.
    stand.proxy.add(Rule::on("S3.HeadObject").then(Action::Answer(Canned::http(403, "application/xml", ""))));
    let text = stand.terraform.plan(&[]).await.unwrap().diagnostics();
    assert!(
        text.contains("HeadObject of s3://code/trailhook/bootstrap.zip failed")
            && text.contains("HTTP status 403: access denied")
            && text.contains("`kms:Decrypt` on the key")
            && text.contains("`s3:ListBucket` on the bucket"),
        "{text}"
    );
    stand.proxy.clear_rules();
    let elsewhere = Canned::http(301, "application/xml", "").with_header("x-amz-bucket-region", "eu-north-1");
    stand.proxy.add(Rule::on("S3.HeadObject").then(Action::Answer(elsewhere)));
    let text = stand.terraform.plan(&[]).await.unwrap().diagnostics();
    assert!(text.contains("The bucket code is in the region eu-north-1: set `region` to that"), "{text}");
    stand.proxy.clear_rules();

    // A bucket that is gone takes its objects with it.
    stand.init(&RESOURCE.replace("\"code\"", "\"absent\"")).await;
    let text = stand.terraform.apply(&[]).await.unwrap().diagnostics();
    assert!(
        text.contains("PutObject of s3://absent/trailhook/bootstrap.zip failed") && text.contains("NoSuchBucket: "),
        "{text}"
    );
}

#[tokio::test]
async fn mistakes_are_told_at_their_place() {
    let stand = require!(Stand::start().await);
    let mut shown = String::new();
    for (title, resources) in [
        (
            "names that S3 does not take",
            "resource \"trailhook_lambda_code\" \"a\" {\n  bucket       = \"s3://code\"\n  key          = \"/a.zip\"\n  architecture = \"arm\"\n}\n\
             resource \"trailhook_lambda_code\" \"b\" {\n  bucket = \"Code\"\n  key    = \"\"\n}\n\
             resource \"trailhook_lambda_code\" \"c\" {\n  bucket = \"192.168.5.4\"\n  key    = \"a/../b.zip\"\n}\n\
             resource \"trailhook_lambda_code\" \"d\" {\n  bucket = \"code\"\n  key    = \"a\\nb\"\n}\n",
        ),
        (
            "a file without a name",
            "data \"trailhook_lambda_package\" \"a\" {\n  architecture = \"amd64\"\n  output_path  = \"\"\n}\n",
        ),
    ] {
        stand.init(resources).await;
        let run = stand.terraform.validate().await.unwrap();
        assert_eq!(run.code, 1, "{title}: {}", run.stdout);
        shown.push_str(&format!("=== {title}\n{}\n\n", run.stderr.trim()));
    }
    // A build without a package, told by each that needs one.
    let bare = terraform(&stand.proxy.url()).unwrap();
    let both = format!("{RESOURCE}data \"trailhook_lambda_package\" \"a\" {{\n  output_path = \"a.zip\"\n}}\n");
    bare.write("main.tf", &configuration(&both)).unwrap();
    bare.init().await.unwrap().success().unwrap();
    let run = bare.plan(&[]).await.unwrap();
    assert_eq!(run.code, 1);
    shown.push_str(&format!("=== a development build\n{}\n", run.stderr.trim()));
    assert!(stand.proxy.calls_to("S3.*").is_empty());
    let version = format!("provider {}", Terraform::provider_version());
    assert!(shown.contains(&version), "{shown}");
    insta::assert_snapshot!(shown.replace(&version, "provider X.Y.Z"));
}

#[tokio::test]
async fn the_package_is_written_to_a_file() {
    let stand = require!(Stand::start().await);
    let zip = stand.release("arm64", "#!/bin/sh\nexit 3\n").unwrap();
    let source = |path: &str| {
        format!(
            "data \"trailhook_lambda_package\" \"function\" {{\n  architecture = \"arm64\"\n  output_path  = \"{path}\"\n}}\n\
             output \"package\" {{\n  value = data.trailhook_lambda_package.function\n}}\n"
        )
    };
    stand.init(&source("${path.module}/function.zip")).await;
    stand.apply().await;
    let file = stand.terraform.folder().join("function.zip");
    assert_eq!(std::fs::read(&file).unwrap(), zip);
    let output = stand.terraform.show(None).await.unwrap()["values"]["outputs"]["package"]["value"].clone();
    assert_eq!(output["path"], "./function.zip");
    assert_eq!(output["version"], Terraform::provider_version());
    assert_eq!(output["size"], zip.len());
    assert_eq!(output["source_code_hash"].as_str().map(str::len), Some(44));

    // One that was spoilt is written anew at the next plan, and one that is right is left alone.
    std::fs::write(&file, "spoilt").unwrap();
    stand.assert_empty_plan().await;
    assert_eq!(std::fs::read(&file).unwrap(), zip);
    let modified = |file: &Path| std::fs::metadata(file).unwrap().modified().unwrap();
    let before = modified(&file);
    stand.assert_empty_plan().await;
    assert_eq!(modified(&file), before);

    stand.init(&source("absent/function.zip")).await;
    let text = stand.terraform.plan(&[]).await.unwrap().diagnostics();
    assert!(text.contains("The package cannot be written"), "{text}");
    assert!(text.contains("Its folder does not exist: create it, or choose another one."), "{text}");
}
