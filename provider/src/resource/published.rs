//! The life of a resource that is one document in one parameter: what rules, routes, packs and settings have in common.

use tfplugin::{
    Attribute, Create, Cx, Delete, Diagnostic, Diagnostics, Failed, Import, Model, Path, Plan, Read, Update,
};
use trailhook_engine::document::{Document, DocumentError, Namespace};

use super::{Placement, sentence};
use crate::connection::Connection;
use crate::names::{Claim, Claimant, Claimed};
use crate::parameter::{self, NotMade, Object, Stored};

/// What Terraform holds of a document in a parameter.
pub(super) trait Published: Model + Clone + Default {
    /// The published document.
    type Document: Document;

    /// What it is called in a message.
    const NOUN: &'static str;

    /// The attributes of which a change writes a new version of the parameter, `tier` among them.
    const PUBLISHED: &'static [&'static str];

    /// The attribute that counts the versions of the parameter.
    const VERSION: &'static str;

    /// The attributes that are others in another namespace, beside the version.
    const OF_NAMESPACE: &'static [&'static str] = &["parameter_name", "arn"];

    /// Its parameter, and the version of that.
    fn parts(&self) -> (&Placement, &Attribute<i64>);
    fn parts_mut(&mut self) -> (&mut Placement, &mut Attribute<i64>);

    fn placement(&self) -> &Placement {
        self.parts().0
    }

    fn version(&self) -> &Attribute<i64> {
        self.parts().1
    }

    /// Which object it is; `None` while its name is not known.
    fn object(&self, namespace: &Namespace) -> Result<Option<Object>, Diagnostic>;

    /// The text of the parameter, and what follows from it, at a time when all must be known: what was unknown at plan is
    /// checked here.
    fn encode(self, namespace: &Namespace) -> Result<(Self, String), Diagnostics>;

    /// Whether a document that was read is the one of this object.
    fn is_own(&self, _: &Self::Document) -> bool {
        true
    }

    /// What a document says. What no document holds, and what is empty, is as in `state`.
    fn from_document(document: Self::Document, state: &Self) -> Self;

    /// The object while its parameter holds something else: the plan shows it as lacking what makes it up, and mends it.
    fn garbled(self) -> Self;
}

/// Plans where the document stands, its tags and its tier. `text` is the document, if it is known.
pub(super) async fn plan<P: Published>(
    cx: &Cx<Connection>,
    plan: &mut Plan<P>,
    text: Option<&str>,
) -> Result<(), Diagnostics> {
    let placement = plan.proposed.placement().clone();
    let prior = plan.prior.as_ref().map(|prior| prior.placement().clone());
    if let Some(parameter) = prior.as_ref().and_then(|prior| prior.parameter_name.as_str()) {
        cx.names().remember(parameter);
    }
    placement.plan_tags(cx, plan, text)?;
    if let Some(prior) = &prior {
        plan_tier(cx, plan, &placement, prior).await?;
    }
    plan_place(cx, plan, prior.as_ref(), text).await
}

/// Plans a replacement where the tier cannot be changed, and no write where the parameter has the tier already, as after an
/// import, which does not tell which one is wanted.
async fn plan_tier<P: Published>(
    cx: &Cx<Connection>,
    plan: &mut Plan<P>,
    wanted: &Placement,
    prior: &Placement,
) -> Result<(), Diagnostics> {
    if !plan.changes("tier") {
        return Ok(());
    }
    let (wanted, actual) = (wanted.tier()?, prior.actual_tier(cx).await?);
    match (wanted, actual) {
        (Some(parameter::Tier::Standard), Some(parameter::Tier::Advanced)) => plan.requires_replace("tier"),
        (Some(wanted), Some(actual))
            if wanted == actual && !P::PUBLISHED.iter().any(|&name| name != "tier" && plan.changes(name)) =>
        {
            plan.keep_prior(P::VERSION);
        }
        _ => {}
    }
    Ok(())
}

