//! The typefaces of everything that is printed: Noto CJK, Song (宋体, serif) and Hei (黑体, sans), each regular and
//! bold, read once and kept in memory.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use krilla::text::{Font, GlyphId};
use subsetter::GlyphRemapper;
use usvg::fontdb::{Database, Family, ID, Query, Source, Weight};

/// Where Debian's packages put the fonts.
pub const DEFAULT_DIRECTORY: &str = "/usr/share/fonts/opentype/noto";

/// The loaded fonts. Cheap to clone: about 95 MB are shared.
#[derive(Clone)]
pub struct Fonts {
    database: Arc<Database>,
    serif: [ID; 2],
    sans: [ID; 2],
    for_pdf: Arc<PdfFonts>,
}

/// The fonts as krilla reads them.
pub(super) type PdfFonts = HashMap<ID, PdfFont>;

/// A font for PDF. Nearly all of the time in writing one went into cutting the letters out of 65,000; so the usual
/// characters are cut out when the fonts are loaded, and krilla cuts from those.
pub(super) struct PdfFont {
    usual: Font,
    /// From the font's own glyphs to those of `usual`.
    numbers: GlyphRemapper,
    whole: Font,
}

impl PdfFont {
    /// The smallest of our fonts that has the glyph, and its number there.
    pub(super) fn glyph(&self, number: u16) -> (&Font, GlyphId) {
        match self.numbers.get(number) {
            Some(found) => (&self.usual, GlyphId::new(u32::from(found))),
            None => (&self.whole, GlyphId::new(u32::from(number))),
        }
    }
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
        let for_pdf = Arc::new(for_pdf(&database));
        Ok(Self { database: Arc::new(database), serif, sans, for_pdf })
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

    /// For krilla. A font is the same one on every page of a document that takes it from here.
    pub(super) fn for_pdf(&self) -> Arc<PdfFonts> {
        Arc::clone(&self.for_pdf)
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
    let mut data = std::fs::read(&path).map_err(|source| FontError::Unreadable { path, source })?;
    hide_substitutions(&mut data);
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

fn for_pdf(database: &Database) -> PdfFonts {
    let usual = usual_characters();
    let font = |id: ID| {
        let (source, index) = database.face_source(id)?;
        let Source::Binary(data) = source else { return None };
        let face = ttf_parser::Face::parse((*data).as_ref(), index).ok()?;
        let mut numbers = GlyphRemapper::new();
        for glyph in usual.chars().filter_map(|character| face.glyph_index(character)) {
            numbers.remap(glyph.0);
        }
        let cut = subsetter::subset((*data).as_ref(), index, &numbers).ok()?;
        let (usual, whole) = (Font::new(cut.into(), 0)?, Font::new(data.into(), index)?);
        Some((id, PdfFont { usual, numbers, whole }))
    };
    database.faces().filter_map(|face| font(face.id)).collect()
}

/// What is printed nearly always: the 7,445 characters of GB/T 2312, and Latin letters with their accents.
fn usual_characters() -> String {
    let mut usual: String = (' '..='~').chain('\u{a0}'..='\u{17f}').collect();
    for row in 0xa1..=0xf7_u8 {
        let codes: Vec<u8> = (0xa1..=0xfe_u8).flat_map(|cell| [row, cell]).collect();
        let (text, _) = encoding_rs::GBK.decode_without_bom_handling(&codes);
        usual.extend(text.chars().filter(|character| !('\u{e000}'..='\u{f8ff}').contains(character)));
    }
    usual
}

/// Renames the table GSUB in each font of a collection, so that nobody finds it. Its substitutions are for vertical
/// text, old forms and languages whose fonts we do not take; reading it anew for each piece of text takes longer
/// than all else in setting a line. The tags stay in order: GSUA stands where GSUB stood.
/// Format: OpenType specification 1.9, "Organization of an OpenType font".
fn hide_substitutions(data: &mut [u8]) {
    let number = |data: &[u8], at: usize, size: usize| {
        let bytes = data.get(at..at + size)?;
        Some(bytes.iter().fold(0, |sum, byte| sum * 256 + usize::from(*byte)))
    };
    if !data.starts_with(b"ttcf") {
        return;
    }
    for font in 0..number(data, 8, 4).unwrap_or(0) {
        let Some(directory) = number(data, 12 + 4 * font, 4) else { return };
        for table in 0..number(data, directory + 4, 2).unwrap_or(0) {
            let record = directory + 12 + 16 * table;
            if let Some(tag) = data.get_mut(record..record + 4).filter(|tag| *tag == b"GSUB") {
                tag.copy_from_slice(b"GSUA");
            }
        }
    }
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
