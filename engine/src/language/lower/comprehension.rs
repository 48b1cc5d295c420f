//! Comprehensions: their clauses, and the names that they bind.

use std::collections::BTreeMap;

use ruff_python_ast as python;
use ruff_text_size::Ranged;

use super::Lowering;
use crate::language::expr::{Clause, Collection, Comprehension, Expr, ExprKind, Target};
use crate::language::span::Span;

/// The names that one comprehension binds, with their places in the frame.
pub(super) type Scope = BTreeMap<String, usize>;

impl Lowering<'_> {
    /// The place of a variable that is visible here.
    pub(super) fn local(&self, name: &str) -> Option<usize> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name)).copied()
    }

    /// An expression whose elements are taken one at a time: a generator may stand here.
    pub(super) fn iterable(&mut self, tree: &python::Expr) -> Option<Expr> {
        match tree {
            python::Expr::Generator(generator) => {
                let kind = self.comprehension(Collection::Generator, None, &generator.elt, &generator.generators)?;
                Some(Expr { kind, span: Span::from(tree.range()) })
            }
            other => self.expr(other),
        }
    }

    pub(super) fn comprehension(
        &mut self,
        collection: Collection,
        key: Option<&python::Expr>,
        element: &python::Expr,
        generators: &[python::Comprehension],
    ) -> Option<ExprKind> {
        let mut scope = Scope::new();
        for generator in generators {
            if generator.is_async {
                return self.unsupported("`async`", Span::from(generator.range()));
            }
            self.bind(&generator.target, &mut scope)?;
        }
        let first_local = self.locals;
        for (slot, place) in scope.values_mut().enumerate() {
            *place = first_local + slot;
        }
        let locals = scope.len();
        self.locals += locals;

        // The first iterable belongs to the scope outside; everything else sees the names, also before they have a value.
        let mut generators = generators.iter();
        let first = generators.next()?;
        let first_iterable = self.iterable(&first.iter);
        self.scopes.push(scope);
        let mut clauses = vec![self.clause(first, first_iterable)];
        for generator in generators {
            let iterable = self.iterable(&generator.iter);
            clauses.push(self.clause(generator, iterable));
        }
        let key = self.optional(key);
        let element = self.expr(element);
        self.scopes.pop();
        let clauses = clauses.into_iter().collect::<Option<Vec<_>>>()?;
        let (key, element) = (key?, element?);
        Some(ExprKind::Comprehension(Box::new(Comprehension {
            collection,
            key,
            element,
            clauses,
            first_local,
            locals,
        })))
    }

    pub(super) fn dict_comprehension(&mut self, dict: &python::ExprDictComp, span: Span) -> Option<ExprKind> {
        match &dict.key {
            Some(key) => self.comprehension(Collection::Dict, Some(key), &dict.value, &dict.generators),
            None => self.unsupported("`**` in a dictionary", span),
        }
    }

    fn clause(&mut self, generator: &python::Comprehension, iterable: Option<Expr>) -> Option<Clause> {
        let conditions = self.exprs(&generator.ifs);
        let target = self.target(&generator.target);
        Some(Clause { target: target?, iterable: iterable?, conditions: conditions? })
    }

    /// Collects the names of a target.
    fn bind(&mut self, target: &python::Expr, scope: &mut Scope) -> Option<()> {
        match target {
            python::Expr::Name(name) => {
                scope.insert(name.id.to_string(), 0);
                Some(())
            }
            python::Expr::Tuple(tuple) => tuple.elts.iter().try_for_each(|part| self.bind(part, scope)),
            python::Expr::List(list) => list.elts.iter().try_for_each(|part| self.bind(part, scope)),
            other => self.unsupported("such target of a `for`", Span::from(other.range())),
        }
    }

    fn target(&self, target: &python::Expr) -> Option<Target> {
        match target {
            python::Expr::Name(name) => self.local(name.id.as_str()).map(Target::Local),
            python::Expr::Tuple(tuple) => {
                tuple.elts.iter().map(|part| self.target(part)).collect::<Option<_>>().map(Target::Tuple)
            }
            python::Expr::List(list) => {
                list.elts.iter().map(|part| self.target(part)).collect::<Option<_>>().map(Target::Tuple)
            }
            _ => None,
        }
    }
}
