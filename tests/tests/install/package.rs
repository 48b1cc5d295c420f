//! What `scripts/package.py` makes: the names and the form that the registry wants, and nothing that would not run.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;
use trailhook_tests::{Release, SigningKey, Terraform, TerraformRun, require};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::support::repository;

/// The names in a folder.
fn names(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Name, mode and size of what is in a zip.
fn entries(path: &Path) -> Vec<(String, u32, u64)> {
    let mut archive = ZipArchive::new(File::open(path).unwrap()).unwrap();
    (0..archive.len())
        .map(|index| {
            let file = archive.by_index(index).unwrap();
            (file.name().unwrap().into_owned(), file.unix_mode().unwrap() & 0o777, file.size())
        })
        .collect()
}

fn assert_refused(run: &TerraformRun, told: &str) {
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.starts_with("package.py: ") && run.stderr.contains(told), "{told}: {}", run.stderr);
}

#[tokio::test]
async fn a_release_is_named_as_the_registry_wants_and_is_the_same_twice() {
    let version = Terraform::provider_version();
    let release = require!(Release::of_debug_programs(version).await);
    let stem = format!("terraform-provider-trailhook_{version}");
    let manifest = format!("{stem}_manifest.json");
    let published = [&release.provider_name(), &manifest, &release.sums_name()].map(String::clone);
    assert_eq!(names(&release.files()), BTreeSet::from(published));
    let text = |name: &str| fs::read_to_string(release.files().join(name)).unwrap();
    let value: Value = serde_json::from_str(&text(&manifest)).unwrap();
    assert_eq!(value, json!({"version": 1, "metadata": {"protocol_versions": ["6.0"]}}));
    let sums = text(&release.sums_name());
    let summed: Vec<_> = sums.lines().map(|line| line.split_once("  ").unwrap().1).collect();
    assert_eq!(summed, [&release.provider_name(), &manifest]);

    let provider = entries(&release.files().join(release.provider_name()));
    let modes: Vec<_> = provider.iter().map(|(name, mode, _)| (name.as_str(), *mode)).collect();
    let program = format!("terraform-provider-trailhook_v{version}");
    assert_eq!(modes, [("LICENSE", 0o644), ("LICENSES-OF-OTHERS.txt", 0o644), (&program, 0o755)]);
    let zip = File::open(release.files().join(release.provider_name())).unwrap();
    let mut licences = String::new();
    ZipArchive::new(zip).unwrap().by_name("LICENSES-OF-OTHERS.txt").unwrap().read_to_string(&mut licences).unwrap();
    // Linked into the provider, into the function, and into neither.
    for linked in ["\ntonic 0.", "\nlambda_runtime 1.", "Permission is hereby granted"] {
        assert!(licences.contains(linked), "{linked}");
    }
    assert!(!licences.contains("\nproptest "), "what tests alone need");
    for package in names(&release.folder().join("function")) {
        let function = entries(&release.folder().join("function").join(&package));
        assert_eq!(function.len(), 1, "{package}");
        assert_eq!((function[0].0.as_str(), function[0].1), ("bootstrap", 0o755), "{package}");
    }

    let again = Release::of_debug_programs(version).await.unwrap();
    assert!(fs::read(release.module()).unwrap() == fs::read(again.module()).unwrap(), "the module differs from itself");
    for (folder, other) in [("release", again.files()), ("function", again.folder().join("function"))] {
        for name in names(&release.folder().join(folder)) {
            let (one, two) = (fs::read(release.folder().join(folder).join(&name)), fs::read(other.join(&name)));
            assert!(one.unwrap() == two.unwrap(), "{name} differs from itself");
        }
    }
}

