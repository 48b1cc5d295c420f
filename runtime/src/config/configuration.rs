//! Published documents, read and compiled.

use std::fmt;

use trailhook_engine::document::{Document, PackDocument, RouteDocument, RuleDocument, SettingsDocument};
use trailhook_engine::pack::{Pack, Published};
use trailhook_engine::{Route, Rule, RuleSet, mask_secrets};

use crate::alert::Display;
use crate::router::Routes;

/// A parameter as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its full name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// How often it was written.
    pub version: i64,
}

/// What was read of a namespace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameters {
    /// Rules.
    pub rules: Vec<Parameter>,
    /// Routes.
    pub routes: Vec<Parameter>,
    /// Packs.
    pub packs: Vec<Parameter>,
    /// The settings, if there are any.
    pub settings: Option<Parameter>,
}

/// The rules and routes of a namespace.
#[derive(Debug, Default)]
pub struct Configuration {
    /// The rules that can be evaluated, those of packs among them.
    pub rules: RuleSet,
    /// The routes, by name.
    pub routes: Routes,
    /// What holds for all of them.
    pub settings: SettingsDocument,
    /// The documents that are not used as they were published. No other is touched by it.
    pub broken: Vec<BrokenDocument>,
}

/// A document that is not used as it was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenDocument {
    /// The parameter.
    pub parameter: String,
    /// Which of its versions.
    pub version: i64,
    /// Why, in the words of the plan.
    pub reason: String,
    /// How much of it does not work.
    pub extent: Extent,
}

/// How much of a document does not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Off,
    /// What the reason names: a pack whose published version this build lacks goes on with another one.
    InPart,
}

impl fmt::Display for BrokenDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.extent {
            Extent::Off => "is off",
            Extent::InPart => "works, but not as published",
        };
        write!(f, "{} {state}: {}", self.parameter, self.reason)
    }
}

impl Configuration {
    /// Compiles what was read. A document that does not parse is set aside and stops no other. In place of settings that do not, the
    /// last ones go on, as long as there are any: nobody is to be shown what they hide.
    #[must_use]
    pub fn compile(parameters: &Parameters, last: Option<&SettingsDocument>) -> Self {
        let mut broken = Vec::new();
        let mut set_aside = |parameter: &Parameter, extent, reason: String| {
            let (parameter, version) = (parameter.name.clone(), parameter.version);
            // Who pasted a secret where it does not belong is not to read it in Slack.
            let reason = mask_secrets(&reason).into_owned();
            broken.push(BrokenDocument { parameter, version, reason, extent });
        };
        let mut compiled = Vec::new();
        for parameter in &parameters.rules {
            let rule = RuleDocument::decode(&parameter.value)
                .map_err(|error| error.to_string())
                .and_then(|document| check_name(parameter, &document.name).map(|()| document))
                .and_then(|document| Rule::compile(document).map_err(|broken| broken.to_string()));
            match rule {
                Ok(rule) => compiled.push(rule),
                Err(reason) => set_aside(parameter, Extent::Off, reason),
            }
        }
        for parameter in &parameters.packs {
            let published = match pack(parameter) {
                Ok(published) => published,
                Err(reason) => {
                    set_aside(parameter, Extent::Off, reason);
                    continue;
                }
            };
            for deviation in &published.deviations {
                set_aside(parameter, Extent::InPart, deviation.to_string());
            }
            for rule in published.rules {
                match Rule::compile(rule.document) {
                    Ok(rule) => compiled.push(rule),
                    Err(broken) => {
                        set_aside(parameter, Extent::InPart, format!("{}: {broken}", broken.document.name));
                    }
                }
            }
        }
        let mut routes = Routes::default();
        for parameter in &parameters.routes {
            let route = RouteDocument::decode(&parameter.value)
                .map_err(|error| error.to_string())
                .and_then(|document| check_name(parameter, &document.name).map(|()| document))
                .and_then(|document| match document.destination.faults(None).first() {
                    // The plan finds it; a document that was written by hand has seen no plan.
                    Some(fault) => Err(format!("destination: {fault}")),
                    None => Route::compile(document).map_err(|broken| broken.to_string()),
                });
            match route {
                Ok(route) => routes.live.push(route),
                Err(reason) => {
                    routes.broken.extend(parameter.name.rsplit('/').next().map(str::to_owned));
                    set_aside(parameter, Extent::Off, reason);
                }
            }
        }
        routes.live.sort_by(|left, right| left.name().cmp(right.name()));
        let settings = parameters.settings.as_ref().map(|parameter| {
            SettingsDocument::decode(&parameter.value)
                .inspect_err(|error| set_aside(parameter, Extent::Off, error.to_string()))
                .unwrap_or_else(|_| last.cloned().unwrap_or_else(|| what_is_left(&parameter.value)))
        });
        let settings = settings.unwrap_or_default();
        routes.display = Display::of(&settings);
        Self { rules: RuleSet::new(compiled), routes, settings, broken }
    }
}

/// What is used of settings that cannot be read: what they hide, or else everything is.
fn what_is_left(text: &str) -> SettingsDocument {
    let value: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let redact = match value.get("redact") {
        Some(redact) => serde_json::from_value(redact.clone()).ok(),
        None if value.is_object() => Some(Vec::new()),
        None => None,
    };
    SettingsDocument { redact: redact.unwrap_or_else(|| vec!["**".to_owned()]), ..SettingsDocument::default() }
}

