use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand};

use crate::app::App;
use crate::cli::{Failure, Output, load_config};
use crate::http::api::indicators::ReportView;
use crate::http::figures;
use crate::http::problem::Problem;
use crate::http::texts::{Language, Texts};
use crate::kernel::area::AreaCode;
use crate::kernel::codes::Code;
use crate::kernel::context::Origin;
use crate::kernel::vocabulary::{Basis, Indicator};
use crate::registry::indicators::{Question, Report, of, service};
use crate::render::fonts::Fonts;
use crate::render::report::ReportDesign;

#[derive(Subcommand)]
pub enum Reports {
    /// Certified caregivers per 10,000 elders, with the other figures of the same area and day.
    CaregiverRatio(CaregiverRatio),
}

#[derive(Args)]
pub struct CaregiverRatio {
    /// The area's code; the registry's own area where left out.
    #[arg(long)]
    area: Option<String>,
    /// The day; today where left out.
    #[arg(long)]
    on: Option<NaiveDate>,
    /// `registered` or `resident`; the target's own where left out.
    #[arg(long)]
    basis: Option<String>,
    /// Write the official form as a spreadsheet.
    #[arg(long)]
    xlsx: Option<PathBuf>,
    /// Write the report of one page.
    #[arg(long)]
    pdf: Option<PathBuf>,
}

pub fn run(reports: Reports, output: Output) -> Result<(), Failure> {
    let Reports::CaregiverRatio(args) = reports;
    let app = App::start_on_machine(load_config()?)?;
    let question = question(&app, &args)?;
    let report = app
        .database
        .read(|conn| Ok::<_, Problem>(service::report(conn, &app.seeds.positions, &question)?))?;
    let texts = app.views.texts(Language::Chinese);
    write_files(&app, texts, &report, &args)?;
    match output {
        Output::Json => println!("{}", serde_json::json!(ReportView::new(texts, &report))),
        Output::Words => say(texts, &report),
    }
    Ok(())
}

fn question(app: &App, args: &CaregiverRatio) -> Result<Question, Failure> {
    let usage = |what: &str| Failure::Usage(what.to_owned());
    let area: AreaCode = match &args.area {
        Some(code) => code.parse().map_err(|_| usage("--area is a code of 2, 4, 6, 9 or 12 digits"))?,
        None => app.area.clone(),
    };
    let basis = match &args.basis {
        Some(code) => Some(Basis::from_code(code).ok_or_else(|| usage("--basis is registered or resident"))?),
        None => None,
    };
    let on = args.on.unwrap_or_else(|| app.context(None, Origin::CommandLine).today());
    Ok(Question { area, on, basis })
}

fn write_files(app: &App, texts: &Texts, report: &Report, args: &CaregiverRatio) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::Failed(error.to_string());
    if let Some(path) = &args.xlsx {
        std::fs::write(path, figures::xlsx(texts, report).map_err(|error| failed(&error))?)?;
    }
    if let Some(path) = &args.pdf {
        let fonts = Fonts::load(&app.config.font_dirs).map_err(|error| failed(&error))?;
        let design = ReportDesign::load(&fonts).map_err(|error| failed(&error))?;
        let printed = figures::printed(texts, report, app.config.owner.as_deref());
        std::fs::write(path, design.pdf(&printed).map_err(|error| failed(&error))?)?;
    }
    Ok(())
}

fn say(texts: &Texts, report: &Report) {
    println!("{}  {}", report.area.name, report.on);
    for indicator in Indicator::ALL {
        let Some(figure) = of(&report.figures, *indicator) else { continue };
        let name = texts.word(&format!("indicator-{indicator}"));
        let denominator = figure.denominator.map_or_else(|| "—".to_owned(), |n| n.to_string());
        match figure.value {
            Ok(ratio) => println!("{name}: {} ({} / {denominator})", ratio.display(), figure.numerator),
            Err(missing) => println!(
                "{name}: {} ({})",
                texts.word("cannot-be-computed"),
                texts.word(&format!("missing-{missing}"))
            ),
        }
        if let Some(gap) = figure.gap {
            println!("  {} {}", texts.word("col-gap"), gap.persons);
        }
    }
}
