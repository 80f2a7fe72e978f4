//! Triggers a reload on SIGHUP and when the content of a file changes.
//!
//! Files are polled and compared by content. Kernel notifications do not work on every file system,
//! and Kubernetes updates a mounted folder by replacing a symbolic link, which leaves the file's
//! own path, and often its time, unchanged.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

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
    let hasher = foldhash::quality::RandomState::default();
    let mut list = files();
    let mut known = look(&list, &hasher).await;
    loop {
        tokio::select! {
            () = asked() => {}
            () = tokio::time::sleep(INTERVAL) => {
                let mut seen = look(&list, &hasher).await;
                if seen == known {
                    continue;
                }
                // A write is in progress: a half-written file would be logged as a mistake.
                loop {
                    tokio::time::sleep(SETTLING).await;
                    let again = look(&list, &hasher).await;
                    if again == seen {
                        break;
                    }
                    seen = again;
                }
            }
        }
        // Read the contents first, so that a change during the reload is noticed afterwards.
        let before = look(&list, &hasher).await;
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

/// The content of each file as a hash with a random key; `None` when it cannot be read.
type Contents = HashMap<PathBuf, Option<u64>>;

/// Reads through symbolic links, on a blocking thread: the file system may be slow.
async fn look(list: &[PathBuf], hasher: &foldhash::quality::RandomState) -> Contents {
    let (list, hasher) = (list.to_vec(), hasher.clone());
    let reading = tokio::task::spawn_blocking(move || {
        let content = |file: &PathBuf| std::fs::read(file).ok().map(|bytes| hasher.hash_one(bytes));
        list.into_iter().map(|file| (file.clone(), content(&file))).collect()
    });
    reading.await.unwrap_or_default()
}

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
