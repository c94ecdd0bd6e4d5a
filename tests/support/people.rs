//! People who don't exist: identity numbers of the region 99, which is nobody's.

use huzheng::kernel::identity::check_character;
use rust_xlsxwriter::{Format, Workbook};
use serde_json::{Value, json};

const SURNAMES: [&str; 8] = ["王", "李", "张", "沈", "陈", "朱", "吴", "周"];
const GIVEN: [&str; 8] = ["秀兰", "桂芳", "玉珍", "建华", "美英", "小红", "凤仙", "丽萍"];

/// The identity number of a woman born in 1970 or later, one for each `n`; 4,050 for each year.
pub fn identity_number(n: u32) -> String {
    let (year, n) = (1970 + n / 4050, n % 4050);
    let body = format!("990481{year}0{}{:02}{:02}{}", n / 450 + 1, n / 50 % 9 + 10, n % 50, 2);
    let check = check_character(&body).unwrap_or_else(|| panic!("{body} has 17 digits"));
    format!("{body}{check}")
}

pub fn name(n: u32) -> String {
    let pick = |from: &[&str], place: u32| from[place as usize % from.len()].to_owned();
    pick(&SURNAMES, n) + &pick(&GIVEN, n / 8)
}

/// The `n`th person as an input of the API.
pub fn person(n: u32) -> Value {
    json!({ "document_number": identity_number(n), "name": name(n), "education": "60" })
}

/// A roster with our template's headings; `numeric` has its identity cells as numbers, as Excel makes them.
pub fn roster(people: &[(String, String)], numeric: bool) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let text = Format::new().set_num_format("@");
    for (column, heading) in ["证件号码", "姓名"].iter().enumerate() {
        sheet.write(0, u16::try_from(column).expect("few columns"), *heading).expect("written");
    }
    for (row, (number, name)) in (1u32..).zip(people) {
        match number.parse::<f64>().ok().filter(|_| numeric) {
            Some(value) => sheet.write(row, 0, value).expect("written"),
            None => sheet.write_with_format(row, 0, number, &text).expect("written"),
        };
        sheet.write(row, 1, name).expect("written");
    }
    workbook.save_to_buffer().expect("a workbook")
}

#[test]
fn numbers_differ() {
    let all: std::collections::BTreeSet<_> = (0..4_000).map(identity_number).collect();
    assert_eq!(all.len(), 4_000);
}