/// Plans what follows from the name and the namespace. The parameter of a new object must be free, and so must the one to which
/// an object moves with its namespace.
async fn plan_place<P: Published>(
    cx: &Cx<Connection>,
    plan: &mut Plan<P>,
    prior: Option<&Placement>,
    text: Option<&str>,
) -> Result<(), Diagnostics> {
    let Some(namespace) = cx.namespace() else {
        // The object may move, and may stay.
        if prior.is_some() {
            let attributes = P::OF_NAMESPACE.iter().chain([&P::VERSION]);
            attributes.for_each(|&attribute| plan.set_unknown(attribute));
        }
        return Ok(());
    };
    let Some(object) = plan.proposed.object(namespace)? else { return Ok(()) };
    plan.set("id", object.id());
    let parameter = object.parameter(namespace);
    plan.set("parameter_name", parameter.clone());
    let by = match prior.map(|prior| prior.parameter_name.as_str()) {
        None => Claimant::New,
        Some(stands) if stands == Some(&parameter) => Claimant::Holder,
        Some(_) => Claimant::Mover,
    };
    let claimed = cx.names().claim(&parameter, Claim { by, text: text.map(str::to_owned) });
    if claimed == Claimed::Twice {
        return Err(object.is_declared_twice(namespace).into());
    }
    match by {
        Claimant::Holder => {}
        // The second half of a replacement: the name is freed before it is taken.
        Claimant::New if claimed == Claimed::Again => {}
        Claimant::New => parameter::check_free(cx, &object, &parameter).await?,
        Claimant::Mover => {
            ["arn", P::VERSION].into_iter().for_each(|attribute| plan.set_unknown(attribute));
            // One with another name is replaced, and asked about as a new one.
            let prior = plan.prior.as_ref().map(|prior| prior.object(namespace)).transpose()?.flatten();
            if prior.as_ref() == Some(&object) {
                parameter::check_free(cx, &object, &parameter).await?;
            }
        }
    }
    Ok(())
}

pub(super) async fn create<P: Published>(cx: &Cx<Connection>, request: Create<P>) -> Result<P, Failed<P>> {
    let namespace = cx.require_namespace()?;
    let (model, text) = request.planned.encode(namespace)?;
    make(cx, model, &text).await
}

/// What stands beside the state of an object of which it is not known whether it was made.
const IN_DOUBT: &[u8] = b"in doubt";

/// Makes the parameter of an object. One that may have been made is kept in the state: the next plan looks whether it is there.
async fn make<P: Published>(cx: &Cx<Connection>, model: P, text: &str) -> Result<P, Failed<P>> {
    let namespace = cx.require_namespace()?;
    let object = model.object(namespace)?.ok_or_else(unknown_name)?;
    let parameter = object.parameter(namespace);
    let id = object.id();
    match model.placement().create(cx, &object, &parameter, text).await {
        Ok((stored, placement)) => Ok(placed(model, Placement { id: id.into(), ..placement }, &parameter, stored)),
        Err(NotMade { why, is_in_doubt: true }) => {
            cx.set_private(IN_DOUBT);
            let placement = Placement { id: id.into(), ..model.placement().clone() };
            let unread = Stored { arn: None, version: 1, value: text.to_owned(), is_string: true };
            Err(Failed::with_state(placed(model, placement, &parameter, unread), why))
        }
        Err(NotMade { why, .. }) => Err(why.into()),
    }
}

/// # Errors
///
/// Among others, that the document was written by a newer version of the product.
pub(super) async fn read<P: Published>(cx: &Cx<Connection>, request: Read<P>) -> Result<Option<P>, Diagnostics> {
    let state = request.state;
    let is_import = state.placement().parameter_name.is_null();
    if !is_import && cx.client()?.is_none() {
        // What the provider needs is made in this very run: what is there is looked at in the next one.
        return Ok(Some(state));
    }
    let (id, parameter) = match state.placement().parameter_name.as_str() {
        Some(parameter) => (state.placement().id.clone(), parameter.to_owned()),
        None => {
            let namespace = cx.require_namespace()?;
            let object = state.object(namespace)?.ok_or_else(unknown_name)?;
            (object.id().into(), object.parameter(namespace))
        }
    };
    cx.names().remember(&parameter);
    let stored = parameter::read(cx, &parameter).await?;
    let Some(stored) = stored.filter(|stored| is_made(cx, &state, stored)) else {
        return Ok(None);
    };
    let placement = Placement { id, ..state.placement().read(cx, &parameter).await? };
    let model = match P::Document::decode(&stored.value) {
        Ok(document) if state.is_own(&document) && (is_import || is_ours::<P>(&document, &stored)) => {
            P::from_document(document, &state)
        }
        Err(error @ DocumentError::NewerSchema { .. }) => {
            return Err(Diagnostic::error(format!("The {} in {parameter} cannot be read", P::NOUN))
                .detail(sentence(&error))
                .into());
        }
        // Ours in another form: the plan shows what differs.
        Ok(document) if state.is_own(&document) => state.garbled(),
        Ok(_) | Err(DocumentError::Unreadable(_) | DocumentError::Invalid(_)) => {
            cx.report(is_overwritten(P::NOUN, &parameter));
            state.garbled()
        }
    };
    Ok(Some(placed(model, placement, &parameter, stored)))
}

/// Whether what stands there is what the object is about: somebody else may have made it while it was in doubt whether the object
/// was.
fn is_made<P: Published>(cx: &Cx<Connection>, state: &P, stored: &Stored) -> bool {
    let is_written =
        |namespace| state.clone().encode(namespace).is_ok_and(|(_, text)| stored.version == 1 && stored.value == text);
    cx.private() != IN_DOUBT || cx.require_namespace().is_ok_and(is_written)
}

