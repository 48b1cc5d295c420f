//! What happens in a schedule, and whether the promise held.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use trailhook_engine::document::{
    Destination, RouteDocument, RuleDocument, SlackApp, SlackWebhook, Sns, Threshold, Window,
};
use trailhook_engine::event::Event;
use trailhook_engine::{Route, Rule, RuleSet};
use trailhook_runtime::clock::{Clock as _, Moment};
use trailhook_runtime::delivery::{Deliverer, Windows};
use trailhook_runtime::matcher::Match;
use trailhook_runtime::outbox::{GroupKey, MemoryTable, Outbox};
use trailhook_runtime::router::Routes;

use crate::executor::{Spawned, run};
use crate::world::{Broken, Instance, Posted, Recorded, World};

/// When everything has to be told.
const LONGEST: Duration = Duration::from_secs(6 * 60 * 60);
/// Events that a threshold lets pass without a word.
const BELOW: usize = 2;

/// Who invokes the function for which events, and where the alerts go.
#[derive(Debug)]
pub(crate) struct Scenario {
    routes: Vec<RouteDocument>,
    /// The second in which the first route is pointed to another channel.
    change: Option<u64>,
    /// Whether the events are large.
    is_large: bool,
    /// The events of each log object, by their identities.
    objects: Vec<Vec<usize>>,
    /// For each invocation, its object and the second in which it comes.
    invocations: Vec<(usize, u64)>,
    /// How long Lambda lets a function work: less than a lease holds, or more.
    timeout: Duration,
}

/// What was seen in a schedule.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) violations: Vec<String>,
    pub(crate) steps: u64,
    pub(crate) deaths: u64,
    pub(crate) excused_copies: u64,
}

fn destination(kind: u64, name: &str) -> Destination {
    match kind {
        0 => Destination::SlackWebhook(SlackWebhook { url_parameter: format!("/{name}"), allowed_host: None }),
        1 => Destination::SlackApp(SlackApp {
            channel: format!("C{name}"),
            token_parameter: "/token".to_owned(),
            broadcast_first_reply: true,
            api_url: None,
        }),
        _ => Destination::Sns(Sns { topic_arn: format!("arn:aws:sns:eu-west-1:111122223333:{name}") }),
    }
}

/// Every third event is one that a threshold counts; the others differ in name and actor.
fn event(number: usize, is_large: bool) -> Event {
    let filler = if is_large { "x".repeat(90_000) } else { String::new() };
    let (name, second) = (if is_counted(number) { "T".to_owned() } else { format!("E{}", number % 2) }, number % 60);
    let actor = if is_counted(number) { 0 } else { number / 2 % 2 };
    let record = format!(
        r#"{{"eventID":"e{number}","eventName":"{name}","eventTime":"2026-02-03T10:00:{second:02}Z","userIdentity":{{"arn":"arn:{actor}"}},"requestParameters":{{"filler":"{filler}"}}}}"#
    );
    Event::parse(record.as_bytes()).unwrap()
}

/// Whether a log of this length holds everything twice.
fn is_doubled(seed: u64, length: usize) -> bool {
    seed.is_multiple_of(5) && length < 6
}

fn is_counted(number: usize) -> bool {
    number % 3 == 2
}

fn rules() -> RuleSet {
    let window = Window::parse("10m").unwrap();
    let threshold = Threshold { count: u32::try_from(BELOW).unwrap() + 1, window, by: vec![], distinct: None };
    let mut counted = RuleDocument::new("counted", "event['eventName'] == 'T'");
    counted.threshold = Some(threshold);
    let plain = RuleDocument::new("plain", "event['eventName'] != 'T'");
    RuleSet::new([counted, plain].map(|document| Rule::compile(document).unwrap()))
}

