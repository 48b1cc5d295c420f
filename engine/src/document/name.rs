//! Names of rules and routes, and the namespace that they are published under.

use std::fmt;

/// The name of a rule or a route: `[a-z0-9][a-z0-9_-]{0,63}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

/// Why a text is no [`Name`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The text is empty.
    #[error("a name is empty; give it 1 to 64 characters out of a-z, 0-9, `_` and `-`")]
    Empty,
    /// The text has more than 64 characters.
    #[error("the name has {length} characters; at most {MAX_NAME} are allowed")]
    TooLong {
        /// Its length in characters.
        length: usize,
    },
    /// A character that names do not have.
    #[error("the name \"{name}\" holds `{character}`; use a-z, 0-9, `_` and `-`, beginning with a letter or digit")]
    Character {
        /// The text.
        name: String,
        /// The first wrong character.
        character: char,
    },
}

const MAX_NAME: usize = 64;

impl Name {
    /// Takes a text that is a name.
    ///
    /// # Errors
    ///
    /// [`NameError`] with what to write instead.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let length = text.chars().count();
        if length == 0 {
            return Err(NameError::Empty);
        }
        if length > MAX_NAME {
            return Err(NameError::TooLong { length });
        }
        let wrong = text.char_indices().find(|(offset, c)| match c {
            'a'..='z' | '0'..='9' => false,
            '_' | '-' => *offset == 0,
            _ => true,
        });
        match wrong {
            Some((_, character)) => Err(NameError::Character { name: text.to_owned(), character }),
            None => Ok(Self(text.to_owned())),
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The absolute parameter path that one deployment reads, e.g. `/trailhook/prod`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Namespace(String);

/// Why a text is no [`Namespace`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NamespaceError {
    /// No slash in front.
    #[error("the namespace \"{0}\" does not begin with `/`; write an absolute path such as \"/trailhook/prod\"")]
    NotAbsolute(String),
    /// An empty segment, as in `//` or with a slash at the end.
    #[error("the namespace \"{0}\" has an empty segment; write it without `//` and without a slash at its end")]
    EmptySegment(String),
    /// More segments than Parameter Store leaves room for.
    #[error("the namespace \"{0}\" has more than {MAX_SEGMENTS} segments; write a shorter path")]
    TooDeep(String),
    /// A character that parameter names do not have.
    #[error("the namespace \"{namespace}\" holds `{character}`; use letters, digits, `_`, `.`, `-` and `/`")]
    Character {
        /// The text.
        namespace: String,
        /// The first wrong character.
        character: char,
    },
    /// A first segment that AWS keeps for itself.
    #[error(
        "the namespace \"{0}\" begins with `aws` or `ssm`, which Parameter Store keeps for AWS; begin it otherwise"
    )]
    Reserved(String),
    /// A path so long that a parameter below it may not fit Parameter Store's limit of 1,011 characters.
    #[error("the namespace has {length} characters; at most {MAX_NAMESPACE} are allowed; write a shorter path")]
    TooLong {
        /// Its length in characters.
        length: usize,
    },
}

/// Parameter Store admits 15 levels of hierarchy; `rules/{name}` and room for later take the rest.
const MAX_SEGMENTS: usize = 8;
/// Parameter Store admits 1,011 characters of a name together with what stands before it in the parameter's ARN (some 55,
/// as in `arn:aws-us-gov:ssm:us-gov-west-1:111122223333:parameter`); below the namespace a name takes at most 72 of them.
const MAX_NAMESPACE: usize = 880;

