//! Published documents, read and compiled.

use std::fmt;

use trailhook_engine::document::{RouteDocument, RuleDocument};
use trailhook_engine::{Rule, RuleSet};

/// A parameter as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its full name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// The rules and routes of a namespace.
#[derive(Debug, Default)]
pub struct Configuration {
    /// The rules that can be evaluated.
    pub rules: RuleSet,
    /// The routes, by name.
    pub routes: Vec<RouteDocument>,
    /// The documents that could not be read. Each is off alone.
    pub broken: Vec<BrokenDocument>,
}

/// A document that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenDocument {
    /// The parameter.
    pub parameter: String,
    /// Why, in the words of the plan.
    pub reason: String,
}

impl fmt::Display for BrokenDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is off: {}", self.parameter, self.reason)
    }
}

impl Configuration {
    /// Compiles what was read. A document that does not parse is set aside and stops no other.
    #[must_use]
    pub fn compile(rules: &[Parameter], routes: &[Parameter]) -> Self {
        let mut broken = Vec::new();
        let mut set_aside = |parameter: &Parameter, reason: String| {
            broken.push(BrokenDocument { parameter: parameter.name.clone(), reason });
        };
        let mut compiled = Vec::new();
        for parameter in rules {
            let rule = RuleDocument::decode(&parameter.value)
                .map_err(|error| error.to_string())
                .and_then(|document| check_name(parameter, &document.name).map(|()| document))
                .and_then(|document| Rule::compile(document).map_err(|broken| broken.to_string()));
            match rule {
                Ok(rule) => compiled.push(rule),
                Err(reason) => set_aside(parameter, reason),
            }
        }
        let mut read = Vec::new();
        for parameter in routes {
            let route = RouteDocument::decode(&parameter.value)
                .map_err(|error| error.to_string())
                .and_then(|document| check_name(parameter, &document.name).map(|()| document));
            match route {
                Ok(route) => read.push(route),
                Err(reason) => set_aside(parameter, reason),
            }
        }
        read.sort_by(|left, right| left.name.cmp(&right.name));
        Self { rules: RuleSet::new(compiled), routes: read, broken }
    }
}

/// Two documents of one name would take each other's place in messages and counts.
fn check_name(parameter: &Parameter, name: &str) -> Result<(), String> {
    match parameter.name.rsplit('/').next() {
        Some(last) if last == name => Ok(()),
        _ => Err(format!("the document says that its name is \"{name}\"; it was copied or edited by hand")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(name: &str, value: &str) -> Parameter {
        Parameter { name: name.to_owned(), value: value.to_owned() }
    }

    #[test]
    fn a_broken_document_is_off_alone() {
        let rules = [
            parameter("/t/rules/good", r#"{"schema":1,"name":"good","expression":"True"}"#),
            parameter("/t/rules/garbled", "{"),
            parameter("/t/rules/newer", r#"{"schema":2,"name":"newer","expression":"True"}"#),
            parameter("/t/rules/wrong", r#"{"schema":1,"name":"wrong","expression":"event.x"}"#),
            parameter("/t/rules/copy", r#"{"schema":1,"name":"good","expression":"True"}"#),
        ];
        let routes = [
            parameter(
                "/t/routes/b",
                r#"{"schema":1,"name":"b","destination":{"type":"slack_webhook","url_parameter":"/s"}}"#,
            ),
            parameter(
                "/t/routes/a",
                r#"{"schema":1,"name":"a","default":true,"destination":{"type":"slack_webhook","url_parameter":"/s"}}"#,
            ),
            parameter("/t/routes/pager", r#"{"schema":1,"name":"pager","destination":{"type":"pager"}}"#),
        ];
        let configuration = Configuration::compile(&rules, &routes);
        assert_eq!(configuration.rules.len(), 1);
        assert_eq!(configuration.routes.iter().map(|route| route.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        let broken: Vec<_> = configuration.broken.iter().map(ToString::to_string).collect();
        assert_eq!(broken.len(), 5);
        assert!(broken[0].starts_with("/t/rules/garbled is off: the document is not readable"), "{}", broken[0]);
        assert!(broken[1].contains("has schema 2"), "{}", broken[1]);
        assert!(broken[2].contains("error[TH0103]"), "{}", broken[2]);
        assert!(broken[3].contains("its name is \"good\""), "{}", broken[3]);
        assert!(broken[4].starts_with("/t/routes/pager is off"), "{}", broken[4]);
    }
}
