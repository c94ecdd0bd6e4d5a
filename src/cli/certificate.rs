//! `huzheng certificate`: the designs of what is printed, to look at, and the numbers, to account for.

use std::path::PathBuf;

use clap::Subcommand;

use crate::app::App;
use crate::cli::{Failure, Output, load_config};
use crate::http::problem::Problem;
use crate::registry::certificates::number_store;
use crate::render::certificate::{CertificateDesigns, DesignKind};
use crate::render::fonts::Fonts;

#[derive(Subcommand)]
pub enum Certificate {
    /// Draw a design's sample: a PDF, or a PNG where the file is called so.
    Preview {
        /// skill-level
        design: String,
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
    /// List serials under which nothing is on record. There should be none.
    Gaps,
}

/// Pixels of the picture's width: 150 dpi.
const WIDTH: u32 = 1754;

pub fn run(command: Certificate, output: Output) -> Result<(), Failure> {
    match command {
        Certificate::Preview { design, output: file } => preview(&design, &file),
        Certificate::Gaps => gaps(output),
    }
}

fn preview(design: &str, file: &std::path::Path) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::Failed(error.to_string());
    if design != "skill-level" {
        return Err(Failure::Usage(format!("there is no design {design}; there is skill-level")));
    }
    let fonts = Fonts::load(&load_config()?.font_dirs).map_err(|error| failed(&error))?;
    let designs = CertificateDesigns::load(&fonts).map_err(|error| failed(&error))?;
    let sample = CertificateDesigns::sample(DesignKind::SkillLevel).map_err(|error| failed(&error))?;
    let is_png = file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("png"));
    let drawn = if is_png { designs.png(&sample, WIDTH) } else { designs.pdf(&sample) };
    std::fs::write(file, drawn.map_err(|error| failed(&error))?)?;
    Ok(())
}

fn gaps(output: Output) -> Result<(), Failure> {
    let app = App::start_on_machine(load_config()?)?;
    let missing = app.database.read(|conn| Ok::<_, Problem>(number_store::unexplained(conn)?))?;
    let missing: Vec<String> = missing.iter().map(ToString::to_string).collect();
    match output {
        Output::Json => println!("{}", serde_json::json!({ "unexplained": missing })),
        Output::Words => missing.iter().for_each(|number| println!("{number}")),
    }
    if missing.is_empty() { Ok(()) } else { Err(Failure::Failed("numbers are not accounted for".to_owned())) }
}
