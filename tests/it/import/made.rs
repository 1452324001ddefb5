//! Trees of files that are made on the disk, and read from it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use camino::Utf8PathBuf;
use hermesc::s6rc::write;
use tempfile::TempDir;

/// What is on the disk: kind, permission bits, and bytes or the path of a link.
type Node = (char, u32, Vec<u8>);

/// Everything below a directory, but what hermesc keeps for itself.
pub fn on_disk(root: &Path) -> BTreeMap<String, Node> {
    let mut nodes = BTreeMap::new();
    let mut open = vec![root.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            let metadata = path.symlink_metadata().unwrap();
            let mode = metadata.permissions().mode() & 0o7777;
            let node = if metadata.is_symlink() {
                ('l', 0, fs::read_link(&path).unwrap().as_os_str().as_bytes().to_vec())
            } else if metadata.is_dir() {
                open.push(path.clone());
                ('d', mode, Vec::new())
            } else {
                ('f', mode, fs::read(&path).unwrap())
            };
            nodes.insert(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned(), node);
        }
    }
    nodes.remove(write::MANIFEST);
    nodes
}

/// One entry of a random tree.
#[derive(Clone)]
pub enum Made {
    File(Vec<u8>, u32),
    Directory,
    Link(String),
}

impl std::fmt::Debug for Made {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(bytes, mode) => write!(formatter, "file {mode:o} \"{}\"", bytes.escape_ascii()),
            Self::Directory => write!(formatter, "directory"),
            Self::Link(target) => write!(formatter, "link {target:?}"),
        }
    }
}

/// Writes entries; the first of two that cannot both be there wins.
pub fn make(root: &Path, entries: &[(String, Made)]) {
    for (path, made) in entries {
        let path = root.join(path);
        if fs::create_dir_all(path.parent().unwrap()).is_err() || path.symlink_metadata().is_ok() {
            continue;
        }
        match made {
            Made::Directory => fs::create_dir(&path).unwrap(),
            Made::Link(target) => symlink(target, &path).unwrap(),
            Made::File(bytes, mode) => {
                fs::write(&path, bytes).unwrap();
                fs::set_permissions(&path, fs::Permissions::from_mode(*mode)).unwrap();
            }
        }
    }
}

pub fn temporary() -> (TempDir, Utf8PathBuf) {
    let directory = TempDir::new().unwrap();
    let path = Utf8PathBuf::from_path_buf(directory.path().to_owned()).unwrap();
    (directory, path)
}

/// A tree as people have them.
pub fn image() -> Vec<(String, Made)> {
    let plain = |text: &str| Made::File(text.as_bytes().to_vec(), 0o644);
    let script = |text: &str| Made::File(text.as_bytes().to_vec(), 0o755);
    let entries = [
        ("s6-rc.d/init-config/dependencies.d/seed", plain("")),
        ("s6-rc.d/notes.txt", plain("Nobody reads this.\n")),
        ("s6-rc.d/seed/type", plain("oneshot\n")),
        ("s6-rc.d/seed/up", plain("/etc/s6-overlay/s6-rc.d/seed/run\n")),
        ("s6-rc.d/seed/run", script("#!/command/with-contenv bash\nset -e\nmkdir -p \"$DATA\"\n")),
        ("s6-rc.d/seed/dependencies.d/base", plain("")),
        ("s6-rc.d/web/type", plain("longrun\n")),
        ("s6-rc.d/web/run", script("#!/command/execlineb -P\nwith-contenv\nhttpd -f -h \"/srv/my site\"\n")),
        ("s6-rc.d/web/finish", script("#!/bin/sh\ntest \"$1\" = 78 && exit 125\nexit 0\n")),
        ("s6-rc.d/web/notification-fd", plain("3\n")),
        ("s6-rc.d/web/timeout-up", plain("90000\n")),
        ("s6-rc.d/web/timeout-kill", plain("1500\n")),
        ("s6-rc.d/web/down-signal", plain("SIGINT\n")),
        ("s6-rc.d/web/flag-essential", plain("")),
        ("s6-rc.d/web/data/check", script("#!/bin/sh\nexec nc -z localhost 80\n")),
        ("s6-rc.d/web/data/logo.bin", Made::File(vec![0, 255, b'"'], 0o600)),
        ("s6-rc.d/web/env/LANG", plain("C.UTF-8\n")),
        ("s6-rc.d/web/producer-for", plain("web-log\n")),
        ("s6-rc.d/web/dependencies.d/base", plain("")),
        ("s6-rc.d/web/dependencies.d/seed", plain("")),
        ("s6-rc.d/web/dependencies.d/init-services", plain("")),
        ("s6-rc.d/web-log/type", plain("longrun\n")),
        ("s6-rc.d/web-log/run", script("#!/bin/sh\nexec logutil-service /var/log/web\n")),
        ("s6-rc.d/web-log/consumer-for", plain("web\n")),
        ("s6-rc.d/web-log/pipeline-name", plain("web-pipeline\n")),
        ("s6-rc.d/web-log/extra", Made::Link("../web/data".to_owned())),
        ("s6-rc.d/worker/type", plain("longrun")),
        ("s6-rc.d/worker/run", Made::File(b"#!/usr/bin/env python3\nprint('{{name}}')".to_vec(), 0o644)),
        ("s6-rc.d/worker/dependencies", plain("seed\nweb-pipeline")),
        ("user-bundles.d/user/contents.d/web-pipeline", plain("")),
        ("user-bundles.d/user/contents.d/worker", plain("")),
    ];
    entries.into_iter().map(|(path, made)| (path.to_owned(), made)).collect()
}
