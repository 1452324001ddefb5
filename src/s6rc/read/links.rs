//! Where symbolic links of an image lead: to what its layers have at that path, and never out of them.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use camino::{Utf8Path, Utf8PathBuf};
use rustix::io::Errno;

use crate::disk;
use crate::s6rc::read::open::Place;

/// Symbolic links beyond so many lead nowhere (Linux: ELOOP).
pub(super) const MAX_LINKS: usize = 40;

/// What layers have at a path.
pub(super) struct Inside {
    /// Which of the layers has it.
    pub(super) layer: usize,
    /// The path there, from the layer's root on, in which no part is a link.
    pub(super) path: PathBuf,
}

/// What layers have at a path from their root on, the uppermost first. Links in any of its parts are followed as the image's
/// kernel would: `/` is the root of the layers, and what is above it is the root again. Nothing where there is nothing.
///
/// # Errors
///
/// As the operating system says, where it cannot be told what there is.
pub(super) fn inside(layers: &[&Path], path: &Path) -> io::Result<Option<Inside>> {
    let mut parts = parts_of(path);
    let mut links = 0;
    let root = || vec![(OsString::new(), (0..layers.len()).collect::<Vec<_>>())];
    // The parts so far, and the layers that have each: those below one in which it is no directory are hidden by it.
    let mut way = root();
    while let Some(part) = parts.pop() {
        if part == ".." {
            if way.len() > 1 {
                way.pop();
            }
            continue;
        }
        let at: PathBuf = way.iter().map(|(part, _)| part).chain([&part]).collect();
        let mut having = Vec::new();
        let mut link = None;
        for &number in way.last().map_or(&[][..], |(_, layers)| layers) {
            let Some(layer) = layers.get(number) else { continue };
            match fs::read_link(layer.join(&at)) {
                Ok(target) => {
                    link = having.is_empty().then_some(target);
                    break;
                }
                Err(error) if is_no_link(&error) => having.push(number),
                Err(error) if disk::says_nothing_is_there(&error) => {}
                Err(error) => return Err(error),
            }
        }
        if let Some(target) = link {
            links += 1;
            if links > MAX_LINKS {
                return Ok(None);
            }
            if target.is_absolute() {
                way = root();
            }
            parts.extend(parts_of(&target));
        } else if having.is_empty() {
            return Ok(None);
        } else {
            way.push((part, having));
        }
    }
    let layer = way.last().and_then(|(_, layers)| layers.first().copied());
    let path = way.iter().map(|(part, _)| part).collect();
    Ok(layer.map(|layer| Inside { layer, path }))
}

/// The real path of what one image has at a path, if there is something.
///
/// # Errors
///
/// See [`inside`].
pub(super) fn of_image(image: &Utf8Path, path: &str) -> io::Result<Option<PathBuf>> {
    let image = fs::canonicalize(image)?;
    Ok(inside(&[&image], Path::new(path))?.map(|found| image.join(found.path)))
}

/// The path of what was found in an image, as it was asked for where no link led there.
pub(super) fn spelled(image: &Utf8Path, path: &str, real: PathBuf) -> Option<Utf8PathBuf> {
    let asked = image.join(path);
    let is_plain = fs::canonicalize(&asked).is_ok_and(|asked| asked == real);
    if is_plain { Some(asked) } else { Utf8PathBuf::from_path_buf(real).ok() }
}

/// The names in a directory of an image, in order of their bytes; none where there is no directory.
///
/// # Errors
///
/// As the operating system says, where it cannot be listed.
pub(super) fn names(image: &Utf8Path, directory: &str) -> io::Result<Vec<String>> {
    let listed = of_image(image, directory).and_then(|real| real.map(|real| Place::of(&real).list()).transpose());
    match listed {
        Ok(listing) => {
            let names = listing.map(|listing| listing.names).unwrap_or_default();
            Ok(names.iter().map(|(name, _)| name.to_string_lossy().into_owned()).collect())
        }
        Err(error) if disk::says_nothing_is_there(&error) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Whether an error of reading a link says that it is none.
pub(super) fn is_no_link(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::INVAL.raw_os_error())
}

/// The parts of a path, the last first.
fn parts_of(path: &Path) -> Vec<OsString> {
    let parts = path.components().filter_map(|component| match component {
        Component::Normal(part) => Some(part.to_owned()),
        Component::ParentDir => Some("..".into()),
        _ => None,
    });
    let mut parts: Vec<_> = parts.collect();
    parts.reverse();
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn layers_are_seen_as_one_tree() {
        let place = tempfile::tempdir().unwrap();
        let at = |path: &str| place.path().join(path);
        for directory in ["upper/etc/a", "lower/etc/a", "lower/opt/real", "outside"] {
            fs::create_dir_all(at(directory)).unwrap();
        }
        for file in ["upper/etc/a/one", "lower/etc/a/two", "lower/opt/real/three", "lower/opt/hidden", "outside/four"] {
            fs::write(at(file), "").unwrap();
        }
        symlink("/opt/link/three", at("upper/etc/absolute")).unwrap();
        symlink("real", at("lower/opt/link")).unwrap();
        symlink("../../../../outside/four", at("upper/etc/out")).unwrap();
        symlink("/etc/round", at("upper/etc/round")).unwrap();
        symlink("/outside", at("lower/etc/a/one")).unwrap();
        let (upper, lower) = (at("upper"), at("lower"));
        let found = |path: &str| {
            let found = inside(&[&upper, &lower], Path::new(path)).unwrap();
            found.map(|found| (found.layer, found.path.display().to_string()))
        };
        let some = |layer: usize, path: &str| Some((layer, path.to_owned()));
        assert_eq!(found("/etc/a/one"), some(0, "etc/a/one"));
        assert_eq!(found("etc/a/two"), some(1, "etc/a/two"));
        assert_eq!(found("/etc/absolute"), some(1, "opt/real/three"));
        assert_eq!(found("/etc/../../opt/./link"), some(1, "opt/real"));
        assert_eq!(found("/"), some(0, ""));
        for nothing in ["/etc/out", "/outside/four", "/etc/round", "/etc/a/one/more", "/none"] {
            assert_eq!(found(nothing), None, "{nothing}");
        }
    }
}
