//! Every call with a value in every place for one, and what must hold of each answer.

use tfplugin::Value;
use tfplugin::protocol::tfplugin6::{self as wire, Diagnostic, DynamicValue, ResourceIdentityData};
use tokio::io::AsyncReadExt as _;

use super::support::client::{Client, told};
use super::support::item::{self, from_wire, to_wire};
use super::support::{Plugin, provider};

/// The calls that take stored JSON.
pub(crate) const JSON_CALLS: [&str; 2] = ["UpgradeResourceState", "UpgradeResourceIdentity"];

/// The item that must survive everything.
const KEPT: &str = "kept";

pub(crate) struct Calls {
    plugin: Plugin,
    client: Client,
    /// The state of an item.
    prior: DynamicValue,
}

/// An answer with a panic in it is a bug of the layer, whatever was sent.
fn is_refused(what: &str, diagnostics: &[Diagnostic]) -> bool {
    let said = told(diagnostics);
    assert!(!said.contains("panicked"), "{what}: {said}");
    diagnostics.iter().any(|one| one.severity() == wire::diagnostic::Severity::Error)
}

/// A state as the schema has it: there may be no blocks, but not null ones.
fn filled(state: Option<&DynamicValue>) -> Value {
    let mut state = from_wire(state);
    if let Value::Object(attributes) = &mut state
        && attributes["part"].is_null()
    {
        attributes.insert("part".to_owned(), Value::List(Vec::new()));
    }
    state
}

impl Calls {
    pub(crate) async fn start() -> Self {
        let (plugin, client) = provider().await;
        let prior = item::create(&client, &item::item(&[("name", KEPT.into()), ("value", "v".into())])).await;
        assert_eq!(told(&prior.diagnostics), "");
        Self { plugin, client, prior: prior.new_state.expect("a state") }
    }

