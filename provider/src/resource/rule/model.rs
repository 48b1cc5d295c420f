//! What Terraform holds of a rule.

use tfplugin::{Attribute, Number, model};

use crate::resource::Placement;
use crate::resource::reading::{Labels, Texts};

#[derive(Debug, Clone, Default)]
pub(crate) struct Rule {
    pub(super) name: Attribute<String>,
    pub(super) description: Attribute<String>,
    pub(super) expression: Attribute<String>,
    pub(super) event_names: Texts,
    pub(super) exceptions: Texts,
    pub(super) action: Attribute<String>,
    pub(super) severity: Attribute<String>,
    pub(super) labels: Labels,
    pub(super) runbook_url: Attribute<String>,
    pub(super) group_by: Texts,
    pub(super) group_window: Attribute<String>,
    pub(super) threshold: Attribute<Threshold>,
    pub(super) expires_at: Attribute<String>,
    pub(super) enabled: Attribute<bool>,
    pub(super) tests: Attribute<Vec<Test>>,
    pub(super) version: Attribute<i64>,
    pub(super) fields: Attribute<Vec<String>>,
    pub(super) placement: Placement,
}
model!(Rule {
    name,
    description,
    expression,
    event_names,
    exceptions,
    action,
    severity,
    labels,
    runbook_url,
    group_by,
    group_window,
    threshold,
    expires_at,
    enabled,
    tests = "test",
    version,
    fields,
    ..placement
});

#[derive(Debug, Clone, Default)]
pub(crate) struct Threshold {
    pub(super) count: Attribute<Number>,
    pub(super) window: Attribute<String>,
    pub(super) by: Texts,
    pub(super) distinct: Attribute<String>,
}
model!(Threshold { count, window, by, distinct });

#[derive(Debug, Clone, Default)]
pub(crate) struct Test {
    pub(super) name: Attribute<String>,
    pub(super) event: Attribute<String>,
    pub(super) expect: Attribute<String>,
}
model!(Test { name, event, expect });
