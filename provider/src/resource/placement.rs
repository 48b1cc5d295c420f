//! What every object has that is a parameter: the attributes `tags`, `tags_all` and `tier`.

use std::collections::BTreeMap;

use tfplugin::schema::{self, Schema};
use tfplugin::{Attribute, Cx, Diagnostic, Diagnostics, Plan, Type, model};

use super::keep_empty;
use super::reading::{Labels, labels, whole};
use crate::connection::Connection;
use crate::parameter::{self, NotMade, Object, Placed, Stored, Tier};
use crate::tags;

/// The most bytes of a parameter of the standard tier.
const MAX_STANDARD_BYTES: usize = 4 * 1024;

/// The part of a resource's model that is about its parameter: `model!(Rule { name, …, ..placement })`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Placement {
    pub(crate) id: Attribute<String>,
    pub(crate) arn: Attribute<String>,
    pub(crate) parameter_name: Attribute<String>,
    pub(crate) tags: Labels,
    pub(crate) tags_all: Attribute<BTreeMap<String, String>>,
    pub(crate) tier: Attribute<String>,
}
model!(Placement { id, arn, parameter_name, tags, tags_all, tier });

/// An update that failed half-way.
pub(crate) struct HalfDone {
    /// What the parameter has now.
    pub(crate) placement: Placement,
    pub(crate) diagnostics: Diagnostics,
}

impl Placement {
    /// Adds the attributes to a resource's schema. A change of `tier` writes a new version of the parameter, so the name
    /// belongs to what recomputes `version`; tags do not.
    pub(crate) fn add_to(schema: Schema) -> Schema {
        schema
            .attribute(schema::map("tags", Type::String).optional().describe(
                "Tags of the parameter. A tag of the provider's `default_tags` with the same key gives way to the one here.",
            ))
            .attribute(
                schema::map("tags_all", Type::String)
                    .computed()
                    .describe("All tags of the parameter: `tags`, and those of the provider's `default_tags`."),
            )
            .attribute(schema::string("tier").optional().default(Tier::default().as_str()).describe(
                "The tier of the parameter: `Standard` holds 4 KB, `Advanced` 8 KB at a charge; `Intelligent-Tiering` takes the \
                 advanced one as soon as the document needs it. An advanced parameter does not become a standard one again: that \
                 replaces it.",
            ))
    }

    /// Reports what is wrong with the configured values, for [`Resource::validate`](tfplugin::Resource::validate).
    /// `document` is the text of the parameter, if it is known.
    pub(crate) fn validate(&self, cx: &Cx<()>, document: Option<&str>) {
        cx.report(tags::faults(&self.tags, "tags"));
        match self.tier() {
            Ok(tier) => cx.report(size_fault(document, tier).into_iter().collect::<Diagnostics>()),
            Err(unknown) => cx.report(unknown),
        }
    }

    /// Plans `tags_all`.
    ///
    /// # Errors
    ///
    /// What AWS will refuse: tags, and a document that does not fit the tier.
    pub(crate) fn plan_tags<M>(
        &self,
        cx: &Cx<Connection>,
        plan: &mut Plan<M>,
        document: Option<&str>,
    ) -> Result<(), Diagnostics> {
        let mut faults = tags::faults(&self.tags, "tags");
        match self.all(cx) {
            Some(all) => {
                faults.extend(tags::number_fault(&all, cx.default_tags().known().map_or(0, BTreeMap::len)));
                plan.set("tags_all", all);
            }
            None => plan.set_unknown("tags_all"),
        }
        faults.extend(size_fault(document, self.tier()?));
        faults.or_ok(())
    }

    /// Makes the parameter with its tags. Its name is taken for good if it is there already.
    pub(crate) async fn create(
        &self,
        cx: &Cx<Connection>,
        object: &Object,
        parameter: &str,
        document: &str,
    ) -> Result<(Stored, Self), NotMade> {
        let placed = self.placed(cx, document)?;
        let stored = parameter::create(cx, object, parameter, document, &placed).await?;
        Ok((stored, self.with(placed)))
    }

