//! The messages of the protocol, for tests that talk to a provider as Terraform does.
//!
//! Providers need nothing of this. It follows the newest minor version of the protocol, so it may grow at any time.

pub use crate::generated::{plugin, tfplugin6};
