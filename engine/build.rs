//! Packs the catalogue of events into the form in which it travels inside the binary.

use std::env;
use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::ZlibEncoder;

const SOURCE: &str = "catalogue/events.txt";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={SOURCE}");
    let text = fs::read_to_string(SOURCE)?;
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        packed.write_all(line.as_bytes())?;
        packed.write_all(b"\n")?;
    }
    let folder = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    fs::write(PathBuf::from(folder).join("events.zlib"), packed.finish()?)
}
