//! `trailhook_lambda_package`: the function's package as a file.

use std::fs::{self, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use tfplugin::schema::{self, Schema};
use tfplugin::{Attribute, Cx, DataSource, Diagnostic, Diagnostics, model};

use crate::connection::Connection;
use crate::package::{Architecture, Package};

pub(crate) struct LambdaPackages;

pub(crate) struct LambdaPackage {
    architecture: Attribute<String>,
    output_path: Attribute<String>,
    path: Attribute<String>,
    source_code_hash: Attribute<String>,
    version: Attribute<String>,
    size: Attribute<i64>,
}
model!(LambdaPackage { architecture, output_path, path, source_code_hash, version, size });

impl DataSource for LambdaPackages {
    type Context = Connection;
    type Model = LambdaPackage;

    fn type_name(&self) -> String {
        "trailhook_lambda_package".to_owned()
    }

    fn schema(&self) -> Schema {
        Schema::new()
            .describe(
                "Writes the package of the Trailhook function, which the provider carries, to a file for \
                 `aws_lambda_function`. The file is written whenever the data source is read, which is mostly at plan: where \
                 plan and apply run on different machines, use the resource `trailhook_lambda_code` instead.",
            )
            .attribute(schema::string("architecture").optional().computed().describe(format!(
                "{} `{}` if it is not given.",
                Architecture::DESCRIPTION,
                Architecture::default()
            )))
            .attribute(schema::string("output_path").required().describe(
                "Where to write the file, such as `${path.module}/trailhook.zip`. Its folder must exist. A file that holds the \
                 package already is left alone, any other is replaced.",
            ))
            .attribute(
                schema::string("path").computed().describe("The same path as `output_path`, for `filename` of the `aws_lambda_function`."),
            )
            .attribute(schema::string("source_code_hash").computed().describe(
                "The SHA-256 of the package in base64, for `source_code_hash` of the `aws_lambda_function`.",
            ))
            .attribute(
                schema::string("version").computed().describe("The version of the function, which is the provider's."),
            )
            .attribute(schema::int64("size").computed().describe("The size of the package in bytes."))
    }

    async fn validate(&self, cx: &Cx<()>, config: LambdaPackage) -> Result<(), Diagnostics> {
        if let Err(error) = Architecture::of(&config.architecture) {
            cx.report(error);
        }
        if config.output_path.as_str() == Some("") {
            cx.report(no_path());
        }
        Ok(())
    }

    async fn read(&self, _: &Cx<Connection>, config: LambdaPackage) -> Result<LambdaPackage, Diagnostics> {
        let architecture = Architecture::of(&config.architecture)?.unwrap_or_default();
        let path = config.output_path.require("output_path")?.clone();
        if path.is_empty() {
            return Err(no_path().into());
        }
        let package = Package::find(architecture).map_err(Diagnostic::from)?;
        write(Path::new(&path), package.content()).map_err(|error| unwritable(&path, &error))?;
        Ok(LambdaPackage {
            architecture: architecture.as_str().into(),
            path: path.into(),
            source_code_hash: package.hash().into(),
            version: env!("CARGO_PKG_VERSION").into(),
            size: package.size().into(),
            ..config
        })
    }
}

fn no_path() -> Diagnostic {
    Diagnostic::error("No path")
        .detail("Name the file to write, such as \"${path.module}/trailhook.zip\".")
        .at("output_path")
}

fn unwritable(path: &str, error: &io::Error) -> Diagnostic {
    let remedy = match error.kind() {
        io::ErrorKind::NotFound => " Its folder does not exist: create it, or choose another one.",
        io::ErrorKind::IsADirectory => " It is a folder: name a file in it.",
        _ => "",
    };
    Diagnostic::error("The package cannot be written").detail(format!("{path}: {error}.{remedy}")).at("output_path")
}

/// Writes a file whole or not at all, because `aws_lambda_function` may read it at the same time. One that has the content
/// is not touched.
fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if fs::metadata(path).is_ok_and(|about| about.len() == content.len() as u64)
        && fs::read(path).is_ok_and(|there| there == content)
    {
        return Ok(());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // As a file is made that nobody says anything about; the process's mask applies.
    let mut file = tempfile::Builder::new().permissions(Permissions::from_mode(0o666)).tempfile_in(folder)?;
    file.write_all(content)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_left_alone_if_it_is_right() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trailhook.zip");
        write(&path, b"one").unwrap();
        let before = fs::metadata(&path).unwrap().modified().unwrap();
        write(&path, b"one").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), before);
        write(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing else is left behind");
    }

    #[test]
    fn a_place_that_cannot_be_written_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let text = |path: &Path| {
            let error = write(path, b"one").unwrap_err();
            unwritable("f.zip", &error).detail_text().to_owned()
        };
        assert!(
            text(&folder.path().join("absent/f.zip"))
                .ends_with("Its folder does not exist: create it, or choose another one.")
        );
        assert!(text(folder.path()).ends_with("It is a folder: name a file in it."));
    }
}
