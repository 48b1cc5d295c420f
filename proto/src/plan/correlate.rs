//! Which block of the plan is which block of configuration and of state.

use crate::schema::{Block, BlockSchema, Nesting};
use crate::value::Value;

/// One planned block, and its counterparts.
pub(super) struct Trio<'a> {
    pub(super) config: Option<&'a Value>,
    pub(super) prior: Option<&'a Value>,
    pub(super) planned: &'a mut Value,
}

/// The blocks of type `nested` in three objects of the shape around it. Nothing for what is null or unknown.
pub(super) fn blocks<'a>(
    nested: &BlockSchema,
    config: &'a Value,
    prior: Option<&'a Value>,
    planned: &'a mut Value,
) -> Vec<Trio<'a>> {
    let config = attribute(config, &nested.name);
    let prior = prior.and_then(|prior| attribute(prior, &nested.name));
    let Value::Object(attributes) = planned else {
        return Vec::new();
    };
    let elements = |value: Option<&'a Value>| value.and_then(Value::as_sequence).unwrap_or(&[]);
    match (nested.nesting, attributes.get_mut(&nested.name)) {
        (Nesting::Single, Some(planned @ Value::Object(_))) => vec![Trio {
            config: config.filter(|config| config.as_object().is_some()),
            prior: prior.filter(|prior| prior.as_object().is_some()),
            planned,
        }],
        (Nesting::List, Some(Value::List(planned))) => planned
            .iter_mut()
            .enumerate()
            .map(|(index, planned)| Trio {
                config: elements(config).get(index),
                prior: elements(prior).get(index),
                planned,
            })
            .collect(),
        (Nesting::Set, Some(Value::Set(planned))) => {
            let mut configs: Vec<_> = elements(config).iter().collect();
            let mut priors: Vec<_> = elements(prior).iter().collect();
            planned
                .iter_mut()
                .map(|planned| {
                    let config = take(&mut configs, |config| covers(&nested.block, config, planned));
                    let prior =
                        config.and_then(|config| take(&mut priors, |prior| covers(&nested.block, config, prior)));
                    Trio { config, prior, planned }
                })
                .collect()
        }
        _ => Vec::new(),
    }
}

/// Elements of a set may have changed places after their values changed.
pub(super) fn sort_sets(block: &Block, planned: &mut Value) {
    block.visit_mut(planned, &mut |_, _| {});
}

pub(super) fn attribute<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    object.as_object()?.get(name)
}

fn take<'a>(from: &mut Vec<&'a Value>, matches: impl Fn(&Value) -> bool) -> Option<&'a Value> {
    let position = from.iter().position(|value| matches(value))?;
    Some(from.remove(position))
}

/// `true` if `object` may come from `config`: it differs only where `config` leaves a computed attribute to the
/// provider.
fn covers(block: &Block, config: &Value, object: &Value) -> bool {
    let get = |value, name: &str| attribute(value, name).unwrap_or(&Value::Null);
    let attributes = block.attributes.iter().all(|one| {
        let (config, object) = (get(config, &one.name), get(object, &one.name));
        one.write_only || (config.is_null() && one.computed) || config == object
    });
    attributes
        && block.blocks.iter().all(|nested| {
            let (config, object) = (get(config, &nested.name), get(object, &nested.name));
            match (config.as_sequence(), object.as_sequence()) {
                (Some(configs), Some(objects)) => {
                    configs.len() == objects.len()
                        && configs.iter().zip(objects).all(|(config, object)| covers(&nested.block, config, object))
                }
                _ if config.as_object().is_some() && object.as_object().is_some() => {
                    covers(&nested.block, config, object)
                }
                _ => config == object,
            }
        })
}
