//! The certificates: the wildcard certificate for browsers, by Traefik's resolver or by
//! cert-manager, and the gate's certificate, which only Traefik sees.

use super::gate_objects::GATE;
use crate::manifest::fixed::{CA_SECRET, TRAEFIK_API, labels, object};
use crate::manifest::static_config::Acme;
use crate::manifest::tree::{Node, Section};
use crate::manifest::{Installation, ObjectName, RouteTls};

/// The `TLSStore` with a certificate from Traefik's resolver.
pub(super) fn acme_store(installation: &Installation) -> Vec<Node> {
    if !has_store(installation) {
        return Vec::new();
    }
    // A store has one default certificate, so it has to cover all domains.
    let mut names = installation.domains.iter().map(|domain| format!("*.{domain}"));
    let domain = Section::new()
        .put("main", names.next().unwrap_or_default())
        .put_some("sans", Some(names.collect::<Vec<_>>()).filter(|sans| !sans.is_empty()));
    let spec = Section::new()
        .why(
            "One wildcard certificate, ordered once by the resolver in Traefik's static configuration. Routes with `tls: {}` use it. A resolver on each route would order one certificate per host, and the certificate transparency logs would publish every user's name.",
        )
        .put(
            "defaultGeneratedCert",
            Section::new()
                .put("resolver", &resolver(installation).resolver)
                .put("domain", domain),
        );
    vec![store(installation, spec)]
}

/// cert-manager's objects for the wildcard certificate, and the `TLSStore` that uses it.
pub(super) fn wildcard(installation: &Installation) -> Vec<Node> {
    if !has_store(installation) {
        return Vec::new();
    }
    let names: Vec<String> =
        installation.domains.iter().map(|domain| format!("*.{domain}")).collect();
    let token = Section::new().put("name", "doorward-dns").put("key", "CF_DNS_API_TOKEN");
    let solver = Section::new()
        .why(
            "Replace this with your DNS provider; see cert-manager's documentation for the others.",
        )
        .put(
            "dns01",
            Section::new().put("cloudflare", Section::new().put("apiTokenSecretRef", token)),
        );
    let acme = Section::new()
        .put("server", "https://acme-v02.api.letsencrypt.org/directory")
        .why("Replace this with your own address: the certificate authority rejects example.com.")
        .put("email", resolver(installation).email)
        .why("Secret for the key of the ACME account, in cert-manager's namespace.")
        .put("privateKeySecretRef", Section::new().put("name", "doorward-acme-account"))
        .put("solvers", vec![solver]);
    let issuer = Section::new()
        .why("ACME authorities issue wildcard certificates only for the DNS-01 challenge.")
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
            .why("In the namespace of the TLSStore. The session namespace needs no copy.")
            .put("secretName", "doorward-wildcard")
            .put("dnsNames", names),
        KeyRotation::Always,
        "doorward-acme",
    );
    let spec = Section::new()
        .why("cert-manager renews this certificate; Traefik reloads it without a restart.")
        .put("defaultCertificate", Section::new().put("secretName", "doorward-wildcard"));
    vec![issuer, certificate, store(installation, spec)]
}

/// cert-manager's objects for the gate's certificate, and for the CA certificate by which Traefik
/// verifies it.
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
            .why("A ClusterIssuer reads this Secret from cert-manager's namespace.")
            .put("secretName", AUTHORITY)
            .put("duration", "43800h"),
        KeyRotation::Never,
        SELF_SIGNED,
    );
    let mut nodes = vec![
        issuer(
            SELF_SIGNED,
            "A private certificate authority for the gate. Only Traefik trusts it, and for the gate Traefik trusts no other.",
            Section::new().put("selfSigned", Section::new()),
        ),
        authority,
        issuer(
            AUTHORITY,
            "Issues the gate's certificate, and nothing else.",
            Section::new().put("ca", Section::new().put("secretName", AUTHORITY)),
        ),
        certificate(
            GATE,
            &settings.gate_namespace(),
            Section::new()
                .why("The gate's pods mount this Secret and reload a renewed certificate without a restart.")
                .put("secretName", "doorward-tls")
                .why("Must be the host in forwardAuth.address, because Traefik verifies the name.")
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
                    "Only ca.crt of this Secret is used. cert-manager writes the authority's certificate into every Secret that it issues, which keeps ca.crt up to date in each namespace with the Middleware.",
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

/// Whether routes use the store's certificate, so that a `TLSStore` is needed.
pub(super) fn has_store(installation: &Installation) -> bool {
    installation.settings.tls == RouteTls::Store && !installation.domains.is_empty()
}

/// The resolver in Traefik's static configuration.
pub(super) fn resolver(installation: &Installation) -> Acme {
    Acme::new(&installation.settings, "/data/acme.json")
}

/// Whether a certificate gets a new key on renewal.
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
                "The authority keeps its key on renewal, because Traefik's copy of ca.crt and the gate's certificate are renewed at different times. With the same key, certificates issued before the renewal still verify after it, and the reverse.",
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
            "Traefik uses only the TLSStore named default, and only if there is exactly one in all namespaces that it reads. With a second one, every host gets Traefik's self-signed fallback certificate.",
        )
        .put("name", "default")
        .put("namespace", &installation.settings.gate_namespace())
        .put("labels", labels("tls"));
    object(TRAEFIK_API, "TLSStore", metadata, spec).into()
}

const CERT_MANAGER: &str = "cert-manager.io/v1";
const SELF_SIGNED: &str = "doorward-self-signed";
const AUTHORITY: &str = "doorward-authority";
