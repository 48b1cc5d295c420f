//! The process: arguments, handshake, and serving until the end.

mod args;
mod certificate;
mod client;
mod control;
mod handshake;
mod incoming;
mod lifetime;
mod logging;
mod socket;

use std::borrow::Cow;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use tokio::net::UnixListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::generated::plugin::grpc_controller_server::GrpcControllerServer;
use crate::generated::plugin::grpc_stdio_server::GrpcStdioServer;
use crate::generated::tfplugin6::provider_server::ProviderServer;
use crate::provider::Provider;
use crate::service::{Mask, Service, Stop, install_panic_hook};
use args::Mode;
use control::{Controller, Stdio};
use handshake::Handshake;
use lifetime::Owner;
use socket::SocketFolder;

/// What HashiCorp's own providers allow. A plan carries the object up to three times, so tonic's 4 MiB are soon too
/// few.
const MAX_MESSAGE_BYTES: usize = 256 << 20;

/// Runs a provider as the process that Terraform starts.
///
/// ```no_run
/// # use tfplugin::{Catalog, Configure, Cx, Diagnostics, Provider, schema::Schema};
/// # struct Memory;
/// # impl Provider for Memory {
/// #     type Context = ();
/// #     type Config = ();
/// #     fn schema(&self) -> Schema { Schema::new() }
/// #     fn catalog(&self, _: &mut Catalog<()>) {}
/// #     async fn configure(&self, _: &Cx<()>, _: Configure<()>) -> Result<(), Diagnostics> { Ok(()) }
/// # }
/// #[tokio::main]
/// async fn main() -> std::process::ExitCode {
///     tfplugin::Server::new("registry.terraform.io/example/memory", env!("CARGO_PKG_VERSION"))
///         .serve(Memory)
///         .await
/// }
/// ```
///
/// Arguments of the process: none when Terraform starts it; `--debug` serves several Terraform runs until it is
/// interrupted, and prints the `TF_REATTACH_PROVIDERS` line for them; `--version`; `--help`.
///
/// Logs go to stderr, where Terraform reads them, if `TF_LOG`, `TF_LOG_PROVIDER` or `TF_LOG_PROVIDER_<NAME>` asks for
/// them. What Terraform sends is never logged by this crate, at any level; [`Server::mask`] is for what others log. Handlers
/// must not print to stdout: nobody sees it.
#[derive(Debug, Clone)]
pub struct Server {
    address: String,
    version: String,
    mask: Mask,
}

