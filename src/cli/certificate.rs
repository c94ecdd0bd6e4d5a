//! `huzheng certificate`: the designs of what is printed, to look at, and the numbers, to account for.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use clap::Subcommand;

use crate::app::App;
use crate::cli::{Failure, Output, load_config};
use crate::http::problem::Problem;
use crate::kernel::codes::Code;
use crate::registry::certificates::number_store;
use crate::render::certificate::design::{Design, DesignFolder, read_data};
use crate::render::certificate::{DesignKind, Form, RenderError};
use crate::render::fonts::Fonts;

#[derive(Subcommand)]
pub enum Certificate {
    /// Draw a design: a PDF, or a PNG or SVG where the file is called so.
    Preview {
        /// The type: skill-level, training-completion, family-carer or first-aid
        design: String,
        /// paper, card or phone
        #[arg(long, default_value = "paper")]
        form: String,
        /// The certificate to show, as JSON like the design's sample.json [default: that sample]
        #[arg(long, value_name = "FILE")]
        data: Option<PathBuf>,
        /// A folder like `certificates` of the sources [default: the designs in this program]
        #[arg(long, value_name = "DIR")]
        designs: Option<PathBuf>,
        #[arg(short, long, visible_alias = "out", value_name = "FILE")]
        output: PathBuf,
        /// Draw again whenever a file of the designs or the data changes
        #[arg(long)]
        watch: bool,
    },
    /// List serials under which nothing is on record. There should be none.
    Gaps,
}

pub fn run(command: Certificate, output: Output) -> Result<(), Failure> {
    match command {
        Certificate::Preview { design, form, data, designs, output: file, watch } => {
            let preview = Preview::new(&design, &form, data, designs, file)?;
            if watch { preview.watch() } else { preview.draw() }
        }
        Certificate::Gaps => gaps(output),
    }
}

struct Preview {
    kind: DesignKind,
    form: Form,
    data: Option<PathBuf>,
    designs: Option<PathBuf>,
    file: PathBuf,
    fonts: Fonts,
}

/// Between two looks at the files.
const PAUSE: Duration = Duration::from_millis(300);

impl Preview {
    fn new(
        design: &str,
        form: &str,
        data: Option<PathBuf>,
        designs: Option<PathBuf>,
        file: PathBuf,
    ) -> Result<Self, Failure> {
        let kind = DesignKind::ALL.into_iter().find(|kind| kind.name() == design).ok_or_else(|| {
            let known: Vec<&str> = DesignKind::ALL.into_iter().map(DesignKind::name).collect();
            Failure::Usage(format!("there is no design {design}; there are {}", known.join(", ")))
        })?;
        let form = Form::from_code(form).ok_or_else(|| {
            Failure::Usage(format!("there is no form {form}; there are paper, card, phone"))
        })?;
        let fonts = Fonts::load(&load_config()?.font_dirs).map_err(failed)?;
        Ok(Self { kind, form, data, designs, file, fonts })
    }

    fn draw(&self) -> Result<(), Failure> {
        let folder = self.designs.as_deref().map_or(DesignFolder::Embedded, DesignFolder::At);
        let certificate = match &self.data {
            Some(path) => read_data(&path.display().to_string(), &std::fs::read_to_string(path)?),
            None => Design::sample(folder, self.kind),
        };
        let certificate = certificate.map_err(failed)?;
        let design = Design::load(folder, self.kind, &self.fonts).map_err(failed)?;
        let ends = |ending: &str| self.file.extension().is_some_and(|own| own.eq_ignore_ascii_case(ending));
        let drawn: Result<Vec<u8>, RenderError> = if ends("png") {
            design.png(&certificate, self.form, None)
        } else if ends("svg") {
            design.svg(&certificate, self.form).map(String::into_bytes)
        } else {
            design.pdf(&certificate, self.form, &[])
        };
        std::fs::write(&self.file, drawn.map_err(failed)?)?;
        Ok(())
    }

    /// Draws until it is stopped. A mistake is told, and the next change tried.
    fn watch(&self) -> Result<(), Failure> {
        let mut drawn_at = None;
        loop {
            let changed_at = self.changed_at();
            if drawn_at != Some(changed_at) {
                drawn_at = Some(changed_at);
                match self.draw() {
                    Ok(()) => println!("{}", self.file.display()),
                    Err(Failure::Failed(reason)) => eprintln!("{reason}"),
                    Err(other) => return Err(other),
                }
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// When the newest of the files was written, and how many there are.
    fn changed_at(&self) -> (Option<SystemTime>, usize) {
        let mut files = Vec::new();
        if let Some(designs) = &self.designs {
            for folder in [self.kind.name(), "common"] {
                let entries = std::fs::read_dir(designs.join(folder)).into_iter().flatten().flatten();
                files.extend(entries.map(|entry| entry.path()));
            }
        }
        files.extend(self.data.clone());
        let written = |path: &PathBuf| Path::metadata(path).and_then(|about| about.modified()).ok();
        (files.iter().filter_map(written).max(), files.len())
    }
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::Failed(error.to_string())
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
