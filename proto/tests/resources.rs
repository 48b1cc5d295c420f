//! What Terraform gets for resources, data sources and functions.

#![allow(clippy::expect_used, clippy::panic, reason = "helpers of tests are tests")]

mod support;

use support::client::{Client, told};
use support::item::{self, apply, create, from_wire, get, item, json, plan};
use support::{DEADLINE, Plugin, provider};
use tfplugin::protocol::tfplugin6 as wire;
use tfplugin::{Number, Path, Type, Value};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::time::timeout;
use tonic::Code;

fn named(name: &str, more: &[(&str, Value)]) -> Value {
    let mut attributes = vec![("name", Value::from(name))];
    attributes.extend_from_slice(more);
    item(&attributes)
}

fn with(item: &Value, changes: &[(&str, Value)]) -> Value {
    let Value::Object(mut attributes) = item.clone() else {
        panic!("an item");
    };
    for (name, value) in changes {
        attributes.insert((*name).to_owned(), value.clone());
    }
    Value::Object(attributes)
}

#[tokio::test]
async fn validation_needs_no_configuration_and_points_at_the_block() {
    let plugin = Plugin::start().await;
    let client = Client::plain(&plugin.socket).await.expect("connected");
    let part = |pattern: Value| Value::object([("pattern", pattern)]);
    let config =
        named("a", &[("value", Value::Unknown), ("part", Value::List(vec![part(Value::Unknown), part("".into())]))]);
    let request = wire::validate_resource_config::Request {
        type_name: "memory_item".to_owned(),
        config: item::to_wire(&config),
        ..Default::default()
    };
    let answer: wire::validate_resource_config::Response =
        client.call("/tfplugin6.Provider/ValidateResourceConfig", request).await.expect("an answer");
    let [diagnostic] = &answer.diagnostics[..] else {
        panic!("one diagnostic: {answer:?}");
    };
    assert_eq!(diagnostic.summary, "Empty pattern");
    let steps = &diagnostic.attribute.as_ref().expect("a path").steps;
    let steps: Vec<_> = steps.iter().map(|step| step.selector.clone().expect("a step")).collect();
    use wire::attribute_path::step::Selector::{AttributeName, ElementKeyInt};
    assert_eq!(steps, [AttributeName("part".into()), ElementKeyInt(1), AttributeName("pattern".into())]);
}

#[tokio::test]
async fn an_unknown_number_of_blocks_is_no_error() {
    let (_plugin, client) = provider().await;
    let config = named("a", &[("part", Value::Unknown)]);
    let plan = plan(&client, &Value::Null, &config, &config).await;
    assert_eq!(told(&plan.diagnostics), "");
    assert_eq!(get(&from_wire(plan.planned_state.as_ref()), "part"), Value::Unknown);
}

#[tokio::test]
async fn a_value_of_any_type_keeps_the_type_that_it_will_have() {
    let (_plugin, client) = provider().await;
    for extra in [Value::Unknown, Value::Null, 7.into()] {
        let config = named("a", &[("extra", Value::Dynamic(Box::new((Type::Number, extra))))]);
        let plan = plan(&client, &Value::Null, &config, &config).await;
        assert_eq!(told(&plan.diagnostics), "");
        assert_eq!(get(&from_wire(plan.planned_state.as_ref()), "extra"), get(&config, "extra"));
    }
}

#[tokio::test]
async fn a_wrong_value_names_its_attribute() {
    let (_plugin, client) = provider().await;
    let config = named("a", &[("limit", Value::object([("items", Number::try_from(1.5).expect("finite").into())]))]);
    let answer = plan(&client, &Value::Null, &config, &config).await;
    let told = told(&answer.diagnostics);
    assert!(told.starts_with("error: Unsuitable value: `limit.items`: a whole number"), "{told}");
}

