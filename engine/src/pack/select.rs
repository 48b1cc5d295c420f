//! From a version of a pack and the choice of its user to rules.

use std::collections::{BTreeMap, BTreeSet};

use super::definition::{Parameter, ParameterKind, RuleDefinition};
use super::error::PackFault;
use super::{PackVersion, template};
use crate::document::{Condition, PackDocument, RuleDocument};
use crate::similar::nearest;

/// The rules of a version as its user wants them.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// All rules of the version, by name; those that are switched off are disabled.
    pub rules: Vec<PackRule>,
    /// What could not be followed. The rest of the choice holds all the same: a plan refuses it, a function says it.
    pub faults: Vec<PackFault>,
}

/// A rule of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackRule {
    /// The rule, called `pack/rule`.
    pub document: RuleDocument,
    /// What to do about a match, in a sentence or two.
    pub runbook: String,
}

impl PackVersion {
    /// The choice of the whole version as it is.
    #[must_use]
    pub fn document(&self) -> PackDocument {
        PackDocument {
            name: self.name().to_owned(),
            version: self.version().to_string(),
            digest: self.digest().to_owned(),
            disabled_rules: BTreeSet::new(),
            severity_overrides: BTreeMap::new(),
            parameters: BTreeMap::new(),
        }
    }

    /// The rules that a document chooses. Its name, version and digest are not looked at.
    #[must_use]
    pub fn select(&self, choice: &PackDocument) -> Selection {
        let mut faults = Vec::new();
        let rules: Vec<_> = self.definition.rules.iter().map(|rule| rule.name.as_str()).collect();
        for name in &choice.disabled_rules {
            faults.extend(self.unknown_rule(name, &rules).map(|(name, meant, known)| PackFault::DisabledRule {
                name,
                meant,
                known,
            }));
        }
        for name in choice.severity_overrides.keys() {
            let unknown = self.unknown_rule(name, &rules);
            faults.extend(unknown.map(|(name, meant, known)| PackFault::SeverityOverride { name, meant, known }));
        }
        let values = self.values(&choice.parameters, &mut faults);
        let rules = self.definition.rules.iter().map(|rule| self.rule(rule, choice, &values)).collect();
        Selection { rules, faults }
    }

    /// As [`unknown`]. The pack's name in front, as alerts show a rule, is no part of a rule's own.
    fn unknown_rule(&self, name: &str, rules: &[&str]) -> Option<(String, Option<String>, Vec<String>)> {
        let bare = name.strip_prefix(self.name()).and_then(|rest| rest.strip_prefix('/'));
        let (_, meant, known) = unknown(name, rules)?;
        let of_bare = bare.and_then(|bare| {
            rules.iter().copied().find(|rule| *rule == bare).or_else(|| nearest(bare, rules.iter().copied()))
        });
        Some((name.to_owned(), of_bare.map(str::to_owned).or(meant), known))
    }

    /// The parameters' values as literals of Python: those of the choice where they can be had, else the defaults.
    fn values(&self, chosen: &BTreeMap<String, String>, faults: &mut Vec<PackFault>) -> BTreeMap<&str, String> {
        let names: Vec<_> = self.parameters().iter().map(|parameter| parameter.name.as_str()).collect();
        for name in chosen.keys() {
            faults.extend(unknown(name, &names).map(|(name, meant, known)| PackFault::Parameter {
                name,
                meant,
                known,
            }));
        }
        let mut values = BTreeMap::new();
        for parameter in self.parameters() {
            let chosen = chosen.get(&parameter.name).and_then(|value| match literal(parameter, value) {
                Ok(literal) => Some(literal),
                Err(fault) => {
                    faults.push(fault);
                    None
                }
            });
            let literal = chosen.or_else(|| literal(parameter, &parameter.default).ok()).unwrap_or_default();
            values.insert(parameter.name.as_str(), literal);
        }
        values
    }

    fn rule(&self, rule: &RuleDefinition, choice: &PackDocument, values: &BTreeMap<&str, String>) -> PackRule {
        let holds = |unless: &str| values.get(unless).is_some_and(|value| value == literal_of(true));
        let exceptions = rule.exceptions.iter().filter(|exception| !exception.unless.as_deref().is_some_and(holds));
        let document = RuleDocument {
            name: format!("{}/{}", self.name(), rule.name),
            description: rule.description.clone(),
            condition: Condition::Expression(template::fill(&rule.expression, values)),
            exceptions: exceptions.map(|exception| template::fill(&exception.expression, values)).collect(),
            severity: choice.severity_overrides.get(&rule.name).copied().unwrap_or(rule.severity),
            labels: rule.labels.clone(),
            enabled: !choice.disabled_rules.contains(&rule.name),
            ..RuleDocument::new("", "")
        };
        PackRule { document, runbook: rule.runbook.clone() }
    }
}

