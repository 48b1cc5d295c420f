//! Plans, as Terraform would ask for them.

use super::Draft;
use super::draft::Planned;
use crate::path::Path;
use crate::schema::{self, Schema, list_block, set_block, single_block};
use crate::value::{Type, Value};

fn schema() -> Schema {
    Schema::new()
        .attribute(schema::string("name").required().requires_replace())
        .attribute(schema::string("mode").optional().default("plain"))
        .attribute(schema::string("text").optional())
        .attribute(schema::string("id").computed())
        .attribute(schema::string("hash").computed().recomputed_when(["text"]))
        .attribute(schema::string("stamp").computed().recomputed_when(["hash"]))
        .attribute(schema::int64("version").computed().recomputed())
        .attribute(schema::string("secret").optional().write_only())
        .block(
            list_block("step")
                .attribute(schema::string("run").required().requires_replace())
                .attribute(schema::string("key").computed()),
        )
        .block(
            set_block("peer")
                .attribute(schema::string("host").required())
                .attribute(schema::int64("port").optional().default(443))
                .attribute(schema::string("key").computed()),
        )
        .block(single_block("one").attribute(schema::list("of", Type::String).optional()))
}

#[allow(clippy::needless_pass_by_value, reason = "every caller makes one")]
fn object(json: serde_json::Value) -> Value {
    let schema = schema();
    let value = Value::from_json(&json, &schema.object_type()).expect("an object");
    schema.conform(value).expect("an object")
}

fn with(value: &Value, path: &Path, new: Value) -> Value {
    let mut value = value.clone();
    *value.at_mut(path).expect("an attribute") = new;
    value
}

fn finish(draft: Draft) -> Planned {
    draft.finish(&schema()).expect("a plan that keeps the rules")
}

fn plan(prior: &Value, proposed: &Value, config: &Value) -> Planned {
    finish(Draft::new(&schema(), prior.clone(), proposed.clone(), config.clone()))
}

fn get<'a>(planned: &'a Planned, path: &Path) -> &'a Value {
    planned.state.at(path).expect("an attribute")
}

/// What is stored of `{ name = "a" }`.
fn stored() -> Value {
    object(serde_json::json!({
        "name": "a", "mode": "plain", "id": "1", "hash": "h", "stamp": "s", "version": 1,
    }))
}

#[test]
fn everything_computed_is_open_for_a_new_object() {
    let config = object(serde_json::json!({ "name": "a", "secret": "x" }));
    let planned = plan(&Value::Null, &config, &config);
    for name in ["id", "hash", "stamp", "version"] {
        assert!(get(&planned, &name.into()).is_unknown(), "{name}");
    }
    assert_eq!(get(&planned, &"mode".into()), &"plain".into());
    assert!(get(&planned, &"secret".into()).is_null());
    assert!(get(&planned, &"text".into()).is_null());
    assert_eq!(planned.requires_replace, []);
}

#[test]
fn nothing_is_open_where_nothing_changes() {
    let config = object(serde_json::json!({ "name": "a", "secret": "another" }));
    let proposed = with(&stored(), &"secret".into(), "another".into());
    assert_eq!(plan(&stored(), &proposed, &config).state, stored());
}

#[test]
fn a_default_that_was_removed_from_configuration_comes_back() {
    let prior = with(&stored(), &"mode".into(), "special".into());
    let config = object(serde_json::json!({ "name": "a" }));
    // Terraform proposes the stored value, as for every computed attribute.
    let planned = plan(&prior, &prior, &config);
    assert_eq!(get(&planned, &"mode".into()), &"plain".into());
    assert!(get(&planned, &"version".into()).is_unknown());
}

#[test]
fn one_recomputed_value_opens_the_next() {
    let config = object(serde_json::json!({ "name": "a", "text": "new" }));
    let planned = plan(&stored(), &with(&stored(), &"text".into(), "new".into()), &config);
    for name in ["hash", "stamp", "version"] {
        assert!(get(&planned, &name.into()).is_unknown(), "{name}");
    }
    assert_eq!(get(&planned, &"id".into()), &"1".into());
}

#[test]
fn new_blocks_have_open_values_and_old_ones_keep_theirs() {
    let prior = with(&stored(), &"step".into(), {
        Value::List(vec![Value::object([("run", Value::from("x")), ("key", "k".into())])])
    });
    let config = object(serde_json::json!({ "name": "a", "step": [{ "run": "x" }, { "run": "y" }] }));
    let proposed = with(&prior, &"step".into(), {
        let step = |run: &str, key| Value::object([("run", Value::from(run)), ("key", key)]);
        Value::List(vec![step("x", "k".into()), step("y", Value::Null)])
    });
    let planned = plan(&prior, &proposed, &config);
    let key = |index| get(&planned, &Path::from("step").index(index).attribute("key")).clone();
    assert_eq!((key(0), key(1)), ("k".into(), Value::Unknown));
    // The number of blocks changed, whose content requires a replacement.
    assert_eq!(planned.requires_replace, ["step".into()]);

    let changed = with(&prior, &Path::from("step").index(0).attribute("run"), "z".into());
    let config = object(serde_json::json!({ "name": "a", "step": [{ "run": "z" }] }));
    let planned = plan(&prior, &changed, &config);
    assert_eq!(planned.requires_replace, [Path::from("step").index(0).attribute("run")]);
}

