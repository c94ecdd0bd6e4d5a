//! Where the log's files lie and what is in them: tiles of 256 hashes and bundles of the same 256 entries, at the
//! paths of C2SP tlog-tiles below the log's address: `tile/<level>/<number>[.p/<width>]`,
//! `tile/entries/<number>[.p/<width>]`.

use tlog_tiles::{HASH_SIZE, Hash, Tile};

use crate::proof::log::Leaf;
use crate::proof::log::tree::LogError;

/// Hashes in a full tile, entries in a full bundle.
pub const WIDTH: usize = 1 << HEIGHT;
pub(super) const HEIGHT: u8 = 8;
/// Far more certificates than there are people; below it no arithmetic of the crates overflows.
pub const MAX_SIZE: u64 = 1 << 40;
/// The highest level that a tree of [`MAX_SIZE`] has.
const MAX_LEVEL: u8 = 5;

/// What lies at a path of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place(Tile);

impl Place {
    /// Tile number `number` of `level`, of `width` hashes. `None` for numbers that no tree has.
    #[must_use]
    pub fn tile(level: u8, number: u64, width: usize) -> Option<Self> {
        Self::new(level, number, width, false)
    }

    /// Bundle number `number`, of `width` entries.
    #[must_use]
    pub fn entries(number: u64, width: usize) -> Option<Self> {
        Self::new(0, number, width, true)
    }

    fn new(level: u8, number: u64, width: usize, is_data: bool) -> Option<Self> {
        let width = u32::try_from(width).ok().filter(|width| (1..=1 << HEIGHT).contains(width))?;
        (level <= MAX_LEVEL && number <= MAX_SIZE)
            .then(|| Self(Tile::new(HEIGHT, level, number, width, is_data)))
    }

    pub(super) const fn of(tile: Tile) -> Self {
        Self(tile)
    }

    /// The place at a path below the log's address; `None` unless it is exactly how we write it.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        let (kind, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let level = if kind == "entries" { None } else { Some(kind.parse::<u8>().ok()?) };
        let (number, width) = rest.split_once(".p/").map_or((rest, None), |(n, w)| (n, Some(w)));
        let width = width.map_or(Some(WIDTH), |width| width.parse().ok().filter(|width| *width < WIDTH))?;
        let mut whole = 0_u64;
        for part in number.split('/') {
            let digits = part.strip_prefix('x').unwrap_or(part);
            whole = whole.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
        }
        let place = match level {
            Some(level) => Self::tile(level, whole, width)?,
            None => Self::entries(whole, width)?,
        };
        (place.path() == path).then_some(place)
    }

    #[must_use]
    pub fn path(&self) -> String {
        let path = self.0.path();
        match path.strip_prefix("tile/8/data/") {
            Some(number) => format!("tile/entries/{number}"),
            None => path.replacen("tile/8/", "tile/", 1),
        }
    }

    /// The full tile or bundle that takes a partial one's place.
    #[must_use]
    pub fn whole(&self) -> Self {
        let full = 1 << HEIGHT;
        Self(Tile::new(HEIGHT, self.0.level(), self.0.level_index(), full, self.0.is_data()))
    }

    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.width() < WIDTH
    }

    #[must_use]
    pub fn width(&self) -> usize {
        self.0.width() as usize
    }
}

/// A file of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub place: Place,
    pub bytes: Vec<u8>,
}

/// Where tiles and bundles are read from: a folder, an address, memory. What it gives is not believed.
pub trait TileSource {
    /// The file at a path below the log's address; the error says in words why there is none.
    fn read(&self, path: &str) -> Result<Vec<u8>, String>;
}

impl<F: Fn(&str) -> Result<Vec<u8>, String>> TileSource for F {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        self(path)
    }
}

/// The first hashes or entries of a place, from its own file or, where it has grown since, from the full one.
pub(super) fn read_place<T>(
    source: &dyn TileSource,
    place: Place,
    decode: impl Fn(&[u8]) -> Option<Vec<T>>,
) -> Result<Vec<T>, LogError> {
    let path = place.path();
    let bytes = match source.read(&path) {
        Err(_) if place.is_partial() => source.read(&place.whole().path()),
        read => read,
    };
    let bytes = bytes.map_err(|why| LogError::Missing(path.clone(), why))?;
    let mut items = decode(&bytes).ok_or_else(|| LogError::Malformed(path.clone()))?;
    if items.len() < place.width() {
        return Err(LogError::Malformed(path));
    }
    items.truncate(place.width());
    Ok(items)
}

pub(super) fn write_hashes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

pub(super) fn read_hashes(bytes: &[u8]) -> Option<Vec<Hash>> {
    let (hashes, rest) = bytes.as_chunks::<HASH_SIZE>();
    (rest.is_empty() && hashes.len() <= WIDTH).then(|| hashes.iter().copied().map(Hash).collect())
}

/// Each entry after its length in two bytes.
pub(super) fn write_entries(leaves: &[Leaf]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(leaves.len() * 36);
    for leaf in leaves {
        bytes.extend([0, 34]);
        bytes.extend(leaf.bytes());
    }
    bytes
}

pub(super) fn read_entries(bytes: &[u8]) -> Option<Vec<Leaf>> {
    let (entries, rest) = bytes.as_chunks::<36>();
    if !rest.is_empty() || entries.len() > WIDTH {
        return None;
    }
    entries.iter().map(|entry| entry.strip_prefix(&[0, 34]).and_then(Leaf::read)).collect()
}
