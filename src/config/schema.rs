//! The JSON Schema of the configuration, for editors and for checks before anything is deployed.
//! Derived from the raw types, so it knows exactly the keys that the reader knows.

use super::raw::RawConfig;

/// The schema (draft 2020-12). It says which keys there are and of what kind; what they mean
/// together is for `doorward check`.
#[must_use]
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(RawConfig).to_value()
}
