//! Code that `tests/generated.rs` makes from the files in `proto/`.
//!
//! `include!` keeps rustfmt away, so that the files stay byte for byte what the generator gives.

/// Messages and server of `tfplugin6.proto`.
#[allow(
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    clippy::all,
    clippy::wildcard_imports,
    clippy::semicolon_if_nothing_returned,
    clippy::uninlined_format_args,
    reason = "generated"
)]
pub mod tfplugin6 {
    include!("tfplugin6.rs");
}

/// Messages and server of `plugin.proto`.
#[allow(
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    clippy::all,
    clippy::wildcard_imports,
    clippy::semicolon_if_nothing_returned,
    clippy::uninlined_format_args,
    reason = "generated"
)]
pub mod plugin {
    include!("plugin.rs");
}
