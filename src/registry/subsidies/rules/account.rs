//! 收款账户的核对

use crate::kernel::invalid::{FieldError, Invalid};
use crate::registry::subsidies::NewBankAccount;

/// Characters that a spreadsheet program reads as the start of a formula: payment files are opened in one.
const FORMULA_STARTS: [char; 4] = ['=', '+', '-', '@'];

/// An account that a payment file can name. No `Debug`: it holds the number.
#[derive(Clone)]
pub struct CheckedAccount {
    pub holder: String,
    pub bank: String,
    /// 8 to 32 digits.
    pub number: String,
}

/// Checks an account of somebody registered as `name`: money goes to an account under that name only.
pub fn check(new: &NewBankAccount, name: &str) -> Result<CheckedAccount, Invalid> {
    let mut errors = Vec::new();
    let number: String = new.number.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    if !(8..=32).contains(&number.len()) || !number.bytes().all(|b| b.is_ascii_digit()) {
        errors.push(FieldError::new("account_number", "account-number-form"));
    }
    if !same(&new.holder, name) {
        errors.push(FieldError::new("account_holder", "account-of-another"));
    }
    for (field, text) in [("account_holder", &new.holder), ("bank", &new.bank)] {
        if text.starts_with(FORMULA_STARTS) || text.contains(['\n', '\r', '\t']) {
            errors.push(FieldError::new(field, "formula-start"));
        }
    }
    Invalid::if_any(errors)?;
    Ok(CheckedAccount { holder: name.to_owned(), bank: new.bank.clone(), number })
}

fn same(typed: &str, registered: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    letters(typed) == letters(registered)
}

/// 6222 **** 1234: the last four digits, and the first four of a long number.
#[must_use]
pub fn masked(number: &str) -> String {
    let digits: Vec<char> = number.chars().collect();
    let part = |range: &[char]| range.iter().collect::<String>();
    match digits.len() {
        0..8 => "*".repeat(digits.len()),
        8..12 => format!("**** {}", part(&digits[digits.len() - 4..])),
        _ => format!("{} **** {}", part(&digits[..4]), part(&digits[digits.len() - 4..])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(holder: &str, bank: &str, number: &str, expected: &[(&str, &str)]) {
        let new =
            NewBankAccount { holder: holder.to_owned(), bank: bank.to_owned(), number: number.to_owned() };
        let errors = super::check(&new, "王秀兰").err().map(|Invalid(errors)| errors).unwrap_or_default();
        let found: Vec<_> = errors.iter().map(|e| (e.field.as_str(), e.code)).collect();
        assert_eq!(found, expected, "{holder} {bank} {number}");
    }

    #[test]
    fn an_account_says_all_that_is_wrong_with_it() {
        check("王秀兰", "中国农业银行海宁支行", "6228 4800 1234 5678 910", &[]);
        check("王 秀兰", "农行", "62284800-12345678", &[]);
        check(
            "王秀",
            "=cmd",
            "1234567",
            &[
                ("account_number", "account-number-form"),
                ("account_holder", "account-of-another"),
                ("bank", "formula-start"),
            ],
        );
        check("王秀兰", "农行", "6228480012345678x", &[("account_number", "account-number-form")]);
    }

    #[test]
    fn a_number_is_shown_by_its_ends() {
        for (number, expected) in
            [("6228480012345678910", "6228 **** 8910"), ("12345678", "**** 5678"), ("1234", "****"), ("", "")]
        {
            assert_eq!(masked(number), expected);
        }
    }
}
