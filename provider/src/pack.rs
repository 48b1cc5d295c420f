//! The pack that a configuration names.

use tfplugin::{Attribute, Diagnostic};
use trailhook_engine::pack::{Pack, PackError, PackVersion};

use crate::resource::sentence;

/// The pack of this name in this version, or in the newest if none is given; `None` while one of them is not known.
pub(crate) fn find(
    name: &Attribute<String>,
    version: &Attribute<String>,
) -> Result<Option<(&'static Pack, &'static PackVersion)>, Diagnostic> {
    let Some(name) = name.as_str() else { return Ok(None) };
    let pack = Pack::find(name).map_err(|error| told(&error))?;
    if version.is_unknown() {
        return Ok(None);
    }
    let version = pack.resolve(version.as_str()).map_err(|error| told(&error))?;
    Ok(Some((pack, version)))
}

fn told(error: &PackError) -> Diagnostic {
    let (summary, at) = match error {
        PackError::UnknownPack { .. } => ("Unknown pack", "name"),
        PackError::VersionForm(_) => ("The version cannot be read", "version"),
        PackError::UnknownVersion { .. } => ("Unknown version of a pack", "version"),
    };
    Diagnostic::error(summary).detail(sentence(error)).at(at)
}
