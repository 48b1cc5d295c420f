//! Notes, kept for as long as the process runs.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;

use tfplugin::schema::{self, Schema};
use tfplugin::{
    Attribute, Catalog, Configure, Create, Cx, Delete, Diagnostics, Failed, Provider, Read, Resource, Server, Update,
};
use tokio::sync::Mutex;

/// The texts of all notes by name.
type Notes = Arc<Mutex<BTreeMap<String, String>>>;

struct Memory(Notes);

impl Provider for Memory {
    type Context = Notes;
    type Config = ();

    fn catalog(&self, catalog: &mut Catalog<Notes>) {
        catalog.resource(NoteResource);
    }

    async fn configure(&self, _: &Cx<()>, _: Configure<()>) -> Result<Notes, Diagnostics> {
        Ok(self.0.clone())
    }
}

struct Note {
    name: Attribute<String>,
    text: Attribute<String>,
}
tfplugin::model!(Note { name, text });

struct NoteResource;

impl Resource for NoteResource {
    type Context = Notes;
    type Model = Note;

    fn type_name(&self) -> String {
        "notes_note".to_owned()
    }

    fn schema(&self) -> Schema {
        Schema::new()
            .attribute(schema::string("name").required().requires_replace().identity())
            .attribute(schema::string("text").optional().default("nothing"))
    }

    async fn create(&self, cx: &Cx<Notes>, request: Create<Note>) -> Result<Note, Failed<Note>> {
        let (name, text) = (request.planned.name.require("name")?, request.planned.text.require("text")?);
        cx.lock().await.insert(name.clone(), text.clone());
        Ok(request.planned)
    }

    async fn read(&self, cx: &Cx<Notes>, request: Read<Note>) -> Result<Option<Note>, Diagnostics> {
        let text = cx.lock().await.get(request.state.name.require("name")?).cloned();
        Ok(text.map(|text| Note { text: text.into(), ..request.state }))
    }

    async fn update(&self, cx: &Cx<Notes>, request: Update<Note>) -> Result<Note, Failed<Note>> {
        self.create(cx, Create::new(request.planned, request.config)).await
    }

    async fn delete(&self, cx: &Cx<Notes>, request: Delete<Note>) -> Result<(), Diagnostics> {
        cx.lock().await.remove(request.state.name.require("name")?);
        Ok(())
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    Server::new("registry.terraform.io/example/notes", "0.1.0").serve(Memory(Notes::default())).await
}
