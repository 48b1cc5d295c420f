//! The logs of a bucket, as CloudTrail sorts them: found by their days, so that nothing else is listed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_sdk_s3::Client;
use bytes::Bytes;
use jiff::Timestamp;
use jiff::civil::Date;
use tfplugin::Diagnostic;
use tokio::sync::mpsc;
use trailhook_engine::Rule;
use trailhook_engine::log::{LogError, ObjectKind};

use super::key::{Level, LogObject, Newest, day_folder, days, written_at};
use super::parallel::{blocking, each};
use super::scan::Scan;
use super::tally::Tally;
use super::{Limits, Report};
use crate::failure::chain;
use crate::s3::{Address, failed};

/// The logs of a time below a prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BucketLogs {
    pub(crate) bucket: String,
    /// Empty, or with a slash at its end; no deeper than a region.
    pub(crate) prefix: String,
    pub(crate) window: Window,
}

/// When CloudTrail wrote the files: from this time, and before that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
}

/// Tries of one object whose transfer breaks off. (What S3 refuses is tried again by the SDK.)
const TRIES: u32 = 3;

/// Pieces of an object that wait to be judged; each is what one read of the connection gave.
const PIECES: usize = 8;

impl BucketLogs {
    /// Reads the newest day first, so that a budget leaves out the oldest.
    pub(super) async fn read(&self, client: &Client, rule: &Arc<Rule>, limits: Limits) -> Result<Report, Diagnostic> {
        let regions = self.regions(client, limits.concurrency).await?;
        tracing::info!(bucket = self.bucket, regions = regions.len(), "backtest: found the folders of regions");
        let mut report = Report::default();
        for day in days(self.window.from, self.window.to) {
            let budget = limits.max_bytes.saturating_sub(report.bytes);
            let newest = self.list_day(client, &regions, day, budget, limits.concurrency).await?;
            report.truncated = newest.is_cut();
            let work = |object: LogObject| {
                let (client, rule) = (client.clone(), Arc::clone(rule));
                let address = Address::new(&self.bucket, object.key);
                async move { read_object(&client, &address, &rule).await.map(|tally| (object.size, tally)) }
            };
            each(limits.concurrency, newest.into_objects(), work, |(bytes, tally)| report.add(bytes, tally)).await?;
            report.log(&format!("backtest: read the day {day}"));
            if report.truncated {
                break;
            }
        }
        Ok(report)
    }

    /// The folders of all regions of all accounts below the prefix.
    async fn regions(&self, client: &Client, concurrency: usize) -> Result<Vec<String>, Diagnostic> {
        let mut regions = Vec::new();
        let mut open = vec![self.prefix.clone()];
        while !open.is_empty() {
            let (found, further): (Vec<_>, Vec<_>) =
                open.into_iter().partition(|folder| Level::of(folder) == Level::Region);
            regions.extend(found);
            open = Vec::new();
            let work = |folder: String| {
                let (client, address) = (client.clone(), Address::new(&self.bucket, folder));
                async move { list_folders(&client, &address).await }
            };
            each(concurrency, further, work, |inside: Vec<String>| open.extend(inside)).await?;
        }
        regions.sort();
        if regions.is_empty() {
            return Err(Diagnostic::error(format!(
                "There are no CloudTrail logs in s3://{}/{}",
                self.bucket, self.prefix
            ))
            .detail(
                "Logs stand in PREFIX/AWSLogs/ACCOUNT/CloudTrail/REGION/, or behind an organisation's o-… in AWSLogs: \
                     give the prefix that the trail has, or a part of that path.",
            )
            .at(if self.prefix.is_empty() { "bucket" } else { "prefix" }));
        }
        Ok(regions)
    }

    /// The objects of one day and all regions, as far as the budget goes.
    async fn list_day(
        &self,
        client: &Client,
        regions: &[String],
        day: Date,
        budget: u64,
        concurrency: usize,
    ) -> Result<Newest, Diagnostic> {
        let window = self.window;
        // Each page is weighed as it comes: a day may have millions of objects, of which the budget keeps some.
        let newest = Arc::new(Mutex::new(Newest::new(budget)));
        let work = |region: &String| {
            let (client, address) = (client.clone(), Address::new(&self.bucket, day_folder(region, day)));
            let newest = Arc::clone(&newest);
            async move { list_objects(&client, &address, window, |object| unpoisoned(&newest).push(object)).await }
        };
        each(concurrency, regions, work, |()| {}).await?;
        let mut newest = unpoisoned(&newest);
        Ok(std::mem::replace(&mut *newest, Newest::new(0)))
    }
}

