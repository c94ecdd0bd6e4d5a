//! Names of schemes, parts, amounts, states and steps, as every page of this domain says them.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, TimeDelta};
use fluent_bundle::FluentArgs;
use serde_json::{Value, json};

use crate::db::Conn;
use crate::flows::scheme_book::SchemeBook;
use crate::http::problem::Problem;
use crate::http::texts::{Language, Texts, grouped};
use crate::kernel::codes::Code;
use crate::kernel::dates::Timestamp;
use crate::kernel::form::{FieldValue, Kind};
use crate::kernel::ids::ClaimId;
use crate::kernel::invalid::FieldError;
use crate::kernel::money::Fen;
use crate::registry::schemes::{Part, SchemeVersion, Text};
use crate::registry::subsidies::rules::state::{ClaimState, StateCode, WITHDRAWABLE};
use crate::registry::subsidies::{BatchState, Claim, ClaimEvent, ClaimStep, ClawbackState, PaymentState};

/// The words of a text in the page's language.
#[must_use]
pub fn of<'a>(texts: &Texts, text: &'a Text) -> &'a str {
    match texts.language() {
        Language::Chinese => &text.zh,
        Language::English => &text.en,
    }
}

/// `1,234.50 元` or `¥1,234.50`.
#[must_use]
pub fn yuan(texts: &Texts, amount: Fen) -> String {
    let mut args = FluentArgs::new();
    args.set("amount", figure(amount));
    texts.text("yuan", &args).unwrap_or_else(|_| amount.to_string())
}

/// `1,234.50`, for columns that name the unit in their head.
#[must_use]
pub fn figure(amount: Fen) -> String {
    let written = amount.to_string();
    let (sign, digits) = written.strip_prefix('-').map_or(("", written.as_str()), |rest| ("-", rest));
    match digits.split_once('.') {
        Some((whole, cents)) => match whole.parse() {
            Ok(whole) => format!("{sign}{}.{cents}", grouped(whole)),
            Err(_) => written,
        },
        None => written,
    }
}

/// An amount as people type it, in yuan.
#[derive(Debug, Clone, Copy)]
pub struct Yuan(pub Fen);

impl FieldValue for Yuan {
    fn kind() -> Kind {
        Kind::Special("yuan")
    }
    fn parse(text: &str) -> Result<Self, FieldError> {
        let plain: String = text.chars().filter(|c| !matches!(c, ',' | '，' | ' ' | '¥' | '元')).collect();
        plain.parse().map(Self).map_err(|_| FieldError::new("", "amount-form"))
    }
}

/// A service tells of fen by `amount_fen`; the page's field is in yuan.
#[must_use]
pub fn in_yuan(mut invalid: crate::kernel::invalid::Invalid) -> crate::kernel::invalid::Invalid {
    for error in &mut invalid.0 {
        if error.field.ends_with("amount_fen") {
            "amount".clone_into(&mut error.field);
        }
    }
    invalid
}

/// `2026年10月`, `第 2 期`, a level, or the event's name.
#[must_use]
pub fn part(texts: &Texts, part: &Part) -> String {
    let mut args = FluentArgs::new();
    match part {
        Part::Once => texts.word("claim-part-once"),
        Part::Month(month) => {
            let first = month.first_day();
            match texts.language() {
                Language::Chinese => format!("{}年{}月", first.year(), first.month()),
                Language::English => first.format("%B %Y").to_string(),
            }
        }
        Part::Instalment(number) => {
            args.set("number", *number);
            texts.text("claim-part-instalment", &args).unwrap_or_else(|_| part.to_string())
        }
        Part::Level(level) => texts.word(&format!("skill-level-{}", level.code())),
        Part::Event(name) => {
            args.set("name", name.as_str());
            texts.text("claim-part-event", &args).unwrap_or_else(|_| part.to_string())
        }
    }
}

/// A number to say over the telephone: the random end of the identifier.
#[must_use]
pub fn reference(id: ClaimId) -> String {
    short(&id.to_string())
}

/// The same of any identifier.
#[must_use]
pub fn short(identifier: &str) -> String {
    let text = identifier.replace('-', "").to_uppercase();
    let end = &text[text.len().saturating_sub(8)..];
    format!("{}-{}", &end[..end.len() / 2], &end[end.len() / 2..])
}

