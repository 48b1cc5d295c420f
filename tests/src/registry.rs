//! Terraform's registry: service discovery, the provider and the module registry protocols, over HTTPS.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Context as _;
use bytes::Bytes;
use http::{Response, StatusCode};
use rcgen::generate_simple_self_signed;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_rustls::TlsAcceptor;

use crate::server::{LocalServer, Received, Reply};
use crate::{Release, SigningKey};

/// A registry on a free loopback port, with releases of the provider `trailhook/trailhook` and the module
/// `trailhook/trailhook/aws`. Dropping it ends it; what was published must live as long.
#[derive(Debug)]
pub struct Registry {
    server: LocalServer,
    folder: TempDir,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug, Default)]
struct Shared {
    releases: BTreeMap<String, Published>,
    /// What is served instead of a file.
    replaced: BTreeMap<String, Bytes>,
    requests: Vec<String>,
}

#[derive(Debug)]
struct Published {
    files: PathBuf,
    module: PathBuf,
    key_id: String,
    public_key: String,
}

impl Registry {
    /// An empty registry with a certificate of its own.
    ///
    /// # Errors
    ///
    /// When no loopback port can be had, or its certificate cannot be written.
    pub async fn start() -> anyhow::Result<Self> {
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let own = generate_simple_self_signed(names).context("making the registry's certificate")?;
        let folder = tempfile::tempdir().context("creating the registry's folder")?;
        fs::write(folder.path().join("certificate.pem"), own.cert.pem())?;
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(own.signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![own.cert.der().clone()], key)?;
        let shared = Arc::new(Mutex::new(Shared::default()));
        let handler = {
            let shared = Arc::clone(&shared);
            move |received: Received| {
                let answer = lock(&shared).answer(&received);
                async move { Reply::Answer(answer) }
            }
        };
        let server = LocalServer::start_tls(handler, TlsAcceptor::from(Arc::new(tls))).await?;
        Ok(Self { server, folder, shared })
    }

    /// Publishes a release, and says that this key has signed it.
    pub fn publish(&self, release: &Release, key: &SigningKey) {
        let published = Published {
            files: release.files(),
            module: release.module(),
            key_id: key.id().to_owned(),
            public_key: key.public().to_owned(),
        };
        lock(&self.shared).releases.insert(release.version().to_owned(), published);
    }

    /// Serves this content in the place of a file.
    pub fn replace(&self, name: &str, content: impl Into<Bytes>) {
        lock(&self.shared).replaced.insert(name.to_owned(), content.into());
    }

    /// The paths that were asked for, in their order.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        lock(&self.shared).requests.clone()
    }

    /// Its name in the source of a provider or a module: `localhost:PORT`.
    #[must_use]
    pub fn host(&self) -> String {
        format!("localhost:{}", self.server.port())
    }

    /// What trusts it, for `SSL_CERT_FILE`.
    #[must_use]
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }

    /// Its services, for a `host` block of the CLI configuration, which makes Terraform ask nobody for them.
    pub(crate) fn services(&self) -> Vec<(&'static str, String)> {
        SERVICES.iter().map(|(name, path)| (*name, format!("https://{}{path}", self.host()))).collect()
    }
}

