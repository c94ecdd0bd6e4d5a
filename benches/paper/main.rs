//! A certificate as a PDF against the least that a program can do for the same page, and against other people's
//! programs where they are to be had; then a batch of 1,000. `cargo bench --bench paper`. Times are of the processor,
//! not of the clock. It fails above the promised ratio or size.

mod floor;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use floor::FontFile;
use huzheng::render::certificate::batch::{Batch, Cut};
use huzheng::render::certificate::design::{CertificateDesigns, Design, DesignFolder};
use huzheng::render::certificate::{DesignKind, Form, PrintedCertificate, QrDrawing};
use huzheng::render::fonts::{DEFAULT_DIRECTORY, Fonts};
use serde_json::json;

/// Our PDF ÷ the floor.
const CEILING: f64 = 4.0;
/// Bytes of one PDF.
const LARGEST: usize = 60 * 1024;
const ROUNDS: usize = 15;
const PAGES: u32 = 10;
const BATCH: u32 = 1_000;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<ExitCode, Failure> {
    let fonts = Fonts::load_default()?;
    let designs = CertificateDesigns::load(&fonts)?;
    let sample = Design::sample(DesignFolder::Embedded, DesignKind::SkillLevel)?;
    let (signed, short) = (content(0), short());
    let files = [
        font_file("NotoSerifCJK-Regular.ttc", "NotoSerifCJKsc-Regular")?,
        font_file("NotoSerifCJK-Bold.ttc", "NotoSerifCJKsc-Bold")?,
    ];

    let ours = || -> Result<usize, Failure> {
        let certificate = PrintedCertificate {
            signed_qr: QrDrawing::of(&signed)?,
            short_qr: QrDrawing::of(&short)?,
            ..sample.clone()
        };
        Ok(designs.pdf(&certificate, Form::Paper, &[])?.len())
    };
    let bare = || -> Result<usize, Failure> { Ok(floor::page(&files, &signed, &short)?.len()) };
    let (size, bare_size) = (ours()?, bare()?);
    let (mut times, mut ratios) = ([Vec::new(), Vec::new()], Vec::new());
    for _ in 0..ROUNDS {
        let (least, own) = (milliseconds(PAGES, bare)?, milliseconds(PAGES, ours)?);
        ratios.push(own / least);
        times[0].push(least);
        times[1].push(own);
    }
    let [least, own] = times.map(median);
    let ratio = median(ratios);
    println!("processor time a page                     ms     ratio      bytes");
    println!("bare pdf-writer, letters cut out      {least:>6.2}      1.00 {bare_size:>10}");
    println!(
        "huzheng                               {own:>6.2} {ratio:>9.2} {size:>10}   (at most {CEILING}, {LARGEST} bytes)"
    );
    peers(least, &signed, &short)?;
    batch(&designs, &sample)?;
    let kept = ratio <= CEILING && size <= LARGEST;
    println!("{}", if kept { "kept" } else { "not kept" });
    Ok(if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// As long as a real fragment.
fn content(serial: u32) -> String {
    let digit = |at: u32| char::from_digit((at * 7 + serial * (at % 13)) % 10, 10).unwrap_or('0');
    format!("{}#{}", short(), (0..616).map(digit).collect::<String>())
}

fn short() -> String {
    "https://huzheng.example.gov.cn/v/0123456789abcdefghjkmnpqrs".to_owned()
}

fn font_file(file: &str, face: &str) -> Result<FontFile, Failure> {
    let data = std::fs::read(Path::new(DEFAULT_DIRECTORY).join(file))?;
    let named = |index: &u32| {
        ttf_parser::Face::parse(&data, *index)
            .is_ok_and(|one| one.names().into_iter().any(|name| name.to_string().as_deref() == Some(face)))
    };
    let index = (0..10).find(named).ok_or("no such face")?;
    Ok(FontFile { data, index })
}

/// Of the processor, for one call.
fn milliseconds(calls: u32, call: impl Fn() -> Result<usize, Failure>) -> Result<f64, Failure> {
    let begin = on_processor()?;
    for _ in 0..calls {
        std::hint::black_box(call()?);
    }
    Ok((on_processor()? - begin) / f64::from(calls))
}

/// Milliseconds that this thread has run: the first figure of the kernel's schedstat is in nanoseconds.
fn on_processor() -> Result<f64, Failure> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let ran: f64 = text.split_whitespace().next().ok_or("no figure")?.parse()?;
    Ok(ran / 1e6)
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn batch(designs: &CertificateDesigns, sample: &PrintedCertificate) -> Result<(), Failure> {
    for form in [Form::Paper, Form::Card] {
        let begin = on_processor()?;
        let mut batch = Batch::new(designs, form, Cut::Marks);
        for serial in 0..BATCH {
            batch.add(PrintedCertificate {
                number: format!("S0000339900012630{serial:05}"),
                signed_qr: QrDrawing::of(&content(serial))?,
                short_qr: QrDrawing::of(&short())?,
                ..sample.clone()
            })?;
        }
        let bytes = batch.finish("batch", sample.issued_on)?.len();
        let each = (on_processor()? - begin) / f64::from(BATCH);
        println!(
            "a batch of {BATCH}, {form}: {each:.2} ms and {} bytes each",
            bytes / usize::try_from(BATCH)?
        );
    }
    println!("at most {} KiB of memory in use at any time", peak_memory()?);
    Ok(())
}

fn peak_memory() -> Result<u64, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).ok_or("no figure")?;
    Ok(line.split_whitespace().nth(1).ok_or("no figure")?.parse()?)
}

/// ReportLab, WeasyPrint and Chromium on the same texts and codes: `peers.py` in a Python environment of its own.
fn peers(least: f64, signed: &str, short: &str) -> Result<(), Failure> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/python-paper");
    let python = folder.join("bin/python3");
    let made = python.exists()
        || Command::new("python3")
            .args(["-m", "venv"])
            .arg(&folder)
            .status()
            .is_ok_and(|done| done.success());
    let installed = made
        && Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/paper/requirements.txt"))
            .status()
            .is_ok_and(|done| done.success());
    if !installed {
        println!(
            "ReportLab, WeasyPrint and Chromium: not measured, for Python cannot have its packages here"
        );
        return Ok(());
    }
    let lines: Vec<_> = floor::LINES
        .iter()
        .map(|(x, y, size, bold, middle, text)| json!([x, y, size, bold, middle, text]))
        .collect();
    let codes = [(signed, 290, 1334, 470), (short, 795, 1544, 260)].map(|(text, x, y, side)| {
        let runs = floor::runs(text).unwrap_or_default();
        json!({ "x": x, "y": y, "side": side, "modules": runs.0, "runs": runs.1 })
    });
    let page = folder.join("page.json");
    std::fs::write(&page, json!({ "lines": lines, "codes": codes }).to_string())?;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/paper/peers.py");
    let answer = Command::new(&python).arg(script).arg(&page).output()?;
    for line in String::from_utf8_lossy(&answer.stdout).lines() {
        match line.split_once('\t').map(|(name, figure)| (name, figure.parse::<f64>())) {
            Some((name, Ok(time))) => println!("{name:<34} {time:>9.2} {:>9.2}", time / least),
            _ => println!("{line}"),
        }
    }
    Ok(())
}
