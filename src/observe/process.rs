//! What the operating system reports about this process. A value that it does not report is left
//! out of the metrics.

use std::fs;

/// Resident memory in bytes.
pub(super) fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    resident(&status)
}

/// Open file descriptors, without the one used for counting.
pub(super) fn open_files() -> Option<u64> {
    let count = fs::read_dir("/proc/self/fd").ok()?.count();
    u64::try_from(count.saturating_sub(1)).ok()
}

fn resident(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_kernel_s_table() {
        assert_eq!(resident("VmHWM:\t    9 kB\nVmRSS:\t    1540 kB\n"), Some(1_576_960));
        assert_eq!(resident("VmRSS:\t 12 MB\n"), None);
        assert_eq!(resident(""), None);
    }
}
