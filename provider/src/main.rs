//! The Terraform provider `trailhook/trailhook`: rules and routes as resources, each one parameter of Parameter Store.

mod backtest;
mod config;
mod connection;
mod data_source;
mod failure;
mod function;
mod language;
mod pace;
mod pack;
mod package;
mod parameter;
mod provider;
mod resource;
mod s3;
mod tags;

use std::process::ExitCode;

/// Where the provider is published.
const ADDRESS: &str = "registry.terraform.io/trailhook/trailhook";

#[tokio::main]
async fn main() -> ExitCode {
    tfplugin::Server::new(ADDRESS, env!("CARGO_PKG_VERSION")).serve(provider::Trailhook::default()).await
}
