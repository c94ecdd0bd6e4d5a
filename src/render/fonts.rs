//! The typefaces of everything that is printed: Noto CJK, Song (宋体, serif) and Hei (黑体, sans), each regular and
//! bold, read once and kept in memory.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use usvg::fontdb::{Database, Family, ID, Query, Source, Weight};

/// Where Debian's packages put the fonts.
pub const DEFAULT_DIRECTORY: &str = "/usr/share/fonts/opentype/noto";

/// The loaded fonts. Cheap to clone: about 95 MB are shared.
#[derive(Clone)]
pub struct Fonts {
    database: Arc<Database>,
    serif: [ID; 2],
    sans: [ID; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typeface {
    /// 宋体
    Serif,
    SerifBold,
    /// 黑体
    Sans,
    SansBold,
}

#[derive(Debug, thiserror::Error)]
pub enum FontError {
    #[error(
        "no {file} in {}: apt-get install fonts-noto-cjk fonts-noto-cjk-extra",
        .looked.iter().map(|d| d.display().to_string()).collect::<Vec<_>>().join(", ")
    )]
    Missing { file: &'static str, looked: Vec<PathBuf> },
    #[error("cannot read the font {}", .path.display())]
    Unreadable {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the font file {file} holds no face \"{family}\"")]
    NoSuchFace { file: &'static str, family: &'static str },
}

const SERIF: &str = "Noto Serif CJK SC";
const SANS: &str = "Noto Sans CJK SC";

impl Fonts {
    /// Reads the four font files, each from the first of `directories` that has it.
    ///
    /// # Errors
    /// A file that is missing (the message says what to install), cannot be read or holds other faces.
    pub fn load(directories: &[PathBuf]) -> Result<Self, FontError> {
        let mut database = Database::new();
        let mut face = |file, family, weight| add_face(&mut database, directories, file, family, weight);
        let serif = [
            face("NotoSerifCJK-Regular.ttc", SERIF, Weight::NORMAL)?,
            face("NotoSerifCJK-Bold.ttc", SERIF, Weight::BOLD)?,
        ];
        let sans = [
            face("NotoSansCJK-Regular.ttc", SANS, Weight::NORMAL)?,
            face("NotoSansCJK-Bold.ttc", SANS, Weight::BOLD)?,
        ];
        database.set_serif_family(SERIF);
        database.set_sans_serif_family(SANS);
        Ok(Self { database: Arc::new(database), serif, sans })
    }

    /// The fonts where Debian puts them.
    ///
    /// # Errors
    /// As [`Fonts::load`].
    pub fn load_default() -> Result<Self, FontError> {
        Self::load(&[PathBuf::from(DEFAULT_DIRECTORY)])
    }

    /// For usvg, in which the families are called `serif` and `sans-serif`.
    pub(super) fn database(&self) -> Arc<Database> {
        Arc::clone(&self.database)
    }

    /// The width of each character of `text`, in thousandths of the font's size. A character that the font lacks
    /// counts as a full square; drawing it is refused later.
    pub(super) fn widths(&self, typeface: Typeface, text: &str) -> Vec<u32> {
        let id = self.id(typeface);
        self.database
            .with_face_data(id, |data, index| {
                let face = ttf_parser::Face::parse(data, index).ok()?;
                let em = u32::from(face.units_per_em());
                let width = |c| face.glyph_hor_advance(face.glyph_index(c)?).map(u32::from);
                Some(text.chars().map(|c| width(c).map_or(1000, |w| w * 1000 / em)).collect())
            })
            .flatten()
            .unwrap_or_else(|| vec![1000; text.chars().count()])
    }

    fn id(&self, typeface: Typeface) -> ID {
        match typeface {
            Typeface::Serif => self.serif[0],
            Typeface::SerifBold => self.serif[1],
            Typeface::Sans => self.sans[0],
            Typeface::SansBold => self.sans[1],
        }
    }
}

impl fmt::Debug for Fonts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fonts").finish_non_exhaustive()
    }
}

impl Typeface {
    /// The `font-family` and `font-weight` that select it in an SVG.
    pub(super) const fn svg(self) -> (&'static str, &'static str) {
        match self {
            Self::Serif => ("serif", "400"),
            Self::SerifBold => ("serif", "700"),
            Self::Sans => ("sans-serif", "400"),
            Self::SansBold => ("sans-serif", "700"),
        }
    }
}

/// Loads the simplified Chinese face of a collection and forgets its Japanese, Korean and Taiwanese siblings,
/// whose glyphs differ.
fn add_face(
    database: &mut Database,
    directories: &[PathBuf],
    file: &'static str,
    family: &'static str,
    weight: Weight,
) -> Result<ID, FontError> {
    let path = directories
        .iter()
        .map(|directory| directory.join(file))
        .find(|path| Path::is_file(path))
        .ok_or_else(|| FontError::Missing { file, looked: directories.to_vec() })?;
    let data = std::fs::read(&path).map_err(|source| FontError::Unreadable { path, source })?;
    let loaded = database.load_font_source(Source::Binary(Arc::new(data)));
    for id in loaded {
        let wanted =
            database.face(id).is_some_and(|face| face.families.iter().any(|(name, _)| name == family));
        if !wanted {
            database.remove_face(id);
        }
    }
    database
        .query(&Query { families: &[Family::Name(family)], weight, ..Query::default() })
        .filter(|id| database.face(*id).is_some_and(|face| face.weight == weight))
        .ok_or(FontError::NoSuchFace { file, family })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_font_says_in_one_line_what_to_install() {
        let error = Fonts::load(&[PathBuf::from("/nowhere")]).expect_err("no fonts there").to_string();
        assert_eq!(
            error,
            "no NotoSerifCJK-Regular.ttc in /nowhere: apt-get install fonts-noto-cjk fonts-noto-cjk-extra"
        );
    }

    #[test]
    fn a_chinese_character_is_a_full_square_and_a_latin_one_is_not() {
        let fonts = Fonts::load_default().expect("the fonts");
        let widths = fonts.widths(Typeface::Serif, "护i");
        assert_eq!(widths[0], 1000);
        assert!(widths[1] < 400, "{widths:?}");
    }
}
