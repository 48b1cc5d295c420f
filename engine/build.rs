//! Packs the catalogue of events and the rule packs into the form in which they travel inside the binary.

use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde_json::{Map, Value};

const EVENTS: &str = "catalogue/events.txt";
const PACKS: &str = "packs";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={EVENTS}");
    println!("cargo::rerun-if-changed={PACKS}");
    let folder = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?);
    fs::write(folder.join("events.zlib"), events()?)?;
    fs::write(folder.join("packs.zlib"), compressed(Value::from(packs()?).to_string().as_bytes())?)?;
    Ok(())
}

/// The catalogue without its comments.
fn events() -> io::Result<Vec<u8>> {
    let text = fs::read_to_string(EVENTS)?;
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    compressed(lines.flat_map(|line| [line, "\n"]).collect::<String>().as_bytes())
}

/// Every version of every pack: `packs/{name}/{version}`.
fn packs() -> Result<Vec<Value>, Box<dyn Error>> {
    let mut all = Vec::new();
    for pack in folders(Path::new(PACKS))? {
        for version in folders(&pack)? {
            all.push(self::version(&pack, &version)?);
        }
    }
    Ok(all)
}

/// `pack.toml`, and beside it a file for each rule. Tests of rules stay behind. What a pack may hold is checked by the
/// types that read it, and by the tests.
fn version(pack: &Path, folder: &Path) -> Result<Value, Box<dyn Error>> {
    let mut rules = Vec::new();
    let mut whole = table(&folder.join("pack.toml"))?;
    for file in entries(folder)? {
        if file.extension().is_some_and(|extension| extension == "toml") && file.file_stem() != Some("pack".as_ref()) {
            let mut rule = table(&file)?;
            rule.remove("test");
            rule.insert("name".to_owned(), base(&file.with_extension("")).into());
            rules.push(Value::Object(rule));
        }
    }
    whole.insert("name".to_owned(), base(pack).into());
    whole.insert("version".to_owned(), base(folder).into());
    whole.insert("rules".to_owned(), rules.into());
    Ok(whole.into())
}

fn table(file: &Path) -> Result<Map<String, Value>, Box<dyn Error>> {
    toml::from_str(&fs::read_to_string(file)?).map_err(|error| format!("{}: {error}", file.display()).into())
}

/// The last part of a path.
fn base(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn folders(parent: &Path) -> io::Result<Vec<PathBuf>> {
    Ok(entries(parent)?.into_iter().filter(|path| path.is_dir()).collect())
}

fn entries(parent: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(parent)?.map(|entry| Ok(entry?.path()));
    let mut entries = entries.collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    Ok(entries)
}

fn compressed(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
    packed.write_all(bytes)?;
    packed.finish()
}