impl Namespace {
    /// Takes a text that is a namespace.
    ///
    /// # Errors
    ///
    /// [`NamespaceError`] with what to write instead.
    pub fn parse(text: &str) -> Result<Self, NamespaceError> {
        let Some(path) = text.strip_prefix('/') else {
            return Err(NamespaceError::NotAbsolute(text.to_owned()));
        };
        let segments: Vec<_> = path.split('/').collect();
        if segments.iter().any(|segment| segment.is_empty()) {
            return Err(NamespaceError::EmptySegment(text.to_owned()));
        }
        if segments.len() > MAX_SEGMENTS {
            return Err(NamespaceError::TooDeep(text.to_owned()));
        }
        let wrong = path.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '/')));
        if let Some(character) = wrong {
            return Err(NamespaceError::Character { namespace: text.to_owned(), character });
        }
        let first = segments.first().map(|segment| segment.to_ascii_lowercase()).unwrap_or_default();
        if first.starts_with("aws") || first.starts_with("ssm") {
            return Err(NamespaceError::Reserved(text.to_owned()));
        }
        if text.len() > MAX_NAMESPACE {
            return Err(NamespaceError::TooLong { length: text.len() });
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path below which all documents of a kind stand.
    #[must_use]
    pub fn folder(&self, kind: DocumentKind) -> String {
        format!("{}/{}", self.0, kind.segment())
    }

    /// The name of the parameter of one document.
    #[must_use]
    pub fn parameter(&self, kind: DocumentKind, name: &Name) -> String {
        format!("{}/{}/{name}", self.0, kind.segment())
    }

    /// The name of the parameter that holds the settings.
    #[must_use]
    pub fn settings(&self) -> String {
        format!("{}/settings", self.0)
    }

    /// Whether a parameter stands below the namespace, in any of its folders.
    #[must_use]
    pub fn holds(&self, parameter: &str) -> bool {
        parameter.strip_prefix(&self.0).is_some_and(|rest| rest.starts_with('/'))
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The kinds of documents that are one parameter each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    /// `{namespace}/rules/{name}`
    Rule,
    /// `{namespace}/routes/{name}`
    Route,
    /// `{namespace}/packs/{name}`
    Pack,
}

impl DocumentKind {
    /// The folder's name.
    #[must_use]
    pub fn segment(self) -> &'static str {
        match self {
            Self::Rule => "rules",
            Self::Route => "routes",
            Self::Pack => "packs",
        }
    }

    /// The resource that declares one.
    #[must_use]
    pub fn resource(self) -> &'static str {
        match self {
            Self::Rule => "trailhook_rule",
            Self::Route => "trailhook_route",
            Self::Pack => "trailhook_rule_pack",
        }
    }

    /// What one is called in a message.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Route => "route",
            Self::Pack => "pack",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_lower_case_words() {
        for good in ["a", "0", "root-activity", "x_1", &"a".repeat(64)] {
            assert_eq!(Name::parse(good).unwrap().as_str(), good);
        }
        for (bad, text) in [
            ("", "a name is empty; give it 1 to 64 characters out of a-z, 0-9, `_` and `-`"),
            (&"a".repeat(65) as &str, "the name has 65 characters; at most 64 are allowed"),
            ("Root", "the name \"Root\" holds `R`; use a-z, 0-9, `_` and `-`, beginning with a letter or digit"),
            ("-a", "the name \"-a\" holds `-`; use a-z, 0-9, `_` and `-`, beginning with a letter or digit"),
            ("a/b", "the name \"a/b\" holds `/`; use a-z, 0-9, `_` and `-`, beginning with a letter or digit"),
        ] {
            assert_eq!(Name::parse(bad).unwrap_err().to_string(), text);
        }
    }

    #[test]
    fn namespaces_are_absolute_paths() {
        for good in ["/trailhook", "/a/b.c/D_e-f", "/1/2/3/4/5/6/7/8", "/x/aws"] {
            assert_eq!(Namespace::parse(good).unwrap().as_str(), good);
        }
        for (bad, text) in [
            ("", "the namespace \"\" does not begin with `/`; write an absolute path such as \"/trailhook/prod\""),
            (
                "trailhook",
                "the namespace \"trailhook\" does not begin with `/`; write an absolute path such as \"/trailhook/prod\"",
            ),
            ("/", "the namespace \"/\" has an empty segment; write it without `//` and without a slash at its end"),
            ("/a/", "the namespace \"/a/\" has an empty segment; write it without `//` and without a slash at its end"),
            (
                "/1/2/3/4/5/6/7/8/9",
                "the namespace \"/1/2/3/4/5/6/7/8/9\" has more than 8 segments; write a shorter path",
            ),
            ("/a b", "the namespace \"/a b\" holds ` `; use letters, digits, `_`, `.`, `-` and `/`"),
            (
                "/AWS-logs",
                "the namespace \"/AWS-logs\" begins with `aws` or `ssm`, which Parameter Store keeps for AWS; begin it otherwise",
            ),
            (
                "/ssm/x",
                "the namespace \"/ssm/x\" begins with `aws` or `ssm`, which Parameter Store keeps for AWS; begin it otherwise",
            ),
        ] {
            assert_eq!(Namespace::parse(bad).unwrap_err().to_string(), text);
        }
        let long = |length: usize| format!("/{}", "a".repeat(length - 1));
        assert!(Namespace::parse(&long(880)).is_ok());
        let error = Namespace::parse(&long(881)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the namespace has 881 characters; at most 880 are allowed; write a shorter path"
        );
    }

    #[test]
    fn every_name_below_a_namespace_fits_parameter_store() {
        let namespace = Namespace::parse(&format!("/1/2/3/4/5/6/7/{}", "n".repeat(865))).unwrap();
        assert_eq!(namespace.as_str().len(), MAX_NAMESPACE);
        let longest = Name::parse(&"x".repeat(MAX_NAME)).unwrap();
        let arn = "arn:aws-us-gov:ssm:us-gov-west-1:111122223333:parameter";
        for kind in [DocumentKind::Rule, DocumentKind::Route, DocumentKind::Pack] {
            let parameter = namespace.parameter(kind, &longest);
            assert!(arn.len() + parameter.len() <= 1011, "{}", arn.len() + parameter.len());
            assert!(parameter.matches('/').count() <= 15);
        }
    }

    #[test]
    fn a_namespace_holds_what_stands_below_it() {
        let namespace = Namespace::parse("/t/prod").unwrap();
        assert_eq!(namespace.parameter(DocumentKind::Rule, &Name::parse("x").unwrap()), "/t/prod/rules/x");
        assert!(namespace.holds("/t/prod/secret"));
        assert!(!namespace.holds("/t/production/secret"));
    }
}
