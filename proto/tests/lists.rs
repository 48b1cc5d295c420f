//! Lists, as `terraform query` of Terraform 1.14 and later asks for them.

#![allow(clippy::expect_used, clippy::panic, reason = "helpers of tests are tests")]

mod support;

use support::client::{Client, told};
use support::item::{create, from_wire, get, item, json};
use support::{DEADLINE, Plugin, provider};
use tfplugin::Value;
use tfplugin::protocol::tfplugin6 as wire;
use tokio::time::timeout;
use wire::list_resource::{Event, Request};

const LIST: &str = "/tfplugin6.Provider/ListResource";

/// A provider with these items.
async fn with_items(names: &[&str]) -> (Plugin, Client) {
    let (plugin, client) = provider().await;
    for &name in names {
        let made = create(&client, &item(&[("name", name.into()), ("value", "v".into())])).await;
        assert_eq!(told(&made.diagnostics), "");
    }
    (plugin, client)
}

fn request(config: &str) -> Request {
    Request { type_name: "memory_item".to_owned(), config: Some(json(config)), limit: 100, ..Request::default() }
}

fn names(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.display_name.as_str()).collect()
}

#[tokio::test]
async fn a_list_has_names_and_identities() {
    let (_plugin, client) = with_items(&["a1", "a2", "b"]).await;
    let events: Vec<Event> = client.stream(LIST, request(r#"{"prefix":"a"}"#)).await.expect("a list");
    assert_eq!(names(&events), ["item a1", "item a2"]);
    let identity = events[0].identity.as_ref().and_then(|identity| identity.identity_data.as_ref());
    let ty = tfplugin::Type::object([("name", tfplugin::Type::String)]);
    assert_eq!(Value::from_wire(identity, &ty), Ok(Value::object([("name", "a1".into())])));
    assert!(events.iter().all(|event| event.resource_object.is_none() && event.diagnostic.is_empty()));
    // A `list` block without a `config` block.
    let all: Vec<Event> = client.stream(LIST, Request { config: None, ..request("") }).await.expect("a list");
    assert_eq!(all.len(), 3);
}

#[tokio::test]
async fn whole_objects_come_when_they_are_asked_for() {
    let (_plugin, client) = with_items(&["a"]).await;
    let whole = Request { include_resource_object: true, ..request("{}") };
    let events: Vec<Event> = client.stream(LIST, whole).await.expect("a list");
    let object = from_wire(events[0].resource_object.as_ref());
    assert_eq!((get(&object, "value"), get(&object, "length")), ("v".into(), 1.into()));
    assert_eq!(get(&object, "part"), Value::List(Vec::new()));
}

#[tokio::test]
async fn no_more_come_than_are_wanted() {
    let many: Vec<String> = (0..40).map(|number| format!("n{number:02}")).collect();
    let (_plugin, client) = with_items(&many.iter().map(String::as_str).collect::<Vec<_>>()).await;
    for (limit, expected) in [(1, 1), (39, 39), (40, 40), (100, 40), (0, 40), (-1, 40)] {
        let events: Vec<Event> = client.stream(LIST, Request { limit, ..request("{}") }).await.expect("a list");
        assert_eq!(events.len(), expected, "limit {limit}");
    }
    // One who stops listening holds nobody up.
    let mut stream: tonic::Streaming<Event> = client.open(LIST, request("{}")).await.expect("a list");
    stream.message().await.expect("an event");
    drop(stream);
    let after: Vec<Event> = timeout(DEADLINE, client.stream(LIST, request("{}"))).await.expect("soon").expect("a list");
    assert_eq!(after.len(), 40);
}

#[tokio::test]
async fn warnings_go_with_their_object_and_errors_end_the_list() {
    let (_plugin, client) = with_items(&["a", "b~", "c"]).await;
    let events: Vec<Event> = client.stream(LIST, request("{}")).await.expect("a list");
    let said: Vec<_> = events.iter().map(|event| told(&event.diagnostic)).collect();
    assert_eq!(said, ["", "warning: A backup is listed: ", ""]);

    for (config, expected) in [
        (r#"{"prefix":"fail"}"#, "No list today"),
        (r#"{"prefix":"panic"}"#, "no idea what to do with panic"),
        (r#"{"prefix":[]}"#, "`prefix`"),
        (r#"{"other":1}"#, "`other`"),
    ] {
        let events: Vec<Event> = client.stream(LIST, request(config)).await.expect("a list");
        let [event] = &events[..] else { panic!("one event: {events:?}") };
        assert!(told(&event.diagnostic).contains(expected), "{event:?}");
        assert_eq!(event.identity, None);
    }
    let other = Request { type_name: "memory_other".to_owned(), ..request("{}") };
    let events: Vec<Event> = client.stream(LIST, other).await.expect("a list");
    assert!(told(&events[0].diagnostic).contains("no list of `memory_other`"), "{events:?}");
}

#[tokio::test]
async fn the_schema_and_the_checks_of_a_list_need_no_configuration() {
    let plugin = Plugin::start().await;
    let client = Client::plain(&plugin.socket).await.expect("connected");
    let schemas = client.schema().await.expect("schemas").list_resource_schemas;
    let block = schemas["memory_item"].block.clone().expect("a block");
    assert_eq!(block.attributes[0].name, "prefix");

    for (config, expected) in [(r#"{"prefix":""}"#, "Empty prefix"), (r#"{"prefix":"a"}"#, ""), ("null", "")] {
        let request = wire::validate_list_resource_config::Request {
            type_name: "memory_item".to_owned(),
            config: Some(json(config)),
            ..Default::default()
        };
        let answer: wire::validate_list_resource_config::Response =
            client.call("/tfplugin6.Provider/ValidateListResourceConfig", request).await.expect("an answer");
        assert!(told(&answer.diagnostics).contains(expected), "{answer:?}");
        assert_eq!(answer.diagnostics.is_empty(), expected.is_empty());
    }
    // To list, the provider must be configured.
    let events: Vec<Event> = client.stream(LIST, request("{}")).await.expect("a list");
    assert!(told(&events[0].diagnostic).contains("not configured"), "{events:?}");
}
