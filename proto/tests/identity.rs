//! Identities, as Terraform 1.12 and later asks for them.

#![allow(clippy::expect_used, clippy::panic, reason = "helpers of tests are tests")]

mod support;

use support::client::{Client, told};
use support::item::{self, apply, create, from_wire, get, item, plan};
use support::{Plugin, provider};
use tfplugin::protocol::tfplugin6::{self as wire, ResourceIdentityData};
use tfplugin::{Type, Value};

fn ty() -> Type {
    Type::object([("name", Type::String)])
}

fn identity(name: impl Into<Value>) -> ResourceIdentityData {
    let value = Value::object([("name", name.into())]);
    ResourceIdentityData { identity_data: Some(value.to_wire(&ty()).expect("an identity")) }
}

fn named(name: &str, fault: &str) -> Value {
    item(&[("name", name.into()), ("fault", fault.into())])
}

#[tokio::test]
async fn the_schema_names_what_makes_up_an_identity() {
    let plugin = Plugin::start().await;
    let client = Client::plain(&plugin.socket).await.expect("connected");
    let request = wire::get_resource_identity_schemas::Request {};
    let answer: wire::get_resource_identity_schemas::Response =
        client.call("/tfplugin6.Provider/GetResourceIdentitySchemas", request).await.expect("an answer");
    assert_eq!(answer.diagnostics, []);
    let (name, schema) = answer.identity_schemas.first_key_value().expect("one");
    assert_eq!((name.as_str(), schema.version, answer.identity_schemas.len()), ("memory_item", 1, 1));
    let [attribute] = &schema.identity_attributes[..] else { panic!("one attribute: {schema:?}") };
    assert_eq!((attribute.name.as_str(), &attribute.r#type[..]), ("name", &b"\"string\""[..]));
    assert_eq!((attribute.description.as_str(), attribute.required_for_import), ("The name.", true));
}

#[tokio::test]
async fn an_object_has_its_identity_from_plan_to_the_end() {
    let (_plugin, client) = provider().await;
    // While the name is unknown there is no identity.
    let unknown = item(&[("name", Value::Unknown)]);
    assert_eq!(plan(&client, &Value::Null, &unknown, &unknown).await.planned_identity, None);

    let config = named("a", "");
    let planned = plan(&client, &Value::Null, &config, &config).await;
    assert_eq!(planned.planned_identity, Some(identity("a")));
    let applied = create(&client, &config).await;
    assert_eq!(applied.new_identity, Some(identity("a")));
    let state = from_wire(applied.new_state.as_ref());

    // State of a time before identities gets one when it is read.
    let read = async |current_identity| {
        let request = wire::read_resource::Request {
            type_name: "memory_item".to_owned(),
            current_state: item::to_wire(&state),
            current_identity,
            ..Default::default()
        };
        let answer: wire::read_resource::Response =
            client.call("/tfplugin6.Provider/ReadResource", request).await.expect("an answer");
        assert_eq!(told(&answer.diagnostics), "");
        answer.new_identity
    };
    assert_eq!(read(None).await, Some(identity("a")));
    assert_eq!(read(Some(identity("a"))).await, Some(identity("a")));

    // A failed update leaves the object what it was.
    let failed = apply(&client, &state, &named("a", "fail"), &named("a", "fail")).await;
    assert!(told(&failed.diagnostics).contains("No room"), "{failed:?}");
    assert_eq!(failed.new_identity, Some(identity("a")));
    let panicked = apply(&client, &state, &named("a", "panic"), &named("a", "panic")).await;
    assert!(told(&panicked.diagnostics).contains("panicked"), "{panicked:?}");
    assert_eq!(panicked.new_identity, Some(identity("a")));

    let gone = apply(&client, &state, &Value::Null, &Value::Null).await;
    assert_eq!((told(&gone.diagnostics), gone.new_identity), (String::new(), None));
    assert_eq!(read(Some(identity("a"))).await, None);
}

async fn import(
    client: &Client,
    id: &str,
    identity: Option<ResourceIdentityData>,
) -> wire::import_resource_state::Response {
    let request = wire::import_resource_state::Request {
        type_name: "memory_item".to_owned(),
        id: id.to_owned(),
        identity,
        ..Default::default()
    };
    client.call("/tfplugin6.Provider/ImportResourceState", request).await.expect("an answer")
}

#[tokio::test]
async fn an_object_is_imported_by_its_identity() {
    let (_plugin, client) = provider().await;
    create(&client, &named("a", "")).await;
    for answer in [import(&client, "", Some(identity("a"))).await, import(&client, "a", None).await] {
        assert_eq!(told(&answer.diagnostics), "");
        let [imported] = &answer.imported_resources[..] else { panic!("one object: {answer:?}") };
        assert_eq!(imported.identity, Some(identity("a")));
        let state = from_wire(imported.state.as_ref());
        assert_eq!((get(&state, "name"), get(&state, "priority")), ("a".into(), "medium".into()));
        assert_eq!(get(&state, "part"), Value::List(Vec::new()));
    }
}

#[tokio::test]
async fn an_import_says_what_it_lacks() {
    let (_plugin, client) = provider().await;
    let nothing = import(&client, "", None).await;
    assert!(told(&nothing.diagnostics).contains("an id or an identity"), "{nothing:?}");
    for part in [Value::Null, Value::Unknown] {
        let answer = import(&client, "", Some(identity(part))).await;
        assert!(told(&answer.diagnostics).contains("imported by all of: `name`"), "{answer:?}");
        assert_eq!(answer.imported_resources, []);
    }
}

async fn upgrade(client: &Client, version: i64, json: &str) -> wire::upgrade_resource_identity::Response {
    let request = wire::upgrade_resource_identity::Request {
        type_name: "memory_item".to_owned(),
        version,
        raw_identity: Some(wire::RawState { json: json.as_bytes().to_vec().into(), ..Default::default() }),
    };
    client.call("/tfplugin6.Provider/UpgradeResourceIdentity", request).await.expect("an answer")
}

#[tokio::test]
async fn stored_identities_are_read_and_upgraded() {
    let plugin = Plugin::start().await;
    let client = Client::plain(&plugin.socket).await.expect("connected");
    for (version, json) in [(1, r#"{"name":"a"}"#), (0, r#"{"key":"a"}"#)] {
        let answer = upgrade(&client, version, json).await;
        assert_eq!(told(&answer.diagnostics), "");
        assert_eq!(answer.upgraded_identity, Some(identity("a")));
    }
    for (version, json) in [(1, "no JSON"), (1, r#"{"name":[]}"#), (1, ""), (0, r#"{"key":{}}"#)] {
        let answer = upgrade(&client, version, json).await;
        assert!(told(&answer.diagnostics).starts_with("error: "), "{answer:?}");
        assert_eq!(answer.upgraded_identity, None);
    }
}