#[tokio::test]
async fn a_new_object_gets_defaults_and_unknown_values() {
    let (_plugin, client) = provider().await;
    let part = Value::object([("pattern", Value::from("x"))]);
    let config = named("a", &[("part", Value::List(vec![part])), ("secret", "s".into())]);
    let plan = plan(&client, &Value::Null, &config, &config).await;
    assert_eq!(told(&plan.diagnostics), "");
    let planned = from_wire(plan.planned_state.as_ref());
    assert_eq!(get(&planned, "id"), "a".into());
    assert_eq!(get(&planned, "priority"), "medium".into());
    assert_eq!(get(&planned, "version"), Value::Unknown);
    assert_eq!(get(&planned, "secret"), Value::Null);
    assert_eq!(planned.at(&Path::from("part").index(0).attribute("mode")), Some(&"loose".into()));
    assert_eq!(plan.requires_replace, []);

    let applied = apply(&client, &Value::Null, &planned, &config).await;
    assert_eq!(told(&applied.diagnostics), "");
    assert_eq!(applied.private, b"made here".as_slice());
    let state = from_wire(applied.new_state.as_ref());
    assert!(state.is_wholly_known());
    assert_eq!(get(&state, "version"), 1.into());
    assert_eq!(get(&state, "secret"), Value::Null);
    assert_eq!(get(&state, "limit"), Value::Null);
}

#[tokio::test]
async fn an_update_keeps_computed_values_that_do_not_change() {
    let (_plugin, client) = provider().await;
    let config = named("a", &[("value", "one".into())]);
    let prior = from_wire(create(&client, &config).await.new_state.as_ref());

    // Nothing changes.
    let same = plan(&client, &prior, &prior, &config).await;
    assert_eq!(from_wire(same.planned_state.as_ref()), prior);

    // Something changes that has nothing to do with the length.
    let tags = Value::Map([("k".to_owned(), "v".into())].into());
    let changed = with(&prior, &[("tags", tags.clone())]);
    let config = with(&config, &[("tags", tags)]);
    let planned = from_wire(plan(&client, &prior, &changed, &config).await.planned_state.as_ref());
    assert_eq!(get(&planned, "length"), 3.into());
    assert_eq!(get(&planned, "version"), Value::Unknown);

    // The value changes, and so does the length.
    let changed = with(&prior, &[("value", "three".into())]);
    let config = named("a", &[("value", "three".into())]);
    let plan = plan(&client, &prior, &changed, &config).await;
    let planned = from_wire(plan.planned_state.as_ref());
    assert_eq!(get(&planned, "length"), Value::Unknown);
    assert_eq!(plan.requires_replace, []);
    let applied = apply(&client, &prior, &planned, &config).await;
    assert_eq!(told(&applied.diagnostics), "");
    let state = from_wire(applied.new_state.as_ref());
    assert_eq!((get(&state, "length"), get(&state, "version")), (5.into(), 2.into()));
}

#[tokio::test]
async fn another_name_is_another_object() {
    let (_plugin, client) = provider().await;
    let prior = from_wire(create(&client, &named("a", &[])).await.new_state.as_ref());
    let changed = with(&prior, &[("name", "b".into())]);
    let plan = plan(&client, &prior, &changed, &named("b", &[])).await;
    assert_eq!(plan.requires_replace, [attribute_path("name")]);
}

fn attribute_path(name: &str) -> wire::AttributePath {
    use wire::attribute_path::{Step, step::Selector};
    wire::AttributePath { steps: vec![Step { selector: Some(Selector::AttributeName(name.into())) }] }
}

#[tokio::test]
async fn a_plan_that_breaks_terraforms_rules_is_called_a_bug() {
    let (_plugin, client) = provider().await;
    let config = named("a", &[("fault", "plan".into()), ("value", "mine".into())]);
    let told = told(&plan(&client, &Value::Null, &config, &config).await.diagnostics);
    assert!(told.contains("`value`") && told.contains("bug in the provider"), "{told}");
}

#[tokio::test]
async fn deleting_warns_and_deletes() {
    let (_plugin, client) = provider().await;
    let config = named("a", &[("priority", "high".into())]);
    let prior = from_wire(create(&client, &config).await.new_state.as_ref());
    let plan = plan(&client, &prior, &Value::Null, &Value::Null).await;
    assert!(told(&plan.diagnostics).starts_with("warning: An important item"), "{plan:?}");
    assert_eq!(from_wire(plan.planned_state.as_ref()), Value::Null);
    let gone = apply(&client, &prior, &Value::Null, &Value::Null).await;
    assert_eq!(gone.diagnostics, []);
    assert_eq!(from_wire(gone.new_state.as_ref()), Value::Null);
    let read = read(&client, &prior).await;
    assert_eq!(from_wire(read.new_state.as_ref()), Value::Null);
}

async fn read(client: &Client, state: &Value) -> wire::read_resource::Response {
    let request = wire::read_resource::Request {
        type_name: "memory_item".to_owned(),
        current_state: item::to_wire(state),
        private: b"kept".to_vec().into(),
        ..Default::default()
    };
    client.call("/tfplugin6.Provider/ReadResource", request).await.expect("an answer")
}

