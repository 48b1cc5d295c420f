//! A TLS client with a P-521 certificate, like Terraform's.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use p521::ecdsa::signature::Signer as _;
use p521::ecdsa::{DerSignature, SigningKey};
use p521::pkcs8::EncodePublicKey;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::ring::default_provider;
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::{CertifiedKey, Signer, SigningKey as TlsSigningKey, SingleCertAndKey};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureAlgorithm, SignatureScheme};
use x509_cert::Certificate;
use x509_cert::builder::{Builder, CertificateBuilder, profile};
use x509_cert::der::pem::LineEnding;
use x509_cert::der::{Encode, EncodePem};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::SubjectPublicKeyInfoOwned;
use x509_cert::time::Validity;

/// A certificate and its key.
#[derive(Clone)]
pub struct Identity {
    key: SigningKey,
    certificate: Certificate,
}

impl Identity {
    /// The key is any number; different numbers are different clients.
    pub fn new(number: u8) -> Self {
        Self::with_serial(number, 1)
    }

    /// The same key may have several certificates.
    pub fn with_serial(number: u8, serial: u32) -> Self {
        let mut secret = [number; 66];
        secret[0] = 0;
        let key = SigningKey::from_slice(&secret).expect("a key");
        let public = key.verifying_key().to_public_key_der().expect("encodable");
        let public = SubjectPublicKeyInfoOwned::try_from(public.as_bytes()).expect("a key");
        let name = Name::from_str("CN=localhost,O=Test,C=US").expect("a name");
        let profile = profile::cabf::Root::new(false, name).expect("a profile");
        let validity = Validity::from_now(Duration::from_secs(3600)).expect("a validity");
        let builder = CertificateBuilder::new(profile, SerialNumber::from(serial), validity, public);
        let certificate = builder.expect("a builder").build::<_, DerSignature>(&key).expect("a certificate");
        Self { key, certificate }
    }

    pub fn pem(&self) -> String {
        self.certificate.to_pem(LineEnding::LF).expect("encodable")
    }

    /// The certificate of `self` with the key of `other`: somebody who only saw the certificate.
    pub fn with_key_of(&self, other: &Identity) -> Self {
        Self { key: other.key.clone(), certificate: self.certificate.clone() }
    }
}

/// A client that trusts exactly `server`, and shows `identity` if there is one.
pub fn config(server: &[u8], identity: Option<&Identity>) -> ClientConfig {
    let crypto = default_provider();
    let verifier = Pinned { certificate: server.to_vec(), algorithms: crypto.signature_verification_algorithms };
    let builder = ClientConfig::builder_with_provider(Arc::new(crypto))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = match identity {
        None => builder.with_no_client_auth(),
        Some(identity) => {
            let certificate = CertificateDer::from(identity.certificate.to_der().expect("encodable"));
            let key = Arc::new(P521(identity.key.clone()));
            let certified = CertifiedKey::new(vec![certificate], key);
            builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(certified)))
        }
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    config
}

#[derive(Debug)]
struct P521(SigningKey);

impl TlsSigningKey for P521 {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        // The server must offer this one, or Terraform would send no certificate at all.
        offered
            .contains(&SignatureScheme::ECDSA_NISTP521_SHA512)
            .then(|| Box::new(P521(self.0.clone())) as Box<dyn Signer>)
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ECDSA
    }
}

impl Signer for P521 {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let signature: DerSignature = self.0.sign(message);
        Ok(signature.as_bytes().to_vec())
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::ECDSA_NISTP521_SHA512
    }
}

/// Terraform trusts the certificate of the handshake line.
#[derive(Debug)]
struct Pinned {
    certificate: Vec<u8>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        assert_eq!(end_entity.as_ref(), self.certificate, "the certificate of the handshake line");
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        panic!("the server speaks TLS 1.3")
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
