//! The program that Terraform starts. `--version`, `--help` and `--debug` are for people.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    tfplugin::Server::new(trailhook_provider::ADDRESS, env!("CARGO_PKG_VERSION"))
        .mask(trailhook_engine::mask_secrets)
        .serve(trailhook_provider::provider())
        .await
}
