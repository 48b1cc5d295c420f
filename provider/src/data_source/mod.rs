//! The data sources, one a file.

mod backtest;
mod lambda_package;

pub(crate) use backtest::Backtests;
pub(crate) use lambda_package::LambdaPackages;
