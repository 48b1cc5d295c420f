//! Who may connect: the holder of one certificate.
//!
//! Terraform's certificate has a P-521 key, which `ring` can't verify. A server that leaves this to rustls offers the
//! client no algorithm that its key could use; the client then sends no certificate, and a server for which
//! certificates are optional lets everybody in. So the signature of such a key is verified here, and a certificate is
//! always required.

use p521::ecdsa::signature::Verifier;
use p521::ecdsa::{Signature, VerifyingKey};
use p521::pkcs8::DecodePublicKey;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, PeerIncompatible, SignatureScheme};

/// Lets in the client with exactly this certificate and its key.
#[derive(Debug)]
pub(super) struct PinnedClient {
    certificate: CertificateDer<'static>,
    key: Key,
}

#[derive(Debug)]
enum Key {
    P521(Box<VerifyingKey>),
    /// Any other: rustls verifies it.
    Other(WebPkiSupportedAlgorithms),
}

impl PinnedClient {
    pub(super) fn new(
        certificate: CertificateDer<'static>,
        algorithms: WebPkiSupportedAlgorithms,
    ) -> Result<Self, Error> {
        let key_info = ParsedCertificate::try_from(&certificate)?.subject_public_key_info();
        let key = match VerifyingKey::from_public_key_der(&key_info) {
            Ok(key) => Key::P521(Box::new(key)),
            Err(_) => Key::Other(algorithms),
        };
        Ok(Self { certificate, key })
    }
}

impl ClientCertVerifier for PinnedClient {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    /// Validity and names do not matter: the certificate came from the process that started this one.
    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if end_entity.as_ref() == self.certificate.as_ref() {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(PeerIncompatible::Tls12NotOffered.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let key = match &self.key {
            Key::P521(key) => key,
            Key::Other(algorithms) => {
                return verify_tls13_signature(message, certificate, signed, algorithms);
            }
        };
        let bad = || Error::from(CertificateError::BadSignature);
        if signed.scheme != SignatureScheme::ECDSA_NISTP521_SHA512 {
            return Err(bad());
        }
        let signature = Signature::from_der(signed.signature()).map_err(|_| bad())?;
        key.verify(message, &signature).map_err(|_| bad())?;
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        match &self.key {
            Key::P521(_) => vec![SignatureScheme::ECDSA_NISTP521_SHA512],
            Key::Other(algorithms) => algorithms.supported_schemes(),
        }
    }
}
