//! Terraform's side of the protocol, with messages that Terraform sends and with messages that nobody should send: the
//! answer is a right value or a diagnostic, never a failed call, and no state is lost.
//!
//! | file | |
//! |---|---|
//! | `odd` | every odd thing in every position of an object |
//! | `calls` | every call with that object in every place, and what must hold of the answer |
//! | `recorded` | what the real Terraform sent |

#![allow(clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "helpers of tests are tests")]

mod calls;
#[allow(dead_code, reason = "only its schema is used here")]
#[path = "../../examples/memory.rs"]
mod memory;
mod odd;
mod recorded;
#[path = "../support/mod.rs"]
mod support;

use calls::{Calls, JSON_CALLS};
use proptest::prelude::{Strategy, any, prop_oneof};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tfplugin::protocol::tfplugin6::DynamicValue;

fn msgpack(bytes: Vec<u8>) -> DynamicValue {
    DynamicValue { msgpack: bytes.into(), ..DynamicValue::default() }
}

fn json(bytes: impl Into<Vec<u8>>) -> DynamicValue {
    DynamicValue { json: bytes.into().into(), ..DynamicValue::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_odd_thing_in_every_position_of_every_call() {
    // Two providers, as it takes long.
    let halves = [0, 1].map(|half| {
        tokio::spawn(async move {
            let calls = Calls::start().await;
            let mut count = 0;
            for (what, bytes) in odd::objects().skip(half).step_by(2) {
                calls.all(&what, &msgpack(bytes)).await;
                count += 1;
            }
            (count, calls.end().await)
        })
    });
    let (mut count, mut lives) = (0, 0);
    for half in halves {
        let (objects, accepted) = half.await.expect("every answer is right");
        count += objects;
        lives += accepted;
    }
    assert!(count > 2000, "{count} objects");
    assert!(lives > 200, "{lives} of {count} objects are accepted from plan to read");
}

#[tokio::test]
async fn a_value_may_end_anywhere_and_go_on_too_long() {
    let calls = Calls::start().await;
    let whole = odd::whole();
    for end in 0..whole.len() {
        calls.all(&format!("the first {end} bytes"), &msgpack(whole[..end].to_vec())).await;
    }
    for more in [&b"\xc0"[..], b"\xff", b"\x00\x00"] {
        calls.all("more than one value", &msgpack([&whole[..], more].concat())).await;
    }
    calls.end().await;
}

/// Any bytes, and bytes that are changed in one place.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let changed = (any::<proptest::sample::Index>(), any::<u8>()).prop_map(|(index, byte)| {
        let mut bytes = odd::whole();
        let index = index.index(bytes.len());
        bytes[index] = byte;
        bytes
    });
    prop_oneof![1 => proptest::collection::vec(any::<u8>(), 0..64), 3 => changed]
}

#[tokio::test]
async fn any_bytes_are_answered() {
    let calls = Calls::start().await;
    // The same in every run: a failure must come again.
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    for _ in 0..300 {
        let bytes = bytes().new_tree(&mut runner).expect("bytes").current();
        calls.all(&format!("{bytes:02x?}"), &msgpack(bytes)).await;
    }
    calls.end().await;
}

#[tokio::test]
async fn the_json_form_is_answered_too() {
    let calls = Calls::start().await;
    for text in odd::json() {
        calls.all(&text, &json(text.as_str())).await;
        for call in JSON_CALLS {
            calls.stored(call, &text).await;
        }
    }
    calls.end().await;
}