#[tokio::test]
async fn reading_keeps_private_bytes() {
    let (_plugin, client) = provider().await;
    let prior = from_wire(create(&client, &named("a", &[])).await.new_state.as_ref());
    let read = read(&client, &prior).await;
    assert_eq!(read.private, b"kept".as_slice());
    assert_eq!(from_wire(read.new_state.as_ref()), prior);
}

#[tokio::test]
async fn failures_never_lose_state() {
    let (_plugin, client) = provider().await;
    let prior = from_wire(create(&client, &named("a", &[("fault", "keep".into())])).await.new_state.as_ref());

    let kept = apply(&client, &prior, &Value::Null, &Value::Null).await;
    assert!(told(&kept.diagnostics).contains("in use"), "{kept:?}");
    assert_eq!(from_wire(kept.new_state.as_ref()), prior);

    let failing = with(&prior, &[("fault", "fail".into()), ("version", Value::Unknown)]);
    let failed = apply(&client, &prior, &failing, &named("a", &[("fault", "fail".into())])).await;
    assert!(told(&failed.diagnostics).contains("No room"), "{failed:?}");
    assert_eq!(from_wire(failed.new_state.as_ref()), prior);

    let nothing = create(&client, &named("b", &[("fault", "fail".into())])).await;
    assert!(told(&nothing.diagnostics).contains("No room"), "{nothing:?}");
    assert_eq!(from_wire(nothing.new_state.as_ref()), Value::Null);

    let half = create(&client, &named("c", &[("fault", "half".into())])).await;
    assert!(told(&half.diagnostics).starts_with("error: Half done"), "{half:?}");
    assert_eq!(get(&from_wire(half.new_state.as_ref()), "id"), "c".into());
}

#[tokio::test]
async fn what_is_unknown_after_apply_is_named_and_the_rest_is_kept() {
    let (_plugin, client) = provider().await;
    let applied = create(&client, &named("a", &[("fault", "unknown".into())])).await;
    let told = told(&applied.diagnostics);
    assert!(told.contains("`version` is still unknown") && told.contains("bug in the provider"), "{told}");
    let state = from_wire(applied.new_state.as_ref());
    assert_eq!((get(&state, "id"), get(&state, "version")), ("a".into(), Value::Null));
}

#[tokio::test]
async fn a_panic_is_a_diagnostic_and_a_crash_report() {
    let (mut plugin, client) = provider().await;
    let prior = from_wire(create(&client, &named("a", &[])).await.new_state.as_ref());
    let planned = with(&prior, &[("fault", "panic".into())]);
    let panicked = apply(&client, &prior, &planned, &named("a", &[("fault", "panic".into())])).await;
    let told = told(&panicked.diagnostics);
    assert!(told.contains("no idea what to do with a at ") && told.contains("memory.rs:"), "{told}");
    assert_eq!(from_wire(panicked.new_state.as_ref()), prior);
    assert_eq!(panicked.private, b"private".as_slice());

    let mut stderr = BufReader::new(plugin.child.stderr.take().expect("piped"));
    let mut line = String::new();
    timeout(DEADLINE, stderr.read_line(&mut line)).await.expect("a line").expect("readable");
    assert!(line.starts_with("panic: no idea what to do with a at "), "{line}");
    client.schema().await.expect("it still serves");
}

#[tokio::test]
async fn an_interrupted_run_stops_what_runs_and_serves_on() {
    let mut plugin = Plugin::start_with(&[("TF_LOG", "info")]).await;
    let client = Client::plain(&plugin.socket).await.expect("connected");
    client.configure().await;
    let slow = named("slow", &[("fault", "slow".into())]);
    let running = {
        let (client, slow) = (client.clone(), slow.clone());
        tokio::spawn(async move { create(&client, &slow).await })
    };
    let mut log = BufReader::new(plugin.child.stderr.take().expect("piped"));
    let mut line = String::new();
    timeout(DEADLINE, log.read_line(&mut line)).await.expect("it runs").expect("readable");
    assert!(line.contains("waiting"), "{line}");
    assert_eq!(client.stop().await.error, "");
    let stopped = timeout(DEADLINE, running).await.expect("it stops").expect("no panic");
    assert!(told(&stopped.diagnostics).starts_with("error: Interrupted"), "{stopped:?}");
    // What begins after the stop is stopped too, as the run is over.
    let late = timeout(DEADLINE, create(&client, &slow)).await.expect("it stops");
    assert!(told(&late.diagnostics).starts_with("error: Interrupted"), "{late:?}");
    let quick = create(&client, &named("quick", &[])).await;
    assert_eq!(told(&quick.diagnostics), "");
}