#[tokio::test]
async fn the_module_stands_alone() {
    let folder = tempfile::tempdir().unwrap();
    require!(Release::package(folder.path(), ["--only=module"], None).await).success().unwrap();
    let tree = folder.path().join("terraform-aws-trailhook");
    for file in ["main.tf", "README.md", "LICENSE", "modules/forwarder/main.tf", "tests/mocks/aws.tfmock.hcl"] {
        assert!(tree.join(file).is_file(), "{file}");
    }
    assert!(!tree.join("forwarder").exists());
    let readme = fs::read_to_string(tree.join("README.md")).unwrap();
    assert!(readme.contains("\"trailhook/trailhook/aws//modules/forwarder\""));
    let links = readme.split("](").skip(1).map(|rest| rest.split(')').next().unwrap());
    let mut public = 0;
    for link in links.filter(|link| !link.starts_with('#')) {
        if link.starts_with("https://") {
            public += usize::from(link.contains(&format!("/v{}/", Terraform::provider_version())));
        } else {
            assert!(tree.join(link).exists(), "{link} leads to nothing");
        }
    }
    assert!(public > 3, "links to the repository name the tag");

    let forwarder = fs::read_to_string(tree.join("modules/forwarder/README.md")).unwrap();
    assert!(forwarder.contains("](../../README.md#the-module-forwarder)"), "{forwarder}");

    let mut archive = String::new();
    let zip = File::open(Release::at(folder.path().to_owned(), Terraform::provider_version()).module());
    ZipArchive::new(zip.unwrap()).unwrap().by_name("README.md").unwrap().read_to_string(&mut archive).unwrap();
    assert_eq!(archive, readme);
}

#[tokio::test]
async fn what_would_not_run_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let options = Release::debug_options(folder.path()).unwrap();
    let run = async |more: &[&str]| {
        let options = options.iter().map(String::as_str).chain(more.iter().copied());
        Release::package(folder.path(), options, None).await
    };
    let old = require!(run(&["--only=function", "--glibc=2.3"]).await);
    assert_refused(&old, "bootstrap needs glibc 2.");
    assert_refused(&old, "where it is to run there is 2.3.");

    let script = folder.path().join("script");
    fs::write(&script, "#!/bin/sh\n").unwrap();
    for (option, told) in [
        (
            format!("--bootstrap=x86_64={}", script.display()),
            "script is not what runs on Linux: it is no 64-bit ELF file",
        ),
        (
            format!("--bootstrap=x86_64={}/absent", folder.path().display()),
            "with one of x86_64, arm64 and a program that is there",
        ),
        (format!("--bootstrap=amd64={}", script.display()), "with one of x86_64, arm64"),
        (format!("--provider=linux-amd64={}", script.display()), "with one of darwin_amd64, darwin_arm64, linux_amd64"),
    ] {
        let refused = Release::package(folder.path(), ["--only=function", &option], None).await.unwrap();
        assert_ne!(refused.code, 0);
        assert!(refused.stderr.contains(told), "{}", refused.stderr);
    }
    // A program for another processor.
    let bootstrap = options.iter().find_map(|option| option.strip_prefix("--bootstrap=")).unwrap();
    let (processor, program) = bootstrap.split_once('=').unwrap();
    let other = if processor == "arm64" { "x86_64" } else { "arm64" };
    let option = format!("--bootstrap={other}={program}");
    let refused = Release::package(folder.path(), ["--only=function", &option], None).await.unwrap();
    assert_refused(&refused, &format!("bootstrap is for {processor}, and {other} is asked for"));

    let twice = [option.as_str(), option.as_str(), "--only=function"];
    assert_refused(&Release::package(folder.path(), twice, None).await.unwrap(), "twice");

    // A provider that people would install, and that deploys nothing.
    let provider = options.iter().find(|option| option.starts_with("--provider=")).unwrap();
    let program = provider.rsplit('=').next().unwrap();
    let option = format!("--provider=darwin_arm64={program}");
    let refused = Release::package(folder.path(), ["--only=provider", &option], None).await.unwrap();
    assert_refused(&refused, "is not what runs on macOS with the processor arm64");
    let refused = Release::package(folder.path(), ["--only=provider", provider], None).await.unwrap();
    assert_refused(&refused, "carries no package of the function");

    for (options, told) in [
        (["--only=module", "--version=1"], "1 is no version such as 1.2.3"),
        (["--only=module", "--version=0.2.0-rc1"], "0.2.0-rc1 is no version such as 1.2.3"),
        (["--only=module", "--version=3.0.0"], "module/versions.tf does not admit the provider 3.0.0"),
        (["--only=module", "--tag=v9.9.9"], "the tag v9.9.9 is not v"),
    ] {
        assert_refused(&Release::package(folder.path(), options, None).await.unwrap(), told);
    }
}

