//! Mutual TLS with certificates that live as long as the process.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

use super::client::PinnedClient;

/// TLS that lets in the holder of the certificate `client_pem` and nobody else; and the server's certificate.
pub(super) fn mutual_tls(client_pem: &str) -> Result<(TlsAcceptor, CertificateDer<'static>), String> {
    let client = CertificateDer::from_pem_slice(client_pem.as_bytes())
        .map_err(|_| "PLUGIN_CLIENT_CERT is not a certificate in PEM form".to_owned())?;
    let crypto = Arc::new(rustls::crypto::ring::default_provider());
    let client = PinnedClient::new(client, crypto.signature_verification_algorithms)
        .map_err(|error| format!("PLUGIN_CLIENT_CERT can't be used: {error}"))?;
    let (certificate, key) = server_certificate().map_err(|error| error.to_string())?;
    let mut config = rustls::ServerConfig::builder_with_provider(crypto)
        // The pinned client's signature is checked for TLS 1.3 only, and Terraform always has it.
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|error| error.to_string())?
        .with_client_cert_verifier(Arc::new(client))
        .with_single_cert(vec![certificate.clone()], key)
        .map_err(|error| error.to_string())?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok((TlsAcceptor::from(Arc::new(config)), certificate))
}

/// Terraform trusts exactly this certificate, as its own authority, for the name `localhost`.
fn server_certificate() -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), rcgen::Error> {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()])?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "localhost");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::KeyEncipherment,
        KeyUsagePurpose::KeyAgreement,
        KeyUsagePurpose::KeyCertSign,
    ];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    // P-256, which both `ring` and Go have.
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    Ok((certificate.der().clone(), key.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_no_certificate() {
        for pem in ["not PEM", "-----BEGIN CERTIFICATE-----\nMQ==\n-----END CERTIFICATE-----\n"] {
            let error = mutual_tls(pem).err().expect("an error");
            assert!(error.starts_with("PLUGIN_CLIENT_CERT"), "{error}");
        }
    }

    #[test]
    fn accepts_other_keys_than_today_s() {
        let key = KeyPair::generate().expect("a key");
        let certificate = CertificateParams::default().self_signed(&key).expect("a certificate");
        assert!(mutual_tls(&certificate.pem()).is_ok());
    }
}
