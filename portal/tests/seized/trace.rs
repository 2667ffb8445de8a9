//! What a process writes, as the kernel saw it: `strace`, told the path of every file and every byte of every buffer.

use std::path::Path;

/// Calls that take bytes out of a process.
const WRITES: [&str; 9] = ["write", "writev", "pwrite64", "pwritev", "pwritev2", "sendfile", "splice", "copy_file_range", "vmsplice"];
/// Calls that bring bytes into it.
const READS: [&str; 5] = ["read", "readv", "recvfrom", "recvmsg", "pread64"];

/// The command before the program. Strings are printed as they are where they are letters of ASCII.
pub(crate) fn strace(to: &Path) -> Vec<String> {
    let calls = "trace=%file,%desc,%net";
    ["strace", "-f", "-y", "-qq", "-s", "1000000", "-e", calls, "-e", "signal=none", "-o", to.to_str().unwrap()].map(str::to_owned).to_vec()
}

/// What a trace shows.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Shown {
    /// Reads that brought a line of the file in.
    pub(crate) read: usize,
    /// Files that were written or made, and do not lie where ciphertext lies.
    pub(crate) elsewhere: Vec<String>,
    /// Writes to a file that took a line of it out.
    pub(crate) plain: Vec<String>,
    /// Writes to files among the objects.
    pub(crate) sealed: usize,
}

/// Reads a trace of a portal over `folder` that was sent a file of these lines.
pub(crate) fn shown(trace: &str, folder: &Path, line: &str) -> Shown {
    let folder = folder.to_str().unwrap();
    let (objects, database) = (format!("{folder}/objects/"), format!("{folder}/inbox.db"));
    let ours = |path: &str| path.starts_with(&objects) || path.starts_with(&database);
    let mut shown = Shown::default();
    for text in trace.lines() {
        // A call that was interrupted by another thread is printed in two pieces; what it was given stands in the first, what it got in the second.
        let text = text.split_once(' ').map_or("", |(_, text)| text.trim_start());
        let resumed = text.strip_prefix("<... ").and_then(|rest| rest.split_once(' '));
        let (call, rest) = resumed.or_else(|| text.split_once('(')).unwrap_or_default();
        let path = rest.split_once('<').and_then(|(_, path)| path.split_once('>')).map_or("", |(path, _)| path);
        let short = || text.chars().take(160).collect::<String>();
        if READS.contains(&call) {
            shown.read += usize::from(rest.contains(line));
        } else if WRITES.contains(&call) && resumed.is_none() && path.starts_with('/') {
            shown.sealed += usize::from(path.starts_with(&objects));
            // What it says goes where whoever starts it wants.
            let said = rest.starts_with("1<") || rest.starts_with("2<");
            if !ours(path) && !said {
                shown.elsewhere.push(short());
            }
            if rest.contains(line) {
                shown.plain.push(short());
            }
        } else if ["open", "openat", "openat2", "creat"].contains(&call) && resumed.is_none() {
            let path = rest.split('"').nth(1).unwrap_or_default();
            let writing = call == "creat" || ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TMPFILE"].iter().any(|flag| rest.contains(flag));
            if writing && !ours(path) {
                shown.elsewhere.push(short());
            }
        } else if call == "memfd_create"
            || (call == "mmap" && rest.contains("MAP_SHARED") && rest.contains("PROT_WRITE") && !rest.contains(&format!("{database}-shm")))
        {
            shown.elsewhere.push(short());
        }
    }
    shown
}
