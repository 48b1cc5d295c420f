//! Every call with a value in every place for one, and what must hold of each answer.

use std::sync::atomic::{AtomicUsize, Ordering};
use tfplugin::protocol::tfplugin6::{self as wire, Diagnostic, DynamicValue, ResourceIdentityData};

use tfplugin::schema::Schema;
use tfplugin::{Catalog, Value};
use tokio::io::AsyncReadExt as _;

use super::memory::Memory;
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
    /// That of an item.
    schema: Schema,
    /// How many objects were accepted from plan to read.
    lives: AtomicUsize,
}

/// An answer with a panic in it is a bug of the layer, whatever was sent.
fn is_refused(what: &str, diagnostics: &[Diagnostic]) -> bool {
    let said = told(diagnostics);
    assert!(!said.contains("panicked"), "{what}: {said}");
    diagnostics.iter().any(|one| one.severity() == wire::diagnostic::Severity::Error)
}

/// `true` if `made` is `planned` with something in place of what was unknown.
fn is_as_planned(planned: &Value, made: &Value) -> bool {
    match (planned, made) {
        (Value::Unknown, made) => !made.is_unknown(),
        (Value::Object(planned), Value::Object(made)) => {
            planned.len() == made.len()
                && planned.iter().all(|(name, value)| made.get(name).is_some_and(|made| is_as_planned(value, made)))
        }
        // Which element became which is not told.
        (Value::Set(planned), Value::Set(made)) => {
            let fits = |planned| made.iter().any(|made| is_as_planned(planned, made));
            planned.len() == made.len() && planned.iter().all(fits)
        }
        (Value::List(planned), Value::List(made)) => {
            planned.len() == made.len() && planned.iter().zip(made).all(|(planned, made)| is_as_planned(planned, made))
        }
        (planned, made) => planned == made,
    }
}

impl Calls {
    pub(crate) async fn start() -> Self {
        let (plugin, client) = provider().await;
        let prior = item::create(&client, &item::item(&[("name", KEPT.into()), ("value", "v".into())])).await;
        assert_eq!(told(&prior.diagnostics), "");
        let catalog = Catalog::of(&Memory::default());
        let (_, schema) = catalog.resources().find(|(name, _)| *name == "memory_item").expect("an item");
        Self {
            plugin,
            client,
            prior: prior.new_state.expect("a state"),
            schema: schema.clone(),
            lives: AtomicUsize::new(0),
        }
    }

    /// A state as the schema has it: there may be no blocks, but not null ones.
    fn filled(&self, state: Option<&DynamicValue>) -> Value {
        self.schema.conform(from_wire(state)).expect("an item")
    }

    /// A plan or a state that the provider made, which has the schema's shape, and no write-only value.
    fn made(&self, what: &str, value: Option<&DynamicValue>) -> Value {
        let made = from_wire(value);
        assert_eq!(self.filled(value), made, "{what}: null in place of blocks");
        if let Value::Object(attributes) = &made {
            assert_eq!(attributes["secret"], Value::Null, "{what}: write-only");
        }
        made
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
        self.life(what, value).await;
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
            let planned = self.made(what, answer.planned_state.as_ref());
            assert_eq!(planned.is_null(), from_wire(proposed.as_ref()).is_null(), "{what}: {planned:?}");
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
                if state != prior && self.filled(state.as_ref()) != self.filled(prior.as_ref()) {
                    let state = from_wire(state.as_ref());
                    assert!(state.is_wholly_known(), "{what}: {state:?}");
                    assert!(!state.is_null() || prior == null, "{what}: lost");
                }
                continue;
            }
            let state = self.made(what, state.as_ref());
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
                || self.filled(answer.new_state.as_ref()) == self.filled(request.current_state.as_ref());
            // What is no state, because of something unknown in it, comes back without that.
            let is_repaired = |state: &Value| state.is_wholly_known() && !state.is_null();
            assert!(same || is_repaired(&from_wire(answer.new_state.as_ref())), "{what}: {answer:?}");
        } else {
            assert!(self.made(what, answer.new_state.as_ref()).is_wholly_known(), "{what}");
        }
    }

    /// As the configuration of a new object: what is made is what was planned, and is then left as it is.
    async fn life(&self, what: &str, value: &DynamicValue) {
        let Some(config) = self.configuration(value) else { return };
        let planned = item::plan(&self.client, &Value::Null, &config, &config).await;
        if is_refused(what, &planned.diagnostics) {
            return;
        }
        let planned = self.made(what, planned.planned_state.as_ref());
        let applied = item::apply(&self.client, &Value::Null, &planned, &config).await;
        if is_refused(what, &applied.diagnostics) {
            return;
        }
        let state = self.made(what, applied.new_state.as_ref());
        assert!(is_as_planned(&planned, &state), "{what}: planned {planned:?}, made {state:?}");

        let again = item::plan(&self.client, &state, &state, &config).await;
        assert_eq!(told(&again.diagnostics), "", "{what}");
        assert_eq!(self.made(what, again.planned_state.as_ref()), state, "{what}: planned again");
        assert_eq!(again.requires_replace, [], "{what}");
        let request = wire::read_resource::Request {
            type_name: "memory_item".to_owned(),
            current_state: applied.new_state,
            ..Default::default()
        };
        let read: wire::read_resource::Response = self.call(what, "/tfplugin6.Provider/ReadResource", request).await;
        assert_eq!(told(&read.diagnostics), "", "{what}");
        assert_eq!(self.made(what, read.new_state.as_ref()), state, "{what}: read");
        self.lives.fetch_add(1, Ordering::Relaxed);
    }

    /// `value` as Terraform would send a configuration that is wholly known: without what only the provider sets.
    fn configuration(&self, value: &DynamicValue) -> Option<Value> {
        let mut config = Value::from_wire(Some(value), &item::ty()).ok()?;
        let Value::Object(attributes) = &mut config else { return None };
        for name in ["id", "version", "length"] {
            attributes.insert(name.to_owned(), Value::Null);
        }
        // What Terraform reads as a set holds nothing twice.
        if let Some(Value::Set(aliases)) = attributes.get_mut("aliases") {
            aliases.dedup();
        }
        if let Some(Value::Set(windows)) = attributes.get_mut("window") {
            for window in windows.iter_mut() {
                if let Value::Object(attributes) = window {
                    attributes.insert("id".to_owned(), Value::Null);
                }
            }
            windows.sort();
            windows.dedup();
        }
        let config = self.schema.conform(config).ok()?;
        config.is_wholly_known().then_some(config)
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

    /// After everything the item is there, and the process never panicked. How many objects were accepted from plan to
    /// read.
    pub(crate) async fn end(self) -> usize {
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
        self.lives.into_inner()
    }
}
