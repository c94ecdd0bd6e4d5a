//! Printed certificates: on paper, as a card for the wallet, as a picture for the phone.
//!
//! A design is a folder under `certificates/` (see `design`); what it shows comes as a [`PrintedCertificate`]. PDF
//! for paper (`paper`), PNG and SVG for screens (`picture`), many certificates in one file with their list
//! (`batch`). Absent: who may have a certificate, what is signed, and any official seal (公章): only the body puts
//! one on the paper, and each design leaves room for it.

pub mod batch;
pub mod design;
pub(super) mod draw;
mod fields;
pub mod paper;
mod picture;

use chrono::NaiveDate;
use serde::Deserialize;

use super::helper::FitText;
use crate::proof::qr::{BadQrText, Matrix};

/// What is printed. Texts come as they were frozen at issue; nothing here looks anything up.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrintedCertificate {
    /// 证书编号; of a record of somebody else's certificate, the number of the record.
    pub number: String,
    /// 姓名
    pub name: String,
    /// 证件类型
    pub document_kind: Bilingual,
    /// 证件号码; `None` prints a dash, for previews and for readers who may not see it.
    pub document_number: Option<String>,
    /// What this type of certificate says beyond the rest; it decides the design.
    pub particulars: Particulars,
    /// 评价机构, 培训机构 or 登记机构
    pub body: Bilingual,
    /// 发证日期
    pub issued_on: NaiveDate,
    /// 有效期至; `None` prints nothing: most skill certificates do not expire.
    pub expires_on: Option<NaiveDate>,
    /// The official domain at which the certificate is verified, without scheme.
    pub verify_domain: String,
    /// The QR with the whole signed content. In a sample, its text.
    pub signed_qr: QrDrawing,
    /// The QR with the address alone, readable from a poor copy.
    pub short_qr: QrDrawing,
    pub marking: Marking,
}

/// The fields of each type of certificate. A new type is a folder of this name and one case here.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Particulars {
    /// 职业技能等级证书, levels 5 to 1
    SkillLevel {
        /// 职业
        occupation: Bilingual,
        /// 工种; `None` prints a dash.
        specialty: Option<Bilingual>,
        /// 等级
        level: Bilingual,
    },
    /// 养老护理员培训结业证书
    TrainingCompletion(Course),
    /// 养老经管人证书
    CareManager(Course),
    /// 康复辅助器具适配人员证书
    DeviceFitter(Course),
    /// 家庭照护者培训证书
    FamilyCarer {
        /// 培训内容
        course: Bilingual,
        /// 学时, of 45 minutes
        hours: u32,
        /// 培训完成日期
        completed_on: NaiveDate,
    },
    /// 救护员证登记凭证: that a certificate of the Red Cross was seen and recorded; not the certificate.
    FirstAid {
        /// 发证机构 of the certificate that was seen
        issuer: Bilingual,
        /// Its number, in the issuer's own form.
        original_number: String,
        /// 发证日期 of the certificate that was seen
        original_issued_on: NaiveDate,
    },
}

/// A training that was completed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Course {
    /// 培训项目
    pub course: Bilingual,
    /// 学时, of 45 minutes
    pub hours: u32,
    /// 培训起止日期, both included
    pub from: NaiveDate,
    pub until: NaiveDate,
    /// 考核结果
    pub result: Bilingual,
}

/// A text in both languages of the certificate.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    pub zh: String,
    pub en: String,
}

/// A QR code as lines, one module thick, through its dark runs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct QrDrawing {
    /// SVG path data for each row, upon the middle of the row: rows that are alike in this way pack better in a PDF.
    rows: Vec<String>,
    /// Side in modules, with the quiet zone of 4 on each side.
    size: usize,
}

/// What is written across a certificate that proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Marking {
    /// A real certificate.
    None,
    /// 演示 SPECIMEN
    Demo,
    /// 测试 SPECIMEN
    Test,
}

/// The types of certificate that have a design.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DesignKind {
    SkillLevel,
    TrainingCompletion,
    FamilyCarer,
    FirstAid,
    CareManager,
    DeviceFitter,
}

crate::codes! {
    /// The ways in which a certificate is drawn.
    pub enum Form("certificate-form") {
        Paper = "paper",
        /// 85.6 × 54 mm, front and back.
        Card = "card",
        /// A portrait picture, QR first.
        Phone = "phone",
    }
}

