//! Certificates: the wildcard that browsers see, either by Traefik's resolver or by cert-manager,
//! and the gate's own, which only Traefik sees.

use super::gate_objects::GATE;
use crate::manifest::fixed::{CA_SECRET, TRAEFIK_API, labels, object};
use crate::manifest::static_config::Acme;
use crate::manifest::tree::{Node, Section};
use crate::manifest::{Installation, ObjectName, RouteTls};

/// The store whose certificate Traefik orders itself.
pub(super) fn acme_store(installation: &Installation) -> Vec<Node> {
    if !has_store(installation) {
        return Vec::new();
    }
    // One certificate is the default one, so all zones are names of it.
    let mut names = installation.domains.iter().map(|domain| format!("*.{domain}"));
    let domain = Section::new()
        .put("main", names.next().unwrap_or_default())
        .put_some("sans", Some(names.collect::<Vec<_>>()).filter(|sans| !sans.is_empty()));
    let spec = Section::new()
        .why(
            "Ordered once, by the resolver of Traefik's static configuration. Routes say tls: {} and \
             get it; a resolver on each of them would order a certificate for each, and publish every \
             user's name in the logs of certificates.",
        )
        .put(
            "defaultGeneratedCert",
            Section::new()
                .put("resolver", &resolver(installation).resolver)
                .put("domain", domain),
        );
    vec![store(installation, spec)]
}

/// cert-manager's objects for the wildcard, and the store that takes it.
pub(super) fn wildcard(installation: &Installation) -> Vec<Node> {
    if !has_store(installation) {
        return Vec::new();
    }
    let names: Vec<String> =
        installation.domains.iter().map(|domain| format!("*.{domain}")).collect();
    let token = Section::new().put("name", "doorward-dns").put("key", "CF_DNS_API_TOKEN");
    let solver =
        Section::new().why("Your DNS provider; cert-manager's documentation has the others.").put(
            "dns01",
            Section::new().put("cloudflare", Section::new().put("apiTokenSecretRef", token)),
        );
    let acme = Section::new()
        .put("server", "https://acme-v02.api.letsencrypt.org/directory")
        .why("Yours: the authority refuses example.com.")
        .put("email", resolver(installation).email)
        .why("Where the account's key is kept, in cert-manager's own namespace.")
        .put("privateKeySecretRef", Section::new().put("name", "doorward-acme-account"))
        .put("solvers", vec![solver]);
    let issuer = Section::new()
        .why("A wildcard is granted by DNS-01 only.")
        .put("apiVersion", CERT_MANAGER)
        .put("kind", "ClusterIssuer")
        .put("metadata", Section::new().put("name", "doorward-acme").put("labels", labels("tls")))
        .put("spec", Section::new().put("acme", acme))
        .into();
    let gate = installation.settings.gate_namespace();
    let certificate = certificate(
        "doorward-wildcard",
        &gate,
        Section::new()
            .why("In the store's namespace; sessions need no copy of it.")
            .put("secretName", "doorward-wildcard")
            .put("dnsNames", names),
        KeyRotation::Always,
        "doorward-acme",
    );
    let spec = Section::new()
        .why("Renewed by cert-manager; Traefik takes a new one as soon as it is there.")
        .put("defaultCertificate", Section::new().put("secretName", "doorward-wildcard"));
    vec![issuer, certificate, store(installation, spec)]
}

