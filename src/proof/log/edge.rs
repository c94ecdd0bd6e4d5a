//! The growing side of the tree: its last, partial tile of every level. That is all that is needed to add entries, to
//! write the tiles that they fill, and to know the root.

use tlog_tiles::{EMPTY_HASH, Hash, Tile, node_hash};

use crate::proof::log::Leaf;
use crate::proof::log::tiles::{
    File, HEIGHT, MAX_SIZE, Place, TileSource, WIDTH, read_entries, read_hashes, read_place, write_entries,
    write_hashes,
};
use crate::proof::log::tree::{LogError, TreeHead};

/// The partial tiles of a tree, and the entries below the last one.
#[derive(Debug, Clone, Default)]
pub struct Edge {
    size: u64,
    /// By level: fewer than [`WIDTH`] hashes each.
    levels: Vec<Vec<Hash>>,
    bundle: Vec<Leaf>,
}

impl Edge {
    /// The edge of the tree that `head` tells of. What `source` gives must lead to its root.
    ///
    /// # Errors
    /// [`LogError`] where files are missing or are another tree's.
    pub fn read(head: TreeHead, source: &dyn TileSource) -> Result<Self, LogError> {
        let mut edge = Self { size: head.bounded()?.size, ..Self::default() };
        while head.size >> (HEIGHT as usize * edge.levels.len()) > 0 {
            let hashes = match edge.partial(edge.levels.len()) {
                Some(place) => read_place(source, place, read_hashes)?,
                None => Vec::new(),
            };
            edge.levels.push(hashes);
        }
        if edge.head() != head {
            return Err(LogError::OtherTree);
        }
        if let Some(place) = edge.partial(0) {
            let width = place.width();
            let place = Place::entries(head.size >> HEIGHT, width).ok_or(LogError::TooLarge)?;
            edge.bundle = read_place(source, place, read_entries)?;
            if edge.bundle.iter().map(Leaf::hash).ne(edge.levels[0].iter().copied()) {
                return Err(LogError::OtherTree);
            }
        }
        Ok(edge)
    }

    /// Adds an entry and hands over the tiles and the bundle that it fills.
    ///
    /// # Errors
    /// [`LogError::TooLarge`].
    pub fn append(&mut self, leaf: Leaf, filled: &mut Vec<File>) -> Result<(), LogError> {
        if self.size >= MAX_SIZE {
            return Err(LogError::TooLarge);
        }
        self.bundle.push(leaf);
        if self.bundle.len() == WIDTH {
            let place = Place::entries(self.size >> HEIGHT, WIDTH).ok_or(LogError::TooLarge)?;
            filled.push(File { place, bytes: write_entries(&self.bundle) });
            self.bundle.clear();
        }
        let mut hash = leaf.hash();
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let tile = &mut self.levels[level];
            tile.push(hash);
            if tile.len() < WIDTH {
                break;
            }
            let bytes = write_hashes(tile);
            tile.clear();
            hash = Tile::subtree_hash(&bytes);
            let number = self.size >> (HEIGHT as usize * (level + 1));
            let level = u8::try_from(level).map_err(|_| LogError::TooLarge)?;
            let place = Place::tile(level, number, WIDTH).ok_or(LogError::TooLarge)?;
            filled.push(File { place, bytes });
        }
        self.size += 1;
        Ok(())
    }

    /// The partial tiles and the partial bundle as they stand.
    #[must_use]
    pub fn partial_files(&self) -> Vec<File> {
        let mut files = Vec::new();
        if !self.bundle.is_empty() {
            let place = Place::entries(self.size >> HEIGHT, self.bundle.len());
            files.extend(place.map(|place| File { place, bytes: write_entries(&self.bundle) }));
        }
        for (level, hashes) in self.levels.iter().enumerate() {
            let place = self.partial(level);
            files.extend(place.map(|place| File { place, bytes: write_hashes(hashes) }));
        }
        files
    }

    /// Size and root of the tree.
    #[must_use]
    pub fn head(&self) -> TreeHead {
        // The root joins the largest perfect subtrees, which lie from left to right, from the right.
        let mut root = None;
        for hashes in &self.levels {
            let mut end = hashes.len();
            while end > 0 {
                let width = 1 << end.trailing_zeros();
                let subtree = Tile::subtree_hash(&write_hashes(&hashes[end - width..end]));
                root = Some(root.map_or(subtree, |right| node_hash(subtree, right)));
                end -= width;
            }
        }
        TreeHead { size: self.size, root: root.unwrap_or(EMPTY_HASH) }
    }

    /// Where the partial tile of a level lies, if the tree has one.
    fn partial(&self, level: usize) -> Option<Place> {
        let hashes = self.size >> (HEIGHT as usize * level);
        let width = usize::try_from(hashes % WIDTH as u64).ok()?;
        Place::tile(u8::try_from(level).ok()?, hashes >> HEIGHT, width)
    }
}
