//! Event names in place of an expression.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::catalogue::bare_source;

/// `Name`, or `service:Name` for the event of one source: `s3:PutBucketPolicy`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EventName {
    service: Option<String>,
    name: String,
}

/// A text that is no [`EventName`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventNameError {
    /// A pattern.
    #[error("\"{0}\" holds a `*`, and event names are compared whole; use an expression with `startswith` or `glob`")]
    Pattern(String),
    /// The whole source in front of the name.
    #[error("\"{text}\" has the event's whole source in front; write its service alone: \"{meant}\"")]
    Source {
        /// The text.
        text: String,
        /// The same with the service in front.
        meant: String,
    },
    /// Anything else that no event is called.
    #[error(
        "\"{0}\" is not the name of an event; write it as CloudTrail does, such as \"DeleteTrail\" or \"s3:PutBucketPolicy\""
    )]
    Form(String),
}

impl EventName {
    /// Takes a name with or without a service in front.
    ///
    /// # Errors
    ///
    /// [`EventNameError`] with what to write instead.
    pub fn parse(text: &str) -> Result<Self, EventNameError> {
        if text.contains('*') {
            return Err(EventNameError::Pattern(text.to_owned()));
        }
        let (service, name) = match text.split_once(':') {
            Some((service, name)) => (Some(service), name),
            None => (None, text),
        };
        let is_word = |word: &str, more: &[char]| {
            !word.is_empty()
                && word.len() <= 128
                && word.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(&c))
        };
        if !is_word(name, &['_', '.', '-']) || !service.is_none_or(|service| is_word(service, &['-', '.'])) {
            return Err(EventNameError::Form(text.to_owned()));
        }
        if let Some(service) = service
            && let bare = bare_source(service)
            && bare != service
            && !bare.is_empty()
        {
            let meant = format!("{bare}:{name}");
            return Err(EventNameError::Source { text: text.to_owned(), meant });
        }
        Ok(Self { service: service.map(str::to_owned), name: name.to_owned() })
    }

    /// The service, which is the event's source without `.amazonaws.com`; `None` for events of any.
    #[must_use]
    pub fn service(&self) -> Option<&str> {
        self.service.as_deref()
    }

    /// The event's own name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The condition that these names stand for: exact names, failed calls included. Nothing at all is never true.
    #[must_use]
    pub fn expression<'n>(names: impl IntoIterator<Item = &'n Self>) -> String {
        let mut by_service: BTreeMap<Option<&str>, Vec<&str>> = BTreeMap::new();
        for name in names {
            by_service.entry(name.service.as_deref()).or_default().push(&name.name);
        }
        let conditions: Vec<_> = by_service
            .into_iter()
            .map(|(service, names)| {
                let names = match names.as_slice() {
                    [name] => format!("event.get(\"eventName\") == \"{name}\""),
                    names => format!("event.get(\"eventName\") in (\"{}\")", names.join("\", \"")),
                };
                match service {
                    Some(service) => format!("event.get(\"eventSource\") == \"{service}.amazonaws.com\" and {names}"),
                    None => names,
                }
            })
            .collect();
        if conditions.is_empty() { "False".to_owned() } else { conditions.join("\nor ") }
    }
}

impl fmt::Display for EventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.service {
            Some(service) => write!(f, "{service}:{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

impl TryFrom<String> for EventName {
    type Error = EventNameError;

    fn try_from(text: String) -> Result<Self, EventNameError> {
        Self::parse(&text)
    }
}

impl From<EventName> for String {
    fn from(name: EventName) -> Self {
        name.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;
    use crate::language::{Expression, check};

    fn expression(names: &[&str]) -> String {
        EventName::expression(&names.iter().map(|name| EventName::parse(name).unwrap()).collect::<Vec<_>>())
    }

    #[test]
    fn names_stand_for_a_condition_in_which_nothing_is_found() {
        let source = expression(&[
            "StopLogging",
            "DeleteTrail",
            "s3:PutBucketPolicy",
            "s3:DeleteBucketPolicy",
            "ec2:StopInstances",
        ]);
        insta::assert_snapshot!(source, @r#"
        event.get("eventName") in ("StopLogging", "DeleteTrail")
        or event.get("eventSource") == "ec2.amazonaws.com" and event.get("eventName") == "StopInstances"
        or event.get("eventSource") == "s3.amazonaws.com" and event.get("eventName") in ("PutBucketPolicy", "DeleteBucketPolicy")
        "#);
        assert_eq!(check(&source).diagnostics, []);
        let rule = Expression::parse(&source).unwrap();
        let matches = |event: &str| rule.evaluate(&Event::parse(event.as_bytes()).unwrap()).is_match();
        assert!(matches(r#"{"eventName":"StopLogging","errorCode":"AccessDenied"}"#));
        assert!(matches(r#"{"eventName":"PutBucketPolicy","eventSource":"s3.amazonaws.com"}"#));
        assert!(!matches(r#"{"eventName":"PutBucketPolicy","eventSource":"other.amazonaws.com"}"#));
        assert!(!matches(r#"{"eventName":"stoplogging"}"#));
        assert!(!matches("{}"));
    }

    #[test]
    fn what_no_event_is_called_is_refused() {
        for text in ["", "s3:", ":Put", "a b", "\"x", "s3:Put:Bucket", "Stop\\"] {
            assert_eq!(EventName::parse(text), Err(EventNameError::Form(text.to_owned())));
        }
        for (text, meant) in [
            ("cloudtrail.amazonaws.com:DeleteTrail", "cloudtrail:DeleteTrail"),
            ("s3.amazonaws.com.cn:PutBucketPolicy", "s3:PutBucketPolicy"),
        ] {
            let told = EventName::parse(text).unwrap_err().to_string();
            let expected =
                format!("\"{text}\" has the event's whole source in front; write its service alone: \"{meant}\"");
            assert_eq!(told, expected);
            assert!(EventName::parse(meant).is_ok());
        }
        assert_eq!(EventName::parse("s3:Put*"), Err(EventNameError::Pattern("s3:Put*".to_owned())));
        for text in ["REST.GET.OBJECT_LOCK_CONFIGURATION", "CreateDistribution2020_05_31", "route53resolver:x"] {
            assert_eq!(EventName::parse(text).map(|name| name.to_string()).as_deref(), Ok(text));
        }
    }
}
