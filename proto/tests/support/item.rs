//! Values of the example's resource `memory_item`.

use tfplugin::protocol::tfplugin6::{self as wire, DynamicValue};
use tfplugin::{Path, Type, Value};

use super::client::Client;

/// The type of a whole item.
pub fn ty() -> Type {
    let port = Type::object([("number", Type::Number), ("open", Type::Bool)]);
    let step = Type::object([("text", Type::String), ("note", Type::String)]);
    let part = Type::object([
        ("pattern", Type::String),
        ("labels", Type::list(Type::String)),
        ("mode", Type::String),
        ("step", Type::list(step)),
    ]);
    let window = Type::object([
        ("id", Type::String),
        ("day", Type::String),
        ("hours", Type::Number),
        ("pause", Type::object([("minutes", Type::Number)])),
    ]);
    Type::object([
        ("id", Type::String),
        ("name", Type::String),
        ("value", Type::String),
        ("priority", Type::String),
        ("weight", Type::Number),
        ("secret", Type::String),
        ("tags", Type::map(Type::String)),
        ("aliases", Type::set(Type::String)),
        ("ports", Type::map(port)),
        ("pair", Type::Tuple(vec![Type::String, Type::Number])),
        ("extra", Type::Dynamic),
        ("fault", Type::String),
        ("version", Type::Number),
        ("length", Type::Number),
        ("part", Type::list(part)),
        ("window", Type::set(window)),
        ("limit", Type::object([("items", Type::Number)])),
    ])
}

/// A value in JSON form.
pub fn json(text: &str) -> DynamicValue {
    DynamicValue { json: text.as_bytes().to_vec().into(), ..DynamicValue::default() }
}

/// An item in which only these attributes are set.
pub fn item(attributes: &[(&str, Value)]) -> Value {
    Value::object(attributes.iter().cloned())
}

pub fn to_wire(value: &Value) -> Option<DynamicValue> {
    Some(value.to_wire(&ty()).expect("an item"))
}

pub fn from_wire(value: Option<&DynamicValue>) -> Value {
    Value::from_wire(value, &ty()).expect("an item")
}

/// One attribute of an item.
pub fn get(item: &Value, name: &str) -> Value {
    item.at(&Path::from(name)).cloned().expect("an attribute")
}

/// Plans `config`, for an object that is now `prior`. Terraform would merge the computed values of `prior`; so must
/// `proposed`.
pub async fn plan(
    client: &Client,
    prior: &Value,
    proposed: &Value,
    config: &Value,
) -> wire::plan_resource_change::Response {
    let request = wire::plan_resource_change::Request {
        type_name: "memory_item".to_owned(),
        prior_state: to_wire(prior),
        proposed_new_state: to_wire(proposed),
        config: to_wire(config),
        ..Default::default()
    };
    client.call("/tfplugin6.Provider/PlanResourceChange", request).await.expect("an answer")
}

pub async fn apply(
    client: &Client,
    prior: &Value,
    planned: &Value,
    config: &Value,
) -> wire::apply_resource_change::Response {
    let request = wire::apply_resource_change::Request {
        type_name: "memory_item".to_owned(),
        prior_state: to_wire(prior),
        planned_state: to_wire(planned),
        config: to_wire(config),
        planned_private: b"private".to_vec().into(),
        ..Default::default()
    };
    client.call("/tfplugin6.Provider/ApplyResourceChange", request).await.expect("an answer")
}

/// Plans and applies a new item.
pub async fn create(client: &Client, config: &Value) -> wire::apply_resource_change::Response {
    let plan = plan(client, &Value::Null, config, config).await;
    assert_eq!(plan.diagnostics, []);
    apply(client, &Value::Null, &from_wire(plan.planned_state.as_ref()), config).await
}
