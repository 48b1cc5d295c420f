//! Programs that run to their end, or are stopped when nobody waits for them any more.

use std::io;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group, test_kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};

/// How long a program may take to end in good order, and then to be gone.
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// Whom a signal to the own process reaches too, such as Ctrl-C in a terminal, or what a test runner kills a test with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    /// The program: it belongs to the group of its caller.
    Shared,
    /// Nobody: the program leads a group, which is stopped as a whole.
    Own,
}

/// Runs a program without standard input and collects what it writes.
///
/// When the returned future is dropped, the program is asked to end, and killed if it does not. Its end is waited for,
/// because its folder is often removed next; in a group of its own, also the end of all that it started.
pub(crate) async fn output(command: &mut Command, group: Group) -> io::Result<Output> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if group == Group::Own {
        command.process_group(0);
    }
    let mut running = Running { child: command.spawn()?, group };
    let (stdout, stderr) = (running.child.stdout.take(), running.child.stderr.take());
    let (stdout, stderr, status) = tokio::try_join!(all_of(stdout), all_of(stderr), running.child.wait())?;
    Ok(Output { status, stdout, stderr })
}

/// The same in a group of its own, which gets a signal once `moment` has come: the program alone, or all that it
/// started as well, as in a terminal. A program that ends before is not interrupted.
pub(crate) async fn interrupted(
    command: &mut Command,
    reach: Group,
    signal: Signal,
    moment: impl Future<Output = ()>,
) -> io::Result<Output> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let mut running = Running { child: command.spawn()?, group: Group::Own };
    let (stdout, stderr) = (running.child.stdout.take(), running.child.stderr.take());
    let id = running.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    let interrupt = async {
        moment.await;
        match (id, reach) {
            (Some(id), Group::Shared) => kill_process(id, signal)?,
            (Some(id), Group::Own) => kill_process_group(id, signal)?,
            (None, _) => {}
        }
        Ok(())
    };
    let (stdout, stderr, (), status) =
        tokio::try_join!(all_of(stdout), all_of(stderr), interrupt, running.child.wait())?;
    Ok(Output { status, stdout, stderr })
}

async fn all_of(stream: Option<impl AsyncRead + Unpin>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(mut stream) = stream {
        stream.read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}

struct Running {
    child: Child,
    group: Group,
}

impl Running {
    fn is_gone(&mut self, id: Pid) -> bool {
        // What cannot be asked after is gone.
        let child_is_gone = !matches!(self.child.try_wait(), Ok(None));
        child_is_gone && (self.group == Group::Shared || test_kill_process_group(id).is_err())
    }

    fn send(&self, id: Pid, signal: Signal) {
        // The only error is a process that is gone.
        let _ = match self.group {
            Group::Shared => kill_process(id, signal),
            Group::Own => kill_process_group(id, signal),
        };
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // No id: it was waited for.
        let id = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let Some(id) = id else { return };
        for signal in [Signal::TERM, Signal::KILL] {
            if self.is_gone(id) {
                return;
            }
            self.send(id, signal);
            let deadline = Instant::now() + STOP_LIMIT;
            while !self.is_gone(id) && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(2));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::wait_until;

    const LIMIT: Duration = Duration::from_secs(30);

    #[tokio::test]
    async fn a_program_tells_its_code_and_what_it_wrote() {
        let output =
            output(Command::new("sh").args(["-c", "echo out; echo err >&2; exit 3"]), Group::Shared).await.unwrap();
        assert_eq!(output.status.code(), Some(3));
        assert_eq!((output.stdout.as_slice(), output.stderr.as_slice()), (&b"out\n"[..], &b"err\n"[..]));
    }

    /// Runs a script, and drops it as soon as it has made the file.
    async fn drop_once_there(script: &str, group: Group, file: &Path) {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        tokio::select! {
            ended = output(&mut command, group) => panic!("it must run until it is dropped: {ended:?}"),
            there = wait_until("the script", LIMIT, async || Ok(file.exists().then_some(()))) => there.unwrap(),
        }
    }

    #[tokio::test]
    async fn a_dropped_program_can_end_in_good_order() {
        let folder = tempfile::tempdir().unwrap();
        let (ready, ended) = (folder.path().join("ready"), folder.path().join("ended"));
        let (up, down) = (ready.display(), ended.display());
        let script = format!("trap 'touch {down}; exit' TERM; touch {up}; while :; do sleep 0.01; done");
        drop_once_there(&script, Group::Shared, &ready).await;
        assert!(ended.exists(), "it is waited for");
    }

    #[tokio::test]
    async fn what_a_dropped_leader_started_ends_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("child");
        let path = file.display();
        let script = format!("sleep 1000 & echo $! > {path}.new; mv {path}.new {path}; wait");
        drop_once_there(&script, Group::Own, &file).await;
        let child = std::fs::read_to_string(&file).unwrap().trim().parse().unwrap();
        let child = Pid::from_raw(child).unwrap();
        assert!(rustix::process::test_kill_process(child).is_err(), "{child:?} is still there");
    }
}