/// cert-manager's objects for the gate's certificate, and for what Traefik judges it by.
pub(super) fn gate(installation: &Installation) -> Vec<Node> {
    let settings = &installation.settings;
    if !settings.gate_address.is_secure() {
        return Vec::new();
    }
    let issuer = |name: &'static str, why: &'static str, spec: Section| -> Node {
        Section::new()
            .why(why)
            .put("apiVersion", CERT_MANAGER)
            .put("kind", "ClusterIssuer")
            .put("metadata", Section::new().put("name", name).put("labels", labels("tls")))
            .put("spec", spec)
            .into()
    };
    let authority = certificate(
        AUTHORITY,
        &ObjectName::known("cert-manager"),
        Section::new()
            .put("isCA", true)
            .put("commonName", "doorward authority")
            .why("In cert-manager's own namespace, where a ClusterIssuer looks for it.")
            .put("secretName", AUTHORITY)
            .put("duration", "43800h"),
        KeyRotation::Never,
        SELF_SIGNED,
    );
    let mut nodes = vec![
        issuer(
            SELF_SIGNED,
            "An authority of the gate's own. Nobody trusts it but Traefik, and Traefik no other.",
            Section::new().put("selfSigned", Section::new()),
        ),
        authority,
        issuer(
            AUTHORITY,
            "Signs the gate's certificate, and nothing else.",
            Section::new().put("ca", Section::new().put("secretName", AUTHORITY)),
        ),
        certificate(
            GATE,
            &settings.gate_namespace(),
            Section::new()
                .why("What the gate's pods mount; a renewed one is taken without a restart.")
                .put("secretName", "doorward-tls")
                .why("The name in forwardAuth.address, which Traefik compares.")
                .put("dnsNames", vec![settings.gate_address.host().to_owned()])
                .put("usages", ["server auth"]),
            KeyRotation::Always,
            AUTHORITY,
        ),
    ];
    for namespace in installation.middleware_namespaces() {
        nodes.push(certificate(
            CA_SECRET,
            &namespace,
            Section::new()
                .why(
                    "For its ca.crt alone: cert-manager puts the authority's certificate beside every \
                     one that it issues, and so keeps it up to date wherever the Middleware is.",
                )
                .put("secretName", CA_SECRET)
                .put("dnsNames", ["traefik.invalid"])
                .put("usages", ["client auth"]),
            KeyRotation::Always,
            AUTHORITY,
        ));
    }
    nodes
}

/// Whether routes are served with the store's certificate, so that there has to be a store.
pub(super) fn has_store(installation: &Installation) -> bool {
    installation.settings.tls == RouteTls::Store && !installation.domains.is_empty()
}

/// The resolver that Traefik's own configuration declares.
pub(super) fn resolver(installation: &Installation) -> Acme {
    Acme::new(&installation.settings, "/data/acme.json")
}

/// What happens to a certificate's key at its renewal.
#[derive(Clone, Copy)]
enum KeyRotation {
    Never,
    Always,
}

fn certificate(
    name: &'static str,
    namespace: &ObjectName,
    spec: Section,
    rotation: KeyRotation,
    issuer: &'static str,
) -> Node {
    let metadata =
        Section::new().put("name", name).put("namespace", namespace).put("labels", labels("tls"));
    let rotation = match rotation {
        KeyRotation::Always => Section::new().put("rotationPolicy", "Always"),
        KeyRotation::Never => Section::new()
            .why(
                "With the same key, a certificate that it signed before its own renewal is still good \
                 after it, and the other way round: what Traefik has and what the gate shows are \
                 renewed at different times.",
            )
            .put("rotationPolicy", "Never"),
    };
    let key = rotation.put("algorithm", "ECDSA").put("size", 256_u64);
    let reference = Section::new().put("kind", "ClusterIssuer").put("name", issuer);
    let spec = spec.put("privateKey", key).put("issuerRef", reference);
    object(CERT_MANAGER, "Certificate", metadata, spec).into()
}

fn store(installation: &Installation, spec: Section) -> Node {
    let metadata = Section::new()
        .why(
            "Only this name counts, and only once in all namespaces that Traefik reads: with a second \
             one, every host falls back to a certificate that nobody trusts.",
        )
        .put("name", "default")
        .put("namespace", &installation.settings.gate_namespace())
        .put("labels", labels("tls"));
    object(TRAEFIK_API, "TLSStore", metadata, spec).into()
}

const CERT_MANAGER: &str = "cert-manager.io/v1";
const SELF_SIGNED: &str = "doorward-self-signed";
const AUTHORITY: &str = "doorward-authority";
