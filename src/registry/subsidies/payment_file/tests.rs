use super::*;

fn line(n: u128, payee: &str, amount: i64) -> FileLine {
    FileLine {
        payment: PaymentId::from_uuid(uuid::Uuid::from_u128(n)),
        payee: payee.to_owned(),
        account: format!("62284800{n:08}"),
        bank: "中国农业银行海宁支行".to_owned(),
        amount: Fen::new(amount),
        purpose: "岗位津贴 2026-10".to_owned(),
    }
}

fn sent() -> Vec<FileLine> {
    vec![line(1, "王秀兰", 30_000), line(2, "李, 桂芳", 50_000), line(3, "海宁市\"福寿\"养老院", 120_000)]
}

const NUMBER: &str = "20261121-001";

fn results() -> String {
    let said =
        [(PaymentResult::Paid, ""), (PaymentResult::Failed, "户名不符"), (PaymentResult::Returned, "销户")];
    let lines: Vec<_> = sent()
        .into_iter()
        .zip(said)
        .map(|(line, (result, reason))| (line, result, reason.to_owned()))
        .collect();
    String::from_utf8(write_results(NUMBER, &lines).expect("written")).expect("text")
}

fn read(text: &str) -> Result<Vec<ResultLine>, Invalid> {
    read_results(text.as_bytes(), NUMBER, &sent())
}

/// What is wrong with a text: field, code, row.
#[track_caller]
fn check(text: &str, expected: &[(&str, &str, Option<u32>)]) {
    let errors = read(text).err().map(|Invalid(errors)| errors).unwrap_or_default();
    let found: Vec<_> = errors.iter().map(|e| (e.field.as_str(), e.code, e.row)).collect();
    assert_eq!(found, expected, "{text}");
    assert!(!errors.iter().any(|e| e.args.iter().any(|(_, value)| value.contains("62284800"))));
}

#[test]
fn the_payment_file_is_as_documented() {
    let file = write(NUMBER, &sent()).expect("written");
    let text = std::str::from_utf8(file.strip_prefix(BYTE_ORDER_MARK).expect("its mark")).expect("text");
    let rows: Vec<&str> = text.split("\r\n").collect();
    let body = format!("{}\r\n", rows[2..5].join("\r\n"));
    let hash = hex::encode(Sha256::digest(body.as_bytes()));
    assert_eq!(rows[0], format!("huzheng-payments,1,{NUMBER},3,200000,{hash}"));
    assert_eq!(rows[1], "payment_id,payee_name,account,bank,amount_fen,purpose");
    assert_eq!(
        rows[3],
        "00000000-0000-0000-0000-000000000002,\"李, 桂芳\",6228480000000002,中国农业银行海宁支行,50000,岗位津贴 2026-10"
    );
    assert_eq!(rows.len(), 6, "five rows, each with its end");
    assert_eq!(rows[5], "");
}

#[test]
fn results_are_read_in_full() {
    let read = read(&results()).expect("read");
    let found: Vec<_> = read.iter().map(|line| (line.result, line.reason.as_str())).collect();
    assert_eq!(
        found,
        [(PaymentResult::Paid, ""), (PaymentResult::Failed, "户名不符"), (PaymentResult::Returned, "销户")]
    );
    // As a spreadsheet program saves it again: no mark, plain line ends, an empty row below.
    check(&format!("{},,,,,\n", results().trim_start_matches('\u{feff}').replace("\r\n", "\n")), &[]);
}

