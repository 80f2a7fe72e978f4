//! Triggers a reload on SIGHUP and when the content of a file changes.
//!
//! Files are polled and compared by content. Kernel notifications do not work on every file system,
//! and Kubernetes updates a mounted folder by replacing a symbolic link, which leaves the file's
//! own path, and often its time, unchanged.
//!
//! They are read as at the start: regular files of at most 1 MiB. A file that a reload refuses, such as
//! a device or a pipe, must neither fill the memory nor block the next reload.

use crate::keys::{FileError, read_public};
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Calls `reload` on SIGHUP and when one of the `files` has changed, for as long as it is polled.
///
/// `files` is called again after each reload, because the new configuration may name other files. A
/// change counts once the files have stopped changing for a moment. `reload` runs on a blocking
/// thread.
///
/// # Errors
/// The signal handler cannot be installed.
pub(super) async fn watch<F, R>(files: F, reload: R) -> io::Result<()>
where
    F: FnMut() -> Vec<PathBuf> + Send + 'static,
    R: FnMut() + Send + 'static,
{
    let mut hangups = signal(SignalKind::hangup())?;
    poll(files, reload, async move || {
        hangups.recv().await;
    })
    .await;
    Ok(())
}

/// The same, with the signal as an argument.
async fn poll<F, R>(mut files: F, mut reload: R, mut asked: impl AsyncFnMut())
where
    F: FnMut() -> Vec<PathBuf> + Send + 'static,
    R: FnMut() + Send + 'static,
{
    let mut list = files();
    let mut reader = Reader::default();
    let mut known = reader.read(&list).await.unwrap_or_default();
    loop {
        tokio::select! {
            () = asked() => {}
            () = tokio::time::sleep(INTERVAL) => {
                let Some(mut seen) = reader.read(&list).await.filter(|seen| *seen != known) else {
                    continue;
                };
                // A write is in progress: a half-written file would be logged as a mistake.
                loop {
                    tokio::time::sleep(SETTLING).await;
                    let Some(again) = reader.read(&list).await.filter(|again| *again != seen) else {
                        break;
                    };
                    seen = again;
                }
            }
        }
        // Read the contents first, so that a change during the reload is noticed afterwards. Contents
        // that could not be read differ from the next ones, so there is one more reload.
        let before = reader.read(&list).await.unwrap_or_default();
        let turn = tokio::task::spawn_blocking(move || {
            // A panic leaves no half-changed state, because a reload replaces whole values; and a
            // gate that ignored every later change would be worse than one that continues.
            if catch_unwind(AssertUnwindSafe(&mut reload)).is_err() {
                tracing::error!("the reload ended with a panic; files are still watched");
            }
            let list = files();
            (files, reload, list)
        });
        let Ok((files_again, reload_again, new)) = turn.await else {
            return;
        };
        (files, reload, list) = (files_again, reload_again, new);
        // The content of a newly named file is unknown, so the next comparison differs and reloads
        // once more: the reload may have read an older content.
        known = before;
        known.retain(|file, _| list.contains(file));
    }
}

/// The content of each file as a hash with a random key, or why it cannot be read.
type Contents = HashMap<PathBuf, Result<u64, FileError>>;

/// Reads through symbolic links, on a blocking thread, for at most [`READ_TIMEOUT`].
#[derive(Default)]
struct Reader {
    hasher: foldhash::quality::RandomState,
    /// Reads that have not ended, at most one: a file system that hangs takes one thread.
    hanging: Option<JoinHandle<Contents>>,
}

impl Reader {
    /// `None`: not all files could be read in time.
    async fn read(&mut self, list: &[PathBuf]) -> Option<Contents> {
        if let Some(task) = &mut self.hanging {
            // It has read an older list, so its result is not used.
            let _ = timeout(READ_TIMEOUT, task).await.ok()?;
            self.hanging = None;
        }
        let (list, hasher) = (list.to_vec(), self.hasher.clone());
        let mut task = tokio::task::spawn_blocking(move || {
            let content = |file: &PathBuf| read_public(file).map(|bytes| hasher.hash_one(bytes));
            list.into_iter().map(|file| (file.clone(), content(&file))).collect()
        });
        if let Ok(contents) = timeout(READ_TIMEOUT, &mut task).await {
            return contents.ok();
        }
        tracing::warn!("the watched files could not be read within 5 s: a change is noticed later");
        self.hanging = Some(task);
        None
    }
}