/// The rules that the document of a pack chooses, or why there are none.
fn pack(parameter: &Parameter) -> Result<Published<'static>, String> {
    let document = PackDocument::decode(&parameter.value).map_err(|error| error.to_string())?;
    check_name(parameter, &document.name)?;
    Pack::published(&document).map_err(|error| error.to_string())
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
        Parameter { name: name.to_owned(), value: value.to_owned(), version: 1 }
    }

    #[test]
    fn a_broken_document_is_off_alone() {
        let rules = vec![
            parameter("/t/rules/good", r#"{"schema":1,"name":"good","expression":"True"}"#),
            parameter("/t/rules/garbled", "{"),
            parameter("/t/rules/newer", r#"{"schema":2,"name":"newer","expression":"True"}"#),
            parameter("/t/rules/wrong", r#"{"schema":1,"name":"wrong","expression":"event.x"}"#),
            parameter("/t/rules/copy", r#"{"schema":1,"name":"good","expression":"True"}"#),
        ];
        let routes = vec![
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
        let configuration = Configuration::compile(&Parameters { rules, routes, ..Parameters::default() }, None);
        assert_eq!(configuration.rules.len(), 1);
        assert_eq!(configuration.routes.live.iter().map(Route::name).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(configuration.routes.broken.iter().collect::<Vec<_>>(), ["pager"]);
        let broken: Vec<_> = configuration.broken.iter().map(ToString::to_string).collect();
        assert_eq!(broken.len(), 5);
        assert!(broken[0].starts_with("/t/rules/garbled is off: the document is not readable"), "{}", broken[0]);
        assert!(broken[1].contains("has schema 2"), "{}", broken[1]);
        assert!(broken[2].contains("error[TH0103]"), "{}", broken[2]);
        assert!(broken[3].contains("its name is \"good\""), "{}", broken[3]);
        assert!(broken[4].starts_with("/t/routes/pager is off"), "{}", broken[4]);
    }

    #[test]
    fn no_secret_that_was_pasted_into_a_document_is_told() {
        let routes = vec![
            parameter(
                "/t/routes/a",
                r#"{"schema":1,"name":"a","destination":"https://hooks.slack.com/services/T0/B0/HIDDEN"}"#,
            ),
            parameter(
                "/t/routes/b",
                r#"{"schema":1,"name":"b","destination":{"type":"slack_webhook","url_parameter":"https://hooks.slack.com/services/T0/B0/HIDDEN"}}"#,
            ),
        ];
        let configuration = Configuration::compile(&Parameters { routes, ..Parameters::default() }, None);
        let told: Vec<_> = configuration.broken.iter().map(ToString::to_string).collect();
        assert!(told.len() == 2 && configuration.routes.live.is_empty(), "{told:?}");
        assert!(!told.concat().contains("HIDDEN"), "{told:?}");
    }

    #[test]
    fn what_settings_hide_stays_hidden_when_they_are_broken() {
        let hides = |text: &str, last: Option<&SettingsDocument>| {
            let settings = Some(parameter("/t/settings", text));
            let configuration = Configuration::compile(&Parameters { settings, ..Parameters::default() }, last);
            assert_eq!(configuration.broken.len(), 1, "{text}");
            let redaction = &configuration.routes.display.redaction;
            (redaction.hides("userAgent"), redaction.hides("eventName"))
        };
        let newer = r#"{"schema":9,"redact":["userAgent"]}"#;
        assert_eq!(hides(newer, None), (true, false), "what can be read of them");
        assert_eq!(hides("{", None), (true, true), "everything, where nothing can");
        assert_eq!(hides(r#"{"schema":1,"redact":7}"#, None), (true, true));
        assert_eq!(hides(r#"{"schema":1,"refresh_seconds":"x"}"#, None), (false, false));
        let last = SettingsDocument { redact: vec!["userAgent".to_owned()], ..SettingsDocument::default() };
        assert_eq!(hides("{", Some(&last)), (true, false), "the last ones go on");
    }

    #[test]
    fn packs_bring_their_rules() {
        let mut document = Pack::find("baseline").unwrap().newest().document();
        let rules = Pack::find("baseline").unwrap().newest().select(&document).rules.len();
        document.disabled_rules.insert("access-denied".to_owned());
        let compile = |name: &str, text: &str| {
            let packs = vec![parameter(&format!("/t/packs/{name}"), text)];
            Configuration::compile(&Parameters { packs, ..Parameters::default() }, None)
        };
        let told = |configuration: &Configuration| {
            configuration.broken.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        };
        let configuration = compile("baseline", &document.encode().unwrap());
        assert_eq!((configuration.rules.len(), told(&configuration)), (rules - 1, String::new()));
        assert!(configuration.rules.names().all(|name| name.starts_with("baseline/")));

        // A newer version, and a rule of it, that this build has not got.
        document.version = "1.999.0".to_owned();
        document.disabled_rules.insert("moon-landing".to_owned());
        let configuration = compile("baseline", &document.encode().unwrap());
        assert_eq!(configuration.rules.len(), rules - 1);
        let text = told(&configuration);
        let beginning = "/t/packs/baseline works, but not as published: version 1.999.0 was published, and this build";
        assert!(text.starts_with(beginning) && text.contains("no rule \"moon-landing\""), "{text}");

        document.version = "999.0.0".to_owned();
        let configuration = compile("baseline", &document.encode().unwrap());
        assert!(configuration.rules.is_empty());
        assert!(
            told(&configuration).starts_with("/t/packs/baseline is off: the pack \"baseline\" has no version 999.0.0")
        );
        for (name, text, reason) in [
            ("other", document.encode().unwrap(), "its name is \"baseline\""),
            ("baseline", "{".to_owned(), "the document is not readable"),
        ] {
            let configuration = compile(name, &text);
            assert!(told(&configuration).contains(reason), "{}", told(&configuration));
        }
    }
}