#[test]
fn every_kind_of_wrong_line_is_told_with_its_row_and_column() {
    let good = results();
    let two = "00000000-0000-0000-0000-000000000002";
    let rows: Vec<&str> = good.lines().collect();
    let but = |row: usize, text: &str| {
        let mut rows = rows.clone();
        rows[row - 1] = text;
        rows.join("\r\n")
    };
    check(&good, &[]);
    // Unknown, repeated, missing.
    check(
        &but(4, "00000000-0000-0000-0000-000000000009,李,1,1,paid,"),
        &[("payment_id", "unknown-payment", Some(4)), ("payment_id", "missing-payment", None)],
    );
    check(
        &but(4, "=1+1,李,1,1,paid,"),
        &[("payment_id", "unknown-payment", Some(4)), ("payment_id", "missing-payment", None)],
    );
    check(&format!("{good}{}\r\n", rows[2]), &[("payment_id", "duplicate-in-file", Some(6))]);
    check(&rows[..4].join("\r\n"), &[("payment_id", "missing-payment", None)]);
    // Altered.
    let altered = |name: &str, account: &str, amount: &str| {
        but(4, &format!("{two},{name},{account},{amount},failed,户名不符"))
    };
    let account = "6228480000000002";
    check(&altered("李桂芳", account, "50000"), &[("payee_name", "altered", Some(4))]);
    check(&altered("\"李, 桂芳\"", "6228480000000003", "50000"), &[("account", "altered", Some(4))]);
    check(&altered("\"李, 桂芳\"", account, "50001"), &[("amount_fen", "altered", Some(4))]);
    check(&altered("\"李, 桂芳\"", account, "500.00"), &[("amount_fen", "altered", Some(4))]);
    // What it says of the payment.
    check(
        &but(4, &format!("{two},\"李, 桂芳\",{account},50000,成功,")),
        &[("result", "unknown-choice", Some(4))],
    );
    check(
        &but(4, &format!("{two},\"李, 桂芳\",{account},50000,failed,")),
        &[("reason", "required", Some(4))],
    );
    check(&but(4, &format!("{two},50000,failed")), &[("file", "column-count", Some(4))]);
}

#[test]
fn the_head_has_to_agree_with_the_lines() {
    let good = results();
    let head = |text: &str| good.replacen("huzheng-results,1,20261121-001,3,30000,", text, 1);
    check(&head("huzheng-results,2,20261121-001,3,30000,"), &[("file", "result-head", Some(1))]);
    check(&head("huzheng-results,1,20261121-002,3,30000,"), &[("number", "result-batch", Some(1))]);
    check(&head("huzheng-results,1,20261121-001,4,30000,"), &[("file", "result-count", Some(1))]);
    check(&head("huzheng-results,1,20261121-001,3,30001,"), &[("file", "result-sum", Some(1))]);
    check(&head("huzheng-results,1,20261121-001,three,30000,"), &[("file", "result-count", Some(1))]);
    check(&good.replacen("account,", "konto,", 1), &[("account", "missing-heading", Some(2))]);
    check("", &[("file", "sheet-empty", None)]);
    let errors = read_results(&[0xff, 0xfe, 0], NUMBER, &sent()).expect_err("no text");
    assert_eq!(errors.0[0].code, "file-not-utf8");
    // Its own payment file is no result.
    let file = String::from_utf8(write(NUMBER, &sent()).expect("written")).expect("text");
    assert!(read(&file).is_err());
}

#[test]
fn whatever_a_file_holds_is_read_or_refused() {
    use proptest::prelude::*;
    let good = results().into_bytes();
    proptest!(ProptestConfig::with_cases(300), |(place in 0..good.len(), byte in any::<u8>(), cut in 0..good.len())| {
        let mut changed = good.clone();
        changed[place] = byte;
        if let Ok(lines) = read_results(&changed, NUMBER, &sent()) {
            // A change of nothing that counts: white space, or the words of a reason.
            prop_assert_eq!(lines.iter().map(|line| line.result).collect::<Vec<_>>(),
                read_results(&good, NUMBER, &sent()).expect("read").iter().map(|line| line.result).collect::<Vec<_>>());
        }
        prop_assert!(read_results(&good[..cut], NUMBER, &sent()).is_err() || cut + 2 >= good.len() || cut >= good.len() - 9);
    });
}
