//! All pages of a provider.

use std::collections::BTreeMap;

use tfplugin::schema::{AttributeSchema, BlockSchema, Schema};
use tfplugin::{Catalog, Provider, Signature};

use crate::gap::{Gap, MAX_PAGE_BYTES};
use crate::markdown::code;
use crate::page::Page;
use crate::sources::{Reader, Sources, SourcesError};
use crate::{function, schema};

/// Pages by their paths below the folder of the documentation, such as `resources/rule.md`.
pub type Pages = BTreeMap<String, String>;

/// What [`document`] made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Documentation {
    /// The pages.
    pub pages: Pages,
    /// What they lack. Such pages can be written, but should not be published.
    pub gaps: Vec<Gap>,
}

/// Documents a provider whose local name is `name`.
///
/// # Errors
///
/// [`SourcesError`] for a file that is there and cannot be read. One that is not there is a gap.
pub fn document<P: Provider>(provider: &P, name: &str, sources: &Sources) -> Result<Documentation, SourcesError> {
    let catalog = Catalog::of(provider);
    let mut site = Site { name, reader: Reader::new(sources), pages: Pages::new() };
    site.index(&provider.schema())?;
    for (full_name, schema) in catalog.resources() {
        site.object(&RESOURCE, full_name, schema)?;
    }
    for (full_name, schema) in catalog.data_sources() {
        site.object(&DATA_SOURCE, full_name, schema)?;
    }
    for (name, signature) in catalog.functions() {
        site.function(name, &signature)?;
    }
    site.reader.report_lost()?;
    Ok(Documentation { pages: site.pages, gaps: site.reader.gaps })
}

/// What differs between a resource and a data source.
struct Kind {
    title: &'static str,
    folder: &'static str,
    example: &'static str,
    is_importable: bool,
}

const RESOURCE: Kind = Kind { title: "Resource", folder: "resources", example: "resource.tf", is_importable: true };
const DATA_SOURCE: Kind =
    Kind { title: "Data Source", folder: "data-sources", example: "data-source.tf", is_importable: false };

struct Site<'a> {
    name: &'a str,
    reader: Reader<'a>,
    pages: Pages,
}

impl Site<'_> {
    fn index(&mut self, schema: &Schema) -> Result<(), SourcesError> {
        let name = self.name;
        let (title, heading) = (format!("Provider: {name}"), format!("{name} Provider"));
        self.find_undescribed(&format!("the provider {name}"), schema);
        let mut page = Page::new(&title, schema.description(), &heading, schema.description());
        page.deprecation(schema.deprecation());
        page.example(self.reader.example(&format!("the provider {name}"), "provider", "provider.tf")?.as_deref());
        page.add(&self.reader.note("index.md")?.unwrap_or_default());
        schema::add(&mut page, schema);
        self.finish("index.md".to_owned(), page);
        Ok(())
    }

    fn object(&mut self, kind: &Kind, full_name: &str, schema: &Schema) -> Result<(), SourcesError> {
        let path = format!("{}/{}.md", kind.folder, self.short(full_name));
        let owner = format!("the {} {full_name}", kind.title.to_lowercase());
        self.find_undescribed(&owner, schema);
        let title = format!("{full_name} {} - {}", kind.title, self.name);
        let heading = format!("{full_name} ({})", kind.title);
        let mut page = Page::new(&title, schema.description(), &heading, schema.description());
        page.deprecation(schema.deprecation());
        let folder = format!("{}/{full_name}", kind.folder);
        page.example(self.reader.example(&owner, &folder, kind.example)?.as_deref());
        page.add(&self.reader.note(&path)?.unwrap_or_default());
        schema::add(&mut page, schema);
        if kind.is_importable {
            self.import(&mut page, &owner, &folder)?;
        }
        self.finish(path, page);
        Ok(())
    }

    fn import(&mut self, page: &mut Page, owner: &str, folder: &str) -> Result<(), SourcesError> {
        let block = self.reader.example(owner, folder, "import-by-string-id.tf")?;
        let command = self.reader.example(owner, folder, "import.sh")?;
        page.add("## Import");
        if let Some(block) = block {
            page.add(
                "With an [`import` block](https://developer.hashicorp.com/terraform/language/import), in Terraform 1.5 and later:",
            );
            page.add(&code("terraform", &block));
        }
        if let Some(command) = command {
            page.add(
                "With the [`terraform import` command](https://developer.hashicorp.com/terraform/cli/commands/import):",
            );
            page.add(&code("shell", &command));
        }
        Ok(())
    }

    fn function(&mut self, name: &str, signature: &Signature) -> Result<(), SourcesError> {
        let path = format!("functions/{name}.md");
        let owner = format!("the function {name}");
        let parameters = signature.parameters().iter().chain(signature.variadic_parameter());
        self.undescribed([(owner.clone(), signature.summary_text()), (owner.clone(), signature.description())]);
        self.undescribed(parameters.map(|one| (format!("{owner}: {}", one.name()), one.description())));
        let title = format!("{name} function - {}", self.name);
        let heading = format!("function: {name}");
        let mut page = Page::new(&title, signature.summary_text(), &heading, signature.description());
        page.add("Functions of providers need Terraform 1.8 or later.");
        page.deprecation(signature.deprecation());
        page.example(self.reader.example(&owner, &format!("functions/{name}"), "function.tf")?.as_deref());
        page.add(&self.reader.note(&path)?.unwrap_or_default());
        function::add(&mut page, name, signature);
        self.finish(path, page);
        Ok(())
    }

    /// The name without the provider's.
    fn short<'b>(&self, full_name: &'b str) -> &'b str {
        full_name.strip_prefix(self.name).and_then(|rest| rest.strip_prefix('_')).unwrap_or(full_name)
    }

    fn finish(&mut self, path: String, page: Page) {
        let text = page.finish();
        if text.len() > MAX_PAGE_BYTES {
            self.reader.gaps.push(Gap::TooLong { page: path.clone(), bytes: text.len() });
        }
        self.pages.insert(path, text);
    }

    fn find_undescribed(&mut self, owner: &str, schema: &Schema) {
        self.undescribed([(owner.to_owned(), schema.description())]);
        self.find_undescribed_in(owner, "", schema.attributes(), schema.blocks());
    }

    fn find_undescribed_in(&mut self, owner: &str, at: &str, attributes: &[AttributeSchema], blocks: &[BlockSchema]) {
        self.undescribed(attributes.iter().map(|one| (format!("{owner}: {at}{}", one.name()), one.description())));
        self.undescribed(blocks.iter().map(|one| (format!("{owner}: {at}{}", one.name()), one.description())));
        for block in blocks {
            let at = format!("{at}{}.", block.name());
            self.find_undescribed_in(owner, &at, block.attributes(), block.blocks());
        }
    }

    fn undescribed<'b>(&mut self, described: impl IntoIterator<Item = (String, &'b str)>) {
        let lacking = described.into_iter().filter(|(_, description)| description.trim().is_empty());
        self.reader.gaps.extend(lacking.map(|(owner, _)| Gap::Description { owner }));
    }
}