#[tokio::test]
async fn a_key_signs_where_it_was_imported_with_its_passphrase() {
    let release = require!(Release::of_debug_programs(Terraform::provider_version()).await);
    let key = require!(SigningKey::with("rsa2048", "a passphrase of several words").await);
    let imported = key.imported().await.unwrap();
    let signed = release.signed(&imported).await.unwrap();
    let armour = fs::read_to_string(signed.files().join("trailhook-signing-key.asc")).unwrap();
    assert!(armour.contains("BEGIN PGP PUBLIC KEY BLOCK") && !armour.contains("PRIVATE"), "{armour}");

    // A signature of other sums does not stay.
    let unsigned = Release::package(signed.folder(), ["--only=sums"], None).await.unwrap().success().unwrap();
    assert!(unsigned.stdout.contains("NOT SIGNED"), "{}", unsigned.stdout);
    assert_eq!(names(&signed.files()), names(&release.files()));

    let wrong = key.imported().await.unwrap().by_passphrase("another one");
    for (key, id, told) in [
        (&wrong, key.id(), "Bad passphrase"),
        (&wrong, "", "--sign names no key"),
        (&wrong, "nobody@example.com", "there is no key nobody@example.com to sign with: gpg"),
    ] {
        let options = ["--only", "sums", "--sign", id];
        let refused = Release::package(signed.folder(), options, Some(key)).await.unwrap();
        assert_refused(&refused, told);
        assert!(!refused.stderr.contains("another one"), "{}", refused.stderr);
        assert_eq!(names(&signed.files()), names(&release.files()), "{told}");
    }

    let small = SigningKey::with("ed25519", "").await.unwrap();
    let options = ["--only", "sums", "--sign", small.id()];
    let run = Release::package(signed.folder(), options, Some(&small)).await.unwrap().success().unwrap();
    assert!(run.stdout.contains("NOT FOR THE PUBLIC REGISTRY"), "{}", run.stdout);
}

/// A repository as it is at a tag, in which nothing has to be built, and a folder of packages.
struct Tagged {
    folder: TempDir,
    security: String,
}

impl Tagged {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let version = Terraform::provider_version();
        let there = |name: &str| folder.path().join(name);
        for name in ["scripts/release", "package/release", "package/function"] {
            fs::create_dir_all(there(name)).unwrap();
        }
        for name in ["scripts", "scripts/release"] {
            for file in fs::read_dir(repository(name)).unwrap() {
                let path = file.unwrap().path();
                if path.extension().is_some_and(|extension| extension == "py") {
                    fs::copy(&path, there(name).join(path.file_name().unwrap())).unwrap();
                }
            }
        }
        fs::copy(repository("Cargo.toml"), there("Cargo.toml")).unwrap();
        fs::write(there("CHANGELOG.md"), format!("## {version} (November 3, 2026)\n\nFEATURES:\n\n* all\n")).unwrap();
        Self { folder, security: String::new() }
    }

    fn function(&self, processor: &str, package: &str) {
        let name = format!("package/function/bootstrap-{processor}.zip");
        fs::write(self.folder.path().join(name), package).unwrap();
    }

    fn provider(&self, platform: &str, program: &str) {
        let stem = format!("terraform-provider-trailhook_{}", Terraform::provider_version());
        let path = self.folder.path().join(format!("package/release/{stem}_{platform}.zip"));
        let mut zip = ZipWriter::new(File::create(path).unwrap());
        let name = format!("terraform-provider-trailhook_v{}", Terraform::provider_version());
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(program.as_bytes()).unwrap();
        zip.finish().unwrap();
    }

    async fn sums(&self, key: Option<&SigningKey>) -> TerraformRun {
        self.tried(key).await.unwrap()
    }

    async fn tried(&self, key: Option<&SigningKey>) -> anyhow::Result<TerraformRun> {
        fs::write(self.folder.path().join("SECURITY.md"), &self.security).unwrap();
        let tag = format!("v{}", Terraform::provider_version());
        let mut options = vec!["--only=sums", "--tag", &tag];
        options.extend(key.into_iter().flat_map(|key| ["--sign", key.id()]));
        let script = self.folder.path().join("scripts/package.py");
        Release::package_by(&script, &self.folder.path().join("package"), options, key).await
    }
}

