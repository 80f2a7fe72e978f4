//! The Python of the schema checks.

use crate::support::parts::schemas;
use crate::support::process::run;
use std::process::Command;

const CHECK: &str = "\
import sys, jsonschema, kubernetes_validate, yaml
kubernetes_validate.validate(yaml.safe_load(sys.stdin), '1.37', strict=True)
";

#[test]
fn every_built_in_object_passes_the_schema_of_kubernetes() {
    let check = |yaml| run(Command::new(schemas::python()).args(["-c", CHECK]), yaml);
    let good = check("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {a: b}}");
    assert_eq!(good.code, 0, "{}", good.output());
    let bad = check("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, date: {a: b}}");
    assert_ne!(bad.code, 0, "a misspelt field");
    assert!(bad.stderr.contains("date"), "{}", bad.output());
}
