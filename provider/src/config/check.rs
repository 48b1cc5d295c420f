//! Checks of single values.

use tfplugin::{Attribute, Diagnostic, Diagnostics, Path};

/// AWS would complain of an empty value in words that name no attribute.
pub(super) fn not_empty(value: &Attribute<String>, at: impl Into<Path>) -> Option<Diagnostic> {
    (value.as_str() == Some("")).then(|| {
        Diagnostic::error("The value is empty")
            .detail("Leave it out, or use null, to take it from the environment.")
            .at(at)
    })
}

/// Paths of files that are to be read instead of the usual ones.
pub(super) fn paths(files: &Attribute<Vec<String>>, at: &str) -> Diagnostics {
    let empty = files.elements().iter().enumerate().filter(|(_, file)| file.is_empty());
    empty
        .map(|(index, _)| {
            Diagnostic::error("The path of a file is empty")
                .detail("Give the path of a file, or leave the element out.")
                .at(Path::from(at).index(index))
        })
        .collect()
}

/// The address of a service.
pub(super) fn url(value: &Attribute<String>, at: Path) -> Option<Diagnostic> {
    let text = value.as_str()?;
    let parsed = url::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let is_plain = |url: &url::Url| {
        url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.password().is_none()
    };
    let what = match parsed {
        Some(url) if is_plain(&url) => return None,
        // Not repeated, because of the credentials.
        None if text.contains('@') => "This is no URL that begins with http:// or https://".to_owned(),
        Some(_) => "The address of a service has neither credentials nor a query nor a fragment".to_owned(),
        None => format!("\"{text}\" is no URL that begins with http:// or https://"),
    };
    let detail = format!("{what}. Write it like \"https://ssm.example.com\".");
    Some(Diagnostic::error("The address cannot be used").detail(detail).at(at))
}
