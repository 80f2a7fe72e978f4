//! The `curl` commands that a user copies into a terminal. Pure.
//!
//! Secrets are in files of the run's folder (a cookie jar, and header files for `curl -H @FILE`), not
//! in the commands. The commands stay short, and no secret enters a shell's history.

use super::hosts::{Account, Hosts, SIGN_IN_LABEL, host};
use std::path::Path;

/// A line and what it must print.
pub(super) struct CurlLine {
    pub(super) title: &'static str,
    pub(super) expected: &'static str,
    pub(super) command: String,
}

/// Name and text of the header files: bob's token as a script sends it, and what a browser adds when
/// the sign-in page's form is sent.
pub(super) fn header_files(hosts: Hosts, bobs_token: &str) -> [(&'static str, String); 2] {
    let origin = hosts.origin(SIGN_IN_LABEL);
    let form = format!("Origin: {origin}\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: document\n");
    [(BOB, format!("Authorization: Bearer {bobs_token}\n")), (FORM, form)]
}

const BOB: &str = "bob.header";
const FORM: &str = "form.header";
/// Where curl keeps alice's cookies.
const JAR: &str = "alice.jar";

/// The five commands.
pub(super) fn lines(hosts: Hosts, folder: &Path, authority: &Path) -> Vec<CurlLine> {
    let (alice, portal) = (host(Account::Alice.name()), host(SIGN_IN_LABEL));
    let port = hosts.port();
    let base = format!(
        "curl -sS --cacert {} --resolve {alice}:{port}:127.0.0.1",
        quoted(&authority.display().to_string())
    );
    let sign_in = hosts.origin(SIGN_IN_LABEL);
    let origin = hosts.origin(Account::Alice.name());
    let sibling = hosts.origin(Account::Bob.name());
    let status = "-o /dev/null -w '%{http_code}\\n'";
    let header = |name| quoted(&format!("@{}", folder.join(name).display()));
    let (form, bob) = (header(FORM), header(BOB));
    let jar = quoted(&folder.join(JAR).display().to_string());
    vec![
        CurlLine {
            title: "alice signs in: sign-in page, desktop, sign-in page, gate, desktop",
            expected: "200",
            command: format!(
                "{base} --resolve {portal}:{port}:127.0.0.1 {status} -L -b {jar} -c {jar} -H {form} \
                 -d account=alice {sign_in}/sign-in"
            ),
        },
        CurlLine {
            title: "then she is in; her desktop shows what it saw of her, without the token",
            expected: "200",
            command: format!("{base} -b {jar} {origin}/echo"),
        },
        CurlLine {
            title: "bob, with a valid token of his own: denied",
            expected: "403",
            command: format!("{base} {status} -H {bob} {origin}/echo"),
        },
        CurlLine {
            title: "without a token: denied; a browser would be redirected to the sign-in page",
            expected: "401",
            command: format!("{base} {status} {origin}/echo"),
        },
        CurlLine {
            title: "bob's page opens a WebSocket with alice's session",
            expected: "403",
            command: format!(
                "{base} {status} --http1.1 -b {jar} -H 'Connection: Upgrade' \
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
        let lines = lines(Hosts::new(8443), Path::new("/tmp/d"), Path::new("/tmp/d/ca.pem"));
        lines.into_iter().map(|line| line.command).collect()
    }

    #[test]
    fn the_portal_signs_alice_in_and_sets_her_cookie() {
        let command = &commands()[0];
        for part in [
            "--resolve alice.vdi.localhost:8443:127.0.0.1",
            "--resolve login.vdi.localhost:8443:127.0.0.1",
            " -L -b /tmp/d/alice.jar -c /tmp/d/alice.jar ",
            "-d account=alice https://login.vdi.localhost:8443/sign-in",
        ] {
            assert!(command.contains(part), "{command}");
        }
        assert_eq!(
            commands()[1],
            "curl -sS --cacert /tmp/d/ca.pem --resolve alice.vdi.localhost:8443:127.0.0.1 \
             -b /tmp/d/alice.jar https://alice.vdi.localhost:8443/echo"
        );
    }

    #[test]
    fn no_token_stands_in_a_line() {
        let [(_, bob), (_, form)] = header_files(Hosts::new(8443), "eyJ.bob");
        assert_eq!(bob, "Authorization: Bearer eyJ.bob\n");
        assert!(form.starts_with("Origin: https://login.vdi.localhost:8443\n"), "{form}");
        assert!(commands().iter().all(|command| !command.contains("Bearer")));
    }

    #[test]
    fn bobs_session_is_denied_at_alices_desktop() {
        let command = &commands()[2];
        assert!(command.contains("-H @/tmp/d/bob.header"), "{command}");
        assert!(command.ends_with("https://alice.vdi.localhost:8443/echo"), "{command}");
    }

    #[test]
    fn the_line_without_a_session_sends_no_cookie() {
        let command = &commands()[3];
        assert!(!command.contains("-H") && !command.contains("-b "), "{command}");
    }

    #[test]
    fn sibling_web_socket_carries_alices_session_and_bobs_origin() {
        let command = &commands()[4];
        assert!(command.contains("-b /tmp/d/alice.jar"), "{command}");
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