impl Scenario {
    pub(crate) fn of(seed: u64) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed ^ 0x5EED);
        let mut routes = vec![RouteDocument::new("one", destination(rng.u64(0..3), "one"))];
        if rng.u8(0..3) == 0 {
            // Another route to the same channel, or to one of its own.
            let name = if rng.bool() { "one" } else { "two" };
            routes.push(RouteDocument::new("two", destination(rng.u64(0..3), name)));
        }
        if rng.bool() {
            routes.push(RouteDocument {
                default: true,
                ..RouteDocument::new("spare", destination(rng.u64(0..2), "spare"))
            });
        }
        let events = rng.usize(1..17);
        let objects: Vec<Vec<usize>> = (0..rng.usize(1..5))
            .map(|_| (0..events).filter(|_| rng.bool()).collect())
            .filter(|object: &Vec<usize>| !object.is_empty())
            // The same event may stand in a log twice.
            .map(|object| if is_doubled(seed, object.len()) { [object.clone(), object].concat() } else { object })
            .collect();
        let mut invocations = Vec::new();
        for object in 0..objects.len() {
            // Most come at once.
            let second = if rng.bool() { 0 } else { rng.u64(0..20) };
            for _ in 0..rng.usize(1..4) {
                // Two at once, or one long behind the other.
                let later = if rng.bool() { 0 } else { rng.u64(0..1_200) };
                invocations.push((object, second + later));
            }
        }
        let timeout = Duration::from_secs(if rng.bool() { 30 } else { 120 });
        let change = (rng.u8(0..4) == 0).then(|| rng.u64(0..120));
        Self { routes, change, is_large: seed % 40 == 7, objects, invocations, timeout }
    }

    /// The routes before or behind their change.
    fn routes_of(&self, is_changed: bool) -> Routes {
        let mut documents = self.routes.clone();
        if is_changed {
            documents[0].destination = destination(0, "moved");
        }
        let live = documents.into_iter().map(|document| Route::compile(document).unwrap()).collect();
        Routes { live, ..Routes::default() }
    }

    /// One instance without a table, which invokes until it succeeds: within it, the promise holds as well.
    pub(crate) fn run_alone(&self, seed: u64) -> Seen {
        let world = World::new(seed, None);
        let (rules, routes) = (rules(), self.routes_of(false));
        let spawned: Spawned<'_> = Rc::new(RefCell::new(Vec::new()));
        let work = async {
            let table = MemoryTable::default();
            let deliverer = Deliverer::new(Outbox::new(table, Instance::of(&world)), &world, Windows::AreNotSeen);
            for (object, _) in &self.invocations {
                for attempt in 0.. {
                    let deadline = deliverer.outbox().clock().now().plus(self.timeout).minus(Duration::from_secs(2));
                    let mut intake = deliverer.intake(&routes, deadline);
                    for number in &self.objects[*object] {
                        let event = event(*number, false);
                        let rules = rules.decide(&event, jiff::Timestamp::UNIX_EPOCH).alerts;
                        intake
                            .take(vec![Match { id: format!("e{number}"), event: event.clone(), rules }])
                            .await
                            .unwrap();
                    }
                    intake.finish().await.unwrap();
                    let taken = intake.into_taken();
                    deliverer.send(&routes, taken.groups.keys().cloned(), deadline).await;
                    if deliverer.give_up(&routes, &taken).is_empty() {
                        break;
                    }
                    assert!(attempt < 100, "it does not come to an end");
                    world.time.pause(Duration::from_secs(60)).await;
                }
            }
        };
        spawned.borrow_mut().push((false, Box::pin(work)));
        run(&world.time, &world.current, &spawned, &mut |_| false);
        let mut seen =
            Seen { steps: world.steps.get(), violations: world.violations.borrow().clone(), ..Seen::default() };
        let (counted, plain): (Vec<_>, Vec<_>) = self.events().into_iter().partition(|number| is_counted(*number));
        let takers = self.routes.iter().filter(|route| !route.default).count();
        let alerts = u64::try_from((plain.len() + counted.len().saturating_sub(BELOW)) * takers).unwrap();
        let sum = |wanted: &dyn Fn(&Posted) -> bool| {
            world.posted.borrow().iter().filter(|post| wanted(post)).map(|post| post.count).sum::<u64>()
        };
        let letters: u64 = world.letters.borrow().iter().map(|letter| letter["count"].as_u64().unwrap()).sum();
        let told = sum(&|post| !post.is_excused) + letters;
        seen.excused_copies = sum(&|post| post.is_excused);
        if told < alerts || told > alerts + letters + seen.excused_copies {
            seen.violations.push(format!("{alerts} alerts, {told} told, {letters} of them in the queue"));
        }
        seen
    }

    /// The events that are delivered.
    fn events(&self) -> BTreeSet<usize> {
        self.invocations.iter().flat_map(|(object, _)| &self.objects[*object]).copied().collect()
    }

    /// Runs the scenario as a seed has it.
    pub(crate) fn run(&self, seed: u64, broken: Option<Broken>) -> Seen {
        let world = World::new(seed, broken);
        let rules = rules();
        let routes = [self.routes_of(false), self.routes_of(true)];
        let spawned: Spawned<'_> = Rc::new(RefCell::new(Vec::new()));
        let open = Rc::new(Cell::new(self.invocations.len()));
        for (object, second) in &self.invocations {
            let invoked = Invoked { scenario: self, world: &world, rules: &rules, routes: &routes };
            let work = invoked.supervise(Rc::clone(&spawned), Rc::clone(&open), *object, *second);
            spawned.borrow_mut().push((false, Box::pin(work)));
        }
        let invoked = Invoked { scenario: self, world: &world, rules: &rules, routes: &routes };
        let work = invoked.schedule(Rc::clone(&spawned), Rc::clone(&open));
        spawned.borrow_mut().push((false, Box::pin(work)));
        let deaths = Cell::new(0);
        run(&world.time, &world.current, &spawned, &mut |task| {
            let dies = world.happens(4);
            if dies {
                world.excuse(task);
                world.forget(task);
                deaths.set(deaths.get() + 1);
            }
            dies
        });
        // What was spawned holds what it works with, and would keep itself alive.
        spawned.borrow_mut().clear();
        let mut seen = Seen { steps: world.steps.get(), deaths: deaths.get(), ..Seen::default() };
        self.judge(&world, &mut seen);
        seen
    }

    /// Whether the promise held.
    fn judge(&self, world: &World, seen: &mut Seen) {
        let mut violations = world.violations.borrow().clone();
        let mut violated = |text: String| violations.push(text);
        let (recorded, receipts) = (world.recorded.borrow(), world.receipts.borrow());
        for group in world.groups.borrow().iter() {
            if world.state(group)["pending"] != 0 {
                violated(format!("{group}: something was never told"));
            }
        }

        // Every event is claimed by each route that takes it, and as many are told as were claimed.
        let events: BTreeSet<usize> =
            self.invocations.iter().flat_map(|(object, _)| &self.objects[*object]).copied().collect();
        let (counted, plain): (Vec<_>, Vec<_>) = events.iter().partition(|number| is_counted(**number));
        let takers: Vec<_> =
            self.routes.iter().filter(|route| !route.default).map(|route| route.name.as_str()).collect();
        for route in &self.routes {
            let of = |number: &usize| receipts.iter().any(|key| key.as_str() == format!("E#{}#e{number}", route.name));
            let is_taker = takers.contains(&route.name.as_str());
            let (claimed_plain, claimed_counted) =
                (plain.iter().filter(|number| of(number)).count(), counted.iter().filter(|number| of(number)).count());
            let expected = if is_taker { (plain.len(), counted.len().saturating_sub(BELOW)) } else { (0, 0) };
            if (claimed_plain, claimed_counted) != expected {
                violated(format!("{}: {claimed_plain} and {claimed_counted} claimed, not {expected:?}", route.name));
            }
            let steps = recorded.iter().filter(|(group, _)| group.route == route.name).flat_map(|(_, steps)| steps);
            let told: u64 = steps.map(|step| step.count).sum();
            let inherited = world.inherited.borrow().get(&route.name).copied().unwrap_or_default();
            let claimed = u64::try_from(claimed_plain + claimed_counted).unwrap() + inherited;
            if told != claimed {
                violated(format!("{}: {claimed} claimed or inherited, and {told} told", route.name));
            }
        }

        // Each step of a group is a message, another group's, or a dead letter.
        let posted = world.posted.borrow();
        let letters = world.letters.borrow();
        for (group, steps) in recorded.iter() {
            let mut numbers = BTreeSet::new();
            for Recorded { number, count, is_handed_over, .. } in steps.iter().copied() {
                if !numbers.insert(number) {
                    violated(format!("{group}: message {number} was recorded twice"));
                }
                let is_posted =
                    posted.iter().any(|post| post.group == *group && post.number == number && post.count == count);
                let is_letter = letters
                    .iter()
                    .any(|letter| letter["dead_letter"]["route"] == group.route.as_str() && letter["count"] == count);
                if !is_posted && !is_handed_over && !is_letter {
                    violated(format!("{group}: {count} alert(s) of message {number} reached nobody"));
                }
            }
        }

        // A second copy is one that the promise admits.
        let mut copies: BTreeMap<_, (u64, u64)> = BTreeMap::new();
        for post in posted.iter() {
            let (unexcused, excused) = copies.entry((&post.group, post.number)).or_default();
            let is_excused = post.is_excused || was_kept_from_the_table(world, post, &recorded);
            *(if is_excused { excused } else { unexcused }) += 1;
        }
        for ((group, number), (unexcused, excused)) in copies {
            if unexcused > 1 {
                violated(format!("{group}: message {number} went out {unexcused} times without an excuse"));
            }
            seen.excused_copies += (unexcused + excused).saturating_sub(1);
        }
        seen.violations = violations;
    }
}

