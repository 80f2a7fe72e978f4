//! Flags that several subcommands of `render` share. Most override a key of the configuration's
//! section `render`; their values are checked with the configuration, not here.

use crate::manifest::Format;
use clap::{Args, ValueEnum};

/// `--format`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum FormatFlag {
    /// Objects of the kubernetesCRD provider
    #[default]
    Kubernetes,
    /// The file provider's configuration
    File,
}

impl From<FormatFlag> for Format {
    fn from(flag: FormatFlag) -> Self {
        match flag {
            FormatFlag::Kubernetes => Self::Kubernetes,
            FormatFlag::File => Self::File,
        }
    }
}

/// A flag for each key of the section `render`.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Settings that override the section `render` of the configuration")]
pub(super) struct InstallationFlags {
    /// Namespace of routes whose session sets no namespace [default: vdi-sessions]
    #[arg(long, value_name = "NAME")]
    namespace: Option<String>,
    /// Entry points of Traefik that serve the desktops, separated by commas [default: websecure]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    entry_points: Vec<String>,
    /// Name of the Middleware that routes use [default: doorward]
    #[arg(long, value_name = "NAME")]
    middleware: Option<String>,
    /// Port of the service if the session sets none [default: 8080]
    #[arg(long, value_name = "PORT")]
    service_port: Option<u16>,
    /// Priority of every route [default: 1000000000000]
    #[arg(long, value_name = "NUMBER")]
    priority: Option<u64>,
    /// Source of the routes' certificates [default: store]
    #[arg(long, value_enum, value_name = "MODE")]
    tls: Option<TlsFlag>,
    /// Traefik's certificate resolver [default: letsencrypt]
    #[arg(long, value_name = "NAME")]
    resolver: Option<String>,
    /// Layout of the routes [default: flat]
    #[arg(long, value_enum)]
    layout: Option<LayoutFlag>,
    /// Where Traefik calls the gate [default: route]
    #[arg(long, value_enum, value_name = "PLACE")]
    gate: Option<GateFlag>,
    /// Version of Traefik that reads the manifests [default: 3.7]
    #[arg(long, value_name = "VERSION")]
    traefik_version: Option<String>,
    /// URL at which Traefik calls the gate [default: that of the Service doorward in the namespace
    /// doorward]
    #[arg(long, value_name = "URL")]
    gate_address: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum TlsFlag {
    /// One wildcard certificate in Traefik's `TLSStore`
    Store,
    /// A certificate resolver, set on each route
    Resolver,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LayoutFlag {
    /// One route for each session
    Flat,
    /// One root route for all sessions; not supported yet
    Gathered,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum GateFlag {
    /// On every route
    Route,
    /// On the entry point
    Entrypoint,
}

impl InstallationFlags {
    /// Key paths and YAML values, in the form in which the configuration takes overrides.
    pub(super) fn overlays(&self) -> Vec<(String, String)> {
        let mut overlays = Vec::new();
        let mut set = |key: &str, yaml: Option<String>| {
            overlays.extend(yaml.map(|yaml| (format!("render.{key}"), yaml)));
        };
        let text = |value: &Option<String>| value.as_deref().map(quoted);
        let word = |value: Option<clap::builder::PossibleValue>| {
            value.map(|value| value.get_name().to_owned())
        };
        set("namespace", text(&self.namespace));
        let entry_points: Vec<String> = self.entry_points.iter().map(|name| quoted(name)).collect();
        let entry_points = format!("[{}]", entry_points.join(", "));
        set("entry_points", (!self.entry_points.is_empty()).then_some(entry_points));
        set("middleware", text(&self.middleware));
        set("service_port", self.service_port.map(|port| port.to_string()));
        set("priority", self.priority.map(|priority| priority.to_string()));
        set("tls.mode", word(self.tls.and_then(|tls| tls.to_possible_value())));
        set("tls.resolver", text(&self.resolver));
        set("layout", word(self.layout.and_then(|layout| layout.to_possible_value())));
        set("gate", word(self.gate.and_then(|gate| gate.to_possible_value())));
        set("traefik_version", text(&self.traefik_version));
        set("gate_address", text(&self.gate_address));
        overlays
    }
}

/// A JSON string is also a double-quoted YAML string, so any value of the flag stays text.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The settings that decide a label, for a run without a configuration.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Required if there is no configuration")]
pub(super) struct LabelFlags {
    /// The domain below which desktops are served
    #[arg(long, value_name = "NAME")]
    pub(super) domain: Option<String>,
    /// Issuer of the usernames; every hashed label depends on it
    #[arg(long, value_name = "URL")]
    pub(super) issuer: Option<String>,
    /// Use usernames that are valid labels unchanged
    #[arg(long, overrides_with = "no_bare_labels")]
    pub(super) bare_labels: bool,
    /// Hash all usernames
    #[arg(long)]
    pub(super) no_bare_labels: bool,
}

/// Of the file provider's `forwardAuth.tls.ca`.
pub(super) const CA_FILE: &str = "/etc/traefik/doorward-ca.crt";
