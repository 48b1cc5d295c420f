//! A folder of zips that the CLI configuration names.

use std::fs;

use trailhook_tests::{Release, Source, Terraform, require};

use super::support::kept::releases;
use super::{PREVIOUS, Stand};

const SOURCE: &str = "trailhook/trailhook";

#[tokio::test]
async fn a_folder_mirror_installs_locks_and_upgrades() {
    let current = require!(Release::of_debug_programs(Terraform::provider_version()).await);
    let mirror = current.mirror();
    let stand = require!(Stand::start(Source::Mirror(&mirror)).await);
    stand.write(SOURCE, Terraform::provider_version());
    let (told, version) = stand.init(&[]).await;
    assert_eq!(version, Terraform::provider_version(), "{told}");

    // What the lock file says of it is what another machine with the mirror finds.
    let before = stand.lock();
    let folder = format!("-fs-mirror={}", mirror.display());
    let platform = format!("-platform={}", Release::platform());
    stand.run(&["providers", "lock", "-no-color", &folder, &platform]).await;
    assert_eq!(stand.lock(), before);
    assert!(before.contains("\"h1:"), "{before}");
    stand.apply().await;
    stand.terraform.destroy().await.unwrap().success().unwrap();

    // Versions stand beside each other in one folder.
    let previous = Release::of_debug_programs(PREVIOUS).await.unwrap();
    let address = "registry.terraform.io/trailhook/trailhook";
    fs::copy(
        previous.mirror().join(address).join(previous.provider_name()),
        mirror.join(address).join(previous.provider_name()),
    )
    .unwrap();
    let packages = releases().pop().unwrap();
    let upgrade = require!(Stand::start(Source::Mirror(&mirror)).await);
    let upgrade = upgrade.with_packages(&packages);
    upgrade.upgrade_kept_state().await;
}
