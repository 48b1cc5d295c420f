//! A clock, and tasks that go on when it says so: in an order that a seed decides, and with deaths between any two steps.

use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use trailhook_runtime::clock::Moment;

/// The time, and who waits for which.
pub(crate) struct Time {
    now: Cell<Moment>,
    timers: RefCell<BinaryHeap<Reverse<Timer>>>,
    sequence: Cell<u64>,
}

struct Timer {
    at: Moment,
    sequence: u64,
    waker: Waker,
}

impl PartialEq for Timer {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.sequence) == (other.at, other.sequence)
    }
}

impl Eq for Timer {}

impl PartialOrd for Timer {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timer {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.sequence).cmp(&(other.at, other.sequence))
    }
}

impl Time {
    pub(crate) fn new(start: Moment) -> Self {
        Self { now: Cell::new(start), timers: RefCell::default(), sequence: Cell::new(0) }
    }

    pub(crate) fn now(&self) -> Moment {
        self.now.get()
    }

    /// Waits, and lets others go on.
    pub(crate) fn pause(&self, time: Duration) -> impl Future<Output = ()> {
        let at = self.now().plus(time);
        let mut waits: Option<Waker> = None;
        std::future::poll_fn(move |context| {
            match &waits {
                // Also a pause of no time lets others go on.
                Some(_) if self.now() >= at => return Poll::Ready(()),
                // A second timer would wake it a second time, and so on.
                Some(waker) if waker.will_wake(context.waker()) => return Poll::Pending,
                _ => waits = Some(context.waker().clone()),
            }
            self.sequence.set(self.sequence.get() + 1);
            let timer = Timer { at, sequence: self.sequence.get(), waker: context.waker().clone() };
            self.timers.borrow_mut().push(Reverse(timer));
            Poll::Pending
        })
    }

    /// Goes on to the next timer, and wakes who waits for it; `false` if nobody waits.
    fn advance(&self) -> bool {
        let Some(Reverse(timer)) = self.timers.borrow_mut().pop() else { return false };
        self.now.set(self.now().max(timer.at));
        timer.waker.wake();
        true
    }
}

/// What a task has to do.
type Work<'w> = Pin<Box<dyn Future<Output = ()> + 'w>>;

struct Task<'w> {
    is_mortal: bool,
    work: Option<Work<'w>>,
    flag: Arc<Flag>,
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Tasks that were begun while others run, each with whether it can die.
pub(crate) type Spawned<'w> = Rc<RefCell<Vec<(bool, Work<'w>)>>>;

/// Runs tasks until none is left. Before a mortal one goes on, `dies` is asked with its number whether it dies there.
pub(crate) fn run<'w>(time: &Time, current: &Cell<usize>, spawned: &Spawned<'w>, dies: &mut dyn FnMut(usize) -> bool) {
    let mut tasks: Vec<Task<'w>> = Vec::new();
    loop {
        for (is_mortal, work) in spawned.borrow_mut().drain(..) {
            tasks.push(Task { is_mortal, work: Some(work), flag: Arc::new(Flag(AtomicBool::new(true))) });
        }
        let mut went_on = false;
        for number in 0..tasks.len() {
            let Some(task) = tasks.get_mut(number) else { continue };
            if !task.flag.0.swap(false, Ordering::Relaxed) {
                continue;
            }
            let Some(work) = &mut task.work else { continue };
            went_on = true;
            current.set(number);
            if task.is_mortal && dies(number) {
                task.work = None;
                continue;
            }
            let waker = Waker::from(Arc::clone(&task.flag));
            if work.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
                task.work = None;
            }
        }
        let is_done = tasks.iter().all(|task| task.work.is_none()) && spawned.borrow().is_empty();
        if is_done || (!went_on && spawned.borrow().is_empty() && !time.advance()) {
            return;
        }
    }
}
