//! `doorward render middleware`, `static`, `gate` and `crd`: the objects that do not depend on
//! sessions, with a comment on each setting.
//!
//! Decides which flags and which output each has. The content of the objects is `manifest`'s.

use super::context::RenderContext;
use super::flags::{CA_FILE, FormatFlag, InstallationFlags};
use super::folder;
use super::logout::LogoutFlags;
use crate::cli::{ConfigFile, complain, failed, say, usage};
use crate::manifest::deployment::{self, GateOptions};
use crate::manifest::static_config::{Acme, Provider, StaticOptions, helm_values, static_file};
use crate::manifest::tree::{Node, Section};
use crate::manifest::{ObjectName, RenderedFile, crd, middleware, yaml};
use crate::name::Domain;
use clap::{Args, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// The objects that do not depend on sessions.
#[derive(Debug, Subcommand)]
pub(super) enum Fixed {
    /// The Middlewares that call the gate
    Middleware(MiddlewareArgs),
    /// Traefik's static configuration, as a file or as values for its Helm chart
    Static(StaticArgs),
    /// The gate's own manifests: Deployment, Services, policies, permissions, catch-all route
    Gate(GateArgs),
    /// The definition of `VDISession`, and the admission policies that protect the desktops' hosts
    Crd(CrdArgs),
}

/// Arguments of `doorward render middleware`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: doorward render middleware --namespace desks | kubectl apply -f -"
)]
pub(super) struct MiddlewareArgs {
    /// The provider of Traefik that reads the Middlewares
    #[arg(long, value_enum, default_value = "kubernetes")]
    format: FormatFlag,
    /// With --format file: path at which Traefik finds the CA certificate of the gate
    #[arg(long, value_name = "FILE", default_value = CA_FILE)]
    ca_file: String,
    #[command(flatten)]
    installation: InstallationFlags,
}

/// Arguments of `doorward render static`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  doorward render static --email ops@example.com \
                        --dns-provider route53 > traefik.yaml\n  doorward render static --helm > \
                        values.yaml && helm install traefik traefik/traefik -f values.yaml")]
pub(super) struct StaticArgs {
    /// Where Traefik reads routes from: the cluster, or a folder
    #[arg(long, value_enum, default_value = "kubernetes")]
    format: FormatFlag,
    /// Print values for the official Helm chart instead of a file
    #[arg(long, conflicts_with = "format")]
    helm: bool,
    /// Email address of the ACME account
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// DNS provider of the domain, by its name in lego
    #[arg(long, value_name = "NAME")]
    dns_provider: Option<String>,
    /// File in which Traefik stores its certificates
    #[arg(long, value_name = "FILE")]
    storage: Option<String>,
    /// Leave out the certificate resolver, because the wildcard certificate has another source,
    /// such as cert-manager
    #[arg(long, conflicts_with_all = ["email", "dns_provider", "storage"])]
    no_acme: bool,
    /// With --format file: the folder that Traefik watches
    #[arg(long, value_name = "DIR")]
    directory: Option<String>,
    #[command(flatten)]
    installation: InstallationFlags,
}

/// Arguments of `doorward render gate`.
#[derive(Debug, Args)]
#[command(
    after_help = "Without --out, prints the objects for the cluster as one stream. With --out, writes a folder that also contains kustomizations, the variant with cert-manager, Traefik's configuration, and the files for a machine without Kubernetes.\n\nExample: doorward \
                        render gate --domain vdi.example.com --out deploy && kubectl apply -k deploy"
)]
pub(super) struct GateArgs {
    /// Write the files into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Container image of the gate
    #[arg(long, value_name = "IMAGE")]
    image: Option<String>,
    /// Namespace of Traefik [default: traefik]
    #[arg(long, value_name = "NAME", value_parser = object_name)]
    traefik_namespace: Option<ObjectName>,
    /// Namespace of the metrics collector [default: monitoring]
    #[arg(long, value_name = "NAME", value_parser = object_name)]
    monitoring_namespace: Option<ObjectName>,
    #[command(flatten)]
    logout: LogoutFlags,
    #[command(flatten)]
    domains: DomainFlags,
    #[command(flatten)]
    installation: InstallationFlags,
}

/// Arguments of `doorward render crd`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: doorward render crd --domain vdi.example.com | kubectl apply -f -"
)]
pub(super) struct CrdArgs {
    #[command(flatten)]
    domains: DomainFlags,
    #[command(flatten)]
    installation: InstallationFlags,
}

/// The domains, for a run without a configuration.
#[derive(Debug, Args)]
struct DomainFlags {
    /// A domain below which desktops are served; may be repeated [default: the configuration's
    /// domains]
    #[arg(long = "domain", value_name = "NAME")]
    names: Vec<String>,
}

fn object_name(text: &str) -> Result<ObjectName, String> {
    ObjectName::new(text).map_err(|error| error.to_string())
}