#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    #[error("the fonts have no glyph for {character:?} (U+{:04X})", u32::from(*character))]
    MissingGlyph { character: char },
    #[error("{field} does not fit its place on the certificate")]
    TooLong { field: String },
    /// `at` is the file, and the line where one is known.
    #[error("{at}: {reason}")]
    Design { at: String, reason: String },
    #[error("a picture {0} pixels wide cannot be drawn")]
    Width(u32),
    #[error("cannot write the PDF: {0}")]
    Pdf(String),
    #[error("cannot write the PNG: {0}")]
    Png(String),
}

impl Particulars {
    #[must_use]
    pub const fn kind(&self) -> DesignKind {
        match self {
            Self::SkillLevel { .. } => DesignKind::SkillLevel,
            Self::TrainingCompletion(_) => DesignKind::TrainingCompletion,
            Self::CareManager(_) => DesignKind::CareManager,
            Self::DeviceFitter(_) => DesignKind::DeviceFitter,
            Self::FamilyCarer { .. } => DesignKind::FamilyCarer,
            Self::FirstAid { .. } => DesignKind::FirstAid,
        }
    }
}

impl DesignKind {
    pub const ALL: [Self; 6] = [
        Self::SkillLevel,
        Self::TrainingCompletion,
        Self::FamilyCarer,
        Self::FirstAid,
        Self::CareManager,
        Self::DeviceFitter,
    ];

    /// The folder of the design.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SkillLevel => "skill-level",
            Self::TrainingCompletion => "training-completion",
            Self::FamilyCarer => "family-carer",
            Self::FirstAid => "first-aid",
            Self::CareManager => "care-manager",
            Self::DeviceFitter => "device-fitter",
        }
    }
}

impl QrDrawing {
    /// # Errors
    /// [`BadQrText`] for what no QR code holds.
    pub fn of(text: &str) -> Result<Self, BadQrText> {
        use std::fmt::Write as _;
        const QUIET: usize = 4;
        let matrix = Matrix::of(text)?;
        let mut rows = vec![String::new(); QUIET];
        for row in matrix.dark.chunks(matrix.size) {
            let mut lines = String::with_capacity(matrix.size * 4);
            let mut x = QUIET;
            for run in row.chunk_by(|one, next| one == next) {
                if run.first() == Some(&true) {
                    // Writing into a String can't fail.
                    let _ = write!(lines, "M{x} 0h{}", run.len());
                }
                x += run.len();
            }
            rows.push(lines);
        }
        Ok(Self { rows, size: matrix.size + 2 * QUIET })
    }
}

impl TryFrom<String> for QrDrawing {
    type Error = BadQrText;

    fn try_from(text: String) -> Result<Self, BadQrText> {
        Self::of(&text)
    }
}

/// Fonts draw a box for what they lack, and a box for a name's character is a wrong certificate.
pub(super) fn require_glyphs(group: &usvg::Group) -> Result<(), RenderError> {
    for node in group.children() {
        match node {
            usvg::Node::Group(inner) => require_glyphs(inner)?,
            usvg::Node::Text(text) => {
                let glyphs = text.layouted().iter().flat_map(|span| &span.positioned_glyphs);
                let missing =
                    glyphs.filter(|glyph| glyph.id.0 == 0).find_map(|glyph| glyph.text.chars().next());
                if let Some(character) = missing {
                    return Err(RenderError::MissingGlyph { character });
                }
            }
            usvg::Node::Path(_) | usvg::Node::Image(_) => {}
        }
    }
    Ok(())
}

/// The error of a template, with its file and line.
pub(super) fn template_error(error: &handlebars::RenderError) -> RenderError {
    if let Some(field) = FitText::too_long(error) {
        return RenderError::TooLong { field: field.to_owned() };
    }
    let file = error.template_name.as_deref().unwrap_or("the design");
    let at = error.line_no.map_or_else(|| file.to_owned(), |line| format!("{file}, line {line}"));
    let reason = match error.reason() {
        handlebars::RenderErrorReason::MissingVariable(Some(field)) => format!("there is no field {field}"),
        handlebars::RenderErrorReason::NestedError(inner) => inner.to_string(),
        other => other.to_string(),
    };
    RenderError::Design { at, reason }
}

#[cfg(test)]
mod tests;
