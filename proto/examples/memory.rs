//! A provider of items that are kept in memory, or in a file if the provider is given one.
//!
//! It uses most of what the crate has, and can misbehave on request, so that tests see what Terraform's users would
//! see: attribute `fault` of an item.
//!
//! ```hcl
//! provider "memory" {
//!   file = "items.json"
//! }
//!
//! resource "memory_item" "a" {
//!   name = "a"
//!   part {
//!     pattern = "x*"
//!   }
//! }
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tfplugin::schema::{self, AttributeSchema, Schema};
use tfplugin::{
    Arguments, Attribute, Catalog, Configure, Create, Cx, DataSource, Delete, Diagnostic, Diagnostics, Failed, Found,
    Function, FunctionError, Import, List, ListResource, Parameter, Path, Plan, Provider, Read, Resource, Server,
    Signature, Type, Update, Upgrade, Value, model,
};

#[tokio::main]
async fn main() -> ExitCode {
    Server::new("registry.terraform.io/example/memory", env!("CARGO_PKG_VERSION")).serve(Memory::default()).await
}

#[derive(Default)]
pub(crate) struct Memory {
    /// Where items are without a file. Every run configures the provider anew, so this is not in its context.
    items: Arc<Mutex<Stored>>,
}

pub(crate) struct Config {
    file: Attribute<String>,
}
model!(Config { file });

impl Provider for Memory {
    type Context = Store;
    type Config = Config;

    fn schema(&self) -> Schema {
        Schema::new().attribute(
            schema::string("file")
                .optional()
                .describe("Where items are kept. Without it they are gone when the process ends."),
        )
    }

    fn catalog(&self, catalog: &mut Catalog<Store>) {
        catalog.resource(Items).data_source(ItemSource).function(Repeat).list_resource(ItemList);
    }

    async fn configure(&self, _cx: &Cx<()>, request: Configure<Config>) -> Result<Store, Diagnostics> {
        Ok(match request.config.file.into_known() {
            Some(file) => Store::open(file.into())?,
            None => Store { file: None, items: Arc::clone(&self.items) },
        })
    }
}

/// What is stored of an item: its value and how often it was written.
type Stored = BTreeMap<String, (String, i64)>;

/// All items.
pub(crate) struct Store {
    file: Option<PathBuf>,
    items: Arc<Mutex<Stored>>,
}

impl Store {
    fn open(file: PathBuf) -> Result<Self, Diagnostic> {
        let items = if file.exists() {
            std::fs::read(&file)
                .map_err(|error| error.to_string())
                .and_then(|json| serde_json::from_slice(&json).map_err(|error| error.to_string()))
                .map_err(|error| Diagnostic::error("Items can't be read").detail(error).at("file"))?
        } else {
            Stored::new()
        };
        Ok(Self { file: Some(file), items: Arc::new(Mutex::new(items)) })
    }

    fn get(&self, name: &str) -> Option<(String, i64)> {
        let items = self.items.lock().unwrap_or_else(PoisonError::into_inner);
        items.get(name).cloned()
    }

    fn names(&self, prefix: &str) -> Vec<String> {
        let items = self.items.lock().unwrap_or_else(PoisonError::into_inner);
        items.keys().filter(|name| name.starts_with(prefix)).cloned().collect()
    }

    /// Changes the items and writes them down.
    fn change<T>(&self, change: impl FnOnce(&mut Stored) -> T) -> Result<T, Diagnostic> {
        let mut items = self.items.lock().unwrap_or_else(PoisonError::into_inner);
        let result = change(&mut items);
        if let Some(file) = &self.file {
            serde_json::to_vec(&*items)
                .map_err(|error| error.to_string())
                .and_then(|json| std::fs::write(file, json).map_err(|error| error.to_string()))
                .map_err(|error| Diagnostic::error("Items can't be written").detail(error))?;
        }
        Ok(result)
    }
}

