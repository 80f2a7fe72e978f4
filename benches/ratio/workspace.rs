//! The temporary folder of one run: keys, certificates, configurations, logs, and the commands that
//! start the two servers of a comparison from them.

use crate::cores::Cores;
use crate::failure::Failure;
use crate::floor::Work;
use crate::process::{Launch, Ready, free_addresses};
use crate::request::PageFetch;
use crate::tls;
use crate::token::{AUDIENCE, Algorithm, ISSUER, Mint};
use std::cell::Cell;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// What is measured against the floor.
#[derive(Clone, Debug)]
pub enum Subject {
    /// The gate: the binary at this path.
    Doorward(PathBuf),
    /// Another floor, to learn what the harness itself adds and how much it wavers.
    Floor(Work),
}

/// How the server is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    Plain,
    Tls,
}

/// See the module's text.
pub struct Workspace {
    folder: TempDir,
    /// This program, which is also the floor.
    executable: PathBuf,
    pub subject: Subject,
    pub cores: Cores,
    /// Keeps file names apart.
    files: Cell<u32>,
}

impl Workspace {
    pub fn new(subject: Subject) -> Result<Self, Failure> {
        let folder = tempfile::Builder::new().prefix("doorward-bench-").tempdir();
        let folder = folder.map_err(Failure::io("creating a temporary folder"))?;
        let executable = std::env::current_exe().map_err(Failure::io("finding this program"))?;
        let cores = Cores::choose();
        let workspace = Self { folder, executable, subject, cores, files: Cell::new(0) };
        let (certificate, key) = tls::self_signed()?;
        workspace.write(tls::CERTIFICATE, certificate.as_bytes())?;
        workspace.write(tls::PRIVATE_KEY, key.as_bytes())?;
        Ok(workspace)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A floor that answers with the permit for `page`.
    pub fn floor(&self, transport: Transport, page: &PageFetch) -> Result<Launch, Failure> {
        self.floor_with("the floor", transport, &page.permit(), Work::Nothing)
    }

    /// A server that stands for a desktop: 200 and nothing else.
    pub fn upstream(&self) -> Result<Launch, Failure> {
        self.floor_with("the upstream", Transport::Plain, &[], Work::Nothing)
    }

    /// The subject, with `mint`'s key as the only issuer's.
    pub fn subject(
        &self,
        transport: Transport,
        page: &PageFetch,
        mint: &Mint,
    ) -> Result<Launch, Failure> {
        match &self.subject {
            Subject::Floor(work) => {
                self.floor_with("the second floor", transport, &page.permit(), *work)
            }
            Subject::Doorward(program) => self.doorward(program, transport, mint, ""),
        }
    }

    /// The gate with a list of revocations, and the secret for `/revocations`. With a folder the list
    /// is stored there, without one in memory.
    pub fn gate_that_revokes(
        &self,
        mint: &Mint,
        secret: &str,
        state: Option<&Path>,
    ) -> Result<Launch, Failure> {
        let Subject::Doorward(program) = &self.subject else {
            return Err(Failure::SubjectDecidesNothing);
        };
        let file = self.write(&self.fresh("secret", "txt"), secret.as_bytes())?;
        let store = if state.is_some() { "file" } else { "memory" };
        let state = state.map(|folder| format!("state_dir: {}\n", folder.display()));
        let section = format!(
            "revocation: {{ store: {store}, secret_file: {} }}\n{}",
            file.display(),
            state.unwrap_or_default()
        );
        self.doorward(program, Transport::Plain, mint, &section)
    }

    /// Writes a file that only its owner may read, as the gate demands of secrets.
    pub fn write(&self, name: &str, content: &[u8]) -> Result<PathBuf, Failure> {
        let path = self.folder().join(name);
        let mut options = OpenOptions::new();
        let file = options.write(true).create(true).truncate(true).mode(0o600).open(&path);
        file.and_then(|mut file| file.write_all(content))
            .map_err(Failure::io("writing a temporary file"))?;
        Ok(path)
    }

    /// A file name that was not used before in this run.
    pub fn fresh(&self, stem: &str, extension: &str) -> String {
        let number = self.files.get();
        self.files.set(number + 1);
        format!("{stem}-{number}.{extension}")
    }

    fn floor_with(
        &self,
        name: &'static str,
        transport: Transport,
        headers: &[(String, String)],
        work: Work,
    ) -> Result<Launch, Failure> {
        let [address] = free_addresses()?;
        let lines: Vec<String> =
            headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        let headers = self.write(&self.fresh("headers", "txt"), lines.concat().as_bytes())?;
        let mut arguments = vec![
            crate::FLOOR_ARGUMENT.into(),
            address.to_string().into(),
            headers.into_os_string(),
            if work == Work::Hash { "hash" } else { "nothing" }.into(),
        ];
        let ready = match transport {
            Transport::Plain => Ready::Answers { address, path: "/" },
            Transport::Tls => {
                arguments.push(self.folder().as_os_str().to_owned());
                Ready::Accepts
            }
        };
        let log = self.folder().join(self.fresh("floor", "log"));
        Ok(Launch { name, program: self.executable.clone(), arguments, address, ready, log })
    }

    fn doorward(
        &self,
        program: &Path,
        transport: Transport,
        mint: &Mint,
        more: &str,
    ) -> Result<Launch, Failure> {
        let [address, admin] = free_addresses()?;
        let key = self.write(&self.fresh("key", "txt"), &mint.verification_key()?)?;
        let kind = if mint.algorithm() == Algorithm::Hs256 { "secret_file" } else { "pem_file" };
        let tls = match transport {
            Transport::Plain => String::new(),
            Transport::Tls => format!(
                "tls: {{ cert_file: {}, key_file: {} }}\n",
                self.folder().join(tls::CERTIFICATE).display(),
                self.folder().join(tls::PRIVATE_KEY).display(),
            ),
        };
        // `public_scheme: https` because behind the real Traefik of this run the browser's side is
        // plain HTTP; everything else is the default, so that the defaults are what is measured.
        let configuration = format!(
            "listen: {address}\n\
             admin_listen: {admin}\n\
             {tls}\
             domains: [vdi.example.com]\n\
             public_scheme: https\n\
             issuers:\n\
             - issuer: {ISSUER}\n  \
               audiences: [{AUDIENCE}]\n  \
               algorithms: [{}]\n  \
               keys: {{ {kind}: {} }}\n  \
               user_claim: sub\n\
             {more}",
            mint.algorithm().name(),
            key.display(),
        );
        let file = self.write(&self.fresh("config", "yaml"), configuration.as_bytes())?;
        Ok(Launch {
            name: "doorward",
            program: program.to_owned(),
            arguments: vec!["serve".into(), "--config".into(), file.into_os_string()],
            address,
            ready: Ready::Answers { address: admin, path: "/readyz" },
            log: self.folder().join(self.fresh("doorward", "log")),
        })
    }
}