#[must_use]
pub const fn state_kind(state: StateCode) -> &'static str {
    match state {
        StateCode::Draft | StateCode::Withdrawn | StateCode::Recovered => "calm",
        StateCode::Submitted
        | StateCode::TownReviewed
        | StateCode::FirstApproved
        | StateCode::InNotice
        | StateCode::ForFinance
        | StateCode::InBatch
        | StateCode::Appealed => "busy",
        StateCode::Paid => "good",
        StateCode::Objected | StateCode::Failed | StateCode::Returned | StateCode::ToRecover => "warn",
        StateCode::Refused | StateCode::Stopped => "bad",
    }
}

#[must_use]
pub const fn batch_kind(state: BatchState) -> &'static str {
    match state {
        BatchState::Opened => "warn",
        BatchState::Confirmed => "busy",
        BatchState::Settled => "good",
        BatchState::Cancelled => "calm",
    }
}

#[must_use]
pub const fn payment_kind(state: PaymentState) -> &'static str {
    match state {
        PaymentState::Open => "busy",
        PaymentState::Paid => "good",
        PaymentState::Failed | PaymentState::Returned => "bad",
        PaymentState::Cancelled => "calm",
    }
}

#[must_use]
pub const fn clawback_kind(state: ClawbackState) -> &'static str {
    match state {
        ClawbackState::Proposed => "warn",
        ClawbackState::Decided => "busy",
        ClawbackState::Settled => "good",
        ClawbackState::Dropped => "calm",
    }
}

/// The titles of schemes, read once for a page.
pub struct Titles<'a> {
    schemes: &'a SchemeBook,
    texts: &'a Texts,
    known: BTreeMap<(String, u32), String>,
}

impl<'a> Titles<'a> {
    #[must_use]
    pub const fn new(schemes: &'a SchemeBook, texts: &'a Texts) -> Self {
        Self { schemes, texts, known: BTreeMap::new() }
    }

    /// The title of a version; the code where there is no such version.
    pub fn of(&mut self, conn: &mut Conn, code: &str, version: u32) -> Result<String, Problem> {
        let key = (code.to_owned(), version);
        if let Some(title) = self.known.get(&key) {
            return Ok(title.clone());
        }
        let found = self.schemes.version(conn, code, version)?;
        let title = found.map_or_else(|| code.to_owned(), |one| of(self.texts, &one.scheme.title).to_owned());
        self.known.insert(key, title.clone());
        Ok(title)
    }

    /// The title of the version in force on a day.
    pub fn on(&mut self, conn: &mut Conn, code: &str, day: NaiveDate) -> Result<String, Problem> {
        let found = self.schemes.in_force(conn, code, &Part::Once, day)?;
        Ok(found.map_or_else(|| code.to_owned(), |one| of(self.texts, &one.scheme.title).to_owned()))
    }
}

/// A claim as a line of any list.
pub fn line(
    conn: &mut Conn,
    texts: &Texts,
    titles: &mut Titles<'_>,
    claim: &Claim,
    today: NaiveDate,
) -> Result<Value, Problem> {
    let state = claim.state.code();
    Ok(json!({
        "id": claim.id, "href": format!("/claims/{}", claim.id), "reference": reference(claim.id),
        "name": claim.beneficiary_name,
        "scheme": titles.of(conn, &claim.obligation.scheme, claim.scheme_version)?,
        "part": part(texts, &claim.obligation.part), "amount": yuan(texts, claim.amount),
        "nothing_due": claim.amount.is_zero(),
        "state": state, "state_kind": state_kind(state), "submitted_at": claim.submitted_at,
        "late": claim.is_late(), "overdue": claim.is_overdue(today),
        "apply_by": claim.review.apply_by, "approve_by": claim.review.approve_by,
        "mark": format!("{}.{}", claim.id, claim.version),
    }))
}

/// Minutes that are left to take a claim back, rounded up; `None` where that is over.
#[must_use]
pub fn minutes_left(claim: &Claim, now: Timestamp) -> Option<i64> {
    if claim.state.code() != StateCode::Submitted {
        return None;
    }
    let left = claim.submitted_at? + WITHDRAWABLE - now;
    (left >= TimeDelta::zero()).then(|| (left.num_seconds() + 59) / 60)
}

