//! Where issuers' logout tokens come in, for `render gate`.

use super::context::RenderContext;
use crate::cli::{complain, usage};
use crate::manifest::deployment::Logout;
use crate::manifest::{GatePlace, TraefikName};
use crate::name::Domain;
use clap::Args;
use std::process::ExitCode;

/// How the portal's host is reached.
#[derive(Debug, Args)]
pub(super) struct LogoutFlags {
    /// With `backchannel_listen`: a host that issuers send logout tokens to; may be repeated
    /// [default: that of login.url]
    #[arg(long = "logout-host", value_name = "HOST", value_parser = host)]
    logout_hosts: Vec<Domain>,
    /// With `backchannel_listen`: Traefik's entry point for that host; may be repeated [default:
    /// those of workspaces, where the gate stands on routes]
    #[arg(long = "logout-entry-point", value_name = "NAME", value_parser = entry_point)]
    logout_entry_points: Vec<TraefikName>,
}

fn host(text: &str) -> Result<Domain, String> {
    Domain::new(text).map_err(|error| error.to_string())
}

fn entry_point(text: &str) -> Result<TraefikName, String> {
    TraefikName::new(text).map_err(|error| error.to_string())
}

impl LogoutFlags {
    /// Nothing without `backchannel_listen`.
    pub(super) fn of(&self, context: &RenderContext) -> Result<Option<Logout>, ExitCode> {
        let refuse = |told: std::fmt::Arguments<'_>| {
            complain(told);
            Err(usage())
        };
        let Some((address, known)) = &context.logout else {
            if self.logout_hosts.is_empty() && self.logout_entry_points.is_empty() {
                return Ok(None);
            }
            return refuse(format_args!(
                "--logout-host and --logout-entry-point mean nothing without backchannel_listen\n    \
                 set it in the configuration, or leave them out"
            ));
        };
        let port = address.port();
        if address.ip().is_loopback() {
            return refuse(format_args!(
                "backchannel_listen is {address}, which nothing reaches in a pod\n    write \
                 0.0.0.0:{port}"
            ));
        }
        let settings = &context.installation.settings;
        let hosts = if self.logout_hosts.is_empty() { known } else { &self.logout_hosts };
        if hosts.is_empty() {
            return refuse(format_args!(
                "backchannel_listen is set, and no host is known for it\n    name the portal's \
                 with --logout-host, or set login.url"
            ));
        }
        let of_a_workspace = |host: &&Domain| {
            let mut domains = context.installation.domains.iter();
            domains.any(|domain| *host == domain || host.is_below(domain.as_str()))
        };
        // What the configuration says of its sign-in pages it has checked, reserved labels too.
        if let Some(host) = self.logout_hosts.iter().find(of_a_workspace) {
            return refuse(format_args!(
                "--logout-host: {host} is a workspace's, or could be: its desktop would hear who \
                 signs out, and answer in the gate's place\n    name a host of the portal's"
            ));
        }
        let entry_points = match (&*self.logout_entry_points, settings.gate) {
            ([], GatePlace::Route) => settings.entry_points.clone(),
            ([], GatePlace::EntryPoint) => {
                return refuse(format_args!(
                    "render.gate is entrypoint, so requests there are asked about, and an issuer \
                     has no session\n    name another one that leads to the portal's host with \
                     --logout-entry-point"
                ));
            }
            (named, _) => named.to_vec(),
        };
        Ok(Some(Logout { port, hosts: hosts.clone(), entry_points }))
    }
}
