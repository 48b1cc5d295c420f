//! The fields of an event that are shown: those that the rules read, or all of its request parameters.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use trailhook_engine::Alert;
use trailhook_engine::event::Leaf;

use super::cut::truncate;
use super::display::{Display, HIDDEN};

/// Fields that the rules read.
const FIELDS: usize = 5;
/// Request parameters, where all are asked for.
const PARAMETERS: usize = 40;
/// Characters of a name and of a value of one.
const PARAMETER: (usize, usize) = (100, 200);
/// Where they stand.
const FOLDER: &str = "requestParameters.";

/// Request parameters with their values, those that are shown.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Parameters {
    pub(crate) shown: Vec<(String, String)>,
    /// How many more there are.
    #[serde(default)]
    pub(crate) more: usize,
}

impl Parameters {
    /// The request parameters of an alert, as many as there is room for.
    pub(super) fn of(alert: &Alert<'_>, display: &Display) -> Self {
        let all = alert.event.flat().iter().filter_map(|(path, leaf)| {
            let path = path.to_string_lossy();
            let name = path.strip_prefix(FOLDER)?.to_owned();
            Some((name, path, leaf))
        });
        let mut parameters = Self::default();
        for (name, path, leaf) in all {
            if parameters.shown.len() < PARAMETERS {
                let value = shown(&path, leaf, display);
                parameters.shown.push((truncate(&name, PARAMETER.0), truncate(&value, PARAMETER.1)));
            } else {
                parameters.more += 1;
            }
        }
        parameters
    }

    /// As many as are in so many characters.
    pub(super) fn cut(&mut self, characters: usize) {
        let mut room = characters;
        let mut kept = 0;
        for (name, value) in &self.shown {
            let length = name.chars().count() + value.chars().count() + 2;
            if length > room {
                break;
            }
            room -= length;
            kept += 1;
        }
        self.more += self.shown.len() - kept;
        self.shown.truncate(kept);
    }
}

/// The values that the rules looked at, but for those that each message shows already, and those of which the clauses tell.
pub(super) fn read(alert: &Alert<'_>, told: &BTreeSet<String>, display: &Display) -> Vec<(String, String)> {
    const SHOWN_ALREADY: [&str; 9] = [
        "eventName",
        "eventSource",
        "awsRegion",
        "sourceIPAddress",
        "eventTime",
        "errorCode",
        "userIdentity.type",
        "recipientAccountId",
        "*",
    ];
    let mut read: Vec<(String, String)> = Vec::new();
    for field in alert.rules.iter().flat_map(|rule| rule.expression().fields()) {
        let Some(leaf) = alert.event.flat().get(field.as_bytes()) else { continue };
        let is_shown =
            SHOWN_ALREADY.contains(&field) || told.contains(field) || read.iter().any(|(shown, _)| shown == field);
        if !is_shown && read.len() < FIELDS {
            read.push((field.to_owned(), shown(field, leaf, display)));
        }
    }
    read
}

/// A value as it is shown. A number is a secret only where the settings say so.
fn shown(path: &str, leaf: &Leaf, display: &Display) -> String {
    let is_hidden = match leaf {
        Leaf::Str(_) => display.redaction.hides_text(path),
        _ => display.redaction.hides(path),
    };
    if is_hidden { HIDDEN.to_owned() } else { leaf.to_string() }
}
