//! The socket, in a folder that only this user can enter.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tokio::net::UnixListener;

use super::ServeError;

/// The shortest limit for the path of a socket, on macOS, with the final zero.
const MAX_SOCKET_PATH: usize = 104;

/// Names to try; a second one is hardly ever needed.
const ATTEMPTS: u32 = 100;

/// A new folder with a socket in it. Both are removed at the end.
#[derive(Debug)]
pub(super) struct SocketFolder {
    folder: PathBuf,
    socket: PathBuf,
}

impl SocketFolder {
    /// Listens on a new socket.
    pub(super) fn bind() -> Result<(Self, UnixListener), ServeError> {
        let temporary = std::env::temp_dir();
        Self::bind_in(&temporary)
            .map_err(|source| ServeError::Socket { folder: temporary.display().to_string(), source })
    }

    fn bind_in(parent: &Path) -> io::Result<(Self, UnixListener)> {
        let folder = create_folder(parent)?;
        let this = Self { socket: folder.join("plugin.sock"), folder };
        if this.socket.as_os_str().len() >= MAX_SOCKET_PATH {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "the path is too long for a socket; set TMPDIR to a shorter one",
            ));
        }
        let listener = UnixListener::bind(&this.socket)?;
        Ok((this, listener))
    }

    pub(super) fn path(&self) -> &Path {
        &self.socket
    }
}

impl Drop for SocketFolder {
    fn drop(&mut self) {
        // What can't be removed is left; there is nobody to tell.
        let _ = std::fs::remove_file(&self.socket);
        let _ = std::fs::remove_dir(&self.folder);
    }
}

/// Makes a folder that did not exist before. Its name need not be hard to guess: it is never one that somebody else
/// made.
fn create_folder(parent: &Path) -> io::Result<PathBuf> {
    let process = std::process::id();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let nanoseconds = now.map_or(0, |since| since.subsec_nanos());
    let mut last = None;
    for attempt in 0..ATTEMPTS {
        let name = format!("tfplugin-{process:x}-{:x}", nanoseconds.wrapping_add(attempt));
        let folder = parent.join(name);
        match DirBuilder::new().mode(0o700).create(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = Some(error),
            Err(error) => return Err(error),
        }
    }
    Err(last.unwrap_or_else(|| io::ErrorKind::AlreadyExists.into()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[tokio::test]
    async fn only_this_user_can_enter_and_nothing_is_left() {
        let parent = tempfile::tempdir().expect("a folder");
        let (folder, listener) = SocketFolder::bind_in(parent.path()).expect("a socket");
        let mode = std::fs::metadata(&folder.folder).expect("it exists").permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        drop((folder, listener));
        assert_eq!(std::fs::read_dir(parent.path()).expect("readable").count(), 0);
    }

    #[tokio::test]
    async fn a_long_path_is_explained() {
        let parent = tempfile::tempdir().expect("a folder");
        let long = parent.path().join("x".repeat(100));
        std::fs::create_dir(&long).expect("a folder");
        let error = SocketFolder::bind_in(&long).expect_err("too long");
        assert!(error.to_string().contains("TMPDIR"), "{error}");
        assert_eq!(std::fs::read_dir(&long).expect("readable").count(), 0);
    }
}
