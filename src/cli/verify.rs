//! `huzheng verify`: what a certificate is worth, by the same function as in the server, with no server and no database.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::app::clock::{kept_offset, machine_now};
use crate::app::trust;
use crate::cli::{Failure, Output, load_config, tell};
use crate::kernel::dates::{Timestamp, shanghai_date, shanghai_midnight};
use crate::proof::content::{Content, Unreadable};
use crate::proof::log::inclusion::InclusionProof;
use crate::proof::payload::Particulars;
use crate::proof::report::{Report, Verdict};
use crate::proof::status::StatusSnapshot;
use crate::proof::trust::TrustList;
use crate::proof::verify::{Evidence, unreadable, verify_logged};

#[derive(Args)]
pub struct Verify {
    /// The trust list. Default: the data folder's, with its status lists.
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
    /// A status list, or the bundle of two as `/status/{list}` serves it. May be given more than once.
    #[arg(long, value_name = "FILE")]
    status: Vec<PathBuf>,
    /// The proof of the transparency log, as `huzheng log proof` prints it.
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Judge as of this date (2026-11-21) or instant (2026-11-21T04:00:00Z).
    #[arg(long, value_name = "DATE")]
    at: Option<String>,
    /// The QR's text, a file (.cwt, .jsonld, .jwt, text, PNG, JPEG, WebP or PDF), or - for standard input.
    content: String,
}

/// Exit status 0 for `valid`, 1 for anything else, 2 for wrong usage.
#[must_use]
pub fn run(args: &Verify, output: Output) -> ExitCode {
    match check(args) {
        Ok(found) => {
            print(&found, output);
            ExitCode::from(u8::from(found.verdict != Verdict::Valid))
        }
        Err(failure) => {
            tell(&failure, output);
            ExitCode::from(failure.exit_code())
        }
    }
}

fn check(args: &Verify) -> Result<Report, Failure> {
    let content = read_content(&args.content)?;
    let data_dir = load_config()?.data_dir;
    // The demonstration's clock may have been moved; elsewhere there is no such file.
    let now = machine_now() + chrono::TimeDelta::seconds(kept_offset(&data_dir));
    let at = match &args.at {
        Some(text) => instant(text, now)?,
        None => now,
    };
    let trust_file = args.trust.clone().unwrap_or_else(|| data_dir.join(trust::FILE));
    let trust = read_trust(&trust_file)?;
    let files = if args.status.is_empty() && args.trust.is_none() {
        status_files(&data_dir.join("status"))
    } else {
        args.status.clone()
    };
    let status = read_status(&files, &trust, now);
    let proof = args.log.as_deref().map(read_proof).transpose()?;
    Ok(match content {
        Ok(content) => {
            let log = proof.as_ref().map_or(Evidence::None, Evidence::Proof);
            verify_logged(&content, &trust, Some(&status), log, at)
        }
        Err(reason) => unreadable(reason),
    })
}

/// An argument that is an existing path is a file, else it is content.
fn read_content(argument: &str) -> Result<Result<Content, Unreadable>, Failure> {
    if argument == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes)?;
        return Ok(Content::read(&bytes));
    }
    let path = Path::new(argument);
    if path.is_file() { Ok(Content::read(&std::fs::read(path)?)) } else { Ok(Content::read_text(argument)) }
}

/// Today is now; another date is its noon in Shanghai.
fn instant(text: &str, now: Timestamp) -> Result<Timestamp, Failure> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let date = text
        .parse::<chrono::NaiveDate>()
        .map_err(|_| Failure::Usage(format!("--at: {text} is neither a date nor an instant")))?;
    let today = shanghai_date(now);
    Ok(if date == today { now } else { shanghai_midnight(date) + chrono::TimeDelta::hours(12) })
}

/// A list that has expired is still read, so that a forgery or a revocation is still told; nothing is green by it.
pub fn read_trust(file: &Path) -> Result<TrustList, Failure> {
    let failed = |why: &dyn std::fmt::Display| Failure::Failed(format!("{}: {why}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| failed(&error))?;
    TrustList::read_even_expired(&text, None).map_err(|error| failed(&error))
}

fn read_proof(file: &Path) -> Result<InclusionProof, Failure> {
    let rejected =
        |why: &dyn std::fmt::Display| Failure::Rejected(format!("--log: {}: {why}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| rejected(&error))?;
    InclusionProof::read(&text).map_err(|error| rejected(&error))
}

/// The status lists of a data folder; none where it has none yet.
fn status_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let is_list = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "json");
    entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).filter(is_list).collect()
}

/// A list that can't be believed is told and left out: then the standing is not known.
fn read_status(files: &[PathBuf], trust: &TrustList, now: Timestamp) -> StatusSnapshot {
    let mut status = StatusSnapshot::default();
    for file in files {
        let taken = std::fs::read_to_string(file)
            .map_err(|error| error.to_string())
            .and_then(|text| status.take_up(&text, trust, now).map_err(|error| error.to_string()));
        if let Err(why) = taken {
            eprintln!("huzheng: {}: {why}", file.display());
        }
    }
    status
}

fn print(found: &Report, output: Output) {
    match output {
        Output::Json => println!("{}", serde_json::json!(found)),
        Output::Words => {
            println!("{}", found.verdict);
            for check in &found.checks {
                println!("  {:<12} {:<8} {}", check.name.to_string(), check.result.to_string(), check.detail);
            }
            if let Some(facts) = &found.certificate {
                let what = match &facts.particulars {
                    Particulars::Skill { level, .. } => level.to_string(),
                    Particulars::Training { course, .. } => course.clone(),
                    Particulars::FirstAid { original_number, .. } => original_number.clone(),
                };
                let (kind, holder) = (facts.kind, &facts.holder);
                println!("  {}  {holder}  {kind}  {what}  {}", facts.number, facts.issued_on);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_its_noon_and_today_is_now() {
        let now: Timestamp = "2026-11-21T09:30:00Z".parse().expect("a time");
        let check = |text: &str, expected: &str| {
            let at = instant(text, now).expect("an instant");
            assert_eq!(at, expected.parse::<Timestamp>().expect("a time"), "{text}");
        };
        check("2026-11-21", "2026-11-21T09:30:00Z");
        check("2026-11-22", "2026-11-22T04:00:00Z");
        check("2026-11-22T01:02:03Z", "2026-11-22T01:02:03Z");
        assert!(instant("tomorrow", now).is_err());
    }
}
