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
            // One that leaves much open fits much, and so takes what the others leave.
            configs.sort_by_key(|config| std::cmp::Reverse(set_attributes(config)));
            let covers = |config: &Value, object: &Value| covers(&nested.block, config, object);
            let mut configured = vec![None; planned.len()];
            for (config, at) in configs.iter().zip(pairs(&configs, planned, covers)) {
                if let Some(slot) = at.and_then(|at| configured.get_mut(at)) {
                    *slot = Some(*config);
                }
            }
            let priors = elements(prior);
            let stored = pairs(&configs, priors, covers);
            let stored_of = |config: &Value| {
                let position = configs.iter().position(|one| std::ptr::eq(*one, config))?;
                priors.get((*stored.get(position)?)?)
            };
            planned
                .iter_mut()
                .zip(configured)
                .map(|(planned, config)| Trio { config, prior: config.and_then(stored_of), planned })
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

/// Gives as many of the configured blocks as possible an object of their own that they cover, the first ones first. Answers the
/// place of each one's object.
fn pairs(configs: &[&Value], objects: &[Value], covers: impl Fn(&Value, &Value) -> bool) -> Vec<Option<usize>> {
    // Whose each object is.
    let mut owners = vec![None; objects.len()];
    for config in 0..configs.len() {
        let fits = |config: usize, object: usize| {
            configs.get(config).zip(objects.get(object)).is_some_and(|(config, object)| covers(config, object))
        };
        find_room(config, &fits, &mut owners, &mut vec![false; objects.len()]);
    }
    let place = |config| owners.iter().position(|owner| *owner == Some(config));
    (0..configs.len()).map(place).collect()
}

/// Gives `config` an object, from another one if that finds another in turn (an augmenting path of a bipartite matching).
fn find_room(
    config: usize,
    fits: &impl Fn(usize, usize) -> bool,
    owners: &mut [Option<usize>],
    asked: &mut [bool],
) -> bool {
    for object in 0..owners.len() {
        if asked[object] || !fits(config, object) {
            continue;
        }
        asked[object] = true;
        if owners[object].is_none_or(|owner| find_room(owner, fits, owners, asked)) {
            owners[object] = Some(config);
            return true;
        }
    }
    false
}

/// How many attributes a block sets, those of blocks in it included.
fn set_attributes(value: &Value) -> usize {
    match value {
        Value::Null => 0,
        Value::Object(attributes) => attributes.values().map(set_attributes).sum(),
        other => other.as_sequence().map_or(1, |elements| elements.iter().map(set_attributes).sum::<usize>().max(1)),
    }
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
