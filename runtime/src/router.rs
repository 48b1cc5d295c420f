//! Router: which routes take an alert.

use trailhook_engine::document::RouteDocument;

/// The routes that take an alert: every route that is not a default one; if there is none, every default route.
///
/// Empty if nothing takes it, which the caller has to say.
pub fn routes_for(routes: &[RouteDocument]) -> Vec<&RouteDocument> {
    let named: Vec<_> = routes.iter().filter(|route| !route.default).collect();
    if named.is_empty() { routes.iter().collect() } else { named }
}

#[cfg(test)]
mod tests {
    use super::*;
    use trailhook_engine::document::{Destination, SlackWebhook};

    fn route(name: &str, default: bool) -> RouteDocument {
        let webhook = SlackWebhook { url_parameter: "/s".to_owned(), allowed_host: None };
        RouteDocument { default, ..RouteDocument::new(name, Destination::SlackWebhook(webhook)) }
    }

    #[test]
    fn default_routes_take_what_is_left() {
        let names =
            |routes: &[RouteDocument]| routes_for(routes).iter().map(|route| route.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&[route("a", false), route("b", true), route("c", false)]), ["a", "c"]);
        assert_eq!(names(&[route("a", true), route("b", true)]), ["a", "b"]);
        assert!(names(&[]).is_empty());
    }
}
