//! Delivery: a match goes to its routes, once, and each route stands alone.

use tokio::time::{Instant, timeout_at};
use trailhook_engine::document::{Destination, RouteDocument, SlackWebhook};

use crate::config::SecretStore;
use crate::matcher::Match;
use crate::message::{Subject, render};
use crate::outbox::{Claim, MemoryOutbox};
use crate::pipeline::{Failure, Report};
use crate::router::routes_for;
use crate::sender::{SendError, WebhookSender};

/// What delivers, for as long as the instance lives.
pub struct Deliverer {
    secrets: SecretStore,
    outbox: MemoryOutbox,
    webhooks: WebhookSender,
}

/// The deliveries of one invocation.
pub struct Delivery<'a> {
    deliverer: &'a Deliverer,
    routes: Vec<RouteDelivery<'a>>,
    deadline: Instant,
}

/// What happened on one route.
struct RouteDelivery<'a> {
    route: &'a RouteDocument,
    messages: u64,
    repeated: u64,
    undelivered: u64,
    /// The first reason for which an alert was not delivered.
    reason: Option<SendError>,
    /// Whether the reason holds for whatever would come next, too.
    closed: bool,
}

impl Deliverer {
    /// Puts the parts together.
    #[must_use]
    pub fn new(secrets: SecretStore, outbox: MemoryOutbox, webhooks: WebhookSender) -> Self {
        Self { secrets, outbox, webhooks }
    }

    /// The deliveries of one invocation, none of which begins after the deadline.
    pub fn begin<'a>(&'a self, routes: &'a [RouteDocument], deadline: Instant) -> Delivery<'a> {
        let routes = routes_for(routes).into_iter().map(RouteDelivery::new).collect();
        Delivery { deliverer: self, routes, deadline }
    }
}

impl Delivery<'_> {
    /// Delivers matches on every route that takes them. What fails is told at the end.
    pub async fn deliver(&mut self, matches: Vec<Match<'_>>) {
        for route in &mut self.routes {
            for found in &matches {
                route.deliver(self.deliverer, found, self.deadline).await;
            }
        }
    }

    /// Adds what was delivered to the report, and tells what was not.
    pub fn finish(self, report: &mut Report) -> Vec<Failure> {
        let mut failures = Vec::new();
        for route in self.routes {
            report.messages += route.messages;
            report.repeated += route.repeated;
            if let Some(reason) = route.reason {
                failures.push(Failure::Route { route: route.route.name.clone(), alerts: route.undelivered, reason });
            }
        }
        failures
    }
}

impl<'a> RouteDelivery<'a> {
    fn new(route: &'a RouteDocument) -> Self {
        Self { route, messages: 0, repeated: 0, undelivered: 0, reason: None, closed: false }
    }

    async fn deliver(&mut self, deliverer: &Deliverer, found: &Match<'_>, deadline: Instant) {
        let claim = Claim { route: self.route.name.clone(), event_id: found.id.clone() };
        let Some(claimed) = deliverer.outbox.claim(claim) else {
            self.repeated += 1;
            return;
        };
        if self.closed {
            self.undelivered += 1;
            return;
        }
        let sent = timeout_at(deadline, send(deliverer, self.route, found, deadline)).await;
        match sent.unwrap_or(Err(SendError::OutOfTime)) {
            Ok(()) => {
                claimed.keep();
                self.messages += 1;
            }
            Err(reason) => {
                self.undelivered += 1;
                self.closed |= !reason.is_of_this_message();
                self.reason.get_or_insert(reason);
            }
        }
    }
}

async fn send(
    deliverer: &Deliverer,
    route: &RouteDocument,
    found: &Match<'_>,
    deadline: Instant,
) -> Result<(), SendError> {
    let message = render(&Subject { event: &found.event, rules: &found.rules });
    match &route.destination {
        Destination::SlackWebhook(SlackWebhook { url_parameter, allowed_host }) => {
            let Deliverer { secrets, webhooks, .. } = deliverer;
            webhooks.send(secrets, url_parameter, allowed_host.as_deref(), &message, deadline).await
        }
        other => Err(SendError::Unsupported(other.kind())),
    }
}
