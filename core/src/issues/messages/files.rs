//! Policy files that are not read.

use crate::issues::code::Code;
use crate::issues::fault::Fault;
use crate::limits::POLICY_FILE_MIB;
use crate::printable::printable;
use std::path::Path;

/// The kinds of files that are neither regular files nor folders.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SpecialFile {
    Pipe,
    Socket,
    Device,
}

pub(crate) fn not_regular(path: &Path, kind: SpecialFile) -> Fault {
    let kind = match kind {
        SpecialFile::Pipe => "a pipe",
        SpecialFile::Socket => "a socket",
        SpecialFile::Device => "a device",
    };
    Fault::new(
        Code::FileNotRegular,
        format!("`{}` is {kind}, not a regular file", shown(path)),
        "write the policy to a file, and give the path of that file; a link to a file works too",
    )
}

pub(crate) fn too_large(path: &Path) -> Fault {
    Fault::new(
        Code::FileTooLarge,
        format!("`{}` is larger than {POLICY_FILE_MIB} MiB", shown(path)),
        "write `*.` patterns for origins that share a domain, or keep the origins in a database and look them up with an \
         origin predicate",
    )
}

fn shown(path: &Path) -> String {
    printable(&path.display().to_string())
}
