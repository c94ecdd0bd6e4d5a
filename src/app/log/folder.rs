//! The published log as files: `DATA_DIR/log/` holds exactly what `/log/` serves, so that it can be copied whole.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use crate::app::log::LogFault;
use crate::app::trust;
use crate::proof::log::checkpoint::Checkpoint;
use crate::proof::log::tiles::{self, Place, TileSource};

#[derive(Debug, Clone)]
pub struct Folder {
    folder: PathBuf,
}

impl Folder {
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The published checkpoint; `None` where there is none yet.
    pub fn checkpoint(&self) -> Result<Option<Checkpoint>, LogFault> {
        let file = self.checkpoint_file();
        match std::fs::read_to_string(&file) {
            Ok(text) => Ok(Some(Checkpoint::read(&text)?)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(LogFault::File(file, error)),
        }
    }

    #[must_use]
    pub fn checkpoint_file(&self) -> PathBuf {
        self.folder.join("checkpoint")
    }

    /// Writes tiles and bundles, all of them and their folders on disk before this returns.
    pub fn write_tiles(&self, files: &[tiles::File]) -> Result<(), LogFault> {
        let mut folders = BTreeSet::new();
        for file in files {
            let path = self.folder.join(file.place.path());
            folders.extend(
                path.ancestors().skip(1).take_while(|one| one.starts_with(&self.folder)).map(PathBuf::from),
            );
            write_whole(&path, &file.bytes)?;
        }
        folders.iter().try_for_each(|folder| sync_folder(folder))
    }

    /// Publishes what the tiles that were written lead to.
    pub fn write_checkpoint(&self, checkpoint: &Checkpoint) -> Result<(), LogFault> {
        write_synced(&self.checkpoint_file(), checkpoint.text().as_bytes())
    }

    /// Takes away the partial files of places that are full now. A reader takes the full one.
    pub fn drop_partials(&self, files: &[tiles::File]) {
        for file in files.iter().filter(|file| !file.place.is_partial()) {
            // What stays is of no harm.
            let _ = std::fs::remove_dir_all(self.folder.join(format!("{}.p", file.place.path())));
        }
    }
}

impl Folder {
    /// The content of a place as it is served: a partial one that is gone is cut from the full one.
    #[must_use]
    pub fn served(&self, place: Place) -> Option<Vec<u8>> {
        let read = |place: Place| std::fs::read(self.folder.join(place.path())).ok();
        read(place).or_else(|| {
            let mut whole = read(place.whole()).filter(|_| place.is_partial())?;
            whole.truncate(whole.len() / tiles::WIDTH * place.width());
            Some(whole)
        })
    }
}

impl TileSource for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let place = Place::parse(path).ok_or("not a path of the log")?;
        std::fs::read(self.folder.join(place.path())).map_err(|error| error.to_string())
    }
}

/// Writes a file whole, on disk before this returns.
pub fn write_synced(file: &Path, content: &[u8]) -> Result<(), LogFault> {
    write_whole(file, content)?;
    file.parent().map_or(Ok(()), sync_folder)
}

fn write_whole(file: &Path, content: &[u8]) -> Result<(), LogFault> {
    let in_file = |error| LogFault::File(file.to_owned(), error);
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(in_file)?;
    }
    trust::write_whole(file, content).map_err(in_file)
}

/// Without this a file that was renamed into place may be gone after a power failure.
fn sync_folder(folder: &Path) -> Result<(), LogFault> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|error| LogFault::File(folder.to_owned(), error))
}
