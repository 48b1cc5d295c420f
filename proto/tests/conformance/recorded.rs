//! What the real Terraform sent to the example, and the example's answers to it, whole: a changed answer is a failure.
//!
//! `RECORD_TERRAFORM=1 cargo test -p tfplugin --test conformance record` runs Terraform anew and writes down what it
//! sent. `INSTA_UPDATE=always cargo test -p tfplugin --test conformance recorded` writes down the answers. Nothing in
//! them differs from run to run: where the provider listens and its certificate are in the handshake alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use prost::Message;
use tfplugin::protocol::tfplugin6::provider_server::{self, ProviderServer};
use tfplugin::protocol::tfplugin6::{self as wire, Diagnostic};
use tokio::net::UnixListener;
use tonic::codegen::tokio_stream::Stream;
use tonic::{Request, Response, Status, async_trait};

use super::support::client::{Client, told};
use super::support::{Plugin, temporary};

/// A whole life: made, planned again, changed, replaced, imported, read as data, removed.
const STEPS: [(&str, &str); 4] = [("made", "one"), ("changed", "two"), ("replaced", "two"), ("gone", "")];

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/terraform-1.11.jsonl")
}

fn configuration(name: &str, value: &str) -> String {
    let head = "terraform {\n  required_providers {\n    memory = { source = \"example/memory\" }\n  }\n}\n";
    if value.is_empty() {
        return head.to_owned();
    }
    let name = if name == "replaced" { "b" } else { "a" };
    format!(
        "{head}
resource \"memory_item\" \"a\" {{
  name   = \"{name}\"
  value  = \"{value}\"
  weight = 1 / 3
  secret = \"written only\"
  tags   = {{ l = \"ü\" }}
  aliases = [\"y\", \"x\"]
  ports  = {{ http = {{ number = 80, open = true }} }}
  pair   = [\"left\", 0.5]
  extra  = {{ list = [1, \"two\", null], big = 12345678901234567890123 }}
  part {{
    pattern = \"x*\"
    labels  = [\"l\"]
    step {{
      text = \"first\"
    }}
  }}
  window {{
    day = \"monday\"
  }}
  window {{
    day   = \"friday\"
    hours = 3
    pause {{
      minutes = 10
    }}
  }}
}}
resource \"memory_item\" \"b\" {{
  name  = \"dep-${{memory_item.a.version}}\"
  extra = memory_item.a.length
  dynamic \"part\" {{
    for_each = range(memory_item.a.version)
    content {{
      pattern = \"p${{part.value}}\"
    }}
  }}
  dynamic \"window\" {{
    for_each = range(memory_item.a.version)
    content {{
      day = \"day ${{window.value}} of ${{memory_item.a.version}}\"
    }}
  }}
}}
data \"memory_item\" \"a\" {{
  name = memory_item.a.id
}}
output \"repeated\" {{
  value = provider::memory::repeat(data.memory_item.a.value, 2)
}}
"
    )
}

/// One message that Terraform sent.
fn line(rpc: &str, request: &impl Message) -> String {
    serde_json::json!({ "rpc": rpc, "request": STANDARD.encode(request.encode_to_vec()) }).to_string()
}

/// Stands between Terraform and the provider.
struct Recorder {
    client: Client,
    lines: Arc<Mutex<Vec<String>>>,
}

macro_rules! calls {
    ($($method:ident $message:ident $rpc:literal)*) => {
        #[async_trait]
        impl provider_server::Provider for Recorder {
            $(async fn $method(
                &self,
                request: Request<wire::$message::Request>,
            ) -> Result<Response<wire::$message::Response>, Status> {
                let request = request.into_inner();
                self.lines.lock().expect("no panic").push(line($rpc, &request));
                self.client.call(concat!("/tfplugin6.Provider/", $rpc), request).await.map(Response::new)
            })*
        }

        /// Sends a recorded message; what was said to it, and the whole answer.
        async fn replay(client: &Client, rpc: &str, request: &[u8]) -> (String, String) {
            match rpc {
                $($rpc => {
                    let request = wire::$message::Request::decode(request).expect("a recorded message");
                    let answer: wire::$message::Response =
                        client.call(concat!("/tfplugin6.Provider/", $rpc), request).await.expect("an answer");
                    (answer.said(), format!("{answer:#?}"))
                })*
                other => panic!("nobody recorded {other}"),
            }
        }
    };
}