/// How long one look at all files may take.
const READ_TIMEOUT: Duration = Duration::from_secs(5);
/// The polling interval.
const INTERVAL: Duration = Duration::from_secs(2);
/// How long the files must be unchanged before a change counts.
const SETTLING: Duration = Duration::from_millis(250);

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;
    use tokio::sync::mpsc;

    /// Watches `file` and the files that it names, one path per line.
    fn start(file: &Path) -> (mpsc::UnboundedSender<()>, mpsc::UnboundedReceiver<()>) {
        let (ask, mut asked) = mpsc::unbounded_channel();
        let (tell, told) = mpsc::unbounded_channel();
        let file = file.to_owned();
        let files = move || {
            let text = fs::read_to_string(&file).unwrap_or_default();
            let mut list = vec![file.clone()];
            list.extend(text.lines().map(PathBuf::from));
            list
        };
        tokio::spawn(poll(
            files,
            move || tell.send(()).unwrap_or_default(),
            async move || {
                asked.recv().await;
            },
        ));
        (ask, told)
    }

    #[tokio::test(start_paused = true)]
    async fn reloads_on_demand_and_on_change_only() {
        let folder = tempfile::tempdir().unwrap();
        let (main, other) = (folder.path().join("main"), folder.path().join("other"));
        fs::write(&other, "1").unwrap();
        fs::write(&main, "").unwrap();
        let (ask, mut told) = start(&main);
        tokio::time::sleep(INTERVAL * 5).await;
        assert!(told.try_recv().is_err(), "nothing changed");

        ask.send(()).unwrap();
        told.recv().await.unwrap();

        fs::write(&main, other.to_str().unwrap()).unwrap();
        told.recv().await.unwrap();
        fs::write(&other, "2").unwrap();
        told.recv().await.unwrap();

        fs::write(&other, "2").unwrap();
        tokio::time::sleep(INTERVAL * 5).await;
        assert!(told.try_recv().is_err(), "same content, new time");

        fs::remove_file(&other).unwrap();
        told.recv().await.unwrap();
        fs::write(&other, "2").unwrap();
        told.recv().await.unwrap();
        drop(ask);
    }

    /// A reload refuses such a file, and the next configuration may name a regular one.
    #[tokio::test(start_paused = true)]
    async fn a_pipe_a_device_or_a_large_file_stops_no_reload() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let made = std::process::Command::new("mkfifo").arg(path("pipe")).status().unwrap();
        assert!(made.success());
        fs::File::create(path("large")).unwrap().set_len(8 << 30).unwrap();
        let main = path("main");
        fs::write(&main, "").unwrap();
        let (ask, mut told) = start(&main);
        tokio::time::sleep(INTERVAL * 2).await;
        for bad in [path("pipe"), path("large"), "/dev/zero".into()] {
            fs::write(&main, bad.to_str().unwrap()).unwrap();
            told.recv().await.unwrap();
            fs::write(&main, "good").unwrap();
            told.recv().await.unwrap();
            ask.send(()).unwrap();
            told.recv().await.unwrap();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_read_that_hangs_is_given_up_and_repeated() {
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        let hanging = tokio::spawn(async {
            let _ = ended.await;
            Contents::new()
        });
        let mut reader = Reader { hanging: Some(hanging), ..Reader::default() };
        assert_eq!(reader.read(&[]).await, None);
        assert_eq!(reader.read(&[]).await, None, "and no second read is started");
        end.send(()).unwrap();
        assert_eq!(reader.read(&[]).await, Some(Contents::new()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_panic_does_not_end_the_watch() {
        let (ask, mut asked) = mpsc::unbounded_channel::<()>();
        let (tell, mut told) = mpsc::unbounded_channel();
        let mut first = true;
        let reload = move || {
            tell.send(()).unwrap();
            assert!(!std::mem::take(&mut first), "as ordered");
        };
        tokio::spawn(poll(Vec::new, reload, async move || {
            asked.recv().await;
        }));
        for _ in 0..2 {
            ask.send(()).unwrap();
            told.recv().await.unwrap();
        }
    }

    #[cfg(unix)]
    #[tokio::test(start_paused = true)]
    async fn follows_a_changed_symbolic_link() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        for (version, text) in [("v1", "one"), ("v2", "two")] {
            fs::create_dir(folder.path().join(version)).unwrap();
            fs::write(folder.path().join(version).join("config.yaml"), text).unwrap();
        }
        let data = folder.path().join("..data");
        symlink("v1", &data).unwrap();
        symlink("..data/config.yaml", folder.path().join("config.yaml")).unwrap();
        let (_ask, mut told) = start(&folder.path().join("config.yaml"));
        tokio::time::sleep(INTERVAL * 2).await;
        assert!(told.try_recv().is_err());
        symlink("v2", folder.path().join("..data_tmp")).unwrap();
        fs::rename(folder.path().join("..data_tmp"), &data).unwrap();
        told.recv().await.unwrap();
    }
}