/// The way of a claim, from filing to the money, with what is done and when.
#[must_use]
pub fn progress(texts: &Texts, claim: &Claim, events: &[ClaimEvent]) -> Vec<Value> {
    let at = |steps: &[ClaimStep]| {
        events.iter().rev().find(|event| steps.contains(&event.step)).map(|event| event.at)
    };
    let mut stages = vec![("submit", at(&[ClaimStep::Submit]))];
    if claim.review.town {
        stages.push(("review", at(&[ClaimStep::Review])));
    }
    stages.push(("approve", claim.approved_at.and_then(|_| at(&[ClaimStep::Approve]))));
    if claim.review.notice_days > 0 {
        stages.push(("notice", at(&[ClaimStep::EndNotice])));
    }
    let is_paid = claim.state.code().is_paid();
    stages.push(("pay", at(&[ClaimStep::Settle]).filter(|_| is_paid)));
    let ended = matches!(
        claim.state,
        ClaimState::Refused | ClaimState::Appealed(..) | ClaimState::Withdrawn | ClaimState::Stopped
    );
    let mut seen_open = false;
    let mut shown = Vec::new();
    for (key, done) in stages {
        let state = match (done, seen_open, ended) {
            (Some(_), _, _) => "done",
            (None, _, true) => continue,
            (None, false, _) => {
                seen_open = true;
                "current"
            }
            (None, true, _) => "later",
        };
        let detail = due_words(texts, claim, key).filter(|_| done.is_none());
        shown.push(json!({
            "text": texts.word(&format!("claim-stage-{key}")), "state": state, "at": done, "detail": detail,
        }));
    }
    let last = match claim.state.code() {
        StateCode::Refused | StateCode::Stopped => Some("ended"),
        StateCode::Withdrawn => Some("withdrawn"),
        StateCode::ToRecover | StateCode::Appealed => Some("current"),
        StateCode::Recovered => Some("done"),
        _ => None,
    };
    if let Some(state) = last {
        let code = claim.state.code().code();
        let when = events.last().map(|event| event.at);
        shown.push(json!({
            "text": texts.word(&format!("claim-state-{code}")), "state": state, "at": when, "detail": null,
        }));
    }
    shown
}

/// By when an open stage is to be done.
fn due_words(texts: &Texts, claim: &Claim, stage: &str) -> Option<String> {
    let (key, day) = match stage {
        "submit" => ("claim-due-apply", claim.review.apply_by?),
        "approve" => ("claim-due-approve", claim.review.approve_by?),
        "notice" => ("claim-due-notice", claim.state.approved()?.notice?.ends_on),
        _ => return None,
    };
    let mut args = FluentArgs::new();
    args.set("date", texts.date(day));
    texts.text(key, &args).ok()
}

/// What a claimant is told to do or to wait for next.
#[must_use]
pub fn next_step(texts: &Texts, claim: &Claim) -> String {
    let state = claim.state.code();
    let key =
        if state == StateCode::Submitted && claim.review.town { "submitted-town" } else { state.code() };
    let mut args = FluentArgs::new();
    let notice = claim.state.approved().and_then(|approved| approved.notice);
    args.set("date", notice.map(|notice| texts.date(notice.ends_on)).unwrap_or_default());
    texts
        .text(&format!("claim-next-{key}"), &args)
        .unwrap_or_else(|_| texts.word(&format!("claim-next-{key}")))
}

/// A scheme for people: title, document and what is an example in it.
#[must_use]
pub fn scheme(texts: &Texts, scheme: &SchemeVersion) -> Value {
    json!({
        "code": scheme.code, "title": of(texts, &scheme.title), "version": scheme.version,
        "document": scheme.document, "valid_from": scheme.valid_from, "valid_to": scheme.valid_to,
        "illustrative": scheme.illustrative.iter().map(|text| of(texts, text)).collect::<Vec<_>>(),
        "evidence": scheme.evidence.iter().map(|text| of(texts, text)).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_as_people_type_and_read_them() {
        for (typed, fen) in [("12000", 1_200_000), ("1,234.5", 123_450), ("¥ 0.05", 5), ("300 元", 30_000)]
        {
            assert_eq!(Yuan::parse(typed).map(|yuan| yuan.0.get()).ok(), Some(fen), "{typed}");
        }
        assert!(Yuan::parse("一千").is_err());
        assert!(Yuan::parse("1.234").is_err());
        for (fen, shown) in [(0, "0.00"), (123_456_789, "1,234,567.89"), (-100_005, "-1,000.05")] {
            assert_eq!(figure(Fen::new(fen)), shown);
        }
    }
}