#[tokio::test]
async fn a_tag_is_released_whole_and_signed_or_not_at_all() {
    let key = require!(SigningKey::make().await);
    let mut tagged = Tagged::new();
    tagged.provider("linux_amd64", "one two");
    tagged.function("x86_64", "one");
    assert_refused(&require!(tagged.tried(Some(&key)).await), "a release has the function for arm64 as well");
    tagged.function("arm64", "two");
    assert_refused(&tagged.sums(Some(&key)).await, "a release has a provider for darwin_amd64 as well");
    for platform in ["darwin_amd64", "darwin_arm64", "linux_arm64"] {
        tagged.provider(platform, "one two");
    }
    tagged.provider("linux_arm64", "one, and an older one");
    assert_refused(&tagged.sums(Some(&key)).await, "_linux_arm64.zip carries another function for arm64 than is here");
    tagged.provider("linux_arm64", "neither");
    assert_refused(&tagged.sums(Some(&key)).await, "_linux_arm64.zip carries no package of the function");
    tagged.provider("linux_arm64", "one two");

    assert_refused(&tagged.sums(None).await, "a release is signed: --sign names the key");
    assert_refused(&tagged.sums(Some(&key)).await, "SECURITY.md does not have");
    let small = SigningKey::with("ed25519", "").await.unwrap();
    assert_refused(&tagged.sums(Some(&small)).await, "the public registry takes no key of the kind");
    assert!(!names(&tagged.folder.path().join("package/release")).iter().any(|name| name.ends_with(".sig")));

    // As people write it, in groups of four.
    let fingerprint: Vec<_> =
        key.fingerprint().as_bytes().chunks(4).map(|four| str::from_utf8(four).unwrap()).collect();
    tagged.security = format!("The key is {}.", fingerprint.join(" "));
    tagged.sums(Some(&key)).await.success().unwrap();
    let notes = fs::read_to_string(tagged.folder.path().join("package/release-notes.md")).unwrap();
    // SHA-256 of "one", in base64.
    assert!(
        notes.starts_with("FEATURES:") && notes.contains("* x86_64: `dpLDrTVAu4A8Ags67mbNiIcSMjTqDG5xQ8Ct1z/0Me0=`"),
        "{notes}"
    );
    assert!(names(&tagged.folder.path().join("package/release")).iter().any(|name| name.ends_with("_SHA256SUMS.sig")));
}

/// The fuzz targets are a workspace of their own, with a lock file that nothing else here brings up to date.
#[test]
fn every_lock_file_has_the_version() {
    for file in ["Cargo.lock", "engine/fuzz/Cargo.lock"] {
        let lock = fs::read_to_string(repository(file)).unwrap();
        let wanted = format!("name = \"trailhook-engine\"\nversion = \"{}\"\n", Terraform::provider_version());
        assert!(lock.contains(&wanted), "`cargo update --workspace` brings {file} up to date");
    }
}