/// A panic elsewhere has ended the run already.
fn unpoisoned(newest: &Mutex<Newest>) -> MutexGuard<'_, Newest> {
    newest.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The folders inside a folder in which logs may be.
async fn list_folders(client: &Client, folder: &Address) -> Result<Vec<String>, Diagnostic> {
    let level = Level::of(&folder.key);
    let mut found = Vec::new();
    let mut next = None;
    loop {
        let request = client.list_objects_v2().bucket(&folder.bucket).prefix(&folder.key).delimiter("/");
        // Boxed: the futures of the SDK nest deeper than the compiler follows in one piece.
        let page = Box::pin(request.set_continuation_token(next).send()).await;
        let page = page.map_err(|error| failed("ListObjectsV2", folder, &error))?;
        for inside in page.common_prefixes().iter().filter_map(|inside| inside.prefix()) {
            let name = inside.strip_prefix(&folder.key).unwrap_or_default().trim_end_matches('/');
            if level.leads_into(name) {
                found.push(inside.to_owned());
            }
        }
        next = page.next_continuation_token;
        if next.is_none() {
            return Ok(found);
        }
    }
}

/// Hands over the logs in the folder of a day that were written within the window.
async fn list_objects(
    client: &Client,
    folder: &Address,
    window: Window,
    mut take: impl FnMut(LogObject),
) -> Result<(), Diagnostic> {
    let mut next = None;
    loop {
        let request = client.list_objects_v2().bucket(&folder.bucket).prefix(&folder.key);
        let page = Box::pin(request.set_continuation_token(next).send()).await;
        let page = page.map_err(|error| failed("ListObjectsV2", folder, &error))?;
        for object in page.contents.unwrap_or_default() {
            let key = object.key.unwrap_or_default();
            if ObjectKind::of_key(&key) != ObjectKind::Log {
                continue;
            }
            let written_at = written_at(&key);
            // A file that was renamed tells no time; it belongs to the day of its folder.
            if written_at.is_none_or(|time| window.from <= time && time < window.to) {
                let size = object.size.and_then(|size| u64::try_from(size).ok()).unwrap_or_default();
                take(LogObject { written_at, key, size });
            }
        }
        next = page.next_continuation_token;
        if next.is_none() {
            return Ok(());
        }
    }
}

/// Reads one object as it arrives. It is unpacked and judged on a thread of its own kind, which gets a few pieces ahead at most.
async fn read_object(client: &Client, address: &Address, rule: &Arc<Rule>) -> Result<Tally, Diagnostic> {
    let mut tries_left = TRIES;
    loop {
        tries_left -= 1;
        let request = client.get_object().bucket(&address.bucket).key(&address.key);
        let answer = Box::pin(request.send()).await.map_err(|error| failed("GetObject", address, &error))?;
        let mut body = answer.body;
        let (pieces, arriving) = mpsc::channel(PIECES);
        let rule = Arc::clone(rule);
        let scanned = blocking(move || scan(rule, arriving));
        let broken_off = loop {
            match body.try_next().await {
                Ok(Some(piece)) => {
                    // Nobody takes what follows an error.
                    if pieces.send(piece).await.is_err() {
                        break None;
                    }
                }
                Ok(None) => break None,
                Err(error) => break Some(chain(&error)),
            }
        };
        drop(pieces);
        let scanned = scanned.await;
        match broken_off {
            None => return scanned.map_err(|error| unreadable(address, &error.to_string())),
            Some(reason) if tries_left == 0 => {
                return Err(unreadable(address, &format!("the transfer broke off {TRIES} times: {reason}")));
            }
            Some(reason) => tracing::warn!(%address, reason, "backtest: a transfer broke off and is tried again"),
        }
    }
}

/// Judges a log from its pieces. Where they end too early, so does it.
fn scan(rule: Arc<Rule>, mut pieces: mpsc::Receiver<Bytes>) -> Result<Tally, LogError> {
    let mut scan = Scan::new(rule);
    while let Some(piece) = pieces.blocking_recv() {
        scan.push(&piece)?;
    }
    scan.finish()
}

/// Nothing is left out silently.
pub(super) fn unreadable(what: &dyn std::fmt::Display, reason: &str) -> Diagnostic {
    Diagnostic::error(format!("{what} cannot be read")).detail(format!(
        "{}\n\nA backtest reads every log it is told of: without this one the figures would be too low. Choose a window or \
         files without it.",
        crate::resource::sentence(&reason)
    ))
}
