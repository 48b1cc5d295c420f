//! The examples of the documentation are what they promise: the real Terraform takes them as they are, and applies them against
//! the emulator's Parameter Store.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::json;
use support::{repository, terraform};
use trailhook_tests::{Aws, MiniStack, Terraform, require};

/// The folders of examples, and the file that the documentation shows.
const KINDS: [(&str, &str); 3] =
    [("resources", "resource.tf"), ("data-sources", "data-source.tf"), ("functions", "function.tf")];

/// The namespace of the provider's example.
const NAMESPACE: &str = "/trailhook/prod";

/// What a user has who copies the example of the provider, and each of the others into a module.
struct Examples {
    terraform: Terraform,
    /// The text of each example, by the name of its module.
    modules: BTreeMap<String, String>,
}

impl Examples {
    /// Takes the examples whose text is chosen.
    fn take(endpoint: &str, chosen: impl Fn(&str, &str) -> bool) -> anyhow::Result<Self> {
        let terraform = terraform(endpoint)?;
        let provider = fs::read_to_string(repository("examples/provider/provider.tf"))?;
        let mut main = provider.clone();
        let mut modules = BTreeMap::new();
        for (kind, file) in KINDS {
            for entry in fs::read_dir(repository("examples").join(kind))? {
                let folder = entry?.path();
                let text = fs::read_to_string(folder.join(file))?;
                let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
                if !chosen(&name, &text) {
                    continue;
                }
                let module = format!("{kind}-{name}");
                copy(&folder, &terraform.folder().join(&module))?;
                // Which provider is meant, which the example of the provider says.
                let versions = provider.split("\nprovider ").next().unwrap_or_default();
                terraform.write(&format!("{module}/versions.tf"), versions)?;
                writeln!(main, "\nmodule \"{module}\" {{\n  source = \"./{module}\"")?;
                for variable in required_variables(&text) {
                    writeln!(main, "  {variable} = \"arn:aws:iam::111122223333:role/{variable}\"")?;
                }
                main.push_str("}\n");
                writeln!(main, "\noutput \"{module}\" {{\n  value = module.{module}\n}}")?;
                modules.insert(module, text);
            }
        }
        terraform.write("main.tf", &main)?;
        Ok(Self { terraform, modules })
    }

    /// Validates all of them, in one run. Nothing is found, not even a suspicion.
    async fn assert_valid(&self) {
        let run = self.terraform.validate().await.unwrap().success().unwrap();
        assert!(run.stdout.contains("The configuration is valid"), "{}{}", run.stdout, run.stderr);
        assert!(!run.diagnostics().contains("Warning"), "{}{}", run.stdout, run.stderr);
    }

    async fn assert_empty_plan(&self) {
        let plan = self.terraform.plan(&[]).await.unwrap();
        assert_eq!(plan.code, 0, "the plan should be empty:\n{}{}", plan.stdout, plan.stderr);
    }
}

/// The files of an example, and of the folders beside it, without those of import: its blocks belong into a root.
fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() {
            copy(&path, &to.join(name))?;
        } else if !name.to_string_lossy().starts_with("import") {
            fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}

/// The variables without a default.
fn required_variables(text: &str) -> Vec<&str> {
    let blocks = text.split("\nvariable \"").skip(1);
    let blocks = blocks.filter_map(|block| Some((block.split('"').next()?, block.split("\n}").next()?)));
    blocks.filter(|(_, block)| !block.contains("default")).map(|(name, _)| name).collect()
}

fn uses_aws(text: &str) -> bool {
    text.contains("\"aws_")
}

/// A resource's import: its address, and the id in the command and in the block.
struct Import {
    address: String,
    by_command: String,
    by_block: String,
}

/// The import of each resource that is chosen, by its module.
fn imports(modules: &BTreeMap<String, String>) -> BTreeMap<String, Import> {
    let of = |module: &String| {
        let name = module.strip_prefix("resources-")?;
        let folder = repository("examples/resources").join(name);
        let script = fs::read_to_string(folder.join("import.sh")).unwrap();
        let command = script.lines().find_map(|line| line.strip_prefix("terraform import ")).unwrap();
        let (address, id) = command.split_once(' ').unwrap();
        let block = fs::read_to_string(folder.join("import-by-string-id.tf")).unwrap();
        let value = |key: &str| {
            let line = block.lines().find_map(|line| line.trim().strip_prefix(key)?.trim().strip_prefix("= "));
            line.unwrap_or_else(|| panic!("no {key} in the import block of {name}")).trim_matches('"').to_owned()
        };
        assert_eq!(value("to"), address, "{name}: command and block import the same");
        let import = Import { address: address.to_owned(), by_command: id.to_owned(), by_block: value("id") };
        Some((module.clone(), import))
    };
    modules.keys().filter_map(of).collect()
}

