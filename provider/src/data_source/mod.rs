//! The data sources, one a file.

mod pack;

pub(crate) use pack::Packs;
