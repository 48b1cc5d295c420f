//! What Terraform and the process tell each other before the first call.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// Not a secret: it tells a process that Terraform started it, not a person.
const COOKIE: (&str, &str) =
    ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");

/// What Terraform said.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Handshake {
    /// PEM; none if the user turned TLS off with `TF_DISABLE_PLUGIN_TLS`.
    pub(super) client_certificate: Option<String>,
}

/// Why there is nobody to serve.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum HandshakeError {
    /// A person started the program.
    #[error("not started by Terraform")]
    NotTerraform,
    /// Terraform speaks other versions only; what it said.
    #[error("protocol version 6 is not among {0:?}")]
    NoCommonVersion(String),
}

impl HandshakeError {
    /// What the person or Terraform's log should read.
    pub(super) fn explain(&self, binary: &str, version: &str) -> String {
        match self {
            Self::NotTerraform => format!(
                "{binary} {version} is a Terraform provider. It is not meant to be started by hand: Terraform finds and starts \
                 it when a configuration requires it.\n\nTo run it under a debugger, start it with --debug. See also --help."
            ),
            Self::NoCommonVersion(offered) => format!(
                "{binary} {version} speaks version 6 of Terraform's plugin protocol, but this Terraform offers only {offered:?}. \
                 Use Terraform 1.8 or later."
            ),
        }
    }
}

impl Handshake {
    pub(super) fn from_environment() -> Result<Self, HandshakeError> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    fn from_variables(get: impl Fn(&str) -> Option<String>) -> Result<Self, HandshakeError> {
        let (name, value) = COOKIE;
        if get(name).as_deref() != Some(value) {
            return Err(HandshakeError::NotTerraform);
        }
        let offered = get("PLUGIN_PROTOCOL_VERSIONS").unwrap_or_default();
        if !offered.split(',').any(|version| version.trim() == "6") {
            return Err(HandshakeError::NoCommonVersion(offered));
        }
        Ok(Self { client_certificate: get("PLUGIN_CLIENT_CERT").filter(|pem| !pem.is_empty()) })
    }
}

/// The only line on stdout: version 1 of the handshake, version 6 of the protocol, where the server listens, and the
/// DER of its certificate, which Terraform wants without padding.
pub(super) fn line(socket: &Path, certificate: Option<&[u8]>) -> String {
    let certificate = certificate.map_or_else(String::new, |der| STANDARD_NO_PAD.encode(der));
    format!("1|6|unix|{}|grpc|{certificate}", socket.display())
}

/// The variable that makes Terraform use a running process.
pub(super) fn reattach(address: &str, socket: &Path) -> String {
    let providers = serde_json::json!({
        address: {
            "Protocol": "grpc",
            "ProtocolVersion": 6,
            "Pid": std::process::id(),
            "Test": true,
            "Addr": { "Network": "unix", "String": socket.display().to_string() },
        }
    });
    format!("TF_REATTACH_PROVIDERS='{providers}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handshake(variables: &[(&str, &str)]) -> Result<Handshake, HandshakeError> {
        Handshake::from_variables(|wanted| {
            let found = variables.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_person_is_told_what_to_do() {
        for variables in [&[][..], &[("TF_PLUGIN_MAGIC_COOKIE", "other")][..]] {
            let error = handshake(variables).expect_err("nobody to serve");
            assert_eq!(error, HandshakeError::NotTerraform);
            let text = error.explain("terraform-provider-memory", "1.2.3");
            assert!(text.starts_with("terraform-provider-memory 1.2.3 is a Terraform provider."));
            assert!(text.contains("--debug"));
        }
    }

    #[test]
    fn another_protocol_is_refused() {
        let error = handshake(&[COOKIE, ("PLUGIN_PROTOCOL_VERSIONS", "4,5,16")]).expect_err("no common version");
        assert_eq!(error, HandshakeError::NoCommonVersion("4,5,16".into()));
        assert!(error.explain("p", "1").contains("4,5,16"));
    }

    #[test]
    fn no_or_an_empty_certificate_means_no_tls() {
        let versions = ("PLUGIN_PROTOCOL_VERSIONS", "5,6");
        let none = Ok(Handshake { client_certificate: None });
        assert_eq!(handshake(&[COOKIE, versions]), none);
        assert_eq!(handshake(&[COOKIE, versions, ("PLUGIN_CLIENT_CERT", "")]), none);
        let some = handshake(&[COOKIE, versions, ("PLUGIN_CLIENT_CERT", "PEM")]);
        assert_eq!(some.expect("TLS").client_certificate.as_deref(), Some("PEM"));
    }

    #[test]
    fn the_line_has_six_fields_and_no_padding() {
        let socket = Path::new("/run/x/plugin.sock");
        assert_eq!(line(socket, Some(b"1")), "1|6|unix|/run/x/plugin.sock|grpc|MQ");
        assert_eq!(line(socket, None), "1|6|unix|/run/x/plugin.sock|grpc|");
    }
}
