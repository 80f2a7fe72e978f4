//! The commented default file, which is the reference of the configuration too.

/// Every key with its default, in YAML, each explained. Needs `domains` and one issuer to be
/// filled in; tests hold it against the schema and against the defaults of the checks.
pub const SAMPLE: &str = include_str!("sample.yaml");