    async fn call<Q, A>(&self, what: &str, path: &'static str, request: Q) -> A
    where
        Q: prost::Message + 'static,
        A: prost::Message + Default + 'static,
    {
        self.client.call(path, request).await.unwrap_or_else(|status| panic!("{path} with {what}: {status}"))
    }

    /// Every call with `value` in every place.
    pub(crate) async fn all(&self, what: &str, value: &DynamicValue) {
        self.validate(what, value).await;
        self.plan(what, value).await;
        self.apply(what, value).await;
        self.read(what, value).await;
        self.import(what, value).await;
        self.others(what, value).await;
    }

    async fn validate(&self, what: &str, value: &DynamicValue) {
        let config = Some(value.clone());
        let type_name = "memory_item".to_owned();
        let request = wire::validate_resource_config::Request { type_name, config, ..Default::default() };
        let answer: wire::validate_resource_config::Response =
            self.call(what, "/tfplugin6.Provider/ValidateResourceConfig", request).await;
        is_refused(what, &answer.diagnostics);
    }

    /// As the plan of a new object, of an update to it, of an update of it, and of its end.
    async fn plan(&self, what: &str, value: &DynamicValue) {
        let (odd, prior, null) = (Some(value.clone()), Some(self.prior.clone()), to_wire(&Value::Null));
        for (prior, proposed, config) in [
            (null.clone(), odd.clone(), odd.clone()),
            (prior.clone(), odd.clone(), odd.clone()),
            (odd.clone(), prior.clone(), prior.clone()),
            (prior.clone(), prior.clone(), odd.clone()),
            (odd.clone(), null.clone(), null.clone()),
        ] {
            let request = wire::plan_resource_change::Request {
                type_name: "memory_item".to_owned(),
                prior_state: prior,
                proposed_new_state: proposed.clone(),
                config,
                prior_private: b"private".as_slice().into(),
                ..Default::default()
            };
            let answer: wire::plan_resource_change::Response =
                self.call(what, "/tfplugin6.Provider/PlanResourceChange", request).await;
            assert_eq!(answer.planned_private, b"private".as_slice(), "{what}");
            if is_refused(what, &answer.diagnostics) {
                continue;
            }
            let planned = from_wire(answer.planned_state.as_ref());
            assert_eq!(planned.is_null(), from_wire(proposed.as_ref()).is_null(), "{what}: {planned:?}");
            if let Value::Object(attributes) = &planned {
                assert_eq!(attributes["secret"], Value::Null, "{what}: write-only");
            }
        }
    }

    /// As what was there, as what is planned, and as what is configured.
    async fn apply(&self, what: &str, value: &DynamicValue) {
        let (odd, prior, null) = (Some(value.clone()), Some(self.prior.clone()), to_wire(&Value::Null));
        for (prior, planned, config) in [
            (prior.clone(), odd.clone(), odd.clone()),
            (prior.clone(), prior.clone(), odd.clone()),
            (odd.clone(), prior.clone(), prior.clone()),
            (odd.clone(), null.clone(), null.clone()),
            (null.clone(), odd.clone(), odd.clone()),
        ] {
            let request = wire::apply_resource_change::Request {
                type_name: "memory_item".to_owned(),
                prior_state: prior.clone(),
                planned_state: planned.clone(),
                config,
                ..Default::default()
            };
            let answer: wire::apply_resource_change::Response =
                self.call(what, "/tfplugin6.Provider/ApplyResourceChange", request).await;
            let state = answer.new_state;
            if is_refused(what, &answer.diagnostics) {
                // Either untouched, or what is true now.
                if state != prior && filled(state.as_ref()) != filled(prior.as_ref()) {
                    let state = from_wire(state.as_ref());
                    assert!(state.is_wholly_known(), "{what}: {state:?}");
                    assert!(!state.is_null() || prior == null, "{what}: lost");
                }
                continue;
            }
            let state = from_wire(state.as_ref());
            assert!(state.is_wholly_known(), "{what}: {state:?}");
            assert_eq!(state.is_null(), from_wire(planned.as_ref()).is_null(), "{what}: {state:?}");
            assert_eq!(answer.new_identity.is_some(), !state.is_null(), "{what}: the identity of {state:?}");
        }
    }

    async fn read(&self, what: &str, value: &DynamicValue) {
        let request = wire::read_resource::Request {
            type_name: "memory_item".to_owned(),
            current_state: Some(value.clone()),
            private: b"private".as_slice().into(),
            current_identity: Some(ResourceIdentityData { identity_data: Some(value.clone()) }),
            ..Default::default()
        };
        let answer: wire::read_resource::Response =
            self.call(what, "/tfplugin6.Provider/ReadResource", request.clone()).await;
        assert_eq!(answer.private, b"private".as_slice(), "{what}");
        if is_refused(what, &answer.diagnostics) {
            let same = answer.new_state == request.current_state
                || filled(answer.new_state.as_ref()) == filled(request.current_state.as_ref());
            // What is no state, because of something unknown in it, comes back without that.
            let is_repaired = |state: &Value| state.is_wholly_known() && !state.is_null();
            assert!(same || is_repaired(&from_wire(answer.new_state.as_ref())), "{what}: {answer:?}");
        } else {
            assert!(from_wire(answer.new_state.as_ref()).is_wholly_known(), "{what}");
        }
    }

    async fn import(&self, what: &str, value: &DynamicValue) {
        let request = wire::import_resource_state::Request {
            type_name: "memory_item".to_owned(),
            identity: Some(ResourceIdentityData { identity_data: Some(value.clone()) }),
            ..Default::default()
        };
        let answer: wire::import_resource_state::Response =
            self.call(what, "/tfplugin6.Provider/ImportResourceState", request).await;
        assert_eq!(is_refused(what, &answer.diagnostics), answer.imported_resources.is_empty(), "{what}");
    }

    /// The calls for which an item is of the wrong type altogether.
    async fn others(&self, what: &str, value: &DynamicValue) {
        let (type_name, config) = ("memory_item".to_owned(), Some(value.clone()));
        let request = wire::validate_data_resource_config::Request { type_name, config };
        let answer: wire::validate_data_resource_config::Response =
            self.call(what, "/tfplugin6.Provider/ValidateDataResourceConfig", request.clone()).await;
        is_refused(what, &answer.diagnostics);

        let wire::validate_data_resource_config::Request { type_name, config } = request;
        let request = wire::read_data_source::Request { type_name, config, ..Default::default() };
        let answer: wire::read_data_source::Response =
            self.call(what, "/tfplugin6.Provider/ReadDataSource", request.clone()).await;
        assert_eq!(is_refused(what, &answer.diagnostics), answer.state.is_none(), "{what}");

        let wire::read_data_source::Request { type_name, config, .. } = request;
        let request = wire::list_resource::Request { type_name, config, limit: 1, ..Default::default() };
        let events: Vec<wire::list_resource::Event> =
            self.client.stream("/tfplugin6.Provider/ListResource", request).await.expect("a list");
        for event in &events {
            assert_eq!(is_refused(what, &event.diagnostic), event.identity.is_none(), "{what}");
        }

        let request = wire::validate_provider_config::Request { config: Some(value.clone()) };
        let answer: wire::validate_provider_config::Response =
            self.call(what, "/tfplugin6.Provider/ValidateProviderConfig", request).await;
        is_refused(what, &answer.diagnostics);

        let arguments = vec![value.clone(), value.clone()];
        let request = wire::call_function::Request { name: "repeat".to_owned(), arguments };
        let answer: wire::call_function::Response = self.call(what, "/tfplugin6.Provider/CallFunction", request).await;
        assert_ne!(answer.result.is_some(), answer.error.is_some(), "{what}: {answer:?}");
        let error = answer.error.map(|error| error.text).unwrap_or_default();
        assert!(!error.contains("panicked"), "{what}: {error}");
    }

    /// A call that takes what was stored as JSON, of this version and of older ones.
    pub(crate) async fn stored(&self, rpc: &str, text: &str) {
        for version in [-1, 0, 1, 2, i64::MAX] {
            let type_name = "memory_item".to_owned();
            let raw = Some(wire::RawState { json: text.as_bytes().to_vec().into(), ..Default::default() });
            if rpc == "UpgradeResourceState" {
                let request = wire::upgrade_resource_state::Request { type_name, version, raw_state: raw };
                let answer: wire::upgrade_resource_state::Response =
                    self.call(text, "/tfplugin6.Provider/UpgradeResourceState", request).await;
                let refused = is_refused(text, &answer.diagnostics);
                assert_eq!(refused, answer.upgraded_state.is_none(), "{text}: {answer:?}");
            } else {
                let request = wire::upgrade_resource_identity::Request { type_name, version, raw_identity: raw };
                let answer: wire::upgrade_resource_identity::Response =
                    self.call(text, "/tfplugin6.Provider/UpgradeResourceIdentity", request).await;
                let refused = is_refused(text, &answer.diagnostics);
                assert_eq!(refused, answer.upgraded_identity.is_none(), "{text}: {answer:?}");
            }
        }
    }

    /// After everything the item is there, and the process never panicked.
    pub(crate) async fn end(self) {
        let request = wire::read_resource::Request {
            type_name: "memory_item".to_owned(),
            current_state: Some(self.prior.clone()),
            ..Default::default()
        };
        let answer: wire::read_resource::Response =
            self.call("the end", "/tfplugin6.Provider/ReadResource", request).await;
        assert_eq!(told(&answer.diagnostics), "");
        assert_eq!(item::get(&from_wire(answer.new_state.as_ref()), "name"), KEPT.into());
        self.client.shutdown().await;
        let mut plugin = self.plugin;
        let mut stderr = String::new();
        plugin.child.stderr.take().expect("piped").read_to_string(&mut stderr).await.expect("UTF-8");
        assert_eq!(stderr, "");
    }
}
