//! What stands in a folder.

use tfplugin::{Cx, Diagnostic};

use super::call::call;
use super::failure::refused;
use crate::connection::Connection;
use crate::pace::Operation;

/// The most that AWS gives at once (GetParametersByPath in the reference of its interface).
const PAGE: i32 = 10;

/// The names of some of the parameters in a folder.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) parameters: Vec<String>,
    /// What the next page is asked for with; `None` at the end.
    pub(crate) next: Option<String>,
}

/// The names of parameters right below a path. A page may be empty although there are more.
pub(crate) async fn page(cx: &Cx<Connection>, folder: &str, token: Option<String>) -> Result<Page, Diagnostic> {
    let client = cx.require_client()?;
    let request = client.get_parameters_by_path().path(folder).recursive(false).max_results(PAGE);
    let request = request.set_next_token(token);
    let answer = call(cx, Operation::GetParametersByPath, || request.clone().send()).await?;
    let answer = answer.map_err(|error| refused(Operation::GetParametersByPath, folder, &error))?;
    Ok(Page {
        parameters: answer.parameters.unwrap_or_default().into_iter().filter_map(|found| found.name).collect(),
        next: answer.next_token.filter(|token| !token.is_empty()),
    })
}
