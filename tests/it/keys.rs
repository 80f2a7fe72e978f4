//! Issuers whose keys are fetched: from a server of the tests' own that behaves as badly as it can,
//! and from a real OpenID provider.

mod explained;
mod hostile;
mod logout;
mod outage;
mod provider;
mod restless;
mod rotation;
mod scene;
