//! The least that a program does for the page: cut the letters out of the fonts, encode both QR codes, and write
//! the same texts, lines and squares by hand.

use std::collections::BTreeMap;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str};
use subsetter::GlyphRemapper;

use super::Failure;

/// From the left and the top, size, all in tenths of a millimetre; bold or not; set about its middle or not.
pub type Line = (f32, f32, f32, bool, bool, &'static str);

/// Everything that the skill certificate's sample says.
pub const LINES: &[Line] = &[
    (1498.0, 372.0, 118.0, true, true, "职业技能等级证书"),
    (1485.0, 444.0, 38.0, false, true, "Certificate of Vocational Skill Level"),
    (
        1485.0,
        574.0,
        34.0,
        false,
        true,
        "本证书由下列评价机构颁发，表明持证人通过该机构组织的职业技能等级认定，具备相应职业（工种）的技能等级水平。",
    ),
    (
        1485.0,
        622.0,
        25.0,
        false,
        true,
        "The holder has passed the assessment of the body named below and attained the skill level stated.",
    ),
    (300.0, 760.0, 33.0, false, false, "姓名"),
    (300.0, 798.0, 25.0, false, false, "Name"),
    (1560.0, 760.0, 33.0, false, false, "证书编号"),
    (1560.0, 798.0, 25.0, false, false, "Certificate No."),
    (300.0, 910.0, 33.0, false, false, "证件类型"),
    (300.0, 948.0, 25.0, false, false, "Document type"),
    (1560.0, 910.0, 33.0, false, false, "证件号码"),
    (1560.0, 948.0, 25.0, false, false, "Document No."),
    (300.0, 1060.0, 33.0, false, false, "职业"),
    (300.0, 1098.0, 25.0, false, false, "Occupation"),
    (1560.0, 1060.0, 33.0, false, false, "工种"),
    (1560.0, 1098.0, 25.0, false, false, "Specialty"),
    (300.0, 1210.0, 33.0, false, false, "等级"),
    (300.0, 1248.0, 25.0, false, false, "Skill level"),
    (1560.0, 1210.0, 33.0, false, false, "发证日期"),
    (1560.0, 1248.0, 25.0, false, false, "Date of issue"),
    (2430.0, 1588.0, 24.0, false, true, "评价机构印章处"),
    (2430.0, 1620.0, 21.0, false, true, "Space for the body's official seal"),
    (1120.0, 1424.0, 33.0, false, false, "评价机构"),
    (1270.0, 1424.0, 25.0, false, false, "Assessment body"),
    (745.0, 1424.0, 27.0, false, false, "核验网址 Verify at"),
    (500.0, 1836.0, 27.0, false, true, "扫码核验（含数字签名）"),
    (500.0, 1866.0, 22.0, false, true, "Scan to verify (signed content)"),
    (860.0, 1836.0, 27.0, false, true, "复印件用此码"),
    (860.0, 1866.0, 22.0, false, true, "Use on photocopies"),
    (1120.0, 1836.0, 27.0, false, false, "本证书的数字签名不是评价机构公章"),
    (1120.0, 1866.0, 22.0, false, false, "The digital signature is not the body's official seal"),
    (560.0, 788.0, 78.0, true, false, "张秀兰"),
    (1830.0, 778.0, 50.0, false, false, "S000033990001263000001"),
    (560.0, 914.0, 50.0, false, false, "居民身份证"),
    (560.0, 954.0, 27.0, false, false, "Resident Identity Card"),
    (1830.0, 928.0, 50.0, false, false, "990000197403152043"),
    (560.0, 1064.0, 50.0, false, false, "养老护理员"),
    (560.0, 1104.0, 27.0, false, false, "Elderly Care Worker (4-10-01-05)"),
    (1830.0, 1064.0, 50.0, false, false, "——"),
    (560.0, 1214.0, 58.0, true, false, "三级/高级工"),
    (560.0, 1254.0, 27.0, false, false, "Level 3 / Senior Worker"),
    (1830.0, 1214.0, 50.0, false, false, "2026年11月20日"),
    (1830.0, 1254.0, 27.0, false, false, "20 November 2026"),
    (1120.0, 1512.0, 54.0, true, false, "海宁市养老服务职业技能评价中心"),
    (1120.0, 1555.0, 29.0, false, false, "Haining Elderly-Care Vocational Skill Assessment Centre"),
    (745.0, 1468.0, 29.0, false, false, "huzheng.example.gov.cn"),
    (1520.0, 1060.0, 230.0, true, true, "演示 SPECIMEN"),
];

const SCALE: f32 = 72.0 / 254.0;
const SYSTEM: SystemInfo = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// A font file in memory and the face in it.
pub struct FontFile {
    pub data: Vec<u8>,
    pub index: u32,
}

/// The letters that a page takes from one font.
struct Used<'a> {
    file: &'a FontFile,
    face: ttf_parser::Face<'a>,
    numbers: GlyphRemapper,
    /// Of each glyph of the subset.
    letters: BTreeMap<u16, (char, u16)>,
}

