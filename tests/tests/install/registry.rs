//! A registry that speaks Terraform's protocols over HTTPS, with releases that a throw-away key has signed.

use std::fs;

use trailhook_tests::{Registry, Release, SigningKey, Source, Terraform, require};

use super::{PREVIOUS, Stand};

const SOURCE: &str = "trailhook/trailhook";

#[tokio::test]
async fn a_registry_installs_locks_and_upgrades() {
    let key = require!(SigningKey::make().await);
    let registry = Registry::start().await.unwrap();
    let unsigned = require!(Release::of_debug_programs(PREVIOUS).await);
    let previous = unsigned.signed(&key).await.unwrap();
    registry.publish(&previous, &key);

    // Under the address that people write. At first there is the previous version alone.
    let stand = require!(Stand::start(Source::Registry(&registry)).await);
    stand.write(SOURCE, ">= 0.0.1");
    let (told, version) = stand.init(&[]).await;
    assert_eq!(version, PREVIOUS, "{told}");
    assert!(told.contains(&format!("key ID {}", key.id())), "the signature is told of: {told}");
    fs::remove_file(stand.terraform.folder().join(".terraform.lock.hcl")).unwrap();

    let current = Release::of_debug_programs(Terraform::provider_version()).await.unwrap().signed(&key).await.unwrap();
    registry.publish(&current, &key);
    // Signed sums of all platforms go into the lock file, which `providers lock` confirms.
    let platform = format!("-platform={}", Release::platform());
    stand.write(SOURCE, PREVIOUS);
    stand.run(&["providers", "lock", "-no-color", &platform]).await;
    let lock = stand.lock();
    assert!(lock.contains("\"h1:") && lock.contains("\"zh:"), "{lock}");
    stand.upgrade(SOURCE).await;
}

#[tokio::test]
async fn a_host_of_its_own_is_discovered() {
    let key = require!(SigningKey::make().await);
    let registry = Registry::start().await.unwrap();
    let release = require!(Release::of_debug_programs(Terraform::provider_version()).await);
    let release = release.signed(&key).await.unwrap();
    registry.publish(&release, &key);

    let stand = require!(Stand::start(Source::Registry(&registry)).await);
    stand.write(&format!("{}/trailhook/trailhook", registry.host()), "~> 0.1");
    assert_eq!(stand.init(&[]).await.1, Terraform::provider_version());
    assert!(registry.requests().iter().any(|path| path == "/.well-known/terraform.json"), "{:?}", registry.requests());
    stand.apply().await;
    stand.terraform.destroy().await.unwrap().success().unwrap();

    // The module and its submodule, from the public address and from the registry's own.
    // The name of a module's registry has a dot.
    let own = format!("{}/trailhook/trailhook/aws", registry.host().replace("localhost", "127.0.0.1"));
    for (folder, source) in [("public", "trailhook/trailhook/aws"), ("own", own.as_str())] {
        let text = format!(
            "module \"{folder}\" {{\n  source  = \"{source}\"\n  version = \"~> 0.1\"\n}}\n\
             module \"forwarder_{folder}\" {{\n  source  = \"{source}//modules/forwarder\"\n  version = \"~> 0.1\"\n}}\n"
        );
        stand.terraform.write("main.tf", &text).unwrap();
        let told = stand.run(&["get", "-no-color"]).await;
        assert!(told.contains(&format!("{} for {folder}", Terraform::provider_version())), "{told}");
        let modules = stand.terraform.folder().join(".terraform/modules");
        assert!(modules.join(folder).join("function.tf").is_file());
        assert!(modules.join(format!("forwarder_{folder}/modules/forwarder/main.tf")).is_file());
    }
}

#[tokio::test]
async fn what_was_not_signed_or_is_not_what_was_signed_is_refused() {
    let key = require!(SigningKey::make().await);
    let other = SigningKey::make().await.unwrap();
    let release = require!(Release::of_debug_programs(Terraform::provider_version()).await);
    let signed = release.signed(&key).await.unwrap();
    let foreign = release.signed(&other).await.unwrap();
    let signature = format!("{}.sig", signed.sums_name());
    let zip = fs::read(signed.files().join(signed.provider_name())).unwrap();
    let mut altered = zip.clone();
    let middle = altered.len() / 2;
    altered[middle] ^= 1;

    type Break<'a> = &'a dyn Fn(&Registry);
    let breaks: [(&str, Break<'_>, &str); 4] = [
        ("no signature", &|registry| registry.publish(&release, &key), "404 Not Found"),
        (
            "signed by another key",
            &|registry| {
                registry.publish(&signed, &key);
                let foreign = fs::read(foreign.files().join(&signature)).unwrap();
                registry.replace(&signature, foreign);
            },
            "authentication signature from unknown issuer",
        ),
        (
            "sums that were not signed",
            &|registry| {
                registry.publish(&signed, &key);
                let sums = fs::read_to_string(signed.files().join(signed.sums_name())).unwrap();
                registry.replace(&signed.sums_name(), sums + "\n");
            },
            "error checking signature",
        ),
        (
            "another zip",
            &|registry| {
                registry.publish(&signed, &key);
                registry.replace(&signed.provider_name(), altered.clone());
            },
            "checksum",
        ),
    ];
    for (what, break_it, told) in breaks {
        let registry = Registry::start().await.unwrap();
        break_it(&registry);
        let terraform = Terraform::installed_from(Source::Registry(&registry)).unwrap();
        let text = super::support::configuration("");
        terraform.write("main.tf", &text).unwrap();
        let run = terraform.init().await.unwrap();
        assert_eq!(run.code, 1, "{what}: {}", run.stdout);
        assert!(run.diagnostics().contains(told), "{what}: {}", run.diagnostics());
    }
}