#[derive(Clone, Default)]
struct Item {
    id: Attribute<String>,
    name: Attribute<String>,
    value: Attribute<String>,
    priority: Attribute<String>,
    weight: Attribute<f64>,
    secret: Attribute<String>,
    tags: Attribute<BTreeMap<String, String>>,
    aliases: Attribute<BTreeSet<String>>,
    ports: Attribute<BTreeMap<String, Port>>,
    /// A tuple.
    pair: Value,
    /// Of any type.
    extra: Value,
    fault: Attribute<String>,
    version: Attribute<i64>,
    length: Attribute<i64>,
    parts: Attribute<Vec<Part>>,
    windows: Attribute<Vec<Window>>,
    limit: Attribute<Limit>,
}
model!(Item {
    id, name, value, priority, weight, secret, tags, aliases, ports, pair, extra, fault, version, length,
    parts = "part", windows = "window", limit,
});

#[derive(Clone)]
struct Port {
    number: Attribute<i64>,
    open: Attribute<bool>,
}
model!(Port { number, open });

#[derive(Clone)]
struct Part {
    pattern: Attribute<String>,
    labels: Attribute<Vec<String>>,
    mode: Attribute<String>,
    steps: Attribute<Vec<Step>>,
}
model!(Part { pattern, labels, mode, steps = "step" });

#[derive(Clone)]
struct Step {
    text: Attribute<String>,
    note: Attribute<String>,
}
model!(Step { text, note });

#[derive(Clone)]
struct Window {
    id: Attribute<String>,
    day: Attribute<String>,
    hours: Attribute<i64>,
    pause: Attribute<Pause>,
}
model!(Window { id, day, hours, pause });

#[derive(Clone)]
struct Pause {
    minutes: Attribute<i64>,
}
model!(Pause { minutes });

#[derive(Clone)]
struct Limit {
    items: Attribute<i64>,
}
model!(Limit { items });

struct Items;

impl Items {
    /// Stores a planned item, and fills in what only the store knows.
    async fn write(&self, cx: &Cx<Store>, mut item: Item) -> Result<Item, Failed<Item>> {
        let name = item.name.require("name")?.clone();
        let value = item.value.clone().unwrap_or_default();
        item.id = name.clone().into();
        item.length = i64::try_from(value.len()).unwrap_or(i64::MAX).into();
        if let Attribute::Known(windows) = &mut item.windows {
            for window in windows {
                window.id = format!("{name}/{}", window.day.as_str().unwrap_or_default()).into();
            }
        }
        let fault = item.fault.clone().unwrap_or_default();
        match fault.as_str() {
            "panic" => boom(&name),
            "fail" => return Err(Diagnostic::error("No room").at("value").into()),
            "slow" => wait(cx, &name).await?,
            _ => {}
        }
        let version = cx.change(|items| {
            let version = items.get(&name).map_or(1, |(_, version)| version + 1);
            items.insert(name, (value, version));
            version
        })?;
        match fault.as_str() {
            "half" => return Err(Failed::with_state(item, Diagnostic::error("Half done"))),
            "unknown" => return Ok(item),
            _ => item.version = version.into(),
        }
        if fault == "stuck"
            && let Err(interrupted) = wait(cx, item.name.as_str().unwrap_or_default()).await
        {
            // It is stored already.
            return Err(Failed::with_state(item, interrupted));
        }
        Ok(item)
    }
}

/// Far longer than anybody waits.
async fn wait(cx: &Cx<Store>, name: &str) -> Result<(), Diagnostic> {
    tracing::info!(name, "waiting");
    cx.or_interrupted(tokio::time::sleep(Duration::from_secs(600))).await
}

#[allow(clippy::panic, reason = "what a handler's bug looks like is part of the example")]
fn boom(name: &str) -> ! {
    panic!("no idea what to do with {name}")
}

impl Resource for Items {
    type Context = Store;
    type Model = Item;

    fn type_name(&self) -> String {
        "memory_item".to_owned()
    }