/// Why a process can't serve.
#[derive(Debug, thiserror::Error)]
enum ServeError {
    #[error(transparent)]
    Handshake(#[from] handshake::HandshakeError),
    #[error("no socket could be made in {folder}: {source}")]
    Socket { folder: String, source: std::io::Error },
    #[error("no TLS could be set up: {0}")]
    Tls(String),
    #[error("the line for Terraform could not be written to stdout: {0}")]
    Stdout(std::io::Error),
    #[error("signals can't be handled: {0}")]
    Signals(std::io::Error),
    #[error("the server failed: {0}")]
    Server(#[from] tonic::transport::Error),
}

impl Server {
    /// A provider of this source address (`HOST/NAMESPACE/NAME`) and version.
    pub fn new(address: impl Into<String>, version: impl Into<String>) -> Self {
        Self { address: address.into(), version: version.into(), mask: |text| text.into() }
    }

    /// Lets every text that is to be logged, and that of a panic, go through a function, which gives it back without the secrets that it knows: a
    /// library may log more than one would like.
    #[must_use]
    pub fn mask(self, mask: fn(&str) -> Cow<'_, str>) -> Self {
        Self { mask, ..self }
    }

    /// Does what the process was started for, and returns its exit code: 0 after an orderly end, 1 if it can't serve
    /// (why is said on stderr), 2 for an unknown argument.
    pub async fn serve<P: Provider>(self, provider: P) -> ExitCode {
        let arguments = std::env::args_os().skip(1);
        let served = match args::parse(arguments) {
            Mode::Plugin => self.serve_plugin(provider).await,
            Mode::Debug => self.serve_debug(provider).await,
            Mode::Version => return say(&format!("{} {}", self.binary(), self.version)),
            Mode::Help => return say(&self.help()),
            Mode::Unknown(argument) => {
                complain(&format!("unknown argument {argument:?}\n\n{}", self.help()));
                return ExitCode::from(2);
            }
        };
        match served {
            Ok(()) => ExitCode::SUCCESS,
            Err(ServeError::Handshake(error)) => {
                complain(&error.explain(&self.binary(), &self.version));
                ExitCode::FAILURE
            }
            Err(error) => {
                complain(&format!("{}: {error}", self.binary()));
                ExitCode::FAILURE
            }
        }
    }

    /// Started by Terraform, for one run.
    async fn serve_plugin<P: Provider>(&self, provider: P) -> Result<(), ServeError> {
        let owner = Owner::terraform();
        let handshake = Handshake::from_environment()?;
        let (tls, certificate) = match handshake.client_certificate {
            Some(pem) => {
                let (acceptor, certificate) = certificate::mutual_tls(&pem).map_err(ServeError::Tls)?;
                (Some(acceptor), Some(certificate))
            }
            None => (None, None),
        };
        let process = Process::start(self, Stop::new(false), provider, owner)?;
        let line = handshake::line(process.socket.path(), certificate.as_deref());
        write_line(&line).map_err(ServeError::Stdout)?;
        process.serve(tls).await
    }

    /// Started by hand, for several runs.
    async fn serve_debug<P: Provider>(&self, provider: P) -> Result<(), ServeError> {
        let process = Process::start(self, Stop::new(true), provider, Owner::User)?;
        let line = handshake::reattach(&self.address, process.socket.path());
        write_line(&format!("Set this variable where you run Terraform; stop this process with Ctrl-C.\n\n{line}"))
            .map_err(ServeError::Stdout)?;
        process.serve(None).await
    }

    /// The last part of the address.
    fn name(&self) -> &str {
        self.address.rsplit('/').next().unwrap_or(&self.address)
    }

    fn binary(&self) -> String {
        format!("terraform-provider-{}", self.name())
    }

    fn help(&self) -> String {
        format!(
            "{} {}, a Terraform provider. Terraform starts it; there is nothing to do by hand, except:\n\n  \
             --debug    serve until interrupted, and print the TF_REATTACH_PROVIDERS line for Terraform\n  \
             --version  print the version\n  \
             --help     print this",
            self.binary(),
            self.version
        )
    }
}

/// Everything that serves, ready to begin.
struct Process<P: Provider> {
    socket: SocketFolder,
    listener: UnixListener,
    service: Arc<Service<P>>,
    owner: Owner,
    end: CancellationToken,
}

impl<P: Provider> Process<P> {
    fn start(server: &Server, stop: Stop, provider: P, owner: Owner) -> Result<Self, ServeError> {
        logging::init(server.name(), server.mask);
        install_panic_hook(server.mask);
        // Before the folder is made: a signal that still ended the process at once would leave it behind.
        let end = CancellationToken::new();
        lifetime::watch(owner, &end).map_err(ServeError::Signals)?;
        let (socket, listener) = SocketFolder::bind()?;
        Ok(Self { socket, listener, service: Arc::new(Service::new(provider, stop)), owner, end })
    }

    async fn serve(self, tls: Option<TlsAcceptor>) -> Result<(), ServeError> {
        // The folder of the socket is removed when this is dropped.
        let Self { socket: _folder, listener, service, owner, end } = self;
        let provider = ProviderServer::from_arc(Arc::clone(&service))
            .max_decoding_message_size(MAX_MESSAGE_BYTES)
            .max_encoding_message_size(MAX_MESSAGE_BYTES);
        let controller = GrpcControllerServer::new(Controller::new(owner, end.clone()));
        let stdio = GrpcStdioServer::new(Stdio::new(end.clone()));
        let server = tonic::transport::Server::builder()
            .add_service(provider)
            .add_service(controller)
            .add_service(stdio)
            .serve_with_incoming_shutdown(incoming::connections(listener, tls), end.clone().cancelled_owned());
        let too_late = async {
            end.cancelled().await;
            // What can be left out, is.
            service.interrupt();
            tokio::time::sleep(owner.grace()).await;
        };
        tokio::select! {
            served = server => served?,
            () = too_late => {}
        }
        tracing::debug!("ended");
        Ok(())
    }
}

/// For the protocol or for a person: nothing else ever goes to stdout.
fn write_line(line: &str) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}

fn say(text: &str) -> ExitCode {
    match write_line(text) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn complain(text: &str) {
    // Nobody is left to tell if stderr is closed.
    let _ = writeln!(std::io::stderr(), "{text}");
}
