//! The checked-in code is what the `.proto` files give.
//!
//! `UPDATE_GENERATED=1 cargo test -p tfplugin --test generated` writes it anew.

#![allow(clippy::expect_used, clippy::panic, reason = "helpers of tests are tests")]

use std::path::{Path, PathBuf};

/// Every `.proto` file, and the module that is generated from it.
const FILES: [(&str, &str); 2] = [("tfplugin6.proto", "tfplugin6.rs"), ("plugin.proto", "plugin.rs")];

fn crate_dir() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn generate(out: &Path) {
    let protos = crate_dir().join("proto");
    let files: Vec<PathBuf> = FILES.iter().map(|(proto, _)| protos.join(proto)).collect();
    let descriptors = protox::compile(&files, [&protos]).expect("the .proto files compile");
    tonic_prost_build::configure()
        .build_client(false)
        .build_transport(false)
        .generate_default_stubs(true)
        // The same provider gives the same bytes.
        .btree_map(".")
        // Values of many megabytes are passed on without a copy.
        .bytes(".")
        .out_dir(out)
        .compile_fds(descriptors)
        .expect("the descriptors become code");
}

#[test]
fn generated_code_is_up_to_date() {
    let out = tempfile::tempdir().expect("a temporary folder");
    generate(out.path());
    for (proto, module) in FILES {
        let fresh = std::fs::read(out.path().join(module)).expect("the generated file");
        let checked_in = crate_dir().join("src/generated").join(module);
        if std::env::var_os("UPDATE_GENERATED").is_some_and(|value| value == "1") {
            std::fs::write(&checked_in, &fresh).expect("the generated file is written");
            continue;
        }
        let present = std::fs::read(&checked_in).unwrap_or_default();
        assert!(
            fresh == present,
            "src/generated/{module} is not what proto/{proto} gives; run the test with UPDATE_GENERATED=1"
        );
    }
}
