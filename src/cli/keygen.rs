//! `doorward keygen`: generates keys, and with `--tls` certificates. It never overwrites a file.
//!
//! It decides which files are written and with which permissions; `token` and `certificate` make
//! their content. It writes all files or none: a failed run removes what it wrote.

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

/// Generate a signing key, and with --tls a CA and a server certificate
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct KeygenArgs {
    /// Algorithm of the key; HS algorithms generate a shared secret
    #[arg(long, default_value = "ES256", value_parser = parse_algorithm)]
    pub(crate) alg: Algorithm,
    /// DNS names and IP addresses of the server certificate
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub(crate) tls: Vec<String>,
    /// Directory for the files; created if it does not exist
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

/// Generates the keys and writes the files; returns their list for standard output.
///
/// # Errors
/// A file already exists or cannot be written, or a name is invalid.
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
    /// Readable by the owner only.
    secret: bool,
    purpose: &'static str,
    content: String,
}

/// Generates everything before anything is written.
fn files(arguments: &KeygenArgs, now: u64) -> Result<Vec<Output>, KeygenError> {
    let output = |name, secret, purpose, content| Output { name, secret, purpose, content };
    let key = SigningKey::generate(arguments.alg).map_err(KeygenError::Key)?;
    let mut files = if let Some(secret) = key.secret() {
        // As text: reading a raw secret would strip a newline byte at its end.
        let text = format!("{}\n", URL_SAFE_NO_PAD.encode(secret));
        vec![output("secret", true, "for the issuer and the gate (keys: { secret_file })", text)]
    } else {
        let private = key.to_private_jwk().map_err(KeygenError::Key)?;
        let public = key.to_public_jwks().map_err(KeygenError::Key)?;
        vec![
            output("private.jwk", true, "for the issuer only", private),
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
            output("ca.key", true, "only needed to issue another certificate", authority.key()),
            output("tls.crt", false, "for the gate (tls: { cert_file })", server.certificate),
            output("tls.key", true, "for the gate (tls: { key_file })", server.key),
        ]);
    }
    Ok(files)
}

/// Writes all files into an existing folder, or none.
fn write_all(folder: &Path, files: &[Output]) -> Result<(), KeygenError> {
    // Checked first, so that an existing file prevents all writes; `create_new` below protects a
    // file that is created in between.
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
            // Created by this run, so a failed write must remove it as well.
            written.push(path.clone());
            target.write_all(file.content.as_bytes())?;
            target.sync_all()
        });
        if let Err(error) = result {
            for path in &written {
                // The first error is reported; this one cannot be handled.
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

/// A new file, created with its final mode.
fn create(path: &Path, secret: bool) -> io::Result<File> {
    let mode = if secret { 0o600 } else { 0o644 };
    OpenOptions::new().write(true).create_new(true).mode(mode).open(path)
}

/// Why no keys were generated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeygenError {
    /// A file exists already.
    Exists(PathBuf),
    /// The directory could not be created.
    Folder {
        /// The directory.
        path: PathBuf,
        /// The error of the system.
        kind: io::ErrorKind,
    },
    /// A file could not be written.
    File {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        kind: io::ErrorKind,
    },
    /// The signing key could not be generated.
    Key(SigningKeyError),
    /// The certificates could not be issued.
    Tls(CertificateError),
    /// The clock is before 1970.
    Clock,
}

impl KeygenError {
    /// Whether the arguments are invalid.
    pub(crate) fn is_usage(&self) -> bool {
        matches!(self, Self::Tls(CertificateError::NoName | CertificateError::Name(_)))
    }
}

impl fmt::Display for KeygenError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists(path) => write!(
                formatter,
                "{} already exists and is not overwritten; move it, or choose another directory with \
                 --out",
                path.display()
            ),
            Self::Folder { path, kind: io::ErrorKind::AlreadyExists } => {
                write!(formatter, "{} is a file; choose a directory with --out", path.display())
            }
            Self::Folder { path, kind: kind @ io::ErrorKind::PermissionDenied } => write!(
                formatter,
                "cannot create directory {}: {kind}; choose a location that you can write to with \
                 --out",
                path.display()
            ),
            Self::Folder { path, kind } => write!(
                formatter,
                "cannot create directory {}: {kind}; choose another one with --out",
                path.display()
            ),
            Self::File { path, kind } => write!(
                formatter,
                "cannot write {}: {kind}; no files were kept, choose another directory with --out",
                path.display()
            ),
            Self::Key(error) => write!(formatter, "{error}"),
            Self::Tls(error) => write!(formatter, "--tls: {error}"),
            Self::Clock => formatter.write_str("the clock is before 1970; set it"),
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

/// How long certificates are valid: the longest that the strictest clients accept from a private
/// CA.
const TLS_DAYS: u32 = 825;

#[cfg(test)]
mod tests;
