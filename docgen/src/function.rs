//! The page of a function.

use tfplugin::{Parameter, Signature, Type};

use crate::markdown::{code, item, type_name};
use crate::page::Page;

/// Adds signature, arguments and result.
pub(crate) fn add(page: &mut Page, name: &str, signature: &Signature) {
    page.add("## Signature");
    page.add(&code("text", &line(name, signature)));
    let mut arguments: Vec<_> = signature.parameters().iter().map(|parameter| argument(parameter, "")).collect();
    arguments.extend(signature.variadic_parameter().map(|parameter| argument(parameter, "Variadic, ")));
    if !arguments.is_empty() {
        page.add("## Arguments");
        page.add(&arguments.join("\n"));
    }
    page.add("## Return Type");
    page.add(&match signature.result() {
        Type::Dynamic => "`any`: what type the value has depends on the arguments.".to_owned(),
        ty => format!("`{ty}`"),
    });
}

/// `name(text string, more number...) list(string)`
fn line(name: &str, signature: &Signature) -> String {
    let mut parameters: Vec<_> =
        signature.parameters().iter().map(|one| format!("{} {}", one.name(), one.ty())).collect();
    parameters.extend(signature.variadic_parameter().map(|one| format!("{} {}...", one.name(), one.ty())));
    format!("{name}({}) {}", parameters.join(", "), signature.result())
}

fn argument(parameter: &Parameter, kind: &str) -> String {
    let nullable = if parameter.is_null_allowed() { ", Nullable" } else { "" };
    let ty = type_name(parameter.ty());
    let text = format!("`{}` ({kind}{ty}{nullable}) {}", parameter.name(), parameter.description());
    // Markdown counts by itself.
    item("1.", text.trim_end())
}
