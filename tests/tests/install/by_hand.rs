//! The published zip, checked and unpacked by hand into the folder where Terraform looks for plugins by itself.

use std::fs::{self, File};
use std::process::Command;

use trailhook_tests::{Release, Source, Terraform, require};
use zip::ZipArchive;

use super::Stand;

#[tokio::test]
async fn the_published_zip_is_installed_by_hand() {
    let version = Terraform::provider_version();
    let release = require!(Release::of_debug_programs(version).await);
    let check = || {
        let arguments = ["--check", "--ignore-missing", "--strict", &release.sums_name()];
        Command::new("sha256sum").args(arguments).current_dir(release.files()).output().unwrap()
    };
    let checked = check();
    let told = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(checked.status.success() && told.contains(&format!("{}: OK", release.provider_name())), "{told}");

    let home = tempfile::tempdir().unwrap();
    let plugins = home.path().join(".terraform.d/plugins/registry.terraform.io/trailhook/trailhook");
    let folder = plugins.join(version).join(Release::platform());
    fs::create_dir_all(&folder).unwrap();
    let zip = File::open(release.files().join(release.provider_name())).unwrap();
    ZipArchive::new(zip).unwrap().extract(&folder).unwrap();

    let stand = require!(Stand::start(Source::Home(home.path())).await);
    stand.write("trailhook/trailhook", "~> 0.1");
    let (told, chosen) = stand.init(&[]).await;
    assert_eq!(chosen, version, "{told}");
    stand.apply().await;
    stand.terraform.destroy().await.unwrap().success().unwrap();
}
