//! `doorward render`: sessions in, manifests out; and the fixed objects that belong to them.
//!
//! Decides what is read, where it is written and what is said about it. What a route looks like and
//! which sessions get one, `manifest` knows.

mod context;
mod fixed;
mod flags;
mod folder;
mod logout;
mod notes;

use super::{ConfigFile, complain, counted, failed, say, usage};
use crate::manifest::template::Template;
use crate::manifest::tree::Node;
use crate::manifest::{
    Plan, PlanContext, RenderOptions, RenderedFile, Rendering, Sessions, render, yaml,
};
use clap::Args;
use context::RenderContext;
use fixed::Fixed;
use flags::{CA_FILE, FormatFlag, InstallationFlags, LabelFlags};
use std::fmt;
use std::io::{IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Arguments of `doorward render`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_value_name = "OBJECTS")]
#[command(subcommand_help_heading = "Fixed objects")]
#[command(after_help = "Examples:\n  kubectl get vdisessions -A -o json | doorward render - | \
                        kubectl apply -f -\n  doorward render --domain vdi.example.com --issuer \
                        https://portal.example.com --bare-labels sessions.yaml\n  doorward render \
                        --format file --out /etc/traefik/dynamic sessions.yaml\n\nA session in the short form:\n  session: { id: 66fe8fe4-b6bf-4458-84d7-eb1cc6adbd05, name: \
                        kasm-alice-1 }\n  username: alice")]
pub(crate) struct RenderArgs {
    #[command(subcommand)]
    fixed: Option<Fixed>,
    #[command(flatten)]
    sessions: SessionArgs,
}

/// What sessions are rendered from and to.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
struct SessionArgs {
    /// Files with sessions, in YAML or JSON; `-` reads standard input
    #[arg(value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// The provider of Traefik that reads the manifests
    #[arg(long, value_enum, default_value = "kubernetes")]
    format: FormatFlag,
    /// A template in Go syntax for the routes, in place of the built-in form
    #[arg(long, value_name = "FILE")]
    template: Option<PathBuf>,
    /// Reject a template whose route lacks the gate's Middleware, instead of adding it
    #[arg(long, requires = "template")]
    no_add_middleware: bool,
    /// Add a Middleware for each session, with which the gate rejects all other users' hosts on the
    /// session's route
    #[arg(long)]
    bind_owner: bool,
    /// Allow a session to name a service other than its own name
    #[arg(long)]
    allow_service_override: bool,
    /// Skip sessions that are invalid or in conflict, render the others, and exit with code 1
    #[arg(long)]
    keep_going: bool,
    /// Write one file per session into this folder, and remove files of earlier runs that are no
    /// longer rendered
    #[arg(long, value_name = "DIR", conflicts_with = "json")]
    out: Option<PathBuf>,
    /// Print JSON: a List for Kubernetes, or one document for the file provider
    #[arg(long)]
    json: bool,
    /// Print only errors on standard error, no notes or warnings
    #[arg(long, short)]
    quiet: bool,
    /// With --format file: path at which Traefik finds the CA certificate of the gate
    #[arg(long, value_name = "FILE", default_value = CA_FILE)]
    ca_file: String,
    #[command(flatten)]
    labels: LabelFlags,
    #[command(flatten)]
    installation: InstallationFlags,
}

/// Runs it.
pub(super) fn run(args: &RenderArgs, file: &ConfigFile) -> ExitCode {
    let outcome = match &args.fixed {
        None => args.sessions.run(file),
        Some(fixed) => fixed.run(file),
    };
    outcome.unwrap_or_else(|code| code)
}

/// `Err` is the exit code of what has been complained about already.
type Outcome = Result<ExitCode, ExitCode>;

impl SessionArgs {
    fn run(&self, file: &ConfigFile) -> Outcome {
        let context = RenderContext::load(file, &self.installation, Some(&self.labels))?;
        let template = self.template()?;
        self.check_flags(&context)?;
        let found = self.read()?;
        for error in &found.errors {
            complain(error);
        }
        let plan_context = PlanContext {
            settings: &context.installation.settings,
            domains: &context.domains,
            issuers: &context.issuers,
            format: self.format.into(),
            allow_service_override: self.allow_service_override,
        };
        let plan = Plan::new(found.sessions, &plan_context);
        for error in &plan.errors {
            complain(error);
        }
        let wrong = found.errors.len() + plan.errors.len();
        if wrong > 0 && !self.keep_going {
            complain(format_args!(
                "{} in the sessions; nothing was written\n    correct them, or render the other sessions with --keep-going",
                counted(wrong, "error")
            ));
            return Err(failed());
        }
        let options = RenderOptions {
            format: self.format.into(),
            template: template.as_ref(),
            add_middleware: !self.no_add_middleware,
            allow_service_override: self.allow_service_override,
            bind_owner: self.bind_owner,
            ca_file: &self.ca_file,
            one_file: self.out.is_none(),
            pages_url: context.pages_url.as_deref(),
        };
        let rendering = render(&plan, &context.installation, &options).map_err(|error| {
            complain(format_args!("{error}\nnothing was written"));
            failed()
        })?;
        let written = self.write(&rendering)?;
        if !self.quiet {
            notes::about(&rendering, &found.deleted, &context, self.format.into());
        }
        Ok(if wrong > 0 { failed() } else { written })
    }