/// The page as a PDF. `fonts` are regular and bold.
pub fn page(fonts: &[FontFile; 2], signed: &str, short: &str) -> Result<Vec<u8>, Failure> {
    let mut used = [Used::of(&fonts[0])?, Used::of(&fonts[1])?];
    let mut content = Content::new();
    content.save_state();
    content.transform([SCALE, 0.0, 0.0, -SCALE, 0.0, 2100.0 * SCALE]);
    draw_ground(&mut content);
    for &(x, y, size, bold, middle, text) in LINES {
        used[usize::from(bold)].write(&mut content, bold, (x, y, size, middle), text)?;
    }
    draw_code(&mut content, signed, (290.0, 1334.0, 470.0))?;
    draw_code(&mut content, short, (795.0, 1544.0, 260.0))?;
    content.restore_state();
    finished(&used, &content.finish())
}

fn finished(used: &[Used<'_>; 2], content: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut pdf = Pdf::new();
    let (catalog, pages, page, stream) = (Ref::new(1), Ref::new(2), Ref::new(3), Ref::new(4));
    pdf.catalog(catalog).pages(pages);
    pdf.pages(pages).kids([page]).count(1);
    let mut written = pdf.page(page);
    written.media_box(Rect::new(0.0, 0.0, 2970.0 * SCALE, 2100.0 * SCALE)).parent(pages).contents(stream);
    let mut resources = written.resources();
    resources.fonts().pair(Name(b"F0"), Ref::new(10)).pair(Name(b"F1"), Ref::new(20));
    resources.finish();
    written.finish();
    for (font, first) in used.iter().zip([10, 20]) {
        font.embed(&mut pdf, first)?;
    }
    pdf.stream(stream, &deflated(content)?).filter(Filter::FlateDecode);
    Ok(pdf.finish())
}

impl<'a> Used<'a> {
    fn of(file: &'a FontFile) -> Result<Self, Failure> {
        let face = ttf_parser::Face::parse(&file.data, file.index)?;
        Ok(Self { file, face, numbers: GlyphRemapper::new(), letters: BTreeMap::new() })
    }

    fn write(
        &mut self,
        content: &mut Content,
        bold: bool,
        (x, y, size, middle): (f32, f32, f32, bool),
        text: &str,
    ) -> Result<(), Failure> {
        let mut codes = Vec::with_capacity(text.len());
        let mut width = 0.0;
        for letter in text.chars() {
            let glyph = self.face.glyph_index(letter).ok_or("a letter is missing")?;
            let number = self.numbers.remap(glyph.0);
            let advance = self.face.glyph_hor_advance(glyph).unwrap_or(1000);
            self.letters.insert(number, (letter, advance));
            codes.extend(number.to_be_bytes());
            width += f32::from(advance) / 1000.0 * size;
        }
        let x = if middle { x - width / 2.0 } else { x };
        content.begin_text();
        content.set_fill_rgb(0.14, 0.12, 0.1);
        content.set_font(if bold { Name(b"F1") } else { Name(b"F0") }, size);
        content.set_text_matrix([1.0, 0.0, 0.0, -1.0, x, y]);
        content.show(Str(&codes));
        content.end_text();
        Ok(())
    }

    /// Seven objects from `first` on.
    fn embed(&self, pdf: &mut Pdf, first: i32) -> Result<(), Failure> {
        let [font, cid, descriptor, map, data] = [0, 1, 2, 3, 4].map(|step| Ref::new(first + step));
        let name = Name(b"ABCDEF+NotoSerifCJKsc");
        let cut = subsetter::subset(&self.file.data, self.file.index, &self.numbers)?;
        let face = ttf_parser::RawFace::parse(&cut, 0)?;
        let program = face.table(ttf_parser::Tag::from_bytes(b"CFF ")).ok_or("no outlines")?;
        pdf.stream(data, &deflated(program)?)
            .filter(Filter::FlateDecode)
            .pair(Name(b"Subtype"), Name(b"CIDFontType0C"));
        pdf.type0_font(font)
            .base_font(name)
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(cid)
            .to_unicode(map);
        let mut written = pdf.cid_font(cid);
        written.subtype(CidFontType::Type0).base_font(name).system_info(SYSTEM);
        written.font_descriptor(descriptor).default_width(1000.0);
        let mut widths = written.widths();
        for (number, (_, advance)) in &self.letters {
            widths.consecutive(*number, [f32::from(*advance)]);
        }
        widths.finish();
        written.finish();
        pdf.font_descriptor(descriptor)
            .name(name)
            .flags(FontFlags::SYMBOLIC | FontFlags::SERIF)
            .bbox(Rect::new(-200.0, -300.0, 1100.0, 1000.0))
            .italic_angle(0.0)
            .ascent(880.0)
            .descent(-120.0)
            .cap_height(733.0)
            .stem_v(100.0)
            .font_file3(data);
        let mut to_unicode = UnicodeCmap::new(Name(b"Custom"), SYSTEM);
        for (number, (letter, _)) in &self.letters {
            to_unicode.pair(*number, *letter);
        }
        pdf.cmap(map, &deflated(&to_unicode.finish())?).filter(Filter::FlateDecode);
        Ok(())
    }
}

/// A dark run of a code: where it begins and how long it is, in modules.
pub type Run = (usize, usize, usize);

/// The side of a code in modules with its white margin, and its dark runs.
pub fn runs(text: &str) -> Result<(usize, Vec<Run>), Failure> {
    let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M)?;
    let width = code.width();
    let mut runs = Vec::with_capacity(width * width / 3);
    for (row, modules) in code.to_colors().chunks(width).enumerate() {
        let mut at = 4;
        for run in modules.chunk_by(|one, next| one == next) {
            if run[0] == qrcode::Color::Dark {
                runs.push((at, row + 4, run.len()));
            }
            at += run.len();
        }
    }
    Ok((width + 8, runs))
}

