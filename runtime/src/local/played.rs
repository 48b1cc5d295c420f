//! Delivery with time that is played: by the events of logs instead of by a clock, and without waiting.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;
use trailhook_engine::Route;
use trailhook_engine::document::{Destination, RouteDocument, SlackWebhook};

use crate::clock::{Clock, Moment};
use crate::delivery::{Deliverer, Windows};
use crate::matcher::Match;
use crate::message::Message;
use crate::outbox::{MemoryTable, Outbox, OutboxError};
use crate::router::Routes;
use crate::sender::{Answer, Content, Outgoing, Post};

/// A moment after which nothing is delivered.
const NEVER: Moment = Moment::from_millis(i64::MAX);

/// The function's delivery over one webhook that takes everything.
pub(super) struct Played {
    deliverer: Deliverer<MemoryTable, PlayedClock, Screen>,
    routes: Routes,
    runtime: tokio::runtime::Runtime,
    below_threshold: u64,
}

/// A clock that goes on when somebody waits.
#[derive(Default)]
struct PlayedClock {
    now: Cell<Moment>,
    drawn: Cell<u64>,
}

/// The messages that came.
#[derive(Default)]
struct Screen(RefCell<Vec<(u64, Message)>>);

impl Played {
    pub(super) fn new() -> anyhow::Result<Self> {
        let destination = SlackWebhook { url_parameter: String::new(), allowed_host: None };
        let document = RouteDocument::new("replay", Destination::SlackWebhook(destination));
        let outbox = Outbox::new(MemoryTable::default(), PlayedClock::default());
        Ok(Self {
            deliverer: Deliverer::new(outbox, Screen::default(), Windows::AreSeen),
            routes: Routes { live: vec![Route::compile(document)?], ..Routes::default() },
            runtime: tokio::runtime::Builder::new_current_thread().build().context("starting")?,
            below_threshold: 0,
        })
    }

    /// Takes the matches of one log, which arrives when its last event happens. Gives the messages that go out until then and for
    /// it, each with the number of alerts that it tells.
    pub(super) fn arrive(
        &mut self,
        matches: Vec<Match<'_>>,
        last: Option<Timestamp>,
    ) -> anyhow::Result<Vec<(u64, Message)>> {
        let now = last.map(Moment::from).unwrap_or_default().max(self.clock().now());
        self.play_until(now)?;
        let Self { deliverer, routes, runtime, below_threshold } = self;
        runtime.block_on(async {
            let mut intake = deliverer.intake(routes, NEVER);
            intake.take(matches).await?;
            intake.finish().await?;
            let taken = intake.into_taken();
            *below_threshold += taken.below_threshold;
            deliverer.send(routes, taken.groups.into_keys(), NEVER).await;
            Ok::<_, OutboxError>(())
        })?;
        Ok(self.messages())
    }

    /// Lets the time pass that it takes until all is told.
    pub(super) fn end(&mut self) -> anyhow::Result<Vec<(u64, Message)>> {
        self.play_until(NEVER)?;
        Ok(self.messages())
    }

    /// Events that mattered to thresholds alone, which were not reached.
    pub(super) fn below_threshold(&self) -> u64 {
        self.below_threshold
    }

    fn clock(&self) -> &PlayedClock {
        self.deliverer.outbox().clock()
    }

    fn play_until(&self, moment: Moment) -> Result<(), OutboxError> {
        while let Some(due) = self.deliverer.outbox().table().next_due().filter(|due| *due <= moment) {
            self.clock().now.set(due.max(self.clock().now()));
            self.runtime.block_on(self.deliverer.flush(&self.routes, NEVER))?;
        }
        if moment < NEVER {
            self.clock().now.set(moment.max(self.clock().now()));
        }
        Ok(())
    }

    fn messages(&self) -> Vec<(u64, Message)> {
        self.deliverer.post().0.take()
    }
}

impl Clock for PlayedClock {
    fn now(&self) -> Moment {
        self.now.get()
    }

    async fn sleep(&self, time: Duration) {
        self.now.set(self.now.get().plus(time));
    }

    /// Nobody else is there whom a guess could help.
    fn random(&self) -> u64 {
        self.drawn.set(self.drawn.get() + 1);
        self.drawn.get()
    }
}

impl Post for Screen {
    async fn post(&self, _to: &Destination, outgoing: &Outgoing, _limit: Duration) -> Answer {
        if let Content::Slack(message) = &outgoing.content {
            self.0.borrow_mut().push((outgoing.count, message.clone()));
        }
        Answer::Delivered { thread: None }
    }

    async fn lay_down(&self, _body: &str, _limit: Duration) -> Option<Result<(), String>> {
        None
    }
}