calls! {
    get_provider_schema get_provider_schema "GetProviderSchema"
    validate_provider_config validate_provider_config "ValidateProviderConfig"
    configure_provider configure_provider "ConfigureProvider"
    validate_resource_config validate_resource_config "ValidateResourceConfig"
    validate_data_resource_config validate_data_resource_config "ValidateDataResourceConfig"
    upgrade_resource_state upgrade_resource_state "UpgradeResourceState"
    read_resource read_resource "ReadResource"
    plan_resource_change plan_resource_change "PlanResourceChange"
    apply_resource_change apply_resource_change "ApplyResourceChange"
    import_resource_state import_resource_state "ImportResourceState"
    read_data_source read_data_source "ReadDataSource"
    call_function call_function "CallFunction"
}

trait Said {
    fn said(&self) -> String;
}

macro_rules! said {
    ($($message:ident)*) => {$(
        impl Said for wire::$message::Response {
            fn said(&self) -> String {
                let diagnostics: &[Diagnostic] = &self.diagnostics;
                told(diagnostics)
            }
        }
    )*};
}

said!(get_provider_schema validate_provider_config configure_provider validate_resource_config
      validate_data_resource_config upgrade_resource_state read_resource plan_resource_change apply_resource_change
      import_resource_state read_data_source);

impl Said for wire::call_function::Response {
    fn said(&self) -> String {
        self.error.as_ref().map(|error| error.text.clone()).unwrap_or_default()
    }
}

/// The connections of a socket.
struct Connections(UnixListener);

impl Stream for Connections {
    type Item = std::io::Result<tokio::net::UnixStream>;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.0.poll_accept(context).map(|accepted| Some(accepted.map(|(stream, _)| stream)))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn record() {
    if std::env::var("RECORD_TERRAFORM").as_deref() != Ok("1") {
        return;
    }
    let plugin = Plugin::start().await;
    let client = Client::plain(&plugin.socket).await.expect("connected");
    let lines = Arc::new(Mutex::new(Vec::new()));
    let folder = temporary();
    let socket = folder.path().join("recorder.sock");
    let listener = UnixListener::bind(&socket).expect("a socket");
    let recorder = ProviderServer::new(Recorder { client, lines: Arc::clone(&lines) });
    let server = tonic::transport::Server::builder().add_service(recorder).serve_with_incoming(Connections(listener));
    let server = tokio::spawn(server);
    let reattach = serde_json::json!({ "registry.terraform.io/example/memory": {
        "Protocol": "grpc", "ProtocolVersion": 6, "Pid": std::process::id(), "Test": true,
        "Addr": { "Network": "unix", "String": socket },
    }});
    let run = async |arguments: &[&str]| {
        let mut command = tokio::process::Command::new("terraform");
        command.args(arguments).current_dir(folder.path()).env("TF_REATTACH_PROVIDERS", reattach.to_string());
        let output = command.env("TF_CLI_CONFIG_FILE", "/dev/null").output().await.expect("terraform starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    for (name, value) in STEPS {
        std::fs::write(folder.path().join("main.tf"), configuration(name, value)).expect("written");
        run(&["apply", "-auto-approve", "-input=false"]).await;
        if name == "made" {
            run(&["state", "rm", "memory_item.a"]).await;
            run(&["import", "-input=false", "memory_item.a", "a"]).await;
        }
    }
    server.abort();
    // Terraform asks the same over and over.
    let mut lines = lines.lock().expect("no panic").clone();
    lines.dedup();
    std::fs::write(file(), lines.join("\n") + "\n").expect("written");
}

#[tokio::test]
async fn what_terraform_sent_is_answered_as_it_was() {
    let recorded = std::fs::read_to_string(file()).expect("recorded messages");
    let plugin = Plugin::start().await;
    let client = Client::plain(&plugin.socket).await.expect("connected");
    let mut calls = BTreeSet::new();
    let mut answers = String::new();
    // Terraform asks the same in every command: an answer that came before is named by its number.
    let mut before = BTreeMap::new();
    for (number, line) in (1..).zip(recorded.lines()) {
        let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let rpc = line["rpc"].as_str().expect("a name");
        let request = STANDARD.decode(line["request"].as_str().expect("a message")).expect("base64");
        let (said, answer) = replay(&client, rpc, &request).await;
        assert_eq!(said, "", "{rpc}");
        let first = *before.entry((rpc.to_owned(), answer.clone())).or_insert(number);
        let shown = if first == number { answer } else { format!("as {first}") };
        writeln!(answers, "{number} {rpc}: {shown}").expect("a text");
        calls.insert(rpc.to_owned());
    }
    // All that the example serves and this Terraform knows.
    assert_eq!(calls.len(), 12, "{calls:?}");
    insta::assert_snapshot!(answers);
    client.shutdown().await;
    let (_, _, stderr) = plugin.end().await;
    assert_eq!(stderr, "");
}
