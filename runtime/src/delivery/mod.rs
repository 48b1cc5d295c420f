//! Delivery: from matches to messages, with nothing lost.
//!
//! | step | | |
//! |---|---|---|
//! | intake | [`Intake`] | matches -> thresholds -> alerts -> routes -> claims in the [`outbox`](crate::outbox) |
//! | send | [`Deliverer::send`] | groups that are due -> messages, one sender for each channel |
//! | flush | [`Deliverer::flush`] | the same for what earlier invocations left |
//!
//! An invocation is well when all its events are claimed: what is claimed and not sent is sent by a flush. In a table that is its
//! own memory nothing may be left: then what could not be sent is given back, and the invocation fails, so that a retry takes it
//! again.

mod intake;
mod lane;
mod refusal;
mod report;
mod send;
mod tell;
mod thresholds;

pub use intake::Intake;
pub use lane::{Windows, channel_of};
pub use report::{RouteFailure, Sent, Taken};

use std::collections::BTreeMap;

use crate::clock::Clock;
use crate::outbox::{Outbox, Table};
use crate::router::Routes;
use crate::sender::Post;

/// What delivers, for as long as the instance lives.
pub struct Deliverer<T, C, P> {
    outbox: Outbox<T, C>,
    post: P,
    windows: Windows,
}

impl<T: Table, C: Clock, P: Post> Deliverer<T, C, P> {
    /// Puts the parts together.
    pub fn new(outbox: Outbox<T, C>, post: P, windows: Windows) -> Self {
        Self { outbox, post, windows }
    }

    /// What is to be told.
    pub fn outbox(&self) -> &Outbox<T, C> {
        &self.outbox
    }

    /// Gives back what an invocation claimed and could not send, if the table is this process's own memory: nobody else would send
    /// it, and a retry, here or elsewhere, takes it again. Says how many alerts of each route that are. In a shared table nothing is
    /// given back.
    pub fn give_up(&self, routes: &Routes, taken: &Taken) -> BTreeMap<String, u64> {
        let mut left = BTreeMap::new();
        let (Some(memory), now) = (self.outbox.table().own_memory(), self.outbox.clock().now()) else { return left };
        for (key, receipts) in &taken.groups {
            let heirs = routes.live.iter().map(|route| refusal::heir_of(key, route));
            // Of several heirs each has all.
            let inherited = heirs.map(|heir| memory.abandon(&heir, now)).max().unwrap_or_default();
            let pending = memory.abandon(key, now) + inherited;
            if pending > 0 {
                memory.forget(receipts);
                *left.entry(key.route.clone()).or_default() += pending;
            }
        }
        left
    }

    /// What delivers.
    pub fn post(&self) -> &P {
        &self.post
    }
}