/// What an invocation works with.
#[derive(Clone, Copy)]
struct Invoked<'w> {
    scenario: &'w Scenario,
    world: &'w World,
    rules: &'w RuleSet,
    /// As they were applied first, and then.
    routes: &'w [Routes; 2],
}

impl<'w> Invoked<'w> {
    /// Invokes the function for an object until it succeeds, as Lambda and a dead-letter queue do.
    async fn supervise(self, spawned: Spawned<'w>, open: Rc<Cell<usize>>, object: usize, second: u64) {
        self.world.time.pause(Duration::from_secs(second)).await;
        let is_done = Rc::new(Cell::new(false));
        while !is_done.get() {
            let done = Rc::clone(&is_done);
            spawned
                .borrow_mut()
                .push((true, Box::pin(async move { done.set(self.invoke(object).await || done.get()) })));
            self.world.time.pause(self.scenario.timeout + Duration::from_secs(10 + self.world.pick(60))).await;
        }
        open.set(open.get() - 1);
    }

    /// One invocation, as the pipeline does it. Says whether it succeeded.
    async fn invoke(self, object: usize) -> bool {
        let Self { scenario, world, rules, .. } = self;
        let (routes, instance, task) = (self.routes_now(), Instance::of(world), world.current.get());
        let deadline = instance.now().plus(scenario.timeout).minus(Duration::from_secs(2));
        let deliverer = Deliverer::new(Outbox::new(world, instance), world, Windows::AreSeen);
        let mut intake = deliverer.intake(routes, deadline);
        for number in &scenario.objects[object] {
            let event = event(*number, scenario.is_large);
            let rules = rules.decide(&event, jiff::Timestamp::UNIX_EPOCH).alerts;
            let found = Match { id: format!("e{number}"), event: event.clone(), rules };
            if intake.take(vec![found]).await.is_err() {
                return false;
            }
        }
        let claimed = intake.finish().await;
        let groups = intake.into_taken().groups;
        deliverer.send(routes, groups.into_keys(), deadline).await;
        world.ended.borrow_mut().insert(task, (world.time.now(), deadline));
        claimed.is_ok()
    }

