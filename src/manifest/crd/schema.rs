//! The definition of `VDISession`: who has which session, and where its desktop is. The renderer
//! judges all of it again; what is refused here is refused with the writer still there to read why.

use crate::manifest::tree::{Node, Section};

/// The `CustomResourceDefinition`.
pub(super) fn definition() -> Node {
    let names = Section::new()
        .put("kind", "VDISession")
        .put("listKind", "VDISessionList")
        .put("plural", "vdisessions")
        .put("singular", "vdisession")
        .put("shortNames", ["vdis"]);
    let version = Section::new()
        .put("name", "v1alpha1")
        .put("served", true)
        .put("storage", true)
        .why("Written by an operator, and by nobody who may only write the rest.")
        .put("subresources", Section::new().put("status", Section::new()))
        .put("additionalPrinterColumns", columns())
        .put("schema", Section::new().put("openAPIV3Schema", schema()));
    let spec = Section::new()
        .put("group", "doorward.dev")
        .why("With its route and its desktop, which it owns, in one namespace.")
        .put("scope", "Namespaced")
        .put("names", names)
        .put("versions", vec![version]);
    Section::new()
        .why(
            "A user's session, as `doorward render` takes it. Not needed by the gate: sessions may as \
             well come from a file.",
        )
        .put("apiVersion", "apiextensions.k8s.io/v1")
        .put("kind", "CustomResourceDefinition")
        .put("metadata", Section::new().put("name", "vdisessions.doorward.dev"))
        .put("spec", spec)
        .into()
}

fn columns() -> Vec<Section> {
    let column = |name: &'static str, kind: &'static str, path: &'static str| {
        Section::new().put("name", name).put("type", kind).put("jsonPath", path)
    };
    vec![
        column("User", "string", ".spec.user.username"),
        column("Host", "string", ".status.host"),
        column("Phase", "string", ".status.phase"),
        column("Age", "date", ".metadata.creationTimestamp"),
    ]
}

fn schema() -> Section {
    let properties = Section::new()
        .put("apiVersion", text())
        .put("kind", text())
        .put("metadata", Section::new().put("type", "object"))
        .put("spec", spec())
        .put("status", status());
    Section::new()
        .put("type", "object")
        .put("required", ["spec"])
        .why("The name is that of the route, and of the Service where no other is named.")
        .put(
            "x-kubernetes-validations",
            vec![rule(
                "self.metadata.name.matches('^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$')",
                "the name must be a DNS label: at most 63 of a-z, 0-9 and hyphens, without dots",
            )],
        )
        .put("properties", properties)
}

fn spec() -> Section {
    let properties = Section::new()
        .put("user", user())
        .why("A label of the route; the id that the session has elsewhere.")
        .put("sessionId", matching("[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"))
        .why(
            "For one of several sessions: its host is slug--label. Two letters would make an \
             internationalised name of it.",
        )
        .put(
            "sessionSlug",
            matching("[a-z]([a-z0-9]|-[a-z0-9])*").put("minLength", 3_u64).put("maxLength", 20_u64),
        )
        .why("One of the gate's domains; may be left out when there is one.")
        .put(
            "domain",
            matching(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
                .put("maxLength", 253_u64),
        )
        .put("service", service());
    Section::new()
        .put("type", "object")
        .put("required", ["user"])
        .why(
            "A session's host is made of these. Were one to change, the host would go to somebody else \
             while it is open: delete the session and create another.",
        )
        .put("x-kubernetes-validations", vec![stays("sessionSlug"), stays("domain")])
        .put("properties", properties)
}

fn user() -> Section {
    let properties = Section::new()
        .why("What the user claim of the token says, unchanged. The gate's limit is 1024 bytes.")
        .put(
            "username",
            text().put("minLength", 1_u64).put("maxLength", 1024_u64).put(
                "x-kubernetes-validations",
                vec![rule("self == oldSelf", "username cannot change: create another session")],
            ),
        )
        .why("Who says so; may be left out when the gate has one issuer.")
        .put("issuer", text().put("minLength", 1_u64).put("maxLength", 2048_u64));
    Section::new()
        .put("type", "object")
        .put("required", ["username"])
        .put("x-kubernetes-validations", vec![stays("issuer")])
        .put("properties", properties)
}

fn service() -> Section {
    let port =
        Section::new().put("type", "integer").put("minimum", 1_u64).put("maximum", 65_535_u64);
    let properties = Section::new()
        .why(
            "Default: the session's name. Another one only where the renderer is told to allow it.",
        )
        .put("name", matching("[a-z]([a-z0-9-]{0,61}[a-z0-9])?"))
        .put("port", port);
    Section::new().put("type", "object").put("properties", properties)
}

/// What operators of this kind tell; open, because the operator is not ours.
fn status() -> Section {
    let count = Section::new().put("type", "integer").put("format", "int64").put("minimum", 0_u64);
    let condition = Section::new()
        .put("type", "object")
        .put("required", ["type", "status"])
        .put("x-kubernetes-preserve-unknown-fields", true)
        .put(
            "properties",
            Section::new()
                .put("type", text())
                .put("status", text().put("enum", ["True", "False", "Unknown"])),
        );
    let conditions = Section::new()
        .put("type", "array")
        .put("x-kubernetes-list-type", "map")
        .put("x-kubernetes-list-map-keys", ["type"])
        .put("items", condition);
    let properties = Section::new()
        .put("observedGeneration", count)
        .put("phase", text())
        .put("host", text())
        .put("url", text())
        .put("userLabel", text())
        .put("labelVersion", text())
        .put("conditions", conditions);
    Section::new()
        .put("type", "object")
        .why("Whatever else an operator has to tell.")
        .put("x-kubernetes-preserve-unknown-fields", true)
        .put("properties", properties)
}

/// A field that can neither change nor come nor go.
fn stays(field: &'static str) -> Section {
    rule(
        format!(
            "has(self.{field}) == has(oldSelf.{field}) && (!has(self.{field}) || self.{field} == \
             oldSelf.{field})"
        ),
        format!("{field} cannot change: create another session"),
    )
}

fn rule(rule: impl Into<Node>, message: impl Into<Node>) -> Section {
    Section::new().put("rule", rule).put("message", message)
}

fn text() -> Section {
    Section::new().put("type", "string")
}

fn matching(pattern: &str) -> Section {
    text().put("pattern", format!("^{pattern}$"))
}