#[tokio::test]
async fn examples_are_applied_and_imported() {
    let stack = require!(MiniStack::start().await);
    // Those that need Parameter Store alone, or nothing of AWS.
    let needs_more = |name: &str, text: &str| uses_aws(text) || name == "trailhook_backtest";
    let examples = require!(Examples::take(stack.url(), |name, text| !needs_more(name, text)));
    let (terraform, aws) = (&examples.terraform, Aws::at(stack.url()));
    terraform.init().await.unwrap().success().unwrap();
    examples.assert_valid().await;

    let applied = terraform.apply(&[]).await.unwrap().success().unwrap();
    // The `check` blocks hold, and nothing else is worth a warning.
    assert!(!applied.diagnostics().contains("Warning"), "{}{}", applied.stdout, applied.stderr);
    examples.assert_empty_plan().await;
    // What their comments say that comes out.
    let outputs = terraform.show(None).await.unwrap()["values"]["outputs"].clone();
    assert_eq!(outputs["functions-fields"]["value"]["fields"], json!(["errorCode", "eventName", "userIdentity.type"]));
    let flat = &outputs["functions-flatten"]["value"];
    let items = "requestParameters.instancesSet.items.0";
    let keys =
        ["eventName", "requestParameters.instanceType", &format!("{items}.maxCount"), &format!("{items}.minCount")];
    assert_eq!((&flat["fields"], &flat["instances"]), (&json!(keys), &json!(8)));
    let why = outputs["functions-explain"]["value"]["why"].as_str().unwrap();
    assert!(why.contains("does not match") && why.contains("additionalEventData.MFAUsed"), "{why}");
    assert_eq!(outputs["resources-trailhook_rule_pack"]["value"]["baseline"]["baseline/root-activity"], "critical");

    let imports = imports(&examples.modules);
    let resources: Vec<_> = imports.values().filter_map(|import| import.address.split('.').next()).collect();
    assert_eq!(resources, ["trailhook_route", "trailhook_rule", "trailhook_rule_pack", "trailhook_settings"]);
    let address = |module: &str, import: &Import| format!("module.{module}.{}", import.address);
    let addresses: Vec<_> = imports.iter().map(|(module, import)| address(module, import)).collect();
    let forget = async || {
        let command = ["state", "rm"].into_iter().chain(addresses.iter().map(String::as_str));
        terraform.run(command).await.unwrap().success().unwrap();
    };

    forget().await;
    let blocks = imports.iter().fold(String::new(), |mut blocks, (module, import)| {
        writeln!(blocks, "import {{\n  to = {}\n  id = \"{}\"\n}}", address(module, import), import.by_block).unwrap();
        blocks
    });
    terraform.write("imports.tf", &blocks).unwrap();
    let run = terraform.apply(&[]).await.unwrap().success().unwrap();
    // Neither tests of a rule nor the pin of a pack are published: they come into the state, and nothing is written.
    assert!(run.stdout.contains("4 imported, 0 added, 2 changed, 0 destroyed"), "{}", run.stdout);
    examples.assert_empty_plan().await;

    forget().await;
    terraform.write("imports.tf", "").unwrap();
    for (module, import) in &imports {
        terraform.import(&address(module, import), &import.by_command).await.unwrap().success().unwrap();
    }
    let run = terraform.apply(&[]).await.unwrap().success().unwrap();
    assert!(run.stdout.contains("0 added, 2 changed, 0 destroyed"), "{}", run.stdout);
    let parameters = aws.get_parameters_by_path(NAMESPACE).await.unwrap();
    assert!(parameters.iter().all(|parameter| parameter.version == 1), "{parameters:?}");
    examples.assert_empty_plan().await;

    terraform.destroy().await.unwrap().success().unwrap();
    assert_eq!(aws.get_parameters_by_path(NAMESPACE).await.unwrap(), []);
}

/// Those that AWS's own provider belongs to. Validation reaches nobody.
async fn with_the_aws_provider() -> anyhow::Result<Examples> {
    let examples = Examples::take("http://127.0.0.1:1", |name, text| uses_aws(text) || name == "trailhook_backtest")?;
    examples.terraform.init().await?.with_the_aws_provider()?;
    Ok(examples)
}

#[tokio::test]
async fn examples_with_aws_resources_are_valid() {
    let examples = require!(with_the_aws_provider().await);
    let names: Vec<_> = examples.modules.keys().map(String::as_str).collect();
    let expected =
        ["data-sources-trailhook_backtest", "data-sources-trailhook_lambda_package", "resources-trailhook_lambda_code"];
    assert_eq!(names, expected);
    examples.assert_valid().await;
    for import in imports(&examples.modules).values() {
        let (resource, label) = import.address.split_once('.').unwrap();
        let declared = format!("resource \"{resource}\" \"{label}\"");
        assert!(examples.modules.values().any(|text| text.contains(&declared)), "{declared}");
        assert_eq!(import.by_command, import.by_block);
    }
}
