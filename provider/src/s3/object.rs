//! One object of a bucket, and the checksum by which its content is known.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::head_object::HeadObjectError;
use aws_sdk_s3::operation::put_object::PutObjectError;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ChecksumMode;
use sha2::{Digest as _, Sha256};
use tfplugin::{Cx, Diagnostic};

use super::failure::{Address, failed};
use crate::failure::chain;
use crate::package::{Package, source_code_hash};

/// An object as it stands in a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Object {
    /// The SHA-256 of the content in base64; `None` for one that is too large to be a package.
    pub(crate) hash: Option<String>,
    /// `None` in a bucket without versions.
    pub(crate) version_id: Option<String>,
}

/// Whether a write may replace what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Overwrite {
    Yes,
    No,
}

/// What a write did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Put {
    Written(Object),
    /// An object was there, and is as it was.
    Taken,
}

/// The largest object whose content is read to know its checksum: what a function's code may take, unpacked.
const LARGEST_PACKAGE: i64 = 250 * 1024 * 1024;

/// How long a write may take after the run was interrupted: what was written and is in no state is lost to Terraform.
const INTERRUPTED_WRITE: Duration = Duration::from_secs(20);

/// The metadata in which a write that must not replace anything leaves its mark.
const UPLOAD: &str = "trailhook-upload";

/// The object, or `None` if there is none.
pub(crate) async fn head<C>(cx: &Cx<C>, client: &Client, address: &Address) -> Result<Option<Object>, Diagnostic> {
    Ok(marked(cx, client, address).await?.map(|(object, _)| object))
}

/// The object with the mark of the write that made it.
async fn marked<C>(
    cx: &Cx<C>,
    client: &Client,
    address: &Address,
) -> Result<Option<(Object, Option<String>)>, Diagnostic> {
    let request = client.head_object().bucket(&address.bucket).key(&address.key).checksum_mode(ChecksumMode::Enabled);
    let answer = match cx.or_interrupted(request.send()).await? {
        Ok(answer) => answer,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(failed("HeadObject", address, &error)),
    };
    let version_id = version(answer.version_id());
    // One that was uploaded in parts has a checksum of checksums, with their number behind a hyphen.
    let checksum = answer.checksum_sha256().filter(|checksum| !checksum.contains('-'));
    let hash = match checksum {
        Some(checksum) => Some(checksum.to_owned()),
        None if answer.content_length().is_none_or(|length| length > LARGEST_PACKAGE) => None,
        None => Some(cx.or_interrupted(read_hash(client, address, version_id.as_deref())).await??),
    };
    let mark = answer.metadata().and_then(|metadata| metadata.get(UPLOAD)).cloned();
    Ok(Some((Object { hash, version_id }, mark)))
}

/// The checksum of an object that was written by another program, of its content.
async fn read_hash(client: &Client, address: &Address, version_id: Option<&str>) -> Result<String, Diagnostic> {
    let request = client.get_object().bucket(&address.bucket).key(&address.key);
    let answer = request.set_version_id(version_id.map(str::to_owned)).send().await;
    let mut body = answer.map_err(|error| failed("GetObject", address, &error))?.body;
    let mut digest = Sha256::new();
    while let Some(chunk) = body.try_next().await.map_err(|error| {
        Diagnostic::error(format!("GetObject of {address} failed"))
            .detail(format!("The transfer broke off: {}.", chain(&error)))
    })? {
        digest.update(&chunk);
    }
    Ok(source_code_hash(digest.finalize().as_slice()))
}

/// Writes a package. S3 compares the checksum with what arrives and keeps it.
pub(crate) async fn put<C>(
    cx: &Cx<C>,
    client: &Client,
    address: &Address,
    package: &Package,
    overwrite: Overwrite,
) -> Result<Put, Diagnostic> {
    let mark = (overwrite == Overwrite::No).then(mark);
    let request = client
        .put_object()
        .bucket(&address.bucket)
        .key(&address.key)
        .content_type("application/zip")
        .checksum_sha256(package.hash())
        .set_if_none_match(mark.is_some().then(|| "*".to_owned()))
        .set_metadata(mark.clone().map(|mark| [(UPLOAD.to_owned(), mark)].into()))
        .body(ByteStream::from(package.content().clone()));
    // Only before it begins can it be left out.
    cx.or_interrupted(std::future::ready(())).await?;
    let interrupted = async {
        cx.cancellation().cancelled().await;
        tokio::time::sleep(INTERRUPTED_WRITE).await;
    };
    let answer = tokio::select! {
        answer = request.send() => answer,
        () = interrupted => {
            return Err(Diagnostic::error("Interrupted while S3 did not answer")
                .detail(format!("It is not known whether {address} was written. The next apply tells.")));
        }
    };
    match answer {
        Ok(answer) => {
            Ok(Put::Written(Object { hash: Some(package.hash().to_owned()), version_id: version(answer.version_id()) }))
        }
        Err(error) if mark.is_some() && is_taken(&error) => match marked(cx, client, address).await? {
            // An answer may be lost on its way; the try behind it then meets what the first one wrote. The same package
            // without the mark belongs to somebody, who may remove it.
            Some((object, found)) if found == mark => Ok(Put::Written(object)),
            Some(_) => Ok(Put::Taken),
            None => Err(failed("PutObject", address, &error)),
        },
        Err(error) => Err(failed("PutObject", address, &error)),
    }
}

/// Removes an object. One that is gone already is as wanted.
pub(crate) async fn delete<C>(cx: &Cx<C>, client: &Client, address: &Address) -> Result<(), Diagnostic> {
    cx.or_interrupted(std::future::ready(())).await?;
    match client.delete_object().bucket(&address.bucket).key(&address.key).send().await {
        Ok(_) => Ok(()),
        Err(error) if status(&error) == Some(404) => Ok(()),
        Err(error) => Err(failed("DeleteObject", address, &error)),
    }
}

/// A text that no other write has.
fn mark() -> String {
    // The standard library draws these keys from the system's source of randomness.
    let random = || RandomState::new().hash_one(UPLOAD);
    format!("{:016x}{:016x}", random(), random())
}

/// In a bucket whose versions are suspended the version is called "null".
fn version(id: Option<&str>) -> Option<String> {
    id.filter(|id| *id != "null").map(str::to_owned)
}

fn status<E>(error: &SdkError<E, HttpResponse>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

fn is_absent(error: &SdkError<HeadObjectError, HttpResponse>) -> bool {
    status(error) == Some(404)
}

/// 412: an object is there. 409: another write of the same key was under way.
fn is_taken(error: &SdkError<PutObjectError, HttpResponse>) -> bool {
    matches!(status(error), Some(412 | 409))
}
