//! The Terraform provider `trailhook/trailhook`: rules and routes as resources, each one parameter of Parameter Store.
//!
//! The program `terraform-provider-trailhook` serves [`provider()`] to Terraform. What else the provider is asked, such as for
//! the pages of its documentation, is asked of the same value.
//!
//! - `provider` is the catalogue; `resource`, `data_source` and `function` hold what is in it, one thing a file.
//! - `config` is the `provider` block, and `connection` what becomes of it: clients of AWS, with the credentials of a `profile` if one
//!   is named, at a pace that AWS admits (`pace`).
//! - `number` is how Terraform's numbers get into the types of others.
//! - `names` is what a run knows of the names that are taken.
//! - `parameter` and `s3` are what is done to AWS; `failure` says what went wrong there.
//! - `language`, `pack`, `package` and `backtest` bring the engine, the packs, the function's code and logs to the resources.

mod backtest;
mod config;
mod connection;
mod data_source;
mod failure;
mod function;
mod language;
mod names;
mod number;
mod pace;
mod pack;
mod package;
mod parameter;
mod profile;
mod provider;
mod resource;
mod s3;
mod tags;

use tfplugin::Provider;

/// Where the provider is published.
pub const ADDRESS: &str = "registry.terraform.io/trailhook/trailhook";

/// The provider, not configured yet.
pub fn provider() -> impl Provider {
    provider::Trailhook::default()
}