    /// Writes the document, if there is a new one, and changes the tags, if they are others. `version` is the one that the
    /// state has.
    pub(crate) async fn update(
        &self,
        cx: &Cx<Connection>,
        prior: &Self,
        parameter: &str,
        document: Option<&str>,
        version: Option<i64>,
    ) -> Result<(Option<Stored>, Self), HalfDone> {
        let mut has = prior.tags_all.known().cloned().unwrap_or_default();
        match self.write(cx, &mut has, parameter, document, version).await {
            Ok((stored, placed)) => Ok((stored, self.with(placed))),
            Err(diagnostics) => {
                let tags = keep_empty(labels(self.own_tags(cx, &has)), &prior.tags);
                Err(HalfDone { placement: Self { tags, tags_all: has.into(), ..prior.clone() }, diagnostics })
            }
        }
    }

    /// The calls of an update; `has` are the tags that the parameter has at each time.
    async fn write(
        &self,
        cx: &Cx<Connection>,
        has: &mut BTreeMap<String, String>,
        parameter: &str,
        document: Option<&str>,
        version: Option<i64>,
    ) -> Result<(Option<Stored>, Placed), Diagnostics> {
        let placed = self.placed(cx, document.unwrap_or_default())?;
        parameter::retag(cx, parameter, has, &placed.tags).await?;
        let Some(document) = document else { return Ok((None, placed)) };
        let stored = parameter::update(cx, parameter, document, placed.tier).await?;
        // The versions of a parameter that was removed meanwhile begin anew, and the write has made one without tags.
        if version.is_some_and(|version| stored.version <= version) {
            has.clear();
            parameter::retag(cx, parameter, has, &placed.tags).await?;
        }
        Ok((Some(stored), placed))
    }

    /// What Parameter Store has; `self` is what the state has, which is nothing at an import.
    pub(crate) async fn read(&self, cx: &Cx<Connection>, parameter: &str) -> Result<Self, Diagnostic> {
        let all = parameter::tags(cx, parameter).await?;
        let tier = match self.tier()? {
            // The one that AWS chose is as wanted. An import does not tell which one is wanted.
            None | Some(Tier::Intelligent) => Tier::Intelligent,
            Some(asked) => parameter::tier(cx, parameter).await?.unwrap_or(asked),
        };
        let tags = keep_empty(labels(self.own_tags(cx, &all)), &self.tags);
        Ok(Self { tags, tags_all: all.into(), tier: tier.as_str().into(), ..self.clone() })
    }

