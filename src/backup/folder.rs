//! The folder of a backup while it is made: under a temporary name, gone if it is not finished.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::file_mark::{FileMark, mark};
use crate::random;

/// A folder that is not finished. Dropped, it is removed.
pub(super) struct Draft {
    folder: PathBuf,
    finished: bool,
}

impl Draft {
    /// Makes it beside the place that it gets in the end, so that it can be renamed.
    pub(super) fn beside(place: &Path) -> io::Result<Self> {
        if place.exists() {
            return Err(io::Error::from(io::ErrorKind::AlreadyExists));
        }
        let suffix = random::bytes::<4>().map_err(io::Error::other)?;
        let mut name = place.file_name().unwrap_or_default().to_owned();
        name.push(format!(".unfinished-{}", hex::encode(suffix)));
        let folder = place.with_file_name(name);
        DirBuilder::new().mode(0o700).create(&folder)?;
        Ok(Self {
            folder,
            finished: false,
        })
    }

    /// Makes a file in it, for this user only.
    pub(super) fn create(&self, name: &str) -> io::Result<(PathBuf, File)> {
        let path = self.folder.join(name);
        let mut options = OpenOptions::new();
        let file = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        Ok((path, file))
    }

    /// Writes a file to disk, and reads what it holds.
    pub(super) fn settle(&self, name: &str) -> io::Result<FileMark> {
        let path = self.folder.join(name);
        File::open(&path)?.sync_all()?;
        mark(&path)
    }

    /// Writes the folder to disk and gives it its name. A folder of this name is never replaced.
    pub(super) fn finish(mut self, place: &Path) -> io::Result<()> {
        File::open(&self.folder)?.sync_all()?;
        fs::rename(&self.folder, place)?;
        self.finished = true;
        let parent = place.parent().filter(|it| !it.as_os_str().is_empty());
        File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.finished {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}
