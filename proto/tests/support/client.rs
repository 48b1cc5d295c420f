//! Terraform's side of the connection.

use std::path::Path;
use std::sync::Arc;

use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tfplugin::protocol::plugin;
use tfplugin::protocol::tfplugin6::{self as wire, Diagnostic};
use tokio::net::UnixStream;
use tokio_rustls::TlsConnector;
use tonic::Status;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Channel, Endpoint};
use tonic_prost::ProstCodec;

const MAX: usize = 256 << 20;

/// Calls by name.
#[derive(Clone)]
pub struct Client(tonic::client::Grpc<Channel>);

impl Client {
    /// Without TLS.
    pub async fn plain(socket: &Path) -> Result<Self, tonic::transport::Error> {
        Self::connect(socket, None).await
    }

    pub async fn tls(socket: &Path, config: rustls::ClientConfig) -> Result<Self, tonic::transport::Error> {
        Self::connect(socket, Some(TlsConnector::from(Arc::new(config)))).await
    }

    async fn connect(socket: &Path, tls: Option<TlsConnector>) -> Result<Self, tonic::transport::Error> {
        let socket = socket.to_owned();
        let connector = tower::service_fn(move |_| {
            let (socket, tls) = (socket.clone(), tls.clone());
            async move {
                let stream = UnixStream::connect(socket).await?;
                let Some(tls) = tls else {
                    return Ok::<_, std::io::Error>(TokioIo::new(Stream::Plain(stream)));
                };
                let name = ServerName::try_from("localhost").expect("a name");
                let stream = tls.connect(name, stream).await?;
                Ok(TokioIo::new(Stream::Tls(Box::new(stream))))
            }
        });
        let endpoint = Endpoint::from_static("http://localhost");
        let channel = endpoint.connect_with_connector(connector).await?;
        let grpc = tonic::client::Grpc::new(channel);
        Ok(Self(grpc.max_decoding_message_size(MAX).max_encoding_message_size(MAX)))
    }

    pub async fn call<Q, A>(&self, path: &'static str, request: Q) -> Result<A, Status>
    where
        Q: prost::Message + 'static,
        A: prost::Message + Default + 'static,
    {
        let mut grpc = self.0.clone();
        grpc.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
        let request = tonic::Request::new(request);
        let path = PathAndQuery::from_static(path);
        let answer = grpc.unary(request, path, ProstCodec::<Q, A>::default()).await?;
        Ok(answer.into_inner())
    }

    /// All that a call streams.
    pub async fn stream<Q, A>(&self, path: &'static str, request: Q) -> Result<Vec<A>, Status>
    where
        Q: prost::Message + 'static,
        A: prost::Message + Default + 'static,
    {
        let mut stream = self.open(path, request).await?;
        let mut all = Vec::new();
        while let Some(one) = stream.message().await? {
            all.push(one);
        }
        Ok(all)
    }

    /// Opens a stream.
    pub async fn open<Q, A>(&self, path: &'static str, request: Q) -> Result<tonic::Streaming<A>, Status>
    where
        Q: prost::Message + 'static,
        A: prost::Message + Default + 'static,
    {
        let mut grpc = self.0.clone();
        grpc.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
        let path = PathAndQuery::from_static(path);
        let codec = ProstCodec::<Q, A>::default();
        Ok(grpc.server_streaming(tonic::Request::new(request), path, codec).await?.into_inner())
    }

    /// Opens the stream of output, which must stay open.
    pub async fn stdio(&self) -> tonic::Streaming<plugin::StdioData> {
        self.open("/plugin.GRPCStdio/StreamStdio", ()).await.expect("a stream")
    }

    pub async fn shutdown(&self) {
        let _: Result<plugin::Empty, _> = self.call("/plugin.GRPCController/Shutdown", plugin::Empty {}).await;
    }

    pub async fn stop(&self) -> wire::stop_provider::Response {
        self.call("/tfplugin6.Provider/StopProvider", wire::stop_provider::Request {}).await.expect("an answer")
    }

    pub async fn schema(&self) -> Result<wire::get_provider_schema::Response, Status> {
        self.call("/tfplugin6.Provider/GetProviderSchema", wire::get_provider_schema::Request {}).await
    }

    pub async fn configure(&self) {
        let request = wire::configure_provider::Request {
            terraform_version: "1.11.4".to_owned(),
            config: Some(super::item::json("{}")),
            ..Default::default()
        };
        let answer: wire::configure_provider::Response =
            self.call("/tfplugin6.Provider/ConfigureProvider", request).await.expect("an answer");
        assert_eq!(answer.diagnostics, []);
    }
}

/// Severity, summary and detail in one text; empty if there is nothing to tell.
pub fn told(diagnostics: &[Diagnostic]) -> String {
    let lines = diagnostics.iter().map(|one| {
        let severity = match one.severity() {
            wire::diagnostic::Severity::Error => "error",
            wire::diagnostic::Severity::Warning => "warning",
            wire::diagnostic::Severity::Invalid => "invalid",
        };
        format!("{severity}: {}: {}", one.summary, one.detail)
    });
    lines.collect::<Vec<_>>().join("\n")
}

enum Stream {
    Plain(UnixStream),
    Tls(Box<tokio_rustls::client::TlsStream<UnixStream>>),
}

mod io {
    use std::io::Result;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

    use super::Stream;

    impl AsyncRead for Stream {
        fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
            match self.get_mut() {
                Self::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
                Self::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
            }
        }
    }

    impl AsyncWrite for Stream {
        fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
            match self.get_mut() {
                Self::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
                Self::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
            }
        }

        fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
            match self.get_mut() {
                Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
                Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
            }
        }

        fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
            match self.get_mut() {
                Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
                Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
            }
        }
    }
}
