//! The pages of a provider that has one of everything.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

use std::fs;

use tempfile::TempDir;
use tfplugin::schema::{self, Schema};
use tfplugin::{
    Arguments, Attribute, Catalog, Configure, Create, Cx, DataSource, Delete, Diagnostics, Failed, Function,
    FunctionError, Parameter, Provider, Read, Resource, Signature, Type, Update, Value, model,
};
use trailhook_docgen::{Documentation, Sources, document};

struct Shop;

impl Provider for Shop {
    type Context = ();
    type Config = ();

    fn schema(&self) -> Schema {
        Schema::new().describe("Sells **things**.\n\nMore of it.")
    }

    fn catalog(&self, catalog: &mut Catalog<()>) {
        catalog.resource(Orders).data_source(Prices).function(Sum);
    }

    async fn configure(&self, _: &Cx<()>, _: Configure<()>) -> Result<(), Diagnostics> {
        Ok(())
    }
}

struct Order {
    name: Attribute<String>,
}
model!(Order { name });

struct Orders;

impl Resource for Orders {
    type Context = ();
    type Model = Order;

    fn type_name(&self) -> String {
        "shop_order".to_owned()
    }

    fn schema(&self) -> Schema {
        let price =
            Type::object([("currency", Type::String), ("parts", Type::list(Type::object([("cents", Type::Number)])))]);
        Schema::new()
            .describe("An `order` of \"things\".")
            .attribute(schema::string("name").required().requires_replace().describe("Who orders."))
            .attribute(
                schema::bool("gift").optional().default(false).describe("Whether it is one.\n\nThen it is wrapped."),
            )
            .attribute(schema::string("note").optional().default("").describe("Words."))
            .attribute(schema::string("card").optional().sensitive().write_only().describe("How it is paid."))
            .attribute(schema::string("colour").optional().deprecated("use `paint`").describe("Of the thing."))
            .attribute(schema::list("prices", price.clone()).computed().describe("What it costs."))
            .attribute(schema::map("budget", price).optional().describe("What it may cost."))
            .block(
                schema::list_block("item")
                    .required()
                    .max_items(3)
                    .describe("A thing.")
                    .attribute(schema::int64("count").optional().default(1).describe("How many."))
                    .block(
                        schema::single_block("paint")
                            .describe("Its looks.")
                            .attribute(schema::set("colours", Type::String).required().describe("All of them.")),
                    ),
            )
            .block(schema::set_block("address").describe("Where to.").attribute(schema::string("town").required()))
    }

    async fn create(&self, _: &Cx<()>, request: Create<Order>) -> Result<Order, Failed<Order>> {
        Ok(request.planned)
    }

    async fn read(&self, _: &Cx<()>, request: Read<Order>) -> Result<Option<Order>, Diagnostics> {
        Ok(Some(request.state))
    }

    async fn update(&self, _: &Cx<()>, request: Update<Order>) -> Result<Order, Failed<Order>> {
        Ok(request.planned)
    }

    async fn delete(&self, _: &Cx<()>, _: Delete<Order>) -> Result<(), Diagnostics> {
        Ok(())
    }
}

struct Prices;

impl DataSource for Prices {
    type Context = ();
    type Model = Order;

    fn type_name(&self) -> String {
        "shop_prices".to_owned()
    }

    fn schema(&self) -> Schema {
        Schema::new()
            .describe("Prices.")
            .deprecated("use `shop_order`")
            .attribute(schema::dynamic("name").optional().computed().describe("What is asked about."))
    }

    async fn read(&self, _: &Cx<()>, config: Order) -> Result<Order, Diagnostics> {
        Ok(config)
    }
}

struct Sum;

impl Function for Sum {
    fn name(&self) -> String {
        "sum".to_owned()
    }

    fn signature(&self) -> Signature {
        Signature::returning(Type::list(Type::Number))
            .summary("Adds up")
            .describe("Adds *all* up.")
            .parameter(Parameter::new("first", Type::Number).describe("The first.").allow_null())
            .variadic(Parameter::new("more", Type::map(Type::Number)).describe("The others."))
    }

    fn call(&self, _: &Arguments) -> Result<Value, FunctionError> {
        Ok(Value::List(Vec::new()))
    }
}

const FILES: [(&str, &str); 7] = [
    ("examples/provider/provider.tf", "provider \"shop\" {}\n"),
    ("examples/resources/shop_order/resource.tf", "resource \"shop_order\" \"this\" {}\n"),
    ("examples/resources/shop_order/import.sh", "terraform import shop_order.this 1\n"),
    ("examples/resources/shop_order/import-by-string-id.tf", "import {\n}\n"),
    ("examples/data-sources/shop_prices/data-source.tf", "data \"shop_prices\" \"this\" {}\n"),
    ("examples/functions/sum/function.tf", "output \"sum\" {}\n"),
    ("notes/resources/order.md", "## A note\n\nTrue.\n"),
];

fn shop(without: &str, more: &str) -> (TempDir, Documentation) {
    let folder = tempfile::tempdir().unwrap();
    let files = FILES.into_iter().filter(|(path, _)| *path != without);
    for (path, text) in files.chain(Some((more, "x\n")).filter(|(path, _)| !path.is_empty())) {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let sources = Sources { examples: folder.path().join("examples"), notes: folder.path().join("notes") };
    let documentation = document(&Shop, "shop", &sources).unwrap();
    (folder, documentation)
}

/// What is lacking, without the folder of the sources.
fn gaps(without: &str, more: &str) -> Vec<String> {
    let (folder, documentation) = shop(without, more);
    let folder = format!("{}/", folder.path().display());
    documentation.gaps.iter().map(|gap| gap.to_string().replace(&folder, "")).collect()
}

#[test]
fn pages_have_the_form_of_the_registry() {
    let (_folder, documentation) = shop("", "");
    let pages: String = documentation.pages.iter().map(|(path, text)| format!("==> {path}\n{text}")).collect();
    insta::assert_snapshot!(pages);
}

#[test]
fn what_is_lacking_is_told() {
    let always = "the resource shop_order: address.town has no description: add one with `.describe(…)`";
    assert_eq!(gaps("", ""), [always]);
    assert_eq!(
        gaps("examples/resources/shop_order/import.sh", "examples/functions/difference/function.tf"),
        [
            always,
            "the resource shop_order lacks its example: write examples/resources/shop_order/import.sh",
            "examples/functions/difference belongs to nothing that the provider has: remove it, or correct its name",
        ]
    );
    assert_eq!(
        gaps("examples/provider/provider.tf", "notes/resources/orders.md"),
        [
            "the provider shop lacks its example: write examples/provider/provider.tf",
            always,
            "notes/resources/orders.md belongs to nothing that the provider has: remove it, or correct its name",
        ]
    );
    // Other examples stand beside them.
    assert_eq!(gaps("", "examples/demo/main.tf"), [always]);
}