#[test]
fn blocks_of_a_set_are_matched_by_what_is_configured() {
    let peer = |host: &str, port: i64, key: Value| {
        Value::object([("host", Value::from(host)), ("port", port.into()), ("key", key)])
    };
    let unset = |host: &str| Value::object([("host", Value::from(host)), ("port", Value::Null), ("key", Value::Null)]);
    let prior = with(&stored(), &"peer".into(), Value::set([peer("b", 443, "kb".into()), peer("c", 80, "kc".into())]));
    let config = with(
        &object(serde_json::json!({ "name": "a" })),
        &"peer".into(),
        Value::set([unset("b"), unset("c"), unset("a")]),
    );
    // Terraform proposes the stored blocks where they may be the configured ones.
    let proposed =
        with(&prior, &"peer".into(), Value::set([peer("b", 443, "kb".into()), peer("c", 80, "kc".into()), unset("a")]));
    let planned = plan(&prior, &proposed, &config);
    let expected = Value::set([
        peer("a", 443, Value::Unknown),
        peer("b", 443, "kb".into()),
        // The port goes back to its default; the key is a stored one.
        peer("c", 443, "kc".into()),
    ]);
    assert_eq!(get(&planned, &"peer".into()), &expected);
}

/// Two blocks that one configured block could both be: the one that says more gets what it says.
#[test]
fn a_block_that_leaves_much_open_takes_what_the_others_leave() {
    let peer = |port: Value, key: Value| Value::object([("host", Value::from("b")), ("port", port), ("key", key)]);
    let stored_peers = [peer(80.into(), "ka".into()), peer(443.into(), "kb".into())];
    let prior = with(&stored(), &"peer".into(), Value::set(stored_peers.clone()));
    let configured = [peer(Value::Null, Value::Null), peer(80.into(), Value::Null)];
    let config = with(&object(serde_json::json!({ "name": "a" })), &"peer".into(), Value::set(configured.clone()));
    // Whichever of them Terraform proposes for which.
    for proposed in [
        stored_peers.clone(),
        [peer(80.into(), "ka".into()), peer(80.into(), Value::Null)],
        [peer(443.into(), "kb".into()), peer(80.into(), Value::Null)],
        configured,
    ] {
        let proposed = with(&prior, &"peer".into(), Value::set(proposed));
        let planned = plan(&prior, &proposed, &config);
        let ports: Vec<_> = get(&planned, &"peer".into())
            .as_sequence()
            .unwrap_or_default()
            .iter()
            .map(|peer| peer.as_object().and_then(|peer| peer.get("port")).cloned())
            .collect();
        assert_eq!(ports.len(), 2);
        assert!(ports.contains(&Some(80.into())) && ports.contains(&Some(443.into())), "{ports:?}");
    }
}

#[test]
fn what_the_resource_plans_itself_stays() {
    let config = object(serde_json::json!({ "name": "a", "text": "new" }));
    let proposed = with(&stored(), &"text".into(), "new".into());
    let mut draft = Draft::new(&schema(), stored(), proposed, config);
    draft.set("hash".into(), Ok("known already".into()));
    draft.keep_prior("version".into());
    let planned = finish(draft);
    assert_eq!(get(&planned, &"hash".into()), &"known already".into());
    assert_eq!(get(&planned, &"version".into()), &1.into());
}

#[test]
fn a_change_by_the_resource_is_a_change() {
    let config = object(serde_json::json!({ "name": "a" }));
    let mut draft = Draft::new(&schema(), stored(), stored(), config);
    draft.set("id".into(), Ok("2".into()));
    draft.requires_replace("id".into());
    let planned = finish(draft);
    assert!(get(&planned, &"version".into()).is_unknown());
    assert_eq!(planned.requires_replace, ["id".into()]);
}

#[test]
fn a_configured_value_may_stay_as_it_is_stored() {
    let prior = with(&stored(), &"text".into(), "same".into());
    let config = object(serde_json::json!({ "name": "a", "text": "SAME" }));
    let mut draft = Draft::new(&schema(), prior.clone(), with(&prior, &"text".into(), "SAME".into()), config);
    draft.keep_prior("text".into());
    assert_eq!(get(&finish(draft), &"text".into()), &"same".into());
}

#[test]
fn plans_against_the_rules_are_the_providers_bugs() {
    let config = object(serde_json::json!({ "name": "a", "text": "mine", "step": [{ "run": "x" }] }));
    let refused = |path: &str, value: Value| {
        let mut draft = Draft::new(&schema(), Value::Null, config.clone(), config.clone());
        draft.set(path.into(), Ok(value));
        let bugs = draft.finish(&schema()).expect_err("a bug");
        bugs.iter().map(|bug| bug.detail_text().to_owned()).collect::<String>()
    };
    assert!(refused("text", "other".into()).contains("`text` is neither what is configured"));
    assert!(refused("step", Value::List(Vec::new())).contains("another number of `step` blocks"));
    assert!(refused("one", Value::object([("of", Value::Null)])).contains("another number of `one`"));
    assert!(refused("nothing", Value::Null).contains("`nothing`"));
    assert!(refused("version", "text".into()).contains("does not fit the schema: `version`"));

    let config = object(serde_json::json!({ "name": "a" }));
    let mut draft = Draft::new(&schema(), Value::Null, config.clone(), config);
    draft.set("text".into(), Ok("invented".into()));
    let bugs = draft.finish(&schema()).expect_err("a bug");
    assert!(bugs.iter().all(|bug| bug.detail_text().contains("neither configured nor computed")));
}

#[test]
fn a_plan_that_nobody_can_look_at_is_open() {
    let config = object(serde_json::json!({ "name": "a", "text": "new" }));
    let mut draft = Draft::new(&schema(), stored(), with(&stored(), &"text".into(), "new".into()), config);
    draft.leave_open(&schema());
    assert!(get(&finish(draft), &"id".into()).is_unknown());
}