    /// Those of all tags that are the resource's own; the others are those of the provider's `default_tags`.
    fn own_tags(&self, cx: &Cx<Connection>, all: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let (own, known) = (self.tags.known(), self.tags_all.known());
        let is_own = |key: &String, value: &String| {
            let declared = own.is_some_and(|own| own.contains_key(key));
            let of_provider = known.is_some_and(|known| known.contains_key(key))
                || cx.default_tags().known().is_some_and(|tags| tags.get(key) == Some(value));
            declared || !of_provider
        };
        let tags = all.iter().filter(|(key, value)| is_own(key, value));
        tags.map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// `None` while it is not known, or not set.
    pub(crate) fn tier(&self) -> Result<Option<Tier>, Diagnostic> {
        let Some(word) = self.tier.as_str() else { return Ok(None) };
        let tier = Tier::parse(word).ok_or_else(|| {
            let words = ["Standard", "Advanced", "Intelligent-Tiering"];
            let meant = words.into_iter().find(|known| known.eq_ignore_ascii_case(word));
            let meant = meant.map_or_else(|| ".".to_owned(), |meant| format!("; did you mean \"{meant}\"?"));
            let words = words.join("\", \"");
            Diagnostic::error("Unknown tier").detail(format!("\"{word}\" is not one of \"{words}\"{meant}")).at("tier")
        });
        tier.map(Some)
    }

    /// The tier that the parameter has in fact; `None` if that cannot be asked yet.
    pub(crate) async fn actual_tier(&self, cx: &Cx<Connection>) -> Result<Option<Tier>, Diagnostic> {
        match (self.tier()?, self.parameter_name.as_str()) {
            (Some(Tier::Intelligent) | None, Some(parameter)) if cx.client()?.is_some() => {
                parameter::tier(cx, parameter).await
            }
            (Some(Tier::Intelligent) | None, _) => Ok(None),
            (tier, _) => Ok(tier),
        }
    }

    /// All tags that the parameter shall have; `None` while one is not known.
    fn all(&self, cx: &Cx<Connection>) -> Option<BTreeMap<String, String>> {
        let mut all = match cx.default_tags() {
            Attribute::Known(tags) => tags.clone(),
            Attribute::Null => BTreeMap::new(),
            Attribute::Unknown => return None,
        };
        match whole(&self.tags) {
            Attribute::Known(tags) => all.extend(tags),
            Attribute::Null => {}
            Attribute::Unknown => return None,
        }
        Some(all)
    }

    /// What the parameter shall have, at a time when it must be known: what was unknown at plan is checked here.
    fn placed(&self, cx: &Cx<Connection>, document: &str) -> Result<Placed, Diagnostics> {
        let unknown = || Diagnostic::error("The tags are not wholly known at apply").at("tags");
        let tags = self.all(cx).ok_or_else(unknown)?;
        let mut faults = tags::faults(&self.tags, "tags");
        faults.extend(tags::number_fault(&tags, cx.default_tags().known().map_or(0, BTreeMap::len)));
        let tier = self.tier()?;
        faults.extend(size_fault(Some(document), tier));
        faults.or_ok(Placed { tier: tier.unwrap_or_default(), tags })
    }

    fn with(&self, placed: Placed) -> Self {
        Self { tags_all: placed.tags.into(), tier: placed.tier.as_str().into(), ..self.clone() }
    }
}

/// The error for a document that a standard parameter does not hold. (What no parameter holds is not encoded at all.)
fn size_fault(document: Option<&str>, tier: Option<Tier>) -> Option<Diagnostic> {
    let bytes = document.map(str::len).filter(|&bytes| bytes > MAX_STANDARD_BYTES && tier == Some(Tier::Standard))?;
    let fault = Diagnostic::error("The document does not fit a standard parameter").detail(format!(
        "It has {bytes} bytes; a parameter of the Standard tier holds {MAX_STANDARD_BYTES}. Leave `tier` out, or set it to \
         \"Advanced\"."
    ));
    Some(fault.at("tier"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standard_parameter_holds_four_kilobytes() {
        let fits = "x".repeat(4096);
        let more = "x".repeat(4097);
        assert_eq!(size_fault(Some(&fits), Some(Tier::Standard)), None);
        assert_eq!(size_fault(Some(&more), Some(Tier::Intelligent)), None);
        assert_eq!(size_fault(None, Some(Tier::Standard)), None);
        let fault = size_fault(Some(&more), Some(Tier::Standard)).unwrap();
        assert_eq!(
            fault.detail_text(),
            "It has 4097 bytes; a parameter of the Standard tier holds 4096. Leave `tier` out, or set it to \"Advanced\"."
        );
    }

    #[test]
    fn a_tier_is_one_of_three_words() {
        let placement = |word: &str| Placement { tier: word.into(), ..Placement::default() };
        for word in ["Standard", "Advanced", "Intelligent-Tiering"] {
            assert_eq!(placement(word).tier().unwrap().unwrap().as_str(), word);
        }
        let unknown = placement("standard").tier().unwrap_err();
        assert_eq!(
            unknown.detail_text(),
            "\"standard\" is not one of \"Standard\", \"Advanced\", \"Intelligent-Tiering\"; did you mean \"Standard\"?"
        );
        assert_eq!(Placement { tier: Attribute::Unknown, ..Placement::default() }.tier(), Ok(None));
    }
}
