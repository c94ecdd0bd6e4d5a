//! A tree of which size and root are known, and its tiles somewhere: proofs are made from tiles that lead to the
//! root, so that nothing false is ever proved.

use serde::Serialize;
use tlog_tiles::{
    Error, Hash, Tile, TileHashReader, TileReader, check_record, check_tree, prove_record, prove_tree,
    tree_hash,
};

use crate::proof::log::Leaf;
use crate::proof::log::edge::Edge;
use crate::proof::log::tiles::{
    HEIGHT, MAX_SIZE, Place, TileSource, WIDTH, read_entries, read_hashes, read_place, write_hashes,
};

/// What identifies a tree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TreeHead {
    pub size: u64,
    pub root: Hash,
}

/// Why a log or a proof is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    #[error("{0} cannot be read: {1}")]
    Missing(String, String),
    #[error("{0} is malformed")]
    Malformed(String),
    #[error("{0} is not what the log's entries make")]
    WrongFile(String),
    #[error("the files belong to another tree than the checkpoint")]
    OtherTree,
    #[error("the tree does not continue the earlier one")]
    NotAContinuation,
    #[error("the proof does not lead from the entry to the root")]
    WrongProof,
    #[error("there is no entry {index} in a tree of {size}")]
    NoSuchEntry { index: u64, size: u64 },
    #[error("a log of more than {MAX_SIZE} entries")]
    TooLarge,
}

impl TreeHead {
    /// The tree without entries.
    pub const EMPTY: Self = Self { size: 0, root: tlog_tiles::EMPTY_HASH };

    pub(super) const fn bounded(self) -> Result<Self, LogError> {
        if self.size <= MAX_SIZE { Ok(self) } else { Err(LogError::TooLarge) }
    }
}

impl Serialize for TreeHead {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::json!({ "size": self.size, "root": self.root.to_string() }).serialize(serializer)
    }
}

/// More hashes than the longest path of a tree of [`MAX_SIZE`].
pub(super) const MAX_PROOF: usize = 64;

/// Whether `hashes` lead from `leaf` at `index` to the root.
///
/// # Errors
/// [`LogError::WrongProof`], [`LogError::NoSuchEntry`], [`LogError::TooLarge`].
pub fn check_leaf(head: TreeHead, index: u64, leaf: &Leaf, hashes: &[Hash]) -> Result<(), LogError> {
    let TreeHead { size, root } = head.bounded()?;
    if index >= size {
        return Err(LogError::NoSuchEntry { index, size });
    }
    if hashes.len() > MAX_PROOF {
        return Err(LogError::WrongProof);
    }
    check_record(&hashes.to_vec(), size, root, index, leaf.hash()).map_err(|_| LogError::WrongProof)
}

/// Whether `hashes` show that `new` continues `old`.
///
/// # Errors
/// [`LogError::NotAContinuation`], [`LogError::TooLarge`].
pub fn check_growth(old: TreeHead, new: TreeHead, hashes: &[Hash]) -> Result<(), LogError> {
    let (old, new) = (old.bounded()?, new.bounded()?);
    if hashes.len() > 2 * MAX_PROOF || old.size > new.size {
        return Err(LogError::NotAContinuation);
    }
    if old.size == 0 {
        let holds = old == TreeHead::EMPTY && hashes.is_empty();
        return if holds { Ok(()) } else { Err(LogError::NotAContinuation) };
    }
    check_tree(&hashes.to_vec(), new.size, new.root, old.size, old.root)
        .map_err(|_| LogError::NotAContinuation)
}

/// A tree and where its tiles are.
#[derive(Clone, Copy)]
pub struct Tree<'a> {
    head: TreeHead,
    source: &'a dyn TileSource,
}

impl<'a> Tree<'a> {
    /// # Errors
    /// [`LogError::TooLarge`].
    pub fn new(head: TreeHead, source: &'a dyn TileSource) -> Result<Self, LogError> {
        Ok(Self { head: head.bounded()?, source })
    }