#[tokio::test]
async fn twenty_megabytes_are_no_problem() {
    let (_plugin, client) = provider().await;
    let config = named("a", &[("value", "x".repeat(20 << 20).into())]);
    let applied = create(&client, &config).await;
    assert_eq!(told(&applied.diagnostics), "");
    assert_eq!(get(&from_wire(applied.new_state.as_ref()), "length"), (20 << 20).into());
}

#[tokio::test]
async fn numbers_come_back_as_they_were_written() {
    let (_plugin, client) = provider().await;
    for text in ["0.1", "-1e-7", "12345678901234567890"] {
        let number: Number = text.parse().expect("a number");
        let config = named("a", &[("weight", number.clone().into())]);
        let applied = create(&client, &config).await;
        assert_eq!(told(&applied.diagnostics), "");
        assert_eq!(get(&from_wire(applied.new_state.as_ref()), "weight"), number.into());
    }
}

async fn upgrade(client: &Client, version: i64, state: &str) -> wire::upgrade_resource_state::Response {
    let request = wire::upgrade_resource_state::Request {
        type_name: "memory_item".to_owned(),
        version,
        raw_state: Some(wire::RawState { json: state.as_bytes().to_vec().into(), ..Default::default() }),
    };
    client.call("/tfplugin6.Provider/UpgradeResourceState", request).await.expect("an answer")
}

