//! A page in the making.

use crate::markdown::{code, quoted, summary};

/// The comment in the front matter of every page.
const ORIGIN: &str =
    "# `make docs` writes this page, out of the provider's schema, its examples and notes: do not edit it here.";

/// Sections with an empty line between them.
pub(crate) struct Page(String);

impl Page {
    /// The front matter, the heading, and what the thing is.
    pub(crate) fn new(title: &str, about: &str, heading: &str, description: &str) -> Self {
        let (title, about) = (quoted(title), quoted(&summary(about)));
        let front = format!("---\n{ORIGIN}\npage_title: {title}\nsubcategory: \"\"\ndescription: {about}\n---");
        let mut page = Self(front);
        page.add(&format!("# {heading}"));
        page.add(description.trim());
        page
    }

    /// Adds a paragraph, or several.
    pub(crate) fn add(&mut self, markdown: &str) {
        if !markdown.is_empty() {
            self.0.push_str("\n\n");
            self.0.push_str(markdown);
        }
    }

    pub(crate) fn deprecation(&mut self, message: Option<&str>) {
        if let Some(message) = message {
            // The registry shows it in a box.
            self.add(&format!("!> **Deprecated:** {message}"));
        }
    }

    pub(crate) fn example(&mut self, example: Option<&str>) {
        if let Some(example) = example {
            self.add("## Example Usage");
            self.add(&code("terraform", example));
        }
    }

    pub(crate) fn finish(mut self) -> String {
        self.0.push('\n');
        self.0
    }
}
