//! The definition of `VDISession`: which user has which session, and where its desktop is. The
//! renderer checks everything again; the schema rejects errors earlier, when the author of the
//! object still sees the message.

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
        .why("The status is a subresource, so that only the operator's controller needs permission to write it.")
        .put("subresources", Section::new().put("status", Section::new()))
        .put("additionalPrinterColumns", columns())
        .put("schema", Section::new().put("openAPIV3Schema", schema()));
    let spec = Section::new()
        .put("group", "doorward.dev")
        .why("Namespaced, because a VDISession must be in the namespace of the route and the desktop that it owns.")
        .put("scope", "Namespaced")
        .put("names", names)
        .put("versions", vec![version]);
    Section::new()
        .why(
            "A VDISession describes one desktop session of a user, as input for `doorward render`. The gate does not need this definition, and you can list sessions in a file instead.",
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
        .why("metadata.name is also the name of the route, and of the Service unless spec.service.name is set.")
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
        .why("Value of the route's label session-id: the session's id in your own system.")
        .put("sessionId", matching("[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"))
        .why(
            "Distinguishes several sessions of one user: the host is <slug>--<label>.<domain>. At least three characters, because labels with hyphens in positions 3 and 4 are reserved for internationalised names.",
        )
        .put(
            "sessionSlug",
            matching("[a-z]([a-z0-9]|-[a-z0-9])*").put("minLength", 3_u64).put("maxLength", 20_u64),
        )
        .why("One of the gate's domains. Optional if the gate has only one.")
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
            "A session's host is derived from these fields. They cannot change, because the host would then move to another session while it is in use. Delete the session and create a new one instead.",
        )
        .put("x-kubernetes-validations", vec![stays("sessionSlug"), stays("domain")])
        .put("properties", properties)
}

fn user() -> Section {
    let properties = Section::new()
        .why("The value of the token's user claim, unchanged. The gate accepts at most 1024 bytes.")
        .put(
            "username",
            text().put("minLength", 1_u64).put("maxLength", 1024_u64).put(
                "x-kubernetes-validations",
                vec![rule("self == oldSelf", "username cannot change: create another session")],
            ),
        )
        .why("The issuer of the user's tokens. Optional if the gate has only one.")
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
            "Defaults to the session's name. Another name requires `doorward render --allow-service-override`.",
        )
        .put("name", matching("[a-z]([a-z0-9-]{0,61}[a-z0-9])?"))
        .put("port", port);
    Section::new().put("type", "object").put("properties", properties)
}

/// The status that a controller reports. Open for other fields, because doorward does not include
/// this controller.
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
        .why("Other fields that a controller may report.")
        .put("x-kubernetes-preserve-unknown-fields", true)
        .put("properties", properties)
}

/// The rule that a field cannot be changed, added or removed.
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
