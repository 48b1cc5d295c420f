//! Notes, kept for as long as the process runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use tfplugin::{Attribute, Create, Cx, Delete, Diagnostics, Failed, Plain, Read, Resource, Schema, Update, schema};

/// All notes by name.
type Store = Arc<tokio::sync::Mutex<BTreeMap<Attribute<String>, Note>>>;

#[derive(Clone)]
struct Note {
    name: Attribute<String>,
    text: Attribute<String>,
}
tfplugin::model!(Note { name, text });

struct Notes;

impl Resource for Notes {
    type Context = Store;
    type Model = Note;

    fn type_name(&self) -> String {
        "notes_note".to_owned()
    }

    fn schema(&self) -> Schema {
        Schema::new()
            .attribute(schema::string("name").required().requires_replace().identity())
            .attribute(schema::string("text").optional().default("nothing"))
    }

    async fn create(&self, cx: &Cx<Store>, request: Create<Note>) -> Result<Note, Failed<Note>> {
        cx.lock().await.insert(request.planned.name.clone(), request.planned.clone());
        Ok(request.planned)
    }

    async fn read(&self, cx: &Cx<Store>, request: Read<Note>) -> Result<Option<Note>, Diagnostics> {
        Ok(cx.lock().await.get(&request.state.name).cloned())
    }

    async fn update(&self, cx: &Cx<Store>, request: Update<Note>) -> Result<Note, Failed<Note>> {
        self.create(cx, Create::new(request.planned, request.config)).await
    }

    async fn delete(&self, cx: &Cx<Store>, request: Delete<Note>) -> Result<(), Diagnostics> {
        cx.lock().await.remove(&request.state.name);
        Ok(())
    }
}

fn main() -> std::process::ExitCode {
    Plain::new(Store::default(), |all| all.resource(Notes)).serve("registry.terraform.io/example/notes", "0.1.0")
}
