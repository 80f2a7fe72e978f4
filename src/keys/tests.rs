use super::*;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

/// The public key of RFC 7517, appendix A.1.
fn jwk(rest: &str) -> String {
    format!(
        r#"{{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"{rest}}}"#
    )
}

fn set(keys: &[String]) -> String {
    format!(r#"{{"keys":[{}]}}"#, keys.join(","))
}

/// Files with these contents in a folder of their own, not readable by other users.
fn files(contents: &[&[u8]]) -> (tempfile::TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    let paths = contents
        .iter()
        .enumerate()
        .map(|(position, content)| {
            let path = folder.path().join(position.to_string());
            fs::write(&path, content).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            path
        })
        .collect();
    (folder, paths)
}

#[test]
fn the_keys_of_several_files_are_one_set() {
    let one = set(&[jwk(r#","kid":"a""#), jwk(r#","kid":"b","use":"enc""#)]);
    let two = set(&[r#"{"kty":"odd"}"#.to_owned(), jwk(r#","kid":"c""#)]);
    let (_folder, paths) = files(&[one.as_bytes(), two.as_bytes()]);
    let (keys, unused) = load(&KeyFiles::Jwks(paths), &[Algorithm::Es256]).unwrap();
    assert_eq!(keys.count(), 2);
    let unused: Vec<_> = unused.iter().map(|key| (key.file, key.problem.position)).collect();
    assert_eq!(unused, [(0, 1), (1, 0)], "each with its file and its position there");
}

#[test]
fn a_doubled_member_is_seen_in_several_files_as_in_one() {
    let doubled = set(&[jwk(r#","kid":"a","kid":"b""#), jwk(r#","kid":"c""#)]);
    let fine = set(&[jwk(r#","kid":"d""#)]);
    let (_folder, paths) = files(&[doubled.as_bytes(), fine.as_bytes()]);
    let (alone, _) = load(&KeyFiles::Jwks(vec![paths[0].clone()]), &[Algorithm::Es256]).unwrap();
    let (both, _) = load(&KeyFiles::Jwks(paths), &[Algorithm::Es256]).unwrap();
    assert_eq!((alone.count(), both.count()), (1, 2), "the duplicate is used in neither");
}

#[test]
fn every_file_that_is_wrong_is_named() {
    let good = set(&[jwk("")]);
    let (folder, mut paths) = files(&[b"{", good.as_bytes(), b"{}"]);
    let errors = load(&KeyFiles::Jwks(paths.clone()), &[Algorithm::Es256]).err().unwrap();
    let positions: Vec<_> = errors
        .iter()
        .map(|error| match error {
            KeysError::Unusable { position, .. } => *position,
            KeysError::File { .. } => panic!("{error}"),
        })
        .collect();
    assert_eq!(positions, [Some(0), Some(2)]);
    paths.push(folder.path().join("missing"));
    let errors = load(&KeyFiles::Jwks(paths), &[Algorithm::Es256]).err().unwrap();
    assert_eq!(errors, [KeysError::File { position: 3, error: FileError::Missing }]);
}

#[test]
fn a_secret_counts_without_its_newline() {
    let rows: [(&str, Vec<u8>, bool); 4] = [
        ("enough", vec![b'k'; 32], true),
        ("enough_and_newline", [vec![b'k'; 32], b"\n".to_vec()].concat(), true),
        ("newline_does_not_count", [vec![b'k'; 31], b"\n".to_vec()].concat(), false),
        ("empty", Vec::new(), false),
    ];
    for (name, content, fine) in rows {
        let (_folder, paths) = files(&[&content]);
        let loaded = load(&KeyFiles::Secret(paths), &[Algorithm::Hs256]);
        assert_eq!(loaded.is_ok(), fine, "{name}");
    }
}

#[test]
fn reading_is_bounded_and_of_files_only() {
    let limit = usize::try_from(FileError::MAX_BYTES).unwrap();
    let (folder, paths) = files(&[&vec![b' '; limit], &vec![b' '; limit + 1]]);
    assert_eq!(read_public(&paths[0]).unwrap().len(), limit);
    assert_eq!(read_public(&paths[1]), Err(FileError::TooLarge));
    assert_eq!(read_secret(&paths[1]).err(), Some(FileError::TooLarge));
    assert_eq!(read_public(folder.path()), Err(FileError::NotAFile));
    assert_eq!(read_public(Path::new("/dev/zero")), Err(FileError::NotAFile));
    assert_eq!(read_public(&paths[0].join("below")), Err(FileError::Missing));
    std::os::unix::fs::symlink("loop", folder.path().join("loop")).unwrap();
    assert!(matches!(read_public(&folder.path().join("loop")), Err(FileError::Unreadable(_))));
}
