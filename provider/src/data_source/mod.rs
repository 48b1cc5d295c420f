//! The data sources, one a file.

mod backtest;
mod lambda_package;
mod pack;

pub(crate) use backtest::Backtests;
pub(crate) use lambda_package::LambdaPackages;
pub(crate) use pack::Packs;
