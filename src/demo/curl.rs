//! The lines that a visitor copies into a terminal. Pure.
//!
//! Session tokens do not stand in the lines but in header files of the run's folder
//! (`curl -H @FILE`): shorter to read, and nothing to leave behind in a shell's history.

use super::zone::{Account, Zone, host};
use std::path::{Path, PathBuf};

/// A line and what it must print.
pub(super) struct CurlLine {
    pub(super) title: &'static str,
    pub(super) expected: &'static str,
    pub(super) command: String,
}

/// Where the header file of an account lies.
pub(super) fn header_file(folder: &Path, account: Account) -> PathBuf {
    folder.join(header_file_name(account))
}

pub(super) fn header_file_name(account: Account) -> String {
    format!("{}.header", account.name())
}

/// What stands in it.
pub(super) fn header_line(account: Account, token: &str) -> String {
    format!("Cookie: {}={token}\n", account.cookie())
}

/// The four lines that tell the whole story.
pub(super) fn lines(zone: Zone, folder: &Path, authority: &Path) -> Vec<CurlLine> {
    let host = host(Account::Alice.name());
    let port = zone.port();
    let base = format!(
        "curl -sS --cacert {} --resolve {host}:{port}:127.0.0.1",
        quoted(&authority.display().to_string())
    );
    let origin = zone.origin(Account::Alice.name());
    let sibling = zone.origin(Account::Bob.name());
    let status = "-o /dev/null -w '%{http_code}\\n'";
    let session = |account| {
        let file = header_file(folder, account);
        format!("-H {}", quoted(&format!("@{}", file.display())))
    };
    let (alice, bob) = (session(Account::Alice), session(Account::Bob));
    vec![
        CurlLine {
            title: "alice comes in; her desktop shows what it saw of her, without the token",
            expected: "200",
            command: format!("{base} {alice} {origin}/echo"),
        },
        CurlLine {
            title: "bob stays out",
            expected: "403",
            command: format!("{base} {status} {bob} {origin}/echo"),
        },
        CurlLine {
            title: "nobody stays out; a browser would be sent to the sign-in page",
            expected: "401",
            command: format!("{base} {status} {origin}/echo"),
        },
        CurlLine {
            title: "bob's page opens a WebSocket with alice's session",
            expected: "403",
            command: format!(
                "{base} {status} --http1.1 {alice} -H 'Connection: Upgrade' \
                 -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' \
                 -H 'Sec-WebSocket-Key: ZG9vcndhcmQgZGVtbyEhIQ==' -H 'Origin: {sibling}' \
                 {origin}/ws"
            ),
        },
    ]
}

/// A word of a POSIX shell: as it is when nothing in it is special, else in single quotes.
fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-@+:,=%".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commands() -> Vec<String> {
        let lines = lines(Zone::new(8443), Path::new("/tmp/d"), Path::new("/tmp/d/ca.pem"));
        lines.into_iter().map(|line| line.command).collect()
    }

    #[test]
    fn alice_comes_in_with_her_own_header_file() {
        assert_eq!(
            commands()[0],
            "curl -sS --cacert /tmp/d/ca.pem --resolve alice.vdi.localhost:8443:127.0.0.1 \
             -H @/tmp/d/alice.header https://alice.vdi.localhost:8443/echo"
        );
    }

    #[test]
    fn bob_asks_for_alices_desktop_with_his() {
        let command = &commands()[1];
        assert!(command.contains("-H @/tmp/d/bob.header"), "{command}");
        assert!(command.ends_with("https://alice.vdi.localhost:8443/echo"), "{command}");
    }

    #[test]
    fn nobody_carries_nothing() {
        assert!(!commands()[2].contains("-H"));
    }

    #[test]
    fn sibling_web_socket_carries_alices_session_and_bobs_origin() {
        let command = &commands()[3];
        assert!(command.contains("-H @/tmp/d/alice.header"), "{command}");
        assert!(command.contains("-H 'Origin: https://bob.vdi.localhost:8443'"), "{command}");
        assert!(command.contains("--http1.1"), "an upgrade does not exist in HTTP/2: {command}");
    }

    #[test]
    fn folders_with_odd_names_are_quoted() {
        for (word, expected) in [
            ("/tmp/d/ca.pem", "/tmp/d/ca.pem"),
            ("/tmp/a b", "'/tmp/a b'"),
            ("/tmp/$(id)", "'/tmp/$(id)'"),
            ("/tmp/it's", r"'/tmp/it'\''s'"),
            ("", "''"),
        ] {
            assert_eq!(quoted(word), expected, "{word}");
        }
    }
}
