//! Reading: a log object as it arrives, or a record that came by itself, through the matcher to the intake.

use std::future::Future;

use aws_sdk_s3::error::SdkError;
use jiff::Timestamp;
use tokio::time::{Instant, timeout_at};
use trailhook_engine::RuleSet;
use trailhook_engine::log::{LogError, LogReader, RawRecord, RecordSink as _, SplitError, TAKE};

use super::outcome::ReadError;
use crate::aws::{CallError, chain};
use crate::clock::{Clock as _, Moment, SystemClock};
use crate::delivery::Intake;
use crate::matcher::{Matcher, Tally};
use crate::outbox::{OutboxError, StateTable};
use crate::sender::Senders;
use crate::source::{BareRecord, LogObject};

/// Matches that wait for the intake before reading goes on. Memory is bounded by them and by the largest record.
const BATCH: usize = 64;

/// The intake of the function.
pub(super) type FunctionIntake<'a> = Intake<'a, StateTable, SystemClock, Senders>;

/// Reads one object as it arrives, and takes in what matches on the way: also of an object that cannot be read to its end.
pub(super) async fn object(
    s3: &aws_sdk_s3::Client,
    rules: &RuleSet,
    object: &LogObject,
    intake: &mut FunctionIntake<'_>,
    deadline: Moment,
) -> (Tally, Result<(), ReadError>) {
    let address = format!("s3://{}/{}", object.bucket, object.key);
    let mut reader = None;
    let mut matcher = Some(Matcher::new(rules, address.clone(), Timestamp::now()));
    let outcome = async {
        let request = s3.get_object().bucket(&object.bucket).key(&object.key).send();
        let answer = before(deadline, request).await?;
        let mut body = answer.map_err(|error: SdkError<_, _>| CallError::new("GetObject", &address, &error))?.body;
        while let Some(chunk) =
            before(deadline, body.try_next()).await?.map_err(|error| ReadError::Transfer(chain(&error)))?
        {
            for part in chunk.chunks(TAKE) {
                if let (Some(first), Some(matcher)) = (part.first(), matcher.take()) {
                    reader = Some(LogReader::new(*first, matcher));
                }
                let Some(reader) = &mut reader else { continue };
                let read = reader.push(part);
                if reader.sink_mut().pending() >= BATCH {
                    take(intake, object.is_told, reader.sink_mut()).await?;
                }
                read?;
            }
        }
        match &mut reader {
            Some(reader) => Ok(reader.finish()?),
            None => Err(LogError::from(SplitError::NoRecords).into()),
        }
    }
    .await;
    let Some(mut reader) = reader else { return (Tally::default(), outcome) };
    let taken = take(intake, object.is_told, reader.sink_mut()).await;
    (reader.sink_mut().tally(), outcome.and(taken.map_err(ReadError::from)))
}

/// Decides about one record that came by itself.
pub(super) async fn record(
    rules: &RuleSet,
    record: &BareRecord,
    intake: &mut FunctionIntake<'_>,
) -> (Tally, Result<(), OutboxError>) {
    let mut matcher = Matcher::new(rules, record.origin.clone(), Timestamp::now());
    matcher.record(&RawRecord { offset: 0, text: Some(record.text.as_bytes()) });
    let taken = take(intake, record.is_told, &mut matcher).await;
    (matcher.tally(), taken)
}

/// Hands what matched to the intake, unless nobody is to be told of it.
async fn take(intake: &mut FunctionIntake<'_>, is_told: bool, matcher: &mut Matcher<'_>) -> Result<(), OutboxError> {
    let matches = matcher.take();
    if is_told && !matches.is_empty() { Box::pin(intake.take(matches)).await } else { Ok(()) }
}

/// A moment as the runtime's timers know it.
pub(super) fn instant(moment: Moment) -> Instant {
    Instant::now() + moment.since(SystemClock.now())
}

async fn before<T>(deadline: Moment, work: impl Future<Output = T>) -> Result<T, ReadError> {
    timeout_at(instant(deadline), work).await.map_err(|_| ReadError::OutOfTime)
}
