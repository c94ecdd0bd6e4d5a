//! 发放文件与回盘文件: what goes to the bank and what comes back, as CSV by the layout of `docs/payment-files.md`. Pure:
//! lines in, bytes out; bytes in, lines out, or everything that is wrong with them, by row and column.

use std::collections::HashMap;

use csv::{ReaderBuilder, StringRecord, Terminator, WriterBuilder};
use sha2::{Digest, Sha256};

use crate::kernel::codes::Code;
use crate::kernel::ids::PaymentId;
use crate::kernel::invalid::{FieldError, Invalid};
use crate::kernel::money::Fen;
use crate::registry::subsidies::{MOST_PAYMENTS, PaymentResult};

/// The first cell of each file, and the version of its layout.
const PAYMENTS: &str = "huzheng-payments";
const RESULTS: &str = "huzheng-results";
const LAYOUT: &str = "1";

const PAYMENT_COLUMNS: [&str; 6] = ["payment_id", "payee_name", "account", "bank", "amount_fen", "purpose"];
const RESULT_COLUMNS: [&str; 6] = ["payment_id", "payee_name", "account", "amount_fen", "result", "reason"];

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Lines that are told as missing at most.
const MOST_MISSING: usize = 50;

/// A line of either file as we know it. No `Debug`: it holds an account number.
#[derive(Clone, PartialEq, Eq)]
pub struct FileLine {
    pub payment: PaymentId,
    pub payee: String,
    pub account: String,
    pub bank: String,
    pub amount: Fen,
    pub purpose: String,
}

/// What the bank says of one payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultLine {
    pub payment: PaymentId,
    pub result: PaymentResult,
    /// Why it failed or came back; may be empty for what was paid.
    pub reason: String,
}

#[derive(Debug, thiserror::Error)]
#[error("the payment file could not be written: {0}")]
pub struct NotWritten(String);

/// The file for the bank: a row with batch number, count, sum in fen and SHA-256 of all bytes after the second row; a
/// row of headings; a row for each payment.
pub fn write(number: &str, lines: &[FileLine]) -> Result<Vec<u8>, NotWritten> {
    let rows: Vec<[String; 6]> = lines
        .iter()
        .map(|line| {
            [
                line.payment.to_string(),
                line.payee.clone(),
                line.account.clone(),
                line.bank.clone(),
                line.amount.get().to_string(),
                line.purpose.clone(),
            ]
        })
        .collect();
    let sum =
        Fen::sum(lines.iter().map(|line| line.amount)).ok_or_else(|| NotWritten("the sum".to_owned()))?;
    let body = csv(rows.iter())?;
    let head = [
        PAYMENTS.to_owned(),
        LAYOUT.to_owned(),
        number.to_owned(),
        lines.len().to_string(),
        sum.get().to_string(),
        hex::encode(Sha256::digest(&body)),
    ];
    let mut file = BYTE_ORDER_MARK.to_vec();
    file.extend(csv([&head].into_iter())?);
    file.extend(csv([&PAYMENT_COLUMNS.map(str::to_owned)].into_iter())?);
    file.extend(body);
    Ok(file)
}

/// The result file that a bank which says this of each line would send: for the demonstration and for tests.
pub fn write_results(
    number: &str,
    lines: &[(FileLine, PaymentResult, String)],
) -> Result<Vec<u8>, NotWritten> {
    let paid = lines.iter().filter(|(_, result, _)| *result == PaymentResult::Paid);
    let sum = Fen::sum(paid.map(|(line, ..)| line.amount)).ok_or_else(|| NotWritten("the sum".to_owned()))?;
    let head = [
        RESULTS.to_owned(),
        LAYOUT.to_owned(),
        number.to_owned(),
        lines.len().to_string(),
        sum.get().to_string(),
        String::new(),
    ];
    let rows: Vec<[String; 6]> = lines
        .iter()
        .map(|(line, result, reason)| {
            [
                line.payment.to_string(),
                line.payee.clone(),
                line.account.clone(),
                line.amount.get().to_string(),
                result.code().to_owned(),
                reason.clone(),
            ]
        })
        .collect();
    let mut file = BYTE_ORDER_MARK.to_vec();
    file.extend(csv([&head].into_iter())?);
    file.extend(csv([&RESULT_COLUMNS.map(str::to_owned)].into_iter())?);
    file.extend(csv(rows.iter())?);
    Ok(file)
}

