//! The rules for a whole provider.

use crate::catalog::Catalog;
use crate::schema::{Problem, is_name};
use crate::{Path, Provider};

/// Names with a meaning of their own in a `provider` block, beside those of every block.
const RESERVED_IN_PROVIDER: [&str; 4] = ["alias", "locals", "source", "version"];

/// Everything that is wrong with the schemas, models and names of a provider whose local name is `name`. A provider's
/// tests should call this and find nothing: Terraform refuses the whole provider for one breach.
///
/// ```
/// # use tfplugin::{Catalog, Configure, Cx, Diagnostics, Provider, schema::Schema};
/// # struct Memory;
/// # impl Provider for Memory {
/// #     type Context = ();
/// #     type Config = ();
/// #     fn schema(&self) -> Schema { Schema::new() }
/// #     fn catalog(&self, _: &mut Catalog<()>) {}
/// #     async fn configure(&self, _: &Cx<()>, _: Configure<()>) -> Result<(), Diagnostics> { Ok(()) }
/// # }
/// assert_eq!(tfplugin::check_provider(&Memory, "memory"), []);
/// ```
pub fn check_provider<P: Provider>(provider: &P, name: &str) -> Vec<Problem> {
    let catalog = Catalog::of(provider);
    let mut problems = catalog.problems().to_vec();
    let mut add = |owner: &str, found: Vec<Problem>| {
        problems.extend(found.into_iter().map(|problem| problem.of(owner)));
    };

    let schema = provider.schema();
    let mut found = schema.check();
    schema.check_reserved(&RESERVED_IN_PROVIDER, &mut found);
    found.extend(schema.check_model::<P::Config>());
    add("provider", found);

    let prefix = format!("{name}_");
    let type_name = |type_name: &str| {
        let own = type_name.strip_prefix(&prefix).is_some_and(is_name);
        (!own).then(|| Problem::new(Path::root(), format!("the name must be `{prefix}` and a name")))
    };
    for (name, resource) in &catalog.resources {
        add(name, type_name(name).into_iter().collect());
        add(name, resource.check());
    }
    for (name, data_source) in &catalog.data_sources {
        add(name, type_name(name).into_iter().collect());
        add(name, data_source.check());
    }
    for (name, list) in &catalog.lists {
        add(name, list.check(catalog.resources.get(name).map(|resource| resource.schema())));
    }
    for (name, function) in &catalog.functions {
        let signature = function.signature();
        let names = signature.parameters.iter().chain(&signature.variadic);
        let bad = names
            .map(|parameter| parameter.name.as_str())
            .chain([name.as_str()])
            .filter(|name| !is_name(name))
            .map(|name| Problem::new(Path::from(name), "this is no name"));
        add(name, bad.collect());
    }
    problems
}