/// The warning for a parameter in which somebody put something else. Its text, which may be a secret, is not shown.
fn is_overwritten(noun: &str, parameter: &str) -> Diagnostic {
    Diagnostic::warning(format!("{parameter} does not hold its {noun}")).detail(format!(
        "What stands there cannot be read as the {noun} of that name: somebody wrote something else into the parameter. The next \
         apply overwrites it, or removes it with the resource. If it is needed, keep it first: `aws ssm get-parameter-history --name \
         {parameter}` tells who wrote it, and shows it and the versions before."
    ))
}

/// Whether a parameter is byte for byte what this provider writes: equal documents have equal texts, so that anything else was
/// changed by somebody.
fn is_ours<P: Published>(document: &P::Document, stored: &Stored) -> bool {
    stored.is_string && document.encode().is_ok_and(|text| text == stored.value)
}

/// Writes a new version, unless the plan keeps the version: then what changes is not published.
pub(super) async fn update<P: Published>(cx: &Cx<Connection>, request: Update<P>) -> Result<P, Failed<P>> {
    let (planned, prior) = (request.planned, request.prior);
    let stands = prior.placement().parameter_name.require("parameter_name")?.clone();
    let parameter = planned.placement().parameter_name.require("parameter_name")?.clone();
    if parameter != stands {
        return relocate(cx, planned, &stands).await;
    }
    let (model, text) = if planned.version().is_unknown() {
        let (model, text) = planned.encode(cx.require_namespace()?)?;
        (model, Some(text))
    } else {
        (planned, None)
    };
    let known = prior.version().known().copied();
    match model.placement().update(cx, prior.placement(), &parameter, text.as_deref(), known).await {
        Ok((Some(stored), placement)) => Ok(placed(model, placement, &parameter, stored)),
        Ok((None, placement)) => Ok(with(model, placement)),
        // What is published is as it was; the tags may be others.
        Err(failed) => Err(Failed::with_state(with(prior, failed.placement), failed.diagnostics)),
    }
}

/// Makes the parameter where it is to stand, and then removes the one that stood elsewhere, so that the object is never gone.
async fn relocate<P: Published>(cx: &Cx<Connection>, planned: P, stood: &str) -> Result<P, Failed<P>> {
    let (model, text) = planned.encode(cx.require_namespace()?)?;
    // The old one stands, and is what the state has.
    let made = make(cx, model, &text).await;
    let model = made.map_err(|failed| Failed::new(failed.diagnostics().clone()))?;
    match parameter::delete(cx, stood).await {
        Ok(()) => Ok(model),
        Err(error) => {
            let left = Diagnostic::error(format!("{stood} is left behind")).detail(
                "The object moved to its new namespace, and its old parameter could not be removed. Remove it by hand.",
            );
            Err(Failed::with_state(model, [error, left].into_iter().collect::<Diagnostics>()))
        }
    }
}

/// Tells those that are to take the name that it gets free.
pub(super) fn plan_delete<P: Published>(cx: &Cx<Connection>, state: &P) {
    if let Some(parameter) = state.placement().parameter_name.as_str() {
        cx.names().remember(parameter);
    }
}

pub(super) async fn delete<P: Published>(cx: &Cx<Connection>, request: Delete<P>) -> Result<(), Diagnostics> {
    let parameter = request.state.placement().parameter_name.require("parameter_name")?;
    if cx.private() == IN_DOUBT {
        let stored = parameter::read(cx, parameter).await?;
        if !stored.is_some_and(|stored| is_made(cx, &request.state, &stored)) {
            return Ok(());
        }
    }
    Ok(parameter::delete(cx, parameter).await?)
}

/// The named object that an import asks for.
pub(super) fn imported_name(
    cx: &Cx<Connection>,
    request: &Import,
    kind: trailhook_engine::document::DocumentKind,
) -> Result<Attribute<String>, Diagnostics> {
    Ok(super::imported_name(&request.id, kind, cx.require_namespace()?)?.to_string().into())
}

fn placed<P: Published>(mut model: P, placement: Placement, parameter: &str, stored: Stored) -> P {
    // What could not be read yet is as it was: no write changes it. A new object has none so far.
    let arn = stored.arn.or_else(|| placement.arn.known().cloned()).into();
    let place = Placement { parameter_name: parameter.into(), arn, ..placement };
    let (has, version) = model.parts_mut();
    (*has, *version) = (place, stored.version.into());
    model
}

fn with<P: Published>(mut model: P, placement: Placement) -> P {
    *model.parts_mut().0 = placement;
    model
}

fn unknown_name() -> Diagnostic {
    Diagnostic::error("The name is not known at apply").at(Path::from("name"))
}