    fn check_flags(&self, context: &RenderContext) -> Result<(), ExitCode> {
        let wrong = match (self.format, context.installation.settings.gate) {
            (FormatFlag::File, _) if self.template.is_some() => {
                "--template requires --format kubernetes; remove one of the two flags"
            }
            (_, crate::manifest::GatePlace::EntryPoint) if self.bind_owner => {
                "--bind-owner requires the gate on the routes; remove it, or use --gate route"
            }
            _ => return Ok(()),
        };
        complain(wrong);
        Err(usage())
    }

    fn template(&self) -> Result<Option<Template>, ExitCode> {
        let Some(path) = &self.template else {
            return Ok(None);
        };
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
        Template::parse(&text).map(Some).map_err(|error| {
            complain(format_args!("{}: {error}", path.display()));
            failed()
        })
    }

    /// The sessions of every input.
    fn read(&self) -> Result<Sessions, ExitCode> {
        let mut all = Sessions::default();
        let standard_input = [PathBuf::from("-")];
        let inputs = if self.inputs.is_empty() {
            if std::io::stdin().is_terminal() {
                complain("no input; name a file with sessions, or use `-` for standard input");
                return Err(usage());
            }
            &standard_input[..]
        } else {
            &self.inputs
        };
        for path in inputs {
            let text = read_input(path)?;
            let name = path.display().to_string();
            let documents = yaml::read(&text).map_err(|error| {
                complain(format_args!("{}, document {}: {error}", shown(&name), error.document));
                failed()
            })?;
            if documents.is_empty() {
                // What comes out of a failed pipe is nothing, and nothing would end every session.
                complain(format_args!(
                    "{} contains no document\n    to remove all routes, pass an empty list: []",
                    shown(&name)
                ));
                return Err(failed());
            }
            let found = Sessions::of(&documents, &Arc::from(name));
            all.sessions.extend(found.sessions);
            all.errors.extend(found.errors);
            all.deleted.extend(found.deleted);
        }
        Ok(all)
    }

    fn write(&self, rendering: &Rendering) -> Outcome {
        if let Some(folder) = &self.out {
            let changes =
                folder::replace(folder, folder::SESSIONS, &rendering.files).map_err(|error| {
                    complain(format_args!("{error}\nnothing was written"));
                    failed()
                })?;
            return Ok(say(format_args!("{}: {changes}\n", folder.display())));
        }
        if !self.json {
            return Ok(say(Stream(&rendering.files)));
        }
        let mut nodes = Vec::with_capacity(rendering.files.len());
        for file in &rendering.files {
            nodes.extend(yaml::read(&file.text).map_err(|error| {
                complain(error);
                failed()
            })?);
        }
        let json = match (self.format, nodes.pop()) {
            (FormatFlag::File, last) => serde_json::to_string_pretty(&last.unwrap_or(Node::Null)),
            (FormatFlag::Kubernetes, last) => {
                nodes.extend(last);
                serde_json::to_string_pretty(&serde_json::json!({
                    "apiVersion": "v1", "kind": "List", "items": nodes,
                }))
            }
        };
        match json {
            Ok(json) => Ok(say(format_args!("{json}\n"))),
            Err(error) => {
                complain(error);
                Err(failed())
            }
        }
    }
}

/// Files as documents of one stream; not joined first, because there may be a hundred megabytes.
struct Stream<'f>(&'f [RenderedFile]);

impl fmt::Display for Stream<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, file) in self.0.iter().enumerate() {
            f.write_str(if index > 0 { "---\n" } else { "" })?;
            f.write_str(&file.text)?;
        }
        Ok(())
    }
}

fn read_input(path: &Path) -> Result<String, ExitCode> {
    if path != Path::new("-") {
        return std::fs::read_to_string(path).map_err(|error| unreadable(path, &error));
    }
    let mut text = String::new();
    std::io::stdin().lock().read_to_string(&mut text).map_err(|error| unreadable(path, &error))?;
    Ok(text)
}

fn unreadable(path: &Path, error: &std::io::Error) -> ExitCode {
    complain(format_args!("{}: {error}", shown(&path.display().to_string())));
    failed()
}

fn shown(name: &str) -> &str {
    if name == "-" { "standard input" } else { name }
}
