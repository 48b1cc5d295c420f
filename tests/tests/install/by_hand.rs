//! The published zip, checked and unpacked by hand into the folder where Terraform looks for plugins by itself.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use trailhook_tests::{Release, Source, Terraform, require};
use zip::ZipArchive;

use super::{PREVIOUS, Stand};

/// What a user does with the files of a release.
fn install(release: &Release, plugins: &Path) {
    let check = ["--check", "--ignore-missing", "--strict", &release.sums_name()];
    let checked = Command::new("sha256sum").args(check).current_dir(release.files()).output().unwrap();
    let told = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(checked.status.success() && told.contains(&format!("{}: OK", release.provider_name())), "{told}");

    let address = "registry.terraform.io/trailhook/trailhook";
    let folder = plugins.join(address).join(release.version()).join(Release::platform());
    fs::create_dir_all(&folder).unwrap();
    let zip = File::open(release.files().join(release.provider_name())).unwrap();
    ZipArchive::new(zip).unwrap().extract(&folder).unwrap();
}

#[tokio::test]
async fn the_published_zip_installs_locks_and_upgrades_by_hand() {
    let home = tempfile::tempdir().unwrap();
    let plugins = home.path().join(".terraform.d/plugins");
    install(&require!(Release::of_debug_programs(PREVIOUS).await), &plugins);
    install(&Release::of_debug_programs(Terraform::provider_version()).await.unwrap(), &plugins);

    let stand = require!(Stand::start(Source::Home(home.path())).await);
    stand.write("trailhook/trailhook", PREVIOUS);
    let (told, version) = stand.init(&[]).await;
    assert_eq!(version, PREVIOUS, "{told}");
    let before = stand.lock();
    let folder = format!("-fs-mirror={}", plugins.display());
    stand.run(&["providers", "lock", "-no-color", &folder]).await;
    assert_eq!(stand.lock(), before);
    stand.upgrade("trailhook/trailhook").await;
}