fn csv<'a>(rows: impl Iterator<Item = &'a [String; 6]>) -> Result<Vec<u8>, NotWritten> {
    let mut writer =
        WriterBuilder::new().has_headers(false).terminator(Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).map_err(|error| NotWritten(error.to_string()))?;
    }
    writer.into_inner().map_err(|error| NotWritten(error.to_string()))
}

/// Reads a result file against the lines that went out in batch `number`: one result for each of them, or everything
/// that is wrong, and nothing of it counts.
///
/// # Errors
/// Of the head (row 1): `result-head`, `result-batch`, `result-count`, `result-sum`; of the headings (row 2):
/// `missing-heading`; of a line: `column-count`, `unknown-payment`, `duplicate-in-file`, `altered`, `unknown-choice`,
/// `required`; of none: `missing-payment`. No error repeats an account number.
pub fn read_results(bytes: &[u8], number: &str, sent: &[FileLine]) -> Result<Vec<ResultLine>, Invalid> {
    let text = std::str::from_utf8(bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes))
        .map_err(|_| Invalid::one("file", "file-not-utf8"))?;
    let rows = rows(text)?;
    let mut errors = Vec::new();
    let head = head(&rows, number, &mut errors);
    let mut reading = Reading {
        sent: sent.iter().map(|line| (line.payment, line)).collect(),
        seen: HashMap::new(),
        errors,
    };
    let read: Vec<ResultLine> = rows.iter().skip(2).filter_map(|row| reading.line(row)).collect();
    let Reading { seen, mut errors, .. } = reading;
    let missing = sent.iter().filter(|line| !seen.contains_key(&line.payment)).take(MOST_MISSING);
    errors.extend(
        missing.map(|line| FieldError::new("payment_id", "missing-payment").with("payment", line.payment)),
    );
    if let Some((count, sum)) = head.filter(|_| errors.is_empty()) {
        check_totals((count, sum), &read, sent, &mut errors);
    }
    errors.sort_by_key(|error| error.row.unwrap_or(u32::MAX));
    Invalid::if_any(errors)?;
    Ok(read)
}

/// A row and its number as a spreadsheet shows it.
struct Row(u32, StringRecord);

impl Row {
    fn cell(&self, place: usize) -> &str {
        self.1.get(place).unwrap_or_default().trim()
    }

    fn wrong(&self, place: usize, code: &'static str) -> FieldError {
        let field = RESULT_COLUMNS.get(place).copied().unwrap_or("file");
        let letter = char::from(b'A' + u8::try_from(place).unwrap_or(0));
        FieldError::new(field, code).with("column", letter).at_row(self.0)
    }
}

fn rows(text: &str) -> Result<Vec<Row>, Invalid> {
    let unreadable = || Invalid::one("file", "sheet-unreadable");
    let mut rows = Vec::new();
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    for (place, record) in (1u32..).zip(reader.records()) {
        let record = record.map_err(|_| unreadable())?;
        if rows.len() > MOST_PAYMENTS + 2 {
            let error = FieldError::new("file", "sheet-too-many-rows").with("most", MOST_PAYMENTS);
            return Err(error.into());
        }
        rows.push(Row(place, record));
    }
    // A spreadsheet program leaves empty rows at the end.
    while rows.last().is_some_and(|row| row.1.iter().all(|cell| cell.trim().is_empty())) {
        rows.pop();
    }
    if rows.is_empty() { Err(Invalid::one("file", "sheet-empty")) } else { Ok(rows) }
}

