//! `doorward keygen`: makes keys, and with `--tls` certificates, and never overwrites any.
//!
//! Decides which files there are and who may read them; the keys themselves come from `token` and
//! `keys`. All files or none: what a failed run began, it removes.

use crate::certificate::{Authority, CertificateError, Validity};
use crate::cli::token::parse_algorithm;
use crate::clock;
use crate::token::{Algorithm, SigningKey, SigningKeyError};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

/// Make a signing key, and with --tls a certificate authority and a server certificate
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct KeygenArgs {
    /// Algorithm of the key; an HS one makes a shared secret
    #[arg(long, default_value = "ES256", value_parser = parse_algorithm)]
    pub(crate) alg: Algorithm,
    /// DNS names and IP addresses of the server certificate
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub(crate) tls: Vec<String>,
    /// Folder for the files; made if it is not there
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

/// Makes the keys and writes the files; says which, for stdout.
///
/// # Errors
/// A file that is there already, one that cannot be written, a name that is none.
pub(crate) fn run(arguments: &KeygenArgs) -> Result<String, KeygenError> {
    let now =
        clock::system_time().duration_since(UNIX_EPOCH).map_err(|_| KeygenError::Clock)?.as_secs();
    let files = files(arguments, now)?;
    fs::create_dir_all(&arguments.out)
        .map_err(|error| KeygenError::Folder { path: arguments.out.clone(), kind: error.kind() })?;
    write_all(&arguments.out, &files)?;
    let written = files.iter().map(|file| {
        let path = arguments.out.join(file.name);
        format!("{}  {}\n", path.display(), file.purpose)
    });
    Ok(written.collect())
}

/// A file to be written.
struct Output {
    name: &'static str,
    /// Readable by the owner alone.
    secret: bool,
    purpose: &'static str,
    content: String,
}

/// Everything is made before anything is written.
fn files(arguments: &KeygenArgs, now: u64) -> Result<Vec<Output>, KeygenError> {
    let output = |name, secret, purpose, content| Output { name, secret, purpose, content };
    let key = SigningKey::generate(arguments.alg).map_err(KeygenError::Key)?;
    let mut files = if let Some(secret) = key.secret() {
        // As text: a raw secret that ends with a newline byte would lose it when it is read.
        let text = format!("{}\n", URL_SAFE_NO_PAD.encode(secret));
        vec![output("secret", true, "for issuer and gate (keys: { secret_file })", text)]
    } else {
        let private = key.to_private_jwk().map_err(KeygenError::Key)?;
        let public = key.to_public_jwks().map_err(KeygenError::Key)?;
        vec![
            output("private.jwk", true, "for the issuer alone", private),
            output("jwks.json", false, "for the gate (keys: { jwks_file })", public),
        ]
    };
    if !arguments.tls.is_empty() {
        let validity = Validity { now, days: TLS_DAYS };
        let authority =
            Authority::new("doorward authority", validity, None).map_err(KeygenError::Tls)?;
        let server = authority.certify("doorward", &arguments.tls).map_err(KeygenError::Tls)?;
        files.extend([
            output("ca.crt", false, "for Traefik (tls.ca)", authority.certificate()),
            output("ca.key", true, "for nobody, unless it is to sign once more", authority.key()),
            output("tls.crt", false, "for the gate (tls: { cert_file })", server.certificate),
            output("tls.key", true, "for the gate (tls: { key_file })", server.key),
        ]);
    }
    Ok(files)
}

/// Writes all files into an existing folder, or none.
fn write_all(folder: &Path, files: &[Output]) -> Result<(), KeygenError> {
    // Asked first, so that the usual mistake leaves no trace at all; `create_new` below is what
    // keeps a file that appears in between.
    for file in files {
        let path = folder.join(file.name);
        if fs::symlink_metadata(&path).is_ok() {
            return Err(KeygenError::Exists(path));
        }
    }
    let mut written: Vec<PathBuf> = Vec::with_capacity(files.len());
    for file in files {
        let path = folder.join(file.name);
        let result = create(&path, file.secret).and_then(|mut target| {
            // Ours from here on, so a failure to fill it must remove it as well.
            written.push(path.clone());
            target.write_all(file.content.as_bytes())?;
            target.sync_all()
        });
        if let Err(error) = result {
            for path in &written {
                // The first error is the one to report; there is nothing to be done about this one.
                let _ = fs::remove_file(path);
            }
            return Err(match error.kind() {
                io::ErrorKind::AlreadyExists => KeygenError::Exists(path),
                kind => KeygenError::File { path, kind },
            });
        }
    }
    Ok(())
}

/// A new file, with its mode from the first moment on.
fn create(path: &Path, secret: bool) -> io::Result<File> {
    let mode = if secret { 0o600 } else { 0o644 };
    OpenOptions::new().write(true).create_new(true).mode(mode).open(path)
}

/// Why no keys were made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeygenError {
    /// A file is there already.
    Exists(PathBuf),
    /// The folder could not be made.
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        kind: io::ErrorKind,
    },
    /// A file could not be written.
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        kind: io::ErrorKind,
    },
    /// The signing key could not be made.
    Key(SigningKeyError),
    /// The certificates could not be made.
    Tls(CertificateError),
    /// The clock stands before 1970.
    Clock,
}

impl KeygenError {
    /// Whether what was typed is wrong.
    pub(crate) fn is_usage(&self) -> bool {
        matches!(self, Self::Tls(CertificateError::NoName | CertificateError::Name(_)))
    }
}

impl fmt::Display for KeygenError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists(path) => write!(
                formatter,
                "{} is there already and is not overwritten; move it away, or name another folder \
                 with --out",
                path.display()
            ),
            Self::Folder { path, kind: io::ErrorKind::AlreadyExists } => {
                write!(formatter, "{} is a file; name a folder with --out", path.display())
            }
            Self::Folder { path, kind: kind @ io::ErrorKind::PermissionDenied } => write!(
                formatter,
                "the folder {} cannot be made: {kind}; name one below a folder of your own with \
                 --out",
                path.display()
            ),
            Self::Folder { path, kind } => write!(
                formatter,
                "the folder {} cannot be made: {kind}; name another one with --out",
                path.display()
            ),
            Self::File { path, kind } => write!(
                formatter,
                "{} cannot be written: {kind}; nothing was kept, name another folder with --out",
                path.display()
            ),
            Self::Key(error) => write!(formatter, "{error}"),
            Self::Tls(error) => write!(formatter, "--tls: {error}"),
            Self::Clock => formatter.write_str("the clock stands before 1970; set it"),
        }
    }
}

impl std::error::Error for KeygenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Key(error) => Some(error),
            Self::Tls(error) => Some(error),
            _ => None,
        }
    }
}

/// How long certificates are good for: the most that the strictest clients allow where the
/// authority is a private one.
const TLS_DAYS: u32 = 825;

#[cfg(test)]
mod tests;