    /// The hashes that lead from the entry at `index` to the root.
    ///
    /// # Errors
    /// [`LogError`] where there is no such entry or the tiles are missing or another tree's.
    pub fn prove_leaf(&self, index: u64) -> Result<Vec<Hash>, LogError> {
        let size = self.head.size;
        if index >= size {
            return Err(LogError::NoSuchEntry { index, size });
        }
        self.with_hashes(|hashes| prove_record(size, index, hashes))
    }

    /// The hashes that show that this tree continues its own first `size` entries.
    ///
    /// # Errors
    /// [`LogError`].
    pub fn prove_growth(&self, size: u64) -> Result<Vec<Hash>, LogError> {
        if size > self.head.size {
            return Err(LogError::NotAContinuation);
        }
        if size == 0 {
            return Ok(Vec::new());
        }
        self.with_hashes(|hashes| prove_tree(self.head.size, size, hashes))
    }

    /// The tree of the first `size` entries.
    ///
    /// # Errors
    /// [`LogError`].
    pub fn head_at(&self, size: u64) -> Result<TreeHead, LogError> {
        if size > self.head.size {
            return Err(LogError::NotAContinuation);
        }
        if size == 0 {
            return Ok(TreeHead::EMPTY);
        }
        Ok(TreeHead { size, root: self.with_hashes(|hashes| tree_hash(size, hashes))? })
    }

    /// Reads every entry in order and rebuilds every tile from them: all of them must be as they are published,
    /// and lead to the root. `each` sees the entries before that is known.
    ///
    /// # Errors
    /// [`LogError`], naming the first file that is missing or wrong.
    pub fn walk(&self, mut each: impl FnMut(u64, &Leaf)) -> Result<(), LogError> {
        let mut edge = Edge::default();
        let mut read = 0;
        while read < self.head.size {
            let width = usize::try_from(self.head.size - read).map_or(WIDTH, |left| left.min(WIDTH));
            let place = Place::entries(read >> HEIGHT, width).ok_or(LogError::TooLarge)?;
            let mut files = Vec::new();
            for leaf in read_place(self.source, place, read_entries)? {
                each(read, &leaf);
                edge.append(leaf, &mut files)?;
                read += 1;
            }
            if read == self.head.size {
                files.extend(edge.partial_files());
            }
            for file in files {
                let (place, path) = (file.place, file.place.path());
                let same = if path.starts_with("tile/entries/") {
                    true // just read
                } else {
                    write_hashes(&read_place(self.source, place, read_hashes)?) == file.bytes
                };
                if !same {
                    return Err(LogError::WrongFile(path));
                }
            }
        }
        if edge.head() == self.head { Ok(()) } else { Err(LogError::OtherTree) }
    }

    fn with_hashes<T>(
        &self,
        work: impl FnOnce(&TileHashReader<'_>) -> Result<T, Error>,
    ) -> Result<T, LogError> {
        let tiles = Tiles { source: self.source, failed: std::cell::RefCell::new(None) };
        let hashes = TileHashReader::new(self.head.size, self.head.root, &tiles);
        let result = work(&hashes);
        result.map_err(|_| tiles.failed.take().unwrap_or(LogError::OtherTree))
    }
}

/// A source as the crate wants it.
struct Tiles<'a> {
    source: &'a dyn TileSource,
    /// Which file could not be read, which the crate's errors can't say.
    failed: std::cell::RefCell<Option<LogError>>,
}

impl TileReader for Tiles<'_> {
    fn height(&self) -> u8 {
        HEIGHT
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, Error> {
        let read = |tile: &Tile| read_place(self.source, Place::of(*tile), read_hashes);
        let read: Result<Vec<_>, _> = tiles.iter().map(read).collect();
        match read {
            Ok(tiles) => Ok(tiles.iter().map(|hashes| write_hashes(hashes)).collect()),
            Err(error) => {
                *self.failed.borrow_mut() = Some(error);
                Err(Error::InvalidTile)
            }
        }
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}
