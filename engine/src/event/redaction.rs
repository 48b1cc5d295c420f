//! Which fields nobody is shown, because the settings of a namespace say so.

use super::is_secret;
use crate::language::Pattern;

/// Path patterns of fields whose values no message shows: `*` stands for one segment, or a part of one, `**` for any number of them.
///
/// What is below a field that fits is hidden, too.
///
/// ```
/// use trailhook_engine::event::Redaction;
///
/// let redaction = Redaction::new(["requestParameters.**.phone*", "userAgent"]);
/// assert!(redaction.hides("requestParameters.users.0.phoneNumber") && redaction.hides("userAgent"));
/// assert!(!redaction.hides("requestParameters.name") && !redaction.hides("userAgents"));
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Redaction {
    patterns: Vec<Vec<Segment>>,
}

#[derive(Debug, Clone, PartialEq)]
enum Segment {
    /// Any number of segments.
    Any,
    /// One that fits.
    One(Pattern),
    /// One that is the same.
    Same(String),
}

impl Redaction {
    /// Takes patterns apart. A segment that is no pattern stands for itself.
    pub fn new<'p>(patterns: impl IntoIterator<Item = &'p str>) -> Self {
        let segment = |text: &str| match (text, Pattern::parse(text)) {
            ("**", _) => Segment::Any,
            (_, Ok(pattern)) => Segment::One(pattern),
            (_, Err(_)) => Segment::Same(text.to_owned()),
        };
        Self { patterns: patterns.into_iter().map(|pattern| pattern.split('.').map(segment).collect()).collect() }
    }

    /// Whether there is nothing that it hides.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Whether the value at a flat key is hidden.
    #[must_use]
    pub fn hides(&self, path: &str) -> bool {
        if self.patterns.is_empty() {
            return false;
        }
        let path: Vec<_> = path.split('.').collect();
        self.patterns.iter().any(|pattern| fits(pattern, &path))
    }

    /// Whether a text at a flat key is hidden, by these patterns or because it is a [secret by its name](is_secret).
    #[must_use]
    pub fn hides_text(&self, path: &str) -> bool {
        is_secret(path) || self.hides(path)
    }
}

/// Whether a pattern fits the beginning of a path, up to the end of a segment. It is asked once for each pair of their segments:
/// several `**` cost no more than one.
fn fits(pattern: &[Segment], path: &[&str]) -> bool {
    // For each number of segments of the path, whether what was looked at of the pattern fits so many.
    let mut reached = vec![false; path.len() + 1];
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    for segment in pattern {
        let mut next = vec![false; path.len() + 1];
        match segment {
            Segment::Any => {
                let mut is_reached = false;
                for (next, was_reached) in next.iter_mut().zip(&reached) {
                    is_reached |= was_reached;
                    *next = is_reached;
                }
            }
            Segment::One(_) | Segment::Same(_) => {
                for ((next, was_reached), part) in next.iter_mut().skip(1).zip(&reached).zip(path) {
                    *next = *was_reached
                        && match segment {
                            Segment::One(pattern) => pattern.fits(part),
                            Segment::Same(text) => text == part,
                            Segment::Any => true,
                        };
                }
            }
        }
        reached = next;
    }
    // `**` at the end stands for at least one segment, or `a.**` would hide `a`'s siblings of no name.
    reached.iter().skip(1).any(|is_reached| *is_reached)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_about_segments() {
        for (pattern, path, is_hidden) in [
            ("a.b", "a.b", true),
            ("a.b", "a.b.c", true),
            ("a.b", "a", false),
            ("a.b", "a.bc", false),
            ("a.*.c", "a.b.c", true),
            ("a.*.c", "a.b.b.c", false),
            ("a.**.c", "a.c", true),
            ("a.**.c", "a.b.b.c.d", true),
            ("**.password", "requestParameters.users.0.password", true),
            ("**.pass*", "requestParameters.passphrase", true),
            ("**.pass*", "requestParameters.compass", false),
            ("a.[", "a.[", true),
            ("**", "anything", true),
        ] {
            assert_eq!(Redaction::new([pattern]).hides(path), is_hidden, "{pattern} {path}");
        }
        assert!(Redaction::default().is_empty() && !Redaction::default().hides("a"));
        assert!(Redaction::default().hides_text("requestParameters.password"));
    }

    #[test]
    fn many_stars_cost_little() {
        let pattern = vec!["**"; 50].join(".") + ".x";
        let path = vec!["a"; 5_000].join(".");
        assert!(!Redaction::new([pattern.as_str()]).hides(&path));
    }
}