impl Fixed {
    /// Prints or writes the objects. `Err` is the exit code of an error that has been reported
    /// already.
    pub(super) fn run(&self, file: &ConfigFile) -> Result<ExitCode, ExitCode> {
        match self {
            Self::Middleware(args) => args.run(file),
            Self::Static(args) => args.run(file),
            Self::Gate(args) => args.run(file),
            Self::Crd(args) => args.run(file),
        }
    }
}

impl MiddlewareArgs {
    fn run(&self, file: &ConfigFile) -> Result<ExitCode, ExitCode> {
        let installation = RenderContext::load(file, &self.installation, None)?.installation;
        let nodes = match self.format {
            FormatFlag::Kubernetes => {
                middleware::objects(&installation, &installation.settings.namespace)
            }
            FormatFlag::File => {
                let middlewares = middleware::for_file(&installation, &self.ca_file);
                let http = Section::new().put("middlewares", middlewares);
                vec![Section::new().put("http", http).into()]
            }
        };
        print(&nodes)
    }
}

impl StaticArgs {
    fn run(&self, file: &ConfigFile) -> Result<ExitCode, ExitCode> {
        let installation = RenderContext::load(file, &self.installation, None)?.installation;
        let mut options = match self.format {
            FormatFlag::Kubernetes => StaticOptions::kubernetes(&installation),
            FormatFlag::File => StaticOptions::file(&installation),
        };
        if let (Provider::File { directory }, Some(chosen)) =
            (&mut options.provider, &self.directory)
        {
            directory.clone_from(chosen);
        }
        options.acme = options.acme.filter(|_| !self.no_acme).map(|acme| Acme {
            email: self.email.clone().unwrap_or(acme.email),
            dns_provider: self.dns_provider.clone().unwrap_or(acme.dns_provider),
            storage: self.storage.clone().unwrap_or(acme.storage),
            ..acme
        });
        let node = if self.helm {
            helm_values(&installation, &options)
        } else {
            static_file(&installation, &options)
        };
        print(&[node])
    }
}

impl GateArgs {
    fn run(&self, file: &ConfigFile) -> Result<ExitCode, ExitCode> {
        let mut context = RenderContext::load(file, &self.installation, None)?;
        self.domains.add_to(&mut context)?;
        if let Some(store) = context.unshared_store.filter(|_| deployment::REPLICAS > 1) {
            complain(format_args!(
                "revocation.store is {store}, and the Deployment has {} replicas: each has a store of its own, so a session revoked at one replica would stay valid at the other\n    set revocation.store to redis or none",
                deployment::REPLICAS
            ));
            return Err(usage());
        }
        let defaults = GateOptions::default();
        let options = GateOptions {
            image: self.image.clone().unwrap_or(defaults.image),
            traefik_namespace: self.traefik_namespace.clone().unwrap_or(defaults.traefik_namespace),
            monitoring_namespace: self
                .monitoring_namespace
                .clone()
                .unwrap_or(defaults.monitoring_namespace),
            logout: self.logout.of(&context)?,
            configuration: context.text,
        };
        let files = deployment::gate(&context.installation, &options).map_err(unwritable)?;
        let Some(out) = &self.out else {
            // The same objects as from `kubectl apply -k`: without the files that only kustomize
            // reads.
            let is_object = |file: &&RenderedFile| {
                (file.name.starts_with("base/") || !file.name.contains('/'))
                    && !file.name.ends_with("kustomization.yaml")
            };
            let texts: Vec<&str> = files.iter().filter(is_object).map(|file| &*file.text).collect();
            return Ok(say(texts.join("---\n")));
        };
        let changes = folder::replace(out, folder::GATE, &files).map_err(|error| {
            complain(format_args!("{error}\nnothing was written"));
            failed()
        })?;
        Ok(say(format_args!("{}: {}\n", out.display(), changes)))
    }
}

impl CrdArgs {
    fn run(&self, file: &ConfigFile) -> Result<ExitCode, ExitCode> {
        let mut context = RenderContext::load(file, &self.installation, None)?;
        self.domains.add_to(&mut context)?;
        print(&crd::objects(&context.installation))
    }
}

impl DomainFlags {
    /// Requires at least one domain, because policies and catch-all routes without one protect
    /// nothing.
    fn add_to(&self, context: &mut RenderContext) -> Result<(), ExitCode> {
        let domains = &mut context.installation.domains;
        if context.configured && !self.names.is_empty() {
            complain(
                "--domain cannot be combined with a configuration\n    remove it; the configuration sets the domains",
            );
            return Err(usage());
        }
        for name in &self.names {
            domains.push(Domain::new(name).map_err(|error| {
                complain(format_args!("--domain: {name:?} {error}"));
                usage()
            })?);
        }
        if domains.is_empty() {
            complain("without a configuration, --domain is required");
            return Err(usage());
        }
        Ok(())
    }
}

fn print(nodes: &[Node]) -> Result<ExitCode, ExitCode> {
    yaml::write_all(nodes).map(say).map_err(unwritable)
}

fn unwritable(error: std::fmt::Error) -> ExitCode {
    complain(format_args!("cannot be written as YAML: {error}"));
    failed()
}
