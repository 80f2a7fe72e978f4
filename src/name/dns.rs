//! Size limits of the DNS (RFC 1035 §2.3.4), which every name of this module has to respect.

/// Of one label.
pub(super) const MAX_LABEL_BYTES: usize = 63;
/// Of a whole name in text form: 255 octets on the wire.
pub const MAX_NAME_BYTES: usize = 253;