/// A name that is none of the known ones, with the one that was meant, and with all of them.
fn unknown(name: &str, known: &[&str]) -> Option<(String, Option<String>, Vec<String>)> {
    (!known.contains(&name)).then(|| {
        let meant = nearest(name, known.iter().copied()).map(str::to_owned);
        (name.to_owned(), meant, known.iter().map(|known| (*known).to_owned()).collect())
    })
}

fn literal(parameter: &Parameter, value: &str) -> Result<String, PackFault> {
    let name = || parameter.name.clone();
    match (parameter.kind, value) {
        (ParameterKind::Bool, "true") => Ok(literal_of(true).to_owned()),
        (ParameterKind::Bool, "false") => Ok(literal_of(false).to_owned()),
        (ParameterKind::Bool, _) => Err(PackFault::NotABool { name: name(), value: value.to_owned() }),
        (ParameterKind::String, "") => Err(PackFault::EmptyText { name: name() }),
        (ParameterKind::String, text) => Ok(template::literal(text)),
    }
}

fn literal_of(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

impl PackRule {
    /// The rule's name inside of the pack.
    #[must_use]
    pub fn short_name(&self) -> &str {
        let name = &self.document.name;
        name.split_once('/').map_or(name, |(_, name)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample;
    use super::*;
    use crate::Rule;
    use crate::document::Severity;

    #[test]
    fn a_choice_is_followed() {
        let pack = sample();
        let mut choice = pack.newest().document();
        choice.disabled_rules.insert("second".to_owned());
        choice.severity_overrides.insert("first".to_owned(), Severity::Critical);
        choice.parameters.insert("who".to_owned(), "o'\"neil\\".to_owned());
        choice.parameters.insert("wide".to_owned(), "true".to_owned());
        let Selection { rules, faults } = pack.newest().select(&choice);
        assert_eq!(faults, []);
        let [first, second] = rules.as_slice() else { panic!("{rules:?}") };
        assert_eq!((first.document.name.as_str(), first.short_name()), ("sample/first", "first"));
        assert_eq!(first.document.severity, Severity::Critical);
        assert_eq!(first.document.condition.expression(), r#"event['a'] == "o'\"neil\\""#);
        assert!(first.document.exceptions.is_empty() && first.document.enabled && !second.document.enabled);
        assert!(Rule::compile(first.document.clone()).is_ok());
        let plain = pack.newest().select(&pack.newest().document()).rules;
        assert_eq!(plain[0].document.exceptions, ["event['b'] == 'c'"]);
    }

    #[test]
    fn what_cannot_be_followed_is_told_and_stops_nothing_else() {
        let pack = sample();
        let mut choice = pack.newest().document();
        choice.disabled_rules.extend(["frist".to_owned(), "second".to_owned()]);
        choice.disabled_rules.insert("sample/second".to_owned());
        choice.severity_overrides.insert("third".to_owned(), Severity::Low);
        choice.severity_overrides.insert("sample/frist".to_owned(), Severity::Low);
        for (name, value) in [("whom", "x"), ("wide", "yes"), ("who", "")] {
            choice.parameters.insert(name.to_owned(), value.to_owned());
        }
        let Selection { rules, faults } = pack.newest().select(&choice);
        let told: Vec<_> = faults.iter().map(|fault| (fault.place(), fault.to_string())).collect();
        let expected = [
            (("disabled_rules", "frist"), "the pack has no rule \"frist\"; did you mean \"first\"?"),
            (("disabled_rules", "sample/second"), "the pack has no rule \"sample/second\"; did you mean \"second\"?"),
            (("severity_overrides", "sample/frist"), "the pack has no rule \"sample/frist\"; did you mean \"first\"?"),
            (("severity_overrides", "third"), "the pack has no rule \"third\"; its rules are first, second"),
            (("parameters", "whom"), "the pack has no parameter \"whom\"; did you mean \"who\"?"),
            (("parameters", "who"), "the parameter \"who\" is empty; leave it out to have its default"),
            (("parameters", "wide"), "the parameter \"wide\" is true or false, not \"yes\""),
        ];
        assert_eq!(told, expected.map(|(place, text)| (place, text.to_owned())));
        assert_eq!(rules[0].document.condition.expression(), "event['a'] == \"root\"");
        assert!(!rules[1].document.enabled);
    }
}
