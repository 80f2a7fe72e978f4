//! A certificate of a gate, its key, and the key of another. They belong to no host: made for these
//! tests, and read by nothing else.

/// Valid for a century; nothing here looks at a clock.
pub(super) const CERTIFICATE: &str = "\
-----BEGIN CERTIFICATE-----
MIIBdjCCARugAwIBAgIUA4/8oC2e1XTn4QNfXF3qCD5AkJ4wCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEZ2F0ZTAgFw0yNjExMjQwMDA5NDlaGA8yMTI2MTAzMTAwMDk0
OVowDzENMAsGA1UEAwwEZ2F0ZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABC/x
p43AeNjGXxZXOKhK5s0OFLhfdlXS055YNoNFr2y3NB3Ev0D3xqQfQQYT1VdxyBb0
Lc0g9nFoZ8aGAx8Ha5ejUzBRMB0GA1UdDgQWBBSuSh8E15wqtXrJN1WHjUM5tHJV
wDAfBgNVHSMEGDAWgBSuSh8E15wqtXrJN1WHjUM5tHJVwDAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0kAMEYCIQDpcm0TJ4PJ9vD8LU4ogZwY++xiumydU5aF
aKM2SY1TiAIhANFuxSyqPFYarlhhopivHh/I9WS1X5SGHTut1lu+sFdW
-----END CERTIFICATE-----
";

/// That of the certificate.
pub(super) const KEY: &str = "\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgl8UERDNlT58WhTKv
LCd+poJ7SRrNemGbhBB4DYVZYFahRANCAAQv8aeNwHjYxl8WVzioSubNDhS4X3ZV
0tOeWDaDRa9stzQdxL9A98akH0EGE9VXccgW9C3NIPZxaGfGhgMfB2uX
-----END PRIVATE KEY-----
";

/// Another one.
pub(super) const OTHER_KEY: &str = "\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg8dv9n86psPe1mezV
GuinoyX3MaJ9myPsbgmvo5VqvcehRANCAATekcua9hdZYyq5y9GCSMrKTBILfgPJ
myw0pvPxn/RnTwNKHjTdbwT+H5O/mQVF7XGRlC3Bohbw5Lm3pw4mm4OF
-----END PRIVATE KEY-----
";
