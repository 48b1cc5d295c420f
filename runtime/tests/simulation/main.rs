//! The outbox under every kind of bad luck, in an order that a seed decides.
//!
//! Functions claim the same events, send to the same channels and flush at the same time; the table refuses, is busy, and loses
//! answers; Slack is slow, full, and silent; and any of them dies between any two steps. The code under test is the function's own,
//! from the intake to the record of a message; only the table's transport, Slack and the clock are played.
//!
//! At the end everything that was invoked has succeeded and the flushes have run. Then the promise must hold: each alert was told at
//! least once, and a second time only where (a) its sender died between Slack's answer and the record of it, or could not reach the
//! table for the ten seconds of its lease behind the answer, which is as if it had died, or (b) the answer was lost or a 5xx. And the channels must have been used by one sender at a time, a second apart.
//!
//! `TRAILHOOK_SEEDS` runs so many seeds instead of the usual number, and `TRAILHOOK_SEED` one alone.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a panic is a failed test")]
#![allow(clippy::expect_used, clippy::print_stdout, reason = "what a run saw is worth a line to who asks for it")]

mod executor;
mod scenario;
mod world;

use scenario::Scenario;
use world::Broken;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

/// Runs the schedules of one of the four parts of the test, which run side by side.
fn explore(part: u64) {
    if let Some(seed) = number("TRAILHOOK_SEED") {
        let seen = Scenario::of(seed).run(seed, None);
        assert!(seen.violations.is_empty(), "seed {seed}: {seen:#?}");
        return;
    }
    let seeds = number("TRAILHOOK_SEEDS").unwrap_or(10_000);
    let (mut steps, mut deaths, mut copies) = (0, 0, 0);
    for seed in (0..seeds).filter(|seed| seed % 4 == part) {
        let seen = Scenario::of(seed).run(seed, None);
        assert!(seen.violations.is_empty(), "TRAILHOOK_SEED={seed}: {seen:#?}");
        steps += seen.steps;
        deaths += seen.deaths;
        copies += seen.excused_copies;
    }
    // A run without bad luck would prove nothing.
    assert!(
        seeds < 400 || (deaths > seeds / 8 && copies > seeds / 100),
        "{steps} steps, {deaths} deaths, {copies} copies"
    );
    println!("{} schedules, {steps} steps, {deaths} deaths, {copies} second copies, all admitted", seeds / 4);
}

#[test]
fn the_promise_holds_in_every_schedule_part_1() {
    explore(0);
}

#[test]
fn the_promise_holds_in_every_schedule_part_2() {
    explore(1);
}

#[test]
fn the_promise_holds_in_every_schedule_part_3() {
    explore(2);
}

#[test]
fn the_promise_holds_in_every_schedule_part_4() {
    explore(3);
}

/// Without a table the promise holds within one instance and one invocation: what fails is taken again by the retry.
#[test]
fn one_instance_alone_tells_everything_or_fails() {
    for seed in 0..number("TRAILHOOK_SEEDS").unwrap_or(2_000) {
        let seen = Scenario::of(seed).run_alone(seed);
        assert!(seen.violations.is_empty(), "seed {seed}: {seen:#?}");
    }
}

/// A table that does not hold to one of the conditions is found out.
#[test]
fn each_condition_of_the_table_is_needed() {
    for broken in [
        Broken::ClaimReceipt,
        Broken::CountReceipt,
        Broken::GroupVersion,
        Broken::LeaseVersion,
        Broken::CounterVersion,
        Broken::Atomicity,
    ] {
        let found = (0..2_000).find(|seed| !Scenario::of(*seed).run(*seed, Some(broken)).violations.is_empty());
        assert!(found.is_some(), "{broken:?} goes unnoticed");
        println!("{broken:?} is found out by seed {}", found.unwrap());
    }
}
