//! Router: which routes take an alert.

use std::collections::BTreeSet;

use trailhook_engine::language::RuleError;
use trailhook_engine::{Alert, Route};

use crate::alert::Display;

/// The routes of a namespace.
#[derive(Debug, Default)]
pub struct Routes {
    /// Those that work, by name.
    pub live: Vec<Route>,
    /// The names of those that are there and cannot be read: what they are to deliver waits until they are mended.
    pub broken: BTreeSet<String>,
    /// How events are shown on all of them.
    pub display: Display,
}

impl Routes {
    /// The route of this name, if it works.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Route> {
        self.live.iter().find(|route| route.name() == name)
    }
}

/// The routes of an alert.
#[derive(Debug, Default)]
pub struct Routed<'r> {
    /// Those that take it; empty if none does, which the caller has to say.
    pub routes: Vec<&'r Route>,
    /// Those whose expression erred, which counts as not taking it.
    pub errors: Vec<(&'r Route, RuleError)>,
}

/// The routes that take an alert: every route that is not a default one and whose conditions hold; if there is none, every default
/// route whose conditions hold.
pub fn routes_for<'r>(routes: &'r [Route], alert: &Alert<'_>) -> Routed<'r> {
    let mut routed = Routed::default();
    for is_default in [false, true] {
        for route in routes.iter().filter(|route| route.document().default == is_default) {
            match route.takes(alert) {
                Ok(true) => routed.routes.push(route),
                Ok(false) => {}
                Err(error) => routed.errors.push((route, error)),
            }
        }
        if !routed.routes.is_empty() {
            break;
        }
    }
    routed
}

/// The routes of a word about the function itself: the default ones, or all if there is none.
pub fn notice_routes(routes: &[Route]) -> Vec<&Route> {
    let default: Vec<_> = routes.iter().filter(|route| route.document().default).collect();
    if default.is_empty() { routes.iter().collect() } else { default }
}

#[cfg(test)]
mod tests {
    use super::*;
    use trailhook_engine::document::{Destination, RouteDocument, RouteMatch, SlackWebhook};
    use trailhook_engine::event::Event;

    fn route(name: &str, default: bool, expression: &str) -> Route {
        let webhook = SlackWebhook { url_parameter: "/s".to_owned(), allowed_host: None };
        let matches = RouteMatch { expression: Some(expression.to_owned()), ..RouteMatch::default() };
        let document = RouteDocument::new(name, Destination::SlackWebhook(webhook));
        Route::compile(RouteDocument { default, matches, ..document }).unwrap()
    }

    fn names<'r>(routes: &[&'r Route]) -> Vec<&'r str> {
        routes.iter().map(|route| route.name()).collect()
    }

    #[test]
    fn default_routes_take_what_is_left() {
        let routed = |routes: &[Route]| {
            let event = Event::parse(b"{}").unwrap();
            let routed = routes_for(routes, &Alert { event: &event, rules: &[] });
            let names = |routes: &[&Route]| routes.iter().map(|route| route.name().to_owned()).collect::<Vec<_>>();
            (names(&routed.routes), routed.errors.len())
        };
        let named = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let all = [route("a", false, "True"), route("b", true, "True"), route("c", false, "True")];
        assert_eq!(routed(&all), (named(&["a", "c"]), 0));
        let none = [route("a", false, "False"), route("b", true, "True"), route("c", true, "False")];
        assert_eq!(routed(&none), (named(&["b"]), 0));
        let erring = [route("a", false, "event['x'] == 1"), route("b", true, "True")];
        assert_eq!(routed(&erring), (named(&["b"]), 1), "an alert is not lost to an error");
        assert_eq!(routed(&[route("b", true, "False")]), (Vec::new(), 0));
    }

    #[test]
    fn notices_go_to_default_routes_if_there_are_any() {
        let routes = [route("a", false, "True"), route("b", true, "False")];
        assert_eq!(names(&notice_routes(&routes)), ["b"]);
        assert_eq!(names(&notice_routes(&routes[..1])), ["a"]);
    }
}
