//! The provider's process without Terraform: Terraform's side of the protocol, over the plain socket.

use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use hyper_util::rt::TokioIo;
use tempfile::TempDir;
use tfplugin::protocol::tfplugin6::{DynamicValue, ResourceIdentityData, configure_provider};
use tfplugin::{Type, Value};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::process::{Child, Command};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Channel, Endpoint};
use tonic_prost::ProstCodec;
use trailhook_tests::{Artifacts, Aws};

const LIMIT: Duration = Duration::from_secs(60);

/// A provider that runs, and is configured. It ends with this.
pub(crate) struct Plugin {
    grpc: tonic::client::Grpc<Channel>,
    _process: Child,
    _folder: TempDir,
}

impl Plugin {
    /// Its calls to AWS go to `endpoint`.
    pub(crate) async fn start(endpoint: &str, namespace: &str) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut process = Command::new(Artifacts::find()?.provider()?)
            .env_clear()
            .env("TMPDIR", folder.path())
            .env("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2")
            .env("PLUGIN_PROTOCOL_VERSIONS", "6")
            .env("AWS_ENDPOINT_URL", endpoint)
            .env("AWS_REGION", Aws::REGION)
            .env("AWS_ACCESS_KEY_ID", Aws::ACCESS_KEY)
            .env("AWS_SECRET_ACCESS_KEY", Aws::ACCESS_KEY)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut line = String::new();
        let mut stdout = BufReader::new(process.stdout.take().context("piped")?);
        tokio::time::timeout(LIMIT, stdout.read_line(&mut line)).await??;
        let socket = line.split('|').nth(3).with_context(|| format!("no handshake: {line:?}"))?.to_owned();
        let connector = tower::service_fn(move |_| {
            let socket = socket.clone();
            async move { UnixStream::connect(socket).await.map(TokioIo::new) }
        });
        let channel = Endpoint::from_static("http://localhost").connect_with_connector(connector).await?;
        let plugin = Self { grpc: tonic::client::Grpc::new(channel), _process: process, _folder: folder };
        let request = configure_provider::Request {
            config: Some(json(&format!(r#"{{"namespace":"{namespace}"}}"#))),
            ..Default::default()
        };
        let answer: configure_provider::Response = plugin.call("ConfigureProvider", request).await?;
        anyhow::ensure!(answer.diagnostics.is_empty(), "{answer:?}");
        Ok(plugin)
    }

    pub(crate) async fn call<Q, A>(&self, rpc: &str, request: Q) -> anyhow::Result<A>
    where
        Q: prost::Message + 'static,
        A: prost::Message + Default + 'static,
    {
        let mut grpc = self.grpc.clone();
        grpc.ready().await?;
        let codec = ProstCodec::<Q, A>::default();
        Ok(grpc.unary(tonic::Request::new(request), path(rpc)?, codec).await?.into_inner())
    }

    /// All that a call streams.
    pub(crate) async fn stream<Q, A>(&self, rpc: &str, request: Q) -> anyhow::Result<Vec<A>>
    where
        Q: prost::Message + 'static,
        A: prost::Message + Default + 'static,
    {
        let mut grpc = self.grpc.clone();
        grpc.ready().await?;
        let codec = ProstCodec::<Q, A>::default();
        let mut stream = grpc.server_streaming(tonic::Request::new(request), path(rpc)?, codec).await?.into_inner();
        let mut all = Vec::new();
        while let Some(one) = tokio::time::timeout(LIMIT, stream.message()).await?? {
            all.push(one);
        }
        Ok(all)
    }
}

fn path(rpc: &str) -> anyhow::Result<PathAndQuery> {
    Ok(PathAndQuery::try_from(format!("/tfplugin6.Provider/{rpc}"))?)
}

/// A value in JSON form.
pub(crate) fn json(text: &str) -> DynamicValue {
    DynamicValue { json: text.as_bytes().to_vec().into(), ..DynamicValue::default() }
}

/// An identity of a parameter's name.
pub(crate) fn identity(parameter: &str) -> ResourceIdentityData {
    let ty = Type::object([("parameter_name", Type::String)]);
    let value = Value::object([("parameter_name", parameter.into())]);
    ResourceIdentityData { identity_data: value.to_wire(&ty).ok() }
}

/// An attribute of an object of any type.
pub(crate) fn attribute(object: &DynamicValue, name: &str) -> rmpv::Value {
    let object = rmpv::decode::read_value(&mut &object.msgpack[..]).unwrap_or(rmpv::Value::Nil);
    object[name].clone()
}
