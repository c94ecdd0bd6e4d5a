//! What the demo of Haining is made of: fictional organisations, elders by town for illustration, and the
//! names from which its people are made. Absent: the people themselves, credit codes and dates, which the demo
//! generates.

use serde::Deserialize;

use crate::kernel::area::AreaCode;
use crate::kernel::certificate_number::BodyCode;
use crate::kernel::skill::SkillLevel;
use crate::kernel::vocabulary::{InstitutionKind, OrganisationKind};
use crate::seeds::{BadSeed, Population, PopulationFile, levels};

#[derive(Debug, Clone)]
pub struct Demo {
    /// Always true: the organisations are invented.
    pub illustrative: bool,
    pub area: AreaCode,
    pub organisations: Vec<Organisation>,
    pub staff_mix: Vec<StaffShare>,
    pub names: Names,
    /// By street and town, all illustrative. One town has none, on purpose.
    pub populations: Vec<Population>,
}

/// Reads the demo's files.
///
/// # Errors
/// As [`crate::seeds::load`].
pub fn load() -> Result<Demo, BadSeed> {
    let populations: PopulationFile = embedded!("demo/population.toml")?;
    let file: DemoFile = embedded!("demo/haining.toml")?;
    Ok(Demo {
        illustrative: file.illustrative,
        area: file.area,
        organisations: file.organisation,
        staff_mix: file.staff_mix,
        names: file.names,
        populations: populations.population,
    })
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// Stable name within the demo: `school-1`.
    pub key: String,
    pub kind: OrganisationKind,
    pub name: String,
    pub name_en: String,
    pub area: AreaCode,
    /// What a school teaches or an assessment body assesses; empty for the others.
    #[serde(default, deserialize_with = "levels")]
    pub levels: Vec<SkillLevel>,
    /// Of an assessment body, as the text of a [`BodyCode`].
    #[serde(default, deserialize_with = "body_code")]
    pub body_code: Option<BodyCode>,
    pub institution_kind: Option<InstitutionKind>,
    /// Of an institution; 0 for one that offers none.
    pub beds: Option<u32>,
}

/// How many of 100 employed hold a post.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StaffShare {
    /// Code of a [`crate::seeds::Position`].
    pub position: String,
    pub weight: u32,
}

/// Common names, to make people of.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// Each with its weight out of 1,000.
    pub surnames: Vec<(String, u32)>,
    /// Given names of women.
    pub female: Vec<String>,
    /// Given names of men.
    pub male: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoFile {
    illustrative: bool,
    area: AreaCode,
    organisation: Vec<Organisation>,
    staff_mix: Vec<StaffShare>,
    names: Names,
}

fn body_code<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<BodyCode>, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map(Some).map_err(serde::de::Error::custom)
}
