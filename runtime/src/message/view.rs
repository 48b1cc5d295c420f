//! How a route shows what it tells.

use std::collections::BTreeMap;

use trailhook_engine::document::Mention;

use super::text::word;

/// How a route shows what it tells.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// Names of accounts, by their 12 digits.
    pub account_aliases: &'a BTreeMap<String, String>,
    /// Who is called.
    pub mention: Option<&'a Mention>,
    /// Whether there is a button to the event in the console.
    pub console_link: bool,
}

impl View<'_> {
    /// An account, with its name if it has one.
    pub(super) fn account(&self, account: &str) -> String {
        match self.account_aliases.get(account) {
            Some(alias) => format!("{} ({})", word(alias, 60), word(account, 20)),
            None => word(account, 60),
        }
    }

    /// An account in a line without mark-up.
    pub(super) fn plain_account<'t>(&'t self, account: &'t str) -> &'t str {
        self.account_aliases.get(account).map_or(account, String::as_str)
    }

    /// The mark-up that calls (<https://docs.slack.dev/messaging/formatting-message-text>).
    pub(super) fn call(&self) -> Option<String> {
        let mention = self.mention?.as_str();
        Some(match mention {
            "here" | "channel" => format!("<!{mention}>"),
            group if group.starts_with('S') => format!("<!subteam^{group}>"),
            user => format!("<@{user}>"),
        })
    }
}