/// The count and the sum paid that the first row states, if the first two rows are as they should be.
fn head(rows: &[Row], number: &str, errors: &mut Vec<FieldError>) -> Option<(usize, i64)> {
    let wrong = |row: u32, code: &'static str| FieldError::new("file", code).at_row(row);
    let Some(first) = rows.first().filter(|row| row.cell(0) == RESULTS && row.cell(1) == LAYOUT) else {
        errors.push(wrong(1, "result-head"));
        return None;
    };
    let headings = rows.get(1).map(|row| row.1.iter().map(str::trim).collect::<Vec<_>>()).unwrap_or_default();
    for name in RESULT_COLUMNS.iter().zip(headings.iter().map(Some).chain(std::iter::repeat(None))) {
        if Some(name.0) != name.1 {
            errors.push(FieldError::new(*name.0, "missing-heading").at_row(2));
        }
    }
    if first.cell(2) != number {
        errors.push(FieldError::new("number", "result-batch").with("number", number).at_row(1));
    }
    let count = first.cell(3).parse().ok();
    let sum = first.cell(4).parse().ok();
    if count.is_none() {
        errors.push(wrong(1, "result-count"));
    }
    if sum.is_none() {
        errors.push(wrong(1, "result-sum"));
    }
    count.zip(sum)
}

fn check_totals(
    (count, sum): (usize, i64),
    read: &[ResultLine],
    sent: &[FileLine],
    errors: &mut Vec<FieldError>,
) {
    if count != read.len() {
        errors.push(FieldError::new("file", "result-count").at_row(1));
    }
    let amounts: HashMap<PaymentId, Fen> = sent.iter().map(|line| (line.payment, line.amount)).collect();
    let paid = read.iter().filter(|line| line.result == PaymentResult::Paid);
    let total = Fen::sum(paid.filter_map(|line| amounts.get(&line.payment).copied()));
    if total.map(Fen::get) != Some(sum) {
        errors.push(FieldError::new("file", "result-sum").at_row(1));
    }
}

/// What is being read, line by line.
struct Reading<'a> {
    sent: HashMap<PaymentId, &'a FileLine>,
    /// The row in which each payment was first named.
    seen: HashMap<PaymentId, u32>,
    errors: Vec<FieldError>,
}

impl Reading<'_> {
    /// One line; `None` where anything is wrong with it, which is noted.
    fn line(&mut self, row: &Row) -> Option<ResultLine> {
        if row.1.len() != RESULT_COLUMNS.len() {
            self.errors
                .push(FieldError::new("file", "column-count").with("count", row.1.len()).at_row(row.0));
            // What it names counts as named: one thing is wrong with the line, not two.
            if let Ok(payment) = row.cell(0).parse() {
                self.seen.entry(payment).or_insert(row.0);
            }
            return None;
        }
        let payment = row.cell(0).parse::<PaymentId>().ok();
        let Some(known) = payment.and_then(|payment| self.sent.get(&payment).copied()) else {
            self.errors.push(row.wrong(0, "unknown-payment"));
            return None;
        };
        if let Some(first) = self.seen.get(&known.payment) {
            self.errors
                .push(FieldError::new("payment_id", "duplicate-in-file").with("row", first).at_row(row.0));
            return None;
        }
        self.seen.insert(known.payment, row.0);
        let before = self.errors.len();
        let amount = known.amount.get().to_string();
        for (place, expected) in [(1, known.payee.as_str()), (2, &known.account), (3, &amount)] {
            if row.cell(place) != expected {
                self.errors.push(row.wrong(place, "altered"));
            }
        }
        let result = PaymentResult::from_code(row.cell(4));
        let reason = row.cell(5);
        match result {
            None => {
                let allowed: Vec<_> = PaymentResult::ALL.iter().map(|result| result.code()).collect();
                self.errors.push(row.wrong(4, "unknown-choice").with("allowed", allowed.join(", ")));
            }
            Some(PaymentResult::Failed | PaymentResult::Returned) if reason.is_empty() => {
                self.errors.push(row.wrong(5, "required"));
            }
            Some(_) if reason.chars().count() > 300 => {
                self.errors.push(row.wrong(5, "too-long").with("max", 300));
            }
            Some(_) => {}
        }
        let result = result.filter(|_| self.errors.len() == before)?;
        Some(ResultLine { payment: known.payment, result, reason: reason.to_owned() })
    }
}

#[cfg(test)]
mod tests;
