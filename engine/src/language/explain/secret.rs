//! Values that nobody should read in a plan or in a message: passwords, tokens and the like are not shown, whoever asks.
//!
//! A field is told [by its name](is_secret). What a rule works out is told by the fields that it names, and where it names none
//! (`for value in event.values()`) by what is in it.

use std::collections::BTreeSet;

use super::glimpse::Glimpse;
use crate::event::{Event, Leaf, is_secret};
use crate::language::collect_fields;
use crate::language::expr::{Expr, ExprKind};
use crate::language::value::Value;

/// The texts of an event that are not shown, in small letters.
#[derive(Debug, Default)]
pub(super) struct Secrets(BTreeSet<Vec<u8>>);

/// Bytes of a part of a secret that tells something of it.
const TELLING: usize = 4;
/// Elements of a collection that are looked at; it shows no more.
const ELEMENTS: usize = 3;

impl Secrets {
    pub(super) fn of(event: &Event) -> Self {
        let texts = event.flat().iter().filter_map(|(path, leaf)| match leaf {
            Leaf::Str(text) if is_secret(&path.to_string_lossy()) => Some(text.as_bytes().to_ascii_lowercase()),
            _ => None,
        });
        Self(texts.filter(|text| !text.is_empty()).collect())
    }

    /// What is shown of the value of an expression.
    pub(super) fn glimpse(&self, expr: &Expr, value: &Value<'_>) -> Glimpse {
        let glimpse = Glimpse::of(value);
        if self.0.is_empty() {
            return glimpse;
        }
        let mut fields = BTreeSet::new();
        collect_fields(expr, &mut fields);
        let is_open = || fields.iter().any(|field| field.contains('*')) || reads_variable(expr);
        if fields.iter().any(|field| is_secret(field)) || (is_open() && self.is_in(value)) {
            glimpse.hidden()
        } else {
            glimpse
        }
    }

    /// Whether a text is one of them, holds one, or is a part of one.
    fn is_in(&self, value: &Value<'_>) -> bool {
        let Value::Str(text) = value else {
            let count = value.elements().unwrap_or_default().min(ELEMENTS);
            return (0..count).filter_map(|index| value.element(index)).any(|element| self.is_in(&element));
        };
        let text = text.bytes().to_ascii_lowercase();
        self.0.iter().any(|secret| {
            let (short, long) = if secret.len() < text.len() { (secret, &text) } else { (&text, secret) };
            short == long || (short.len() >= TELLING && memchr::memmem::find(long, short).is_some())
        })
    }
}

/// What is shown of a field.
pub(super) fn field_glimpse(path: &str, leaf: &Leaf) -> Glimpse {
    let glimpse = Glimpse::of(&Value::from(leaf));
    if is_secret(path) { glimpse.hidden() } else { glimpse }
}

fn reads_variable(expr: &Expr) -> bool {
    // Recursion is bounded by the depth that the parser admits.
    matches!(expr.kind, ExprKind::Local(_)) || expr.children().into_iter().any(reads_variable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Expression;

    const EVENT: &str = r#"{
        "eventName": "CreateDBInstance",
        "requestParameters": {
            "masterUserPassword": "HunterSECRET2", "dBName": "orders", "minimumPasswordLength": 8, "passwordReuse": 5,
            "users": [{"name": "bob", "password": "HunterSECRET3"}], "secretId": "prod/db"
        }
    }"#;

    #[test]
    fn no_explanation_holds_a_secret() {
        let event = Event::parse(EVENT.as_bytes()).unwrap();
        for rule in [
            r#"event["requestParameters.masterUserPassword"]"#,
            r#"event["requestParameters.masterUserPassword"] == "x""#,
            r#"event["requestParameters.masterUserPassword"].startswith("x")"#,
            r#"event["requestParameters.masterUserPassword"].lower() + "!" == "x""#,
            r#"event["requestParameters.masterUserPassword"][0:6] in ("a", "b")"#,
            r#"event["requestParameters.masterUserPassword"] == event["eventName"]"#,
            r#"glob(event["requestParameters.masterUserPassword"], "*x")"#,
            r#"any(value == "x" for value in values(event, "requestParameters.users.*.password"))"#,
            r#"not any(value.upper() != "x" for value in values(event, "requestParameters.users.*.*"))"#,
            r#""x" in values(event, "requestParameters.users.*.password")"#,
            r#"all("x" in str(value)[0:6] or "Password" not in key for key, value in event.items())"#,
            r#"not any("password" in key and value != "" for key, value in event.items())"#,
            r#"any(user["password"] == "x" for user in items(event, "requestParameters.users"))"#,
            r#"all(user.get("password") == "x" for user in items(event, "requestParameters.users"))"#,
            r#"[value for value in event.values()] == 1"#,
            r#"str(list(event.values())) == "x""#,
        ] {
            let expression = Expression::parse(rule).unwrap_or_else(|faults| panic!("{rule}: {faults:?}"));
            let explanation = expression.explain(&event);
            let shown = format!("{explanation}\n{}", explanation.line()).to_lowercase();
            assert!(!shown.contains("hunter"), "{rule}\n{shown}");
        }
    }

    #[test]
    fn what_is_no_secret_is_shown() {
        let event = Event::parse(EVENT.as_bytes()).unwrap();
        for (rule, line) in [
            (r#"event["requestParameters.masterUserPassword"] == "x""#, "masterUserPassword is hidden, not x"),
            (r#"event["requestParameters.masterUserPassword"] is None"#, "masterUserPassword is hidden, not null"),
            (r#"event.get("requestParameters.adminPassword") == "x""#, "adminPassword is absent, not x"),
            (r#"event["requestParameters.secretId"] == "x""#, "secretId is prod/db, not x"),
            (r#"event["requestParameters.dBName"] == "x""#, "dBName is orders, not x"),
            (
                r#"event["requestParameters.minimumPasswordLength"] >= 14"#,
                "minimumPasswordLength is 8, not at least 14",
            ),
            // A policy is made of numbers.
            (r#"event["requestParameters.passwordReuse"] >= 24"#, "passwordReuse is 5, not at least 24"),
        ] {
            let expression = Expression::parse(rule).unwrap();
            assert_eq!(expression.explain(&event).line().to_string(), line);
        }
        let expression = Expression::parse(r#"event["requestParameters.masterUserPassword"] == "x""#).unwrap();
        let tree = expression.explain(&event).to_string();
        assert!(tree.trim_end().ends_with("requestParameters.masterUserPassword = hidden"), "{tree}");
    }
}
