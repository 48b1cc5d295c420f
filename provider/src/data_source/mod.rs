//! The data sources, one a file.

mod lambda_package;

pub(crate) use lambda_package::LambdaPackages;
