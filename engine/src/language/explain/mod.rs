//! Why a rule says what it says of an event: the clauses with their verdicts and the values that they read.
//!
//! | file | |
//! |---|---|
//! | `clause` | the tree that an explanation is |
//! | `observe` | an expression and an event -> the tree, by the evaluator itself |
//! | `reads` | which fields, variables and operands a clause reads |
//! | `tree` | the tree as lines for people |
//! | `line` | the clauses that decided -> one line |
//! | `words` | one clause in words |
//! | `subject` | what a clause is about: a field by its short name, and its value |
//! | `glimpse` | a value in short form, whatever it holds |
//! | `secret` | which values are not shown |
//! | `visible` | texts cut to a length, with nothing invisible in them |

mod clause;
mod glimpse;
mod line;
mod observe;
mod reads;
mod secret;
mod subject;
mod tree;
mod visible;
mod words;

pub use clause::{Clause, ClauseKind, Explanation, Observed, Role, Truth};
pub use line::{Line, Phrase};

use super::Expression;
use crate::event::Event;

impl Expression {
    /// Evaluates the expression over an event, and keeps what each clause said.
    ///
    /// Texts that are secrets by the names of their fields (`password`, `token`, `credentials` and the like) are not shown.
    ///
    /// The outcome is that of [`Expression::evaluate`]. It costs a few times as much at worst, so it is for events that
    /// somebody looks at, not for all of them.
    ///
    /// ```
    /// use trailhook_engine::event::Event;
    /// use trailhook_engine::language::Expression;
    ///
    /// let rule = Expression::parse(r#"
    ///     event.get("eventName") == "ConsoleLogin"
    ///     and event.get("additionalEventData.MFAUsed") != "Yes"
    /// "#).unwrap();
    /// let login = Event::parse(br#"{"eventName": "ConsoleLogin", "additionalEventData": {"MFAUsed": "No"}}"#).unwrap();
    /// assert_eq!(rule.explain(&login).line().to_string(), "eventName is ConsoleLogin, MFAUsed is No");
    ///
    /// let other = Event::parse(br#"{"eventName": "GetObject"}"#).unwrap();
    /// let explanation = rule.explain(&other);
    /// assert_eq!(explanation.line().to_string(), "eventName is GetObject, not ConsoleLogin");
    /// assert_eq!(explanation.to_string(), r#"
    /// ✗ and
    /// ├─ ✗ event.get("eventName") == "ConsoleLogin"           eventName = "GetObject"
    /// └─ · event.get("additionalEventData.MFAUsed") != "Yes"  not reached
    /// "#.trim_start());
    /// ```
    #[must_use]
    pub fn explain<'a>(&'a self, event: &'a Event) -> Explanation<'a> {
        observe::explain(self, event)
    }
}