#[tokio::test]
async fn state_of_the_same_version_passes_unread() {
    let plugin = Plugin::start().await;
    let client = Client::plain(&plugin.socket).await.expect("connected");
    let state = r#"{"name":"a", "weight": 12345678901234567890123, "part":[], "window":[]}"#;
    let upgraded = upgrade(&client, 1, state).await;
    assert_eq!(upgraded.diagnostics, []);
    assert_eq!(upgraded.upgraded_state.expect("state").json, state.as_bytes());
    // Blocks that are newer than the state are added, inside others too.
    let upgraded = upgrade(&client, 1, r#"{"name":"a"}"#).await;
    let upgraded = from_wire(upgraded.upgraded_state.as_ref());
    assert_eq!(get(&upgraded, "part"), Value::List(Vec::new()));
    assert_eq!(get(&upgraded, "window"), Value::Set(Vec::new()));
    let upgraded = upgrade(&client, 1, r#"{"name":"a","part":[{"pattern":"x"}]}"#).await;
    let upgraded = from_wire(upgraded.upgraded_state.as_ref());
    assert_eq!(upgraded.at(&Path::from("part").index(0).attribute("step")), Some(&Value::List(Vec::new())));
}

#[tokio::test]
async fn older_state_is_upgraded_or_refused_in_words() {
    let plugin = Plugin::start().await;
    let client = Client::plain(&plugin.socket).await.expect("connected");
    let upgraded = upgrade(&client, 0, r#"{"name":"a","text":"old"}"#).await;
    assert_eq!(told(&upgraded.diagnostics), "");
    assert_eq!(get(&from_wire(upgraded.upgraded_state.as_ref()), "value"), "old".into());
    let wrong = upgrade(&client, 0, r#"{"name":"a","other":1}"#).await;
    assert!(told(&wrong.diagnostics).contains("`other`"), "{wrong:?}");
    let broken = upgrade(&client, 0, "{").await;
    assert!(told(&broken.diagnostics).contains("not JSON"), "{broken:?}");
}

#[tokio::test]
async fn imports_by_id() {
    let (_plugin, client) = provider().await;
    let request = wire::import_resource_state::Request {
        type_name: "memory_item".to_owned(),
        id: "a".to_owned(),
        ..Default::default()
    };
    let answer: wire::import_resource_state::Response =
        client.call("/tfplugin6.Provider/ImportResourceState", request).await.expect("an answer");
    assert_eq!(told(&answer.diagnostics), "");
    let state = from_wire(answer.imported_resources[0].state.as_ref());
    assert_eq!((get(&state, "name"), get(&state, "part")), ("a".into(), Value::List(Vec::new())));
}

#[tokio::test]
async fn data_sources_read() {
    let (_plugin, client) = provider().await;
    create(&client, &named("a", &[("value", "found".into())])).await;
    let ask = async |config: &str| -> wire::read_data_source::Response {
        let request = wire::read_data_source::Request {
            type_name: "memory_item".to_owned(),
            config: Some(json(config)),
            ..Default::default()
        };
        client.call("/tfplugin6.Provider/ReadDataSource", request).await.expect("an answer")
    };
    let ty = Type::object([("name", Type::String), ("value", Type::String)]);
    let found = ask(r#"{"name":"a"}"#).await;
    let state = Value::from_wire(found.state.as_ref(), &ty).expect("a value");
    assert_eq!(state.at(&"value".into()), Some(&"found".into()));
    let missing = ask(r#"{"name":"b"}"#).await;
    assert_eq!(missing.diagnostics[0].attribute, Some(attribute_path("name")));
}

#[tokio::test]
async fn functions_answer_or_point_at_an_argument() {
    let plugin = Plugin::start().await;
    let client = Client::plain(&plugin.socket).await.expect("connected");
    let call = async |arguments: &[&str]| -> wire::call_function::Response {
        let arguments = arguments.iter().map(|text| json(text)).collect();
        let request = wire::call_function::Request { name: "repeat".to_owned(), arguments };
        client.call("/tfplugin6.Provider/CallFunction", request).await.expect("an answer")
    };
    let answer = call(&["\"ab\"", "2"]).await;
    let result = Value::from_wire(answer.result.as_ref(), &Type::list(Type::String)).expect("a list");
    assert_eq!(result, Value::List(vec!["ab".into(), "ab".into()]));
    for (arguments, at, text) in [
        (&["\"ab\"", "101"][..], Some(1), "at most 100 times"),
        (&["\"ab\"", "0.5"][..], Some(1), "a whole number"),
        (&["\"ab\""][..], None, "fewer arguments"),
        (&["\"ab\"", "1", "1"][..], Some(2), "more arguments"),
    ] {
        let error = call(arguments).await.error.expect("an error");
        assert!(error.text.contains(text), "{error:?}");
        assert_eq!(error.function_argument, at, "{error:?}");
    }
    let schema = client.schema().await.expect("a schema");
    let request = wire::get_functions::Request {};
    let functions: wire::get_functions::Response =
        client.call("/tfplugin6.Provider/GetFunctions", request).await.expect("an answer");
    assert_eq!(schema.functions, functions.functions);
}

/// What is not served, in the order of the protocol.
const UNIMPLEMENTED: [&str; 18] = [
    "MoveResourceState",
    "GenerateResourceConfig",
    "ValidateEphemeralResourceConfig",
    "OpenEphemeralResource",
    "RenewEphemeralResource",
    "CloseEphemeralResource",
    "ValidateStateStoreConfig",
    "ConfigureStateStore",
    "ReadStateBytes",
    "WriteStateBytes",
    "LockState",
    "UnlockState",
    "GetStates",
    "DeleteState",
    "PlanAction",
    "InvokeAction",
    "ValidateActionConfig",
    // Not of the protocol: of a later one.
    "NoSuchCall",
];

#[tokio::test]
async fn what_is_not_served_is_said_to_be_unimplemented() {
    let (_plugin, client) = provider().await;
    let protocol = include_str!("../proto/tfplugin6.proto").lines();
    let calls = protocol.filter_map(|line| line.trim().strip_prefix("rpc ")?.split('(').next());
    let mut unimplemented = Vec::new();
    for call in calls.chain(["NoSuchCall"]) {
        let path = format!("/tfplugin6.Provider/{call}").leak();
        // An empty message is a request of every type, and every answer is one with unknown fields.
        let answer: Result<(), _> = client.call(path, ()).await;
        if answer.is_err_and(|status| status.code() == Code::Unimplemented) {
            unimplemented.push(call);
        }
    }
    assert_eq!(unimplemented, UNIMPLEMENTED);
}

#[tokio::test]
async fn an_operation_before_configuration_is_refused_and_changes_nothing() {
    let plugin = Plugin::start().await;
    let client = Client::plain(&plugin.socket).await.expect("connected");
    let state = named("a", &[]);
    let answer = read(&client, &state).await;
    assert!(told(&answer.diagnostics).starts_with("error: The provider is not configured"), "{answer:?}");
    assert_eq!(get(&from_wire(answer.new_state.as_ref()), "name"), "a".into());
}
