//! What CloudTrail records, as far as it is known: events, their sources and parameters, and the fields of a record.
//!
//! The catalogue is never complete. Nothing in it decides about an event; it tells what is worth a warning.

mod events;
mod fields;
mod lookup;

pub(crate) use events::{Events, bare_source};
pub(crate) use fields::{
    Form, Type, allowed_values, field, fields_below, form, identity_carries, is_in_every_event, is_region, meant_field,
    meant_region, without_envelope,
};
pub(crate) use lookup::{Meant, Unfound};
