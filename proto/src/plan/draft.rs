//! A plan in the making.

use std::collections::BTreeSet;

use super::rules;
use crate::path::Path;
use crate::schema::Schema;
use crate::value::{Value, ValueError};
use crate::{Diagnostic, Diagnostics};

/// The planned object, and what a handler did to it.
#[derive(Debug)]
pub(crate) struct Draft {
    config: Value,
    /// Null for a new object.
    prior: Value,
    planned: Value,
    /// What the handler planned itself, so that no rule may change it afterwards.
    touched: Vec<Path>,
    replace: BTreeSet<Path>,
    bugs: Diagnostics,
}

/// A finished plan.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) state: Value,
    pub(crate) requires_replace: Vec<Path>,
}

impl Draft {
    /// Applies the schema's rules to what Terraform proposes.
    pub(crate) fn new(schema: &Schema, prior: Value, proposed: Value, config: Value) -> Self {
        let mut draft = Self {
            config,
            prior,
            planned: proposed,
            touched: Vec::new(),
            replace: BTreeSet::new(),
            bugs: Diagnostics::new(),
        };
        rules::set_defaults(schema.root(), &draft.config, &mut draft.planned);
        draft.recompute(schema, false);
        draft
    }

    fn recompute(&mut self, schema: &Schema, everything: bool) {
        if self.planned != self.prior {
            let rule = rules::Recomputing { touched: &self.touched, everything };
            rule.apply(
                schema.root(),
                &Path::root(),
                &self.config,
                self.prior.as_object().map(|_| &self.prior),
                &mut self.planned,
            );
        }
    }

    pub(crate) fn config(&self) -> &Value {
        &self.config
    }

    pub(crate) fn prior(&self) -> &Value {
        &self.prior
    }

    pub(crate) fn planned(&self) -> &Value {
        &self.planned
    }

    /// Nobody can look at this plan because of unknown values: every computed value may change.
    pub(crate) fn leave_open(&mut self, schema: &Schema) {
        self.recompute(schema, true);
    }

    pub(crate) fn changes(&self, path: &Path) -> bool {
        self.prior.is_null() || self.planned.at(path) != self.prior.at(path)
    }

    pub(crate) fn set(&mut self, path: Path, value: Result<Value, ValueError>) {
        match (value, self.planned.at_mut(&path)) {
            (Ok(value), Some(slot)) => {
                *slot = value;
                self.touched.push(path);
            }
            (Ok(_), None) => {
                let what = format!("The plan sets `{path}`, but there is no such attribute.");
                self.bugs.push(Diagnostic::bug(what));
            }
            (Err(error), _) => self.bugs.push(Diagnostic::bug(error.below(&path).to_string())),
        }
    }

    pub(crate) fn keep_prior(&mut self, path: Path) {
        if let Some(prior) = self.prior.at(&path).cloned() {
            self.set(path, Ok(prior));
        }
    }

    pub(crate) fn requires_replace(&mut self, path: Path) {
        self.replace.insert(path);
    }

    /// Checks the plan against Terraform's rules.
    ///
    /// # Errors
    ///
    /// Bugs of the provider.
    pub(crate) fn finish(mut self, schema: &Schema) -> Result<Planned, Diagnostics> {
        self.planned = match schema.conform(self.planned) {
            Ok(planned) => planned,
            Err(error) => {
                self.bugs.push(Diagnostic::bug(format!("The plan does not fit the schema: {error}.")));
                return Err(self.bugs);
            }
        };
        self.planned.restore_digits(&self.config);
        // A change that the handler made may be the first one.
        self.recompute(schema, false);
        schema.root().clear_write_only(&mut self.planned);
        let prior = self.prior.as_object().map(|_| &self.prior);
        rules::check(schema.root(), &Path::root(), &self.config, prior, &self.planned, &mut self.bugs);
        if let Some(prior) = prior {
            rules::find_replacements(schema.root(), &Path::root(), prior, &self.planned, &mut self.replace);
        } else {
            // There is nothing yet to replace.
            self.replace.clear();
        }
        self.bugs.or_ok(Planned { state: self.planned, requires_replace: self.replace.into_iter().collect() })
    }
}