/// What the registry offers, and where.
const SERVICES: [(&str, &str); 2] = [("providers.v1", "/v1/providers/"), ("modules.v1", "/v1/modules/")];

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn answer(&mut self, received: &Received) -> Response<Bytes> {
        let path = received.uri.path().to_owned();
        self.requests.push(path.clone());
        let host = received.headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or_default();
        let segments: Vec<_> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let answer = match *segments {
            [".well-known", "terraform.json"] => Some(as_json(&SERVICES.into_iter().collect())),
            ["v1", "providers", "trailhook", "trailhook", "versions"] => Some(as_json(&self.provider_versions())),
            ["v1", "providers", "trailhook", "trailhook", version, "download", os, arch] => {
                self.provider(&format!("https://{host}"), version, os, arch).map(|answer| as_json(&answer))
            }
            ["v1", "modules", "trailhook", "trailhook", "aws", "versions"] => {
                let versions = self.releases.keys().map(|version| json!({ "version": version }));
                Some(as_json(&json!({"modules": [{"versions": versions.collect::<Vec<_>>()}]})))
            }
            ["v1", "modules", "trailhook", "trailhook", "aws", version, "download"] => {
                self.releases.contains_key(version).then(|| {
                    let file = format!("https://{host}/files/{version}/terraform-aws-trailhook_{version}.zip");
                    let answer = Response::builder().status(StatusCode::NO_CONTENT).header("X-Terraform-Get", file);
                    answer.body(Bytes::new()).unwrap_or_default()
                })
            }
            ["files", version, name] => self.file(version, name).map(Response::new),
            _ => None,
        };
        answer.unwrap_or_else(|| {
            let mut absent = Response::new(Bytes::from_static(b"{\"errors\":[\"Not Found\"]}"));
            *absent.status_mut() = StatusCode::NOT_FOUND;
            absent
        })
    }

    fn provider_versions(&self) -> Value {
        let versions = self.releases.iter().map(|(version, published)| {
            let platforms: Vec<_> =
                published.platforms(version).into_iter().map(|(os, arch)| json!({"os": os, "arch": arch})).collect();
            json!({"version": version, "protocols": published.protocols(version), "platforms": platforms})
        });
        json!({ "versions": versions.collect::<Vec<_>>() })
    }

    fn provider(&self, base: &str, version: &str, os: &str, arch: &str) -> Option<Value> {
        let published = self.releases.get(version)?;
        let stem = format!("terraform-provider-trailhook_{version}");
        let filename = format!("{stem}_{os}_{arch}.zip");
        let sums = fs::read_to_string(published.files.join(format!("{stem}_SHA256SUMS"))).ok()?;
        let sum = sums.lines().find_map(|line| line.strip_suffix(&format!("  {filename}")))?;
        let url = |name: &str| format!("{base}/files/{version}/{name}");
        Some(json!({
            "protocols": published.protocols(version), "os": os, "arch": arch, "filename": filename, "shasum": sum,
            "download_url": url(&filename),
            "shasums_url": url(&format!("{stem}_SHA256SUMS")),
            "shasums_signature_url": url(&format!("{stem}_SHA256SUMS.sig")),
            "signing_keys": {"gpg_public_keys": [{"key_id": published.key_id, "ascii_armor": published.public_key}]},
        }))
    }

    fn file(&self, version: &str, name: &str) -> Option<Bytes> {
        if let Some(content) = self.replaced.get(name) {
            return Some(content.clone());
        }
        let published = self.releases.get(version)?;
        // A name of one segment stays in the folder.
        let name = Path::new(name).file_name()?;
        let path =
            if published.module.file_name() == Some(name) { &published.module } else { &published.files.join(name) };
        fs::read(path).ok().map(Bytes::from)
    }
}

impl Published {
    /// The versions of the plugin protocol, as the manifest says; the registry looks at none that is not summed up.
    fn protocols(&self, version: &str) -> Value {
        let name = format!("terraform-provider-trailhook_{version}_manifest.json");
        let read = |name: &str| fs::read_to_string(self.files.join(name)).unwrap_or_default();
        let sums = read(&format!("terraform-provider-trailhook_{version}_SHA256SUMS"));
        if !sums.lines().any(|line| line.ends_with(&format!("  {name}"))) {
            // What the registry takes for granted, which is not this provider's.
            return json!(["5.0"]);
        }
        let manifest: Value = serde_json::from_str(&read(&name)).unwrap_or_default();
        manifest.pointer("/metadata/protocol_versions").cloned().unwrap_or_default()
    }

    /// For which platforms there is a zip.
    fn platforms(&self, version: &str) -> BTreeSet<(String, String)> {
        let names = fs::read_dir(&self.files).into_iter().flatten().flatten().map(|entry| entry.file_name());
        let prefix = format!("terraform-provider-trailhook_{version}_");
        names
            .filter_map(|name| {
                let (os, arch) = name.to_str()?.strip_prefix(&prefix)?.strip_suffix(".zip")?.split_once('_')?;
                Some((os.to_owned(), arch.to_owned()))
            })
            .collect()
    }
}

fn as_json(value: &Value) -> Response<Bytes> {
    let answer = Response::builder().header("content-type", "application/json").body(Bytes::from(value.to_string()));
    answer.unwrap_or_default()
}
