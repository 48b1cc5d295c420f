//! The objects of a namespace, whether Terraform manages them or not.

use tfplugin::{Attribute, Cx, Diagnostic, Diagnostics, Found, List, Read};
use trailhook_engine::document::{DocumentKind, Name};

use super::Placement;
use super::published::{self, Published};
use crate::connection::Connection;
use crate::parameter;

/// Gives every object of a kind, page by page. `named` is one of which nothing but its name is known.
pub(super) async fn list<P: Published>(
    cx: &Cx<Connection>,
    request: &List<()>,
    found: &mut Found<'_, P>,
    kind: DocumentKind,
    named: impl Fn(Attribute<String>) -> P,
) -> Result<(), Diagnostics> {
    let folder = cx.require_namespace()?.folder(kind);
    let mut token = None;
    loop {
        let page = parameter::page(cx, &folder, token.take()).await?;
        for parameter in page.parameters {
            // What has another name was not made by this provider.
            let name = parameter.rsplit('/').next().and_then(|name| Name::parse(name).ok());
            let Some(name) = name.map(|name| name.to_string()) else { continue };
            let object = named(name.clone().into());
            if !push(cx, request, found, name, parameter, object).await? {
                return Ok(());
            }
        }
        match page.next {
            Some(next) => token = Some(next),
            None => return Ok(()),
        }
    }
}

/// `false`: no more are wanted.
async fn push<P: Published>(
    cx: &Cx<Connection>,
    request: &List<()>,
    found: &mut Found<'_, P>,
    name: String,
    parameter: String,
    object: P,
) -> Result<bool, Diagnostics> {
    if request.include_resource {
        // As at an import, so that the configuration that is made of it plans clean.
        match published::read(cx, Read::new(object.clone())).await {
            Ok(Some(object)) => return Ok(found.push(cx, name, &object).await),
            // Gone since the page was read.
            Ok(None) => return Ok(true),
            Err(error) if cx.cancellation().is_cancelled() => return Err(error),
            // An error would end the list, and others can be read.
            Err(error) => cx.report(unread(&parameter, &error)),
        }
    }
    let mut object = object;
    *object.parts_mut().0 = Placement { parameter_name: parameter.into(), ..Placement::default() };
    Ok(found.push_identity(cx, name, &object).await)
}

fn unread(parameter: &str, error: &Diagnostics) -> Diagnostic {
    let why = error.iter().map(|error| format!("{}: {}", error.summary(), error.detail_text()));
    Diagnostic::warning(format!("{parameter} is listed without what it says"))
        .detail(why.collect::<Vec<_>>().join("\n"))
}
