//! Puts the function's packages into the provider: `bootstrap-x86_64.zip` and `bootstrap-arm64.zip` of the folder that
//! `TRAILHOOK_PACKAGE_DIR` names, or none if it is not set.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The folder of the packages.
const FOLDER: &str = "TRAILHOOK_PACKAGE_DIR";
const ARCHITECTURES: [&str; 2] = ["x86_64", "arm64"];
/// How every zip file that holds something begins.
const ZIP_BEGINS: &[u8] = b"PK\x03\x04";

fn main() -> Result<(), String> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed={FOLDER}");
    let mut table = String::from(
        "/// The packages of this build, by architecture.\npub(super) const EMBEDDED: &[(&str, &[u8])] = &[\n",
    );
    if let Some(folder) = env::var_os(FOLDER).filter(|folder| !folder.is_empty()) {
        for (architecture, path) in packages(&PathBuf::from(folder))? {
            // A path as Rust's literal: Debug escapes what must be.
            writeln!(table, "    ({architecture:?}, include_bytes!({path:?})),").map_err(|error| error.to_string())?;
        }
    }
    table.push_str("];\n");
    let target = Path::new(&env::var_os("OUT_DIR").ok_or("cargo sets no OUT_DIR")?).join("packages.rs");
    fs::write(&target, table).map_err(|error| format!("writing {}: {error}", target.display()))
}

/// The packages that are in the folder; at least one.
fn packages(folder: &Path) -> Result<Vec<(&'static str, PathBuf)>, String> {
    // A build script runs in the folder of its crate, where nobody expects it.
    if folder.is_relative() {
        return Err(format!("{FOLDER} names {}: write the whole path", folder.display()));
    }
    let folder = folder.canonicalize().map_err(|error| format!("{FOLDER} names {}: {error}", folder.display()))?;
    // The folder, since one that is missing would make every build begin anew.
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut found = Vec::new();
    for architecture in ARCHITECTURES {
        let path = folder.join(format!("bootstrap-{architecture}.zip"));
        if !path.exists() {
            println!("cargo:warning=the provider gets no package for {architecture}: {} is not there", path.display());
            continue;
        }
        let content = fs::read(&path).map_err(|error| format!("reading {}: {error}", path.display()))?;
        if !content.starts_with(ZIP_BEGINS) {
            return Err(format!("{} is no zip file", path.display()));
        }
        found.push((architecture, path));
    }
    if found.is_empty() {
        let names = ARCHITECTURES.map(|architecture| format!("bootstrap-{architecture}.zip")).join(" nor ");
        return Err(format!("{FOLDER} names {}, which holds neither {names}", folder.display()));
    }
    Ok(found)
}
