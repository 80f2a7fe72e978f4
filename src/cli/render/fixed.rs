//! `doorward render middleware`, `static`, `gate` and `crd`: the objects that do not change with the
//! sessions, with the reason for every line.

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

/// The fixed objects.
#[derive(Debug, Subcommand)]
pub(super) enum Fixed {
    /// The Middlewares that put the gate in front of a route
    Middleware(MiddlewareArgs),
    /// Traefik's static configuration, as a file or as values of its Helm chart
    Static(StaticArgs),
    /// The gate's own manifests: Deployment, Services, policies, rights, catch-all
    Gate(GateArgs),
    /// The definition of `VDISession`, and the admission policies that guard the zone
    Crd(CrdArgs),
}

/// Arguments of `doorward render middleware`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: doorward render middleware --namespace desks | kubectl apply -f -"
)]
pub(super) struct MiddlewareArgs {
    /// What reads them: Traefik's Kubernetes provider or its file provider
    #[arg(long, value_enum, default_value = "kubernetes")]
    format: FormatFlag,
    /// For --format file: where Traefik finds the authority of the gate's certificate
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
    /// Where Traefik reads routes from: the cluster, or a folder of files
    #[arg(long, value_enum, default_value = "kubernetes")]
    format: FormatFlag,
    /// Print values of the official Helm chart instead of a file
    #[arg(long, conflicts_with = "format")]
    helm: bool,
    /// Where the certificate authority writes to
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// Who serves the zone's DNS, by lego's name
    #[arg(long, value_name = "NAME")]
    dns_provider: Option<String>,
    /// Where Traefik keeps its certificates
    #[arg(long, value_name = "FILE")]
    storage: Option<String>,
    /// The wildcard comes from elsewhere, such as cert-manager
    #[arg(long, conflicts_with_all = ["email", "dns_provider", "storage"])]
    no_acme: bool,
    /// For --format file: the folder that Traefik watches
    #[arg(long, value_name = "DIR")]
    directory: Option<String>,
    #[command(flatten)]
    installation: InstallationFlags,
}

/// Arguments of `doorward render gate`.
#[derive(Debug, Args)]
#[command(
    after_help = "Without --out, what a cluster needs is printed as one stream. With it, the \
                        whole folder is written: kustomizations, the same by cert-manager, Traefik's \
                        settings, and what a machine without Kubernetes needs.\n\nExample: doorward \
                        render gate --domain vdi.example.com --out deploy && kubectl apply -k deploy"
)]
pub(super) struct GateArgs {
    /// A folder for one file each
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The gate's image
    #[arg(long, value_name = "IMAGE")]
    image: Option<String>,
    /// Where Traefik runs [default: traefik]
    #[arg(long, value_name = "NAME", value_parser = object_name)]
    traefik_namespace: Option<ObjectName>,
    /// Where metrics are collected from [default: monitoring]
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

/// Whose hosts it is about, for whoever has no configuration.
#[derive(Debug, Args)]
struct DomainFlags {
    /// A domain that workspaces live one label below; may be repeated [default: the configuration's]
    #[arg(long = "domain", value_name = "NAME")]
    names: Vec<String>,
}

fn object_name(text: &str) -> Result<ObjectName, String> {
    ObjectName::new(text).map_err(|error| error.to_string())
}

impl Fixed {
    /// Prints or writes them. `Err` is the exit code of what has been complained about already.
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
                "revocation.store is {store}, and the Deployment has {} replicas: whoever signs \
                 out at one would still be in at the other\n    set revocation.store to redis, \
                 or to none",
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
            // What `kubectl apply -k` would make of it, without the files that only kustomize reads.
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
    /// Policies and catch-alls of no domain would guard nothing, so there has to be one.
    fn add_to(&self, context: &mut RenderContext) -> Result<(), ExitCode> {
        let domains = &mut context.installation.domains;
        if context.configured && !self.names.is_empty() {
            complain("--domain is for want of a configuration; leave it out");
            return Err(usage());
        }
        for name in &self.names {
            domains.push(Domain::new(name).map_err(|error| {
                complain(format_args!("--domain: {name:?} {error}"));
                usage()
            })?);
        }
        if domains.is_empty() {
            complain(
                "without a configuration, --domain is required: it says whose hosts are guarded",
            );
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