    fn schema(&self) -> Schema {
        Schema::new()
            .version(1)
            .identity_version(1)
            .describe("An item.")
            .attribute(schema::string("id").computed())
            .attribute(schema::string("name").required().requires_replace().identity().describe("The name."))
            .attribute(schema::string("value").optional())
            .attribute(schema::string("priority").optional().default("medium"))
            .attribute(schema::number("weight").optional())
            .attribute(schema::string("secret").optional().write_only())
            .attribute(schema::map("tags", Type::String).optional())
            .attribute(schema::set("aliases", Type::String).optional())
            .attribute(schema::map("ports", Type::object([("number", Type::Number), ("open", Type::Bool)])).optional())
            .attribute(AttributeSchema::new("pair", Type::Tuple(vec![Type::String, Type::Number])).optional())
            .attribute(schema::dynamic("extra").optional())
            .attribute(schema::string("fault").optional())
            .attribute(schema::int64("version").computed().recomputed())
            .attribute(schema::int64("length").computed().recomputed_when(["value"]))
            .block(
                schema::list_block("part")
                    .attribute(schema::string("pattern").required())
                    .attribute(schema::list("labels", Type::String).optional())
                    .attribute(schema::string("mode").optional().default("loose"))
                    .block(
                        schema::list_block("step")
                            .attribute(schema::string("text").required())
                            .attribute(schema::string("note").optional().default("none")),
                    )
                    .max_items(5),
            )
            .block(
                schema::set_block("window")
                    .attribute(schema::string("id").computed())
                    .attribute(schema::string("day").required())
                    .attribute(schema::int64("hours").optional().default(1))
                    .block(schema::single_block("pause").attribute(schema::int64("minutes").required())),
            )
            .block(schema::single_block("limit").attribute(schema::int64("items").required()))
    }

    async fn validate(&self, cx: &Cx<()>, config: Item) -> Result<(), Diagnostics> {
        for (index, part) in config.parts.elements().iter().enumerate() {
            if part.pattern.as_str() == Some("") {
                cx.report(
                    Diagnostic::error("Empty pattern").detail("A pattern has at least one character.").at(Path::from(
                        "part",
                    )
                    .index(index)
                    .attribute("pattern")),
                );
            }
        }
        Ok(())
    }

    async fn plan(&self, _cx: &Cx<Store>, plan: &mut Plan<Item>) -> Result<(), Diagnostics> {
        // What is known already need not be unknown.
        if let Attribute::Known(name) = &plan.config.name {
            plan.set("id", name.clone());
        }
        if plan.config.fault.as_str() == Some("plan") {
            plan.set("value", "something else");
        }
        Ok(())
    }

    async fn plan_delete(&self, cx: &Cx<Store>, state: Item) -> Result<(), Diagnostics> {
        if state.priority.as_str() == Some("high") {
            cx.report(Diagnostic::warning("An important item will be deleted"));
        }
        Ok(())
    }

    async fn create(&self, cx: &Cx<Store>, request: Create<Item>) -> Result<Item, Failed<Item>> {
        cx.set_private(b"made here".as_slice());
        self.write(cx, request.planned).await
    }

    async fn read(&self, cx: &Cx<Store>, request: Read<Item>) -> Result<Option<Item>, Diagnostics> {
        let mut item = request.state;
        let Some((value, version)) = cx.get(item.name.require("name")?) else {
            return Ok(None);
        };
        item.id = item.name.clone();
        item.length = i64::try_from(value.len()).unwrap_or(i64::MAX).into();
        item.version = version.into();
        // An item without a value is stored as an empty one.
        if !(value.is_empty() && item.value.is_null()) {
            item.value = value.into();
        }
        Ok(Some(item))
    }

    async fn update(&self, cx: &Cx<Store>, request: Update<Item>) -> Result<Item, Failed<Item>> {
        self.write(cx, request.planned).await
    }

    async fn delete(&self, cx: &Cx<Store>, request: Delete<Item>) -> Result<(), Diagnostics> {
        if request.state.fault.as_str() == Some("keep") {
            return Err(Diagnostic::error("The item is in use").into());
        }
        let name = request.state.name.require("name")?;
        cx.change(|items| items.remove(name))?;
        Ok(())
    }

    async fn import(&self, _cx: &Cx<Store>, request: Import) -> Result<Item, Diagnostics> {
        Ok(Item { name: request.id.into(), priority: "medium".into(), ..Item::default() })
    }