    /// The routes as an instance knows them, up to a minute after they were applied.
    fn routes_now(self) -> &'w Routes {
        let age = self.world.time.now().since(World::START).as_secs();
        let is_changed = self.scenario.change.is_some_and(|second| age > second + self.world.pick(60));
        &self.routes[usize::from(is_changed)]
    }

    /// Flushes once a minute until all is told.
    async fn schedule(self, spawned: Spawned<'w>, open: Rc<Cell<usize>>) {
        let world = self.world;
        let start = world.time.now();
        loop {
            world.time.pause(Duration::from_secs(60)).await;
            let now = world.time.now();
            if now > world.trouble_until && open.get() == 0 && world.next_due().is_none() {
                return;
            }
            if now.since(start) > LONGEST {
                world.violations.borrow_mut().push("it does not come to an end".to_owned());
                return;
            }
            spawned.borrow_mut().push((true, Box::pin(self.flush())));
        }
    }

    async fn flush(self) {
        let Self { scenario, world, .. } = self;
        let (routes, instance, task) = (self.routes_now(), Instance::of(world), world.current.get());
        let deadline: Moment = instance.now().plus(scenario.timeout).minus(Duration::from_secs(2));
        let deliverer = Deliverer::new(Outbox::new(world, instance), world, Windows::AreSeen);
        // A table that does not say what is due says it to the next one.
        let _passing = deliverer.flush(routes, deadline).await;
        world.ended.borrow_mut().insert(task, (world.time.now(), deadline));
    }
}

/// Whether a sender that had Slack's answer could not record it for so long that its lease was over, although it tried.
fn was_kept_from_the_table(world: &World, post: &Posted, recorded: &BTreeMap<GroupKey, Vec<Recorded>>) -> bool {
    const LEASE_BEHIND_POST: Duration = Duration::from_secs(10);
    let step = recorded.get(&post.group).and_then(|steps| steps.iter().find(|step| step.number == post.number));
    let is_late = step.is_none_or(|step| step.at.since(post.answered) >= LEASE_BEHIND_POST);
    let tried = world
        .ended
        .borrow()
        .get(&post.task)
        .is_some_and(|(ended, deadline)| ended.since(post.answered) >= LEASE_BEHIND_POST || ended >= deadline);
    is_late && tried
}