fn draw_code(content: &mut Content, text: &str, (x, y, side): (f32, f32, f32)) -> Result<(), Failure> {
    let (modules, runs) = runs(text)?;
    content.save_state();
    let module = side / to_f32(modules);
    content.transform([module, 0.0, 0.0, module, x, y]);
    for (left, top, length) in runs {
        content.rect(to_f32(left), to_f32(top), to_f32(length), 1.0);
    }
    content.fill_nonzero();
    content.restore_state();
    Ok(())
}

/// As many curves and lines as the design has.
fn draw_ground(content: &mut Content) {
    content.set_fill_rgb(1.0, 0.99, 0.97).rect(0.0, 0.0, 2970.0, 2100.0).fill_nonzero();
    content.set_stroke_rgb(0.9, 0.85, 0.7).set_line_width(2.0);
    for turn in 0..30_u8 {
        let (sin, cos) = (f32::from(turn) * 6.0).to_radians().sin_cos();
        content.save_state();
        content.transform([cos, sin, -sin, cos, 1485.0, 1030.0]);
        content.move_to(330.0, 0.0);
        content.cubic_to(330.0, 65.0, 182.0, 118.0, 0.0, 118.0);
        content.cubic_to(-182.0, 118.0, -330.0, 65.0, -330.0, 0.0);
        content.cubic_to(-330.0, -65.0, -182.0, -118.0, 0.0, -118.0);
        content.cubic_to(182.0, -118.0, 330.0, -65.0, 330.0, 0.0);
        content.close_path().stroke();
        content.restore_state();
    }
    for (across, y) in [(true, 108.0), (true, 1992.0), (false, 108.0), (false, 2862.0)] {
        for side in [-34.0, 34.0] {
            let waves = if across { 44_u8 } else { 29 };
            let place = |along: f32, off: f32| if across { (along, y + off) } else { (y + off, along) };
            let (x, at) = place(165.0, 0.0);
            content.move_to(x, at);
            for wave in 0..waves {
                let from = 165.0 + 60.0 * f32::from(wave);
                let bend = if wave % 2 == 0 { side } else { -side };
                let bends = [place(from + 20.0, bend), place(from + 40.0, bend)];
                let end = place(from + 60.0, 0.0);
                content.cubic_to(bends[0].0, bends[0].1, bends[1].0, bends[1].1, end.0, end.1);
            }
            content.stroke();
        }
    }
    for inset in [66.0, 152.0, 164.0] {
        content.rect(inset, inset, 2970.0 - 2.0 * inset, 2100.0 - 2.0 * inset).stroke();
    }
    for row in 0..8_u8 {
        let (left, y) = (if row % 2 == 0 { 300.0 } else { 1560.0 }, 826.0 + 150.0 * f32::from(row / 2));
        content.move_to(left, y).line_to(left + 1100.0, y).stroke();
    }
}

#[expect(clippy::cast_precision_loss, reason = "modules of a code")]
fn to_f32(number: usize) -> f32 {
    number as f32
}

fn deflated(data: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(data)?;
    Ok(encoder.finish()?)
}