    async fn import_by_identity(&self, _cx: &Cx<Store>, identity: Item) -> Result<Item, Diagnostics> {
        Ok(Item { priority: "medium".into(), ..identity })
    }

    /// Version 0 called the name `key`.
    async fn upgrade_identity(&self, _cx: &Cx<()>, request: Upgrade) -> Result<serde_json::Value, Diagnostics> {
        Ok(serde_json::json!({ "name": request.state["key"] }))
    }

    /// Version 0 called the value `text`.
    async fn upgrade(&self, _cx: &Cx<()>, request: Upgrade) -> Result<serde_json::Value, Diagnostics> {
        let mut state = request.state;
        if let Some(attributes) = state.as_object_mut()
            && let Some(text) = attributes.remove("text")
        {
            attributes.insert("value".to_owned(), text);
        }
        Ok(state)
    }
}

struct ItemFound {
    name: Attribute<String>,
    value: Attribute<String>,
}
model!(ItemFound { name, value });

/// Reads an item that another configuration made.
struct ItemSource;

impl DataSource for ItemSource {
    type Context = Store;
    type Model = ItemFound;

    fn type_name(&self) -> String {
        "memory_item".to_owned()
    }

    fn schema(&self) -> Schema {
        Schema::new().attribute(schema::string("name").required()).attribute(schema::string("value").computed())
    }

    async fn read(&self, cx: &Cx<Store>, config: ItemFound) -> Result<ItemFound, Diagnostics> {
        let name = config.name.require("name")?;
        let (value, _) = cx.get(name).ok_or_else(|| Diagnostic::error("No such item").at("name"))?;
        Ok(ItemFound { value: value.into(), ..config })
    }
}

struct Prefix {
    prefix: Attribute<String>,
}
model!(Prefix { prefix });

/// Lists the items whose name starts with something.
struct ItemList;

impl ListResource for ItemList {
    type Context = Store;
    type Config = Prefix;
    type Model = Item;

    fn type_name(&self) -> String {
        "memory_item".to_owned()
    }

    fn schema(&self) -> Schema {
        Schema::new().attribute(schema::string("prefix").optional())
    }

    async fn validate(&self, _cx: &Cx<()>, config: Prefix) -> Result<(), Diagnostics> {
        if config.prefix.as_str() == Some("") {
            return Err(Diagnostic::error("Empty prefix")
                .detail("Leave it out to list all items.")
                .at("prefix")
                .into());
        }
        Ok(())
    }

    async fn list(
        &self,
        cx: &Cx<Store>,
        request: List<Prefix>,
        found: &mut Found<'_, Item>,
    ) -> Result<(), Diagnostics> {
        let prefix = request.config.prefix.unwrap_or_default();
        match prefix.as_str() {
            "panic" => boom(&prefix),
            "fail" => return Err(Diagnostic::error("No list today").at("prefix").into()),
            _ => {}
        }
        for name in cx.names(&prefix) {
            let item = Item { name: name.clone().into(), priority: "medium".into(), ..Item::default() };
            let read = if request.include_resource { Items.read(cx, Read::new(item)).await? } else { Some(item) };
            let Some(item) = read else { continue };
            if name.ends_with('~') {
                cx.report(Diagnostic::warning("A backup is listed"));
            }
            if !found.push(cx, format!("item {name}"), &item).await {
                break;
            }
        }
        Ok(())
    }
}

/// `provider::memory::repeat("ab", 2)` is `["ab", "ab"]`.
struct Repeat;

impl Function for Repeat {
    fn name(&self) -> String {
        "repeat".to_owned()
    }

    fn signature(&self) -> Signature {
        Signature::returning(Type::list(Type::String))
            .summary("A text several times")
            .parameter(Parameter::new("text", Type::String))
            .parameter(Parameter::new("times", Type::Number))
    }

    fn call(&self, arguments: &Arguments) -> Result<Value, FunctionError> {
        let text: String = arguments.get(0)?;
        let times: u8 = arguments.get(1)?;
        if times > 100 {
            return Err(FunctionError::new("at most 100 times").at_argument(1));
        }
        tfplugin::result(&vec![text; usize::from(times)])
    }
}
