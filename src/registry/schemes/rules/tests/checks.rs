//! Every seeded scheme can be entered, and everything wrong with one is told at once.

use crate::kernel::invalid::Invalid;
use crate::kernel::money::Fen;
use crate::registry::schemes::rules::check::{check, check_overlap};
use crate::registry::schemes::{Instalment, Schedule, SchemeVersion};
use crate::seeds;

pub fn seeded(code: &str) -> SchemeVersion {
    let seeds = seeds::load().expect("the seeds");
    let table = seeds.schemes.into_iter().find(|table| table["code"].as_str() == Some(code));
    table.expect("a seeded scheme").try_into().expect("it has the form of a scheme")
}

#[test]
fn every_seeded_scheme_can_be_entered() {
    let seeds = seeds::load().expect("the seeds");
    assert!(seeds.schemes.len() >= 20, "{}", seeds.schemes.len());
    for table in seeds.schemes {
        let code = table["code"].to_string();
        let scheme: SchemeVersion = table.try_into().unwrap_or_else(|error| panic!("{code}: {error}"));
        if let Err(Invalid(errors)) = check(&scheme) {
            panic!("{code}: {errors:#?}");
        }
    }
}

#[test]
fn versions_of_a_scheme_share_no_day() {
    let first = seeded("ningbo-post-allowance");
    let mut second = first.clone();
    second.version = 2;
    second.valid_from = "2027-01-01".parse().expect("a date");
    assert!(check_overlap(&second, std::slice::from_ref(&first)).is_err(), "the first has no last day");
    let mut ended = first;
    ended.valid_to = "2026-12-31".parse().ok();
    assert!(check_overlap(&second, &[ended.clone()]).is_ok());
    ended.valid_to = "2027-01-01".parse().ok();
    let Err(Invalid(errors)) = check_overlap(&second, &[ended]) else { panic!("they share a day") };
    assert_eq!((errors[0].field.as_str(), errors[0].code), ("valid_from", "versions-overlap"));
}

/// A change to a good scheme, and all that must be said of it.
fn refused(change: impl FnOnce(&mut SchemeVersion), expected: &[(&str, &str)]) {
    let mut scheme = seeded("zhejiang-entry-award");
    change(&mut scheme);
    let errors = check(&scheme).err().map(|Invalid(errors)| errors).unwrap_or_default();
    let found: Vec<_> = errors.iter().map(|error| (error.field.as_str(), error.code)).collect();
    assert_eq!(found, expected, "{errors:#?}");
}

#[test]
fn everything_wrong_is_told_under_its_field() {
    refused(|_| {}, &[]);
    refused(
        |scheme| {
            scheme.code = "Entry Award".into();
            scheme.version = 0;
            scheme.title.en = " ".into();
            scheme.valid_to = "2020-01-01".parse().ok();
            scheme.conditions[1].id = "joined-since".into();
            scheme.conditions[2].id = "in-force".into();
            scheme.conditions[3].zh.clear();
            scheme.conditions[4].remedy.en.clear();
            scheme.conditions[5].cel = "joined".into();
            scheme.budget = Some(Fen::new(-1));
            scheme.exclusions = vec!["a b".into(), "x".into(), "x".into()];
            scheme.review.apply_by_day = Some(31);
            scheme.amount = "\"30000\"".into();
        },
        &[
            ("code", "scheme-name-form"),
            ("version", "out-of-range"),
            ("title.en", "required"),
            ("valid_to", "date-order"),
            ("conditions[1].id", "condition-twice"),
            ("conditions[2].id", "condition-built-in"),
            ("conditions[3].zh", "required"),
            ("conditions[4].remedy.en", "required"),
            ("budget", "amount-negative"),
            ("exclusions[0]", "scheme-name-form"),
            ("exclusions[2]", "excluded-twice"),
            ("review.apply_by_day", "out-of-range"),
            ("conditions[5].cel", "unknown-fact"),
            ("amount", "cel-not-amount"),
        ],
    );
    refused(|scheme| scheme.conditions.clear(), &[("conditions", "required")]);
    refused(|scheme| scheme.exclusions = vec![scheme.code.clone()], &[("exclusions[0]", "excludes-itself")]);
}

#[test]
fn instalments_are_the_whole_and_in_order() {
    let instalments = |list: &[(u32, u32)]| {
        let instalments = list
            .iter()
            .map(|(after_years, percent)| Instalment { after_years: *after_years, percent: *percent });
        Schedule::Instalments { instalments: instalments.collect() }
    };
    let list = "schedule.instalments";
    refused(|s| s.schedule = instalments(&[]), &[(list, "required")]);
    refused(|s| s.schedule = instalments(&[(3, 30), (4, 30), (5, 30)]), &[(list, "instalments-not-100")]);
    refused(|s| s.schedule = instalments(&[(3, 60), (4, 60)]), &[(list, "instalments-not-100")]);
    refused(
        |s| s.schedule = instalments(&[(3, 120)]),
        &[("schedule.instalments[0].percent", "out-of-range"), (list, "instalments-not-100")],
    );
    refused(
        |s| s.schedule = instalments(&[(4, 50), (4, 50)]),
        &[("schedule.instalments[1].after_years", "instalments-not-ascending")],
    );
    refused(
        |s| s.schedule = instalments(&[(3, u32::MAX), (4, u32::MAX)]),
        &[
            ("schedule.instalments[0].percent", "out-of-range"),
            ("schedule.instalments[1].percent", "out-of-range"),
            (list, "instalments-not-100"),
        ],
    );
}

/// What is said of one condition.
fn condition(cel: &str) -> Option<&'static str> {
    let mut scheme = seeded("hangzhou-post-allowance");
    scheme.conditions.truncate(1);
    scheme.conditions[0].cel = cel.into();
    let Err(Invalid(errors)) = check(&scheme) else { return None };
    assert_eq!(
        errors.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(),
        ["conditions[0].cel"],
        "{cel}"
    );
    Some(errors[0].code)
}

#[test]
fn expressions_are_tried_when_they_are_entered() {
    for (cel, expected) in [
        ("in_post", None),
        ("in_post && work_days[month] >= 20 || level == 1", None),
        ("joined_on < date(\"2020-12-21\")", None),
        ("years(joined_on, on) >= 1 && months(joined_on, next_month_start) < 100", None),
        ("month_of(joined_on) != month", None),
        ("paid_by_scheme[\"other\"] == 0 && paid_before < yuan(5)", None),
        ("position in [\"caregiver\", \"nurse\"]", None),
        ("\"t1\" in trainings_finished", None),
        ("3 in level_obtained_on && level_obtained_on[3] < on", None),
        ("", Some("required")),
        ("in_post &&", Some("cel-unreadable")),
        ("in_post; drop table", Some("cel-unreadable")),
        ("in_post_", Some("unknown-fact")),
        ("has(in_post.x)", Some("cel-type")),
        ("frobnicate(in_post)", Some("unknown-function")),
        ("instalment == 1", Some("word-of-another-schedule")),
        ("event in trainings_finished", Some("word-of-another-schedule")),
        ("level", Some("cel-not-truth")),
        ("\"yes\"", Some("cel-not-truth")),
        ("level >= \"3\"", Some("cel-type")),
        // CEL itself says false to each of these, and nobody would ever be paid.
        ("level == \"3\"", Some("cel-type")),
        ("level in [\"3\", \"4\"]", Some("cel-type")),
        ("education == 30", Some("cel-type")),
        ("joined_on == \"2020-12-21\"", Some("cel-type")),
        // In a part that is never looked at.
        ("false && level + \"a\" == \"\"", Some("cel-type")),
        ("in_post || work_days", Some("cel-type")),
        ("in_post ? true : 1 == level", None),
        ("(in_post ? 1 : \"x\") == 1", Some("cel-type")),
        ("!level", Some("cel-type")),
        ("joined_on < \"2020-12-21\"", Some("cel-type")),
        ("joined_on < date(\"2020-13-21\")", Some("cel-never-works")),
        ("joined_on < date(20201221)", Some("cel-type")),
        ("month in work_days", Some("cel-type")),
        ("size(work_days) > 0", Some("cel-type")),
        ("work_days[true] > 0", Some("cel-type")),
        ("work_days[month] > 0.5", Some("cel-fraction")),
        ("trainings_finished.exists(t, t == \"x\")", Some("unknown-fact")),
        ("percent(paid_before, 101) > 0", Some("percent-past-100")),
        ("1 / 0 == 1", Some("cel-never-works")),
    ] {
        assert_eq!(condition(cel), expected, "{cel}");
    }
}

/// An expression that would take a parser or an evaluation too deep is refused before it gets there.
#[test]
fn no_expression_takes_the_stack_down() {
    for (open, within, close, count) in [
        ("(", "in_post", ")", 450),
        ("[", "1", "]", 450),
        ("{1: ", "1", "}", 150),
        ("!", "in_post", "", 900),
        ("-", "1", "", 900),
        ("", "1", "+1", 450),
        ("", "in_post", " && in_post", 60),
        ("", "in_post", " || !in_post", 60),
        ("in_post ? in_post : ", "in_post", "", 45),
        ("", "level", ".a", 400),
        ("date(", "level", ")", 150),
        ("\"(\" + ", "month", "", 100),
        ("'\\'' + ", "month", "", 100),
        ("r\"\\\" + (", "month", ")", 100),
        ("\"\"\"\"(\"\"\" + (", "month", ")", 50),
    ] {
        let text = format!("{}{within}{}", open.repeat(count), close.repeat(count));
        assert_eq!(condition(&text), Some("cel-unreadable"), "{text}");
        // What is let through must be read and worked out on a small stack.
        for count in [1, 10, 30, 40, 79] {
            let text = format!("{}{within}{}", open.repeat(count), close.repeat(count));
            let _ = condition(&text);
        }
    }
}

#[test]
fn an_error_shows_the_part_that_is_wrong() {
    let mut scheme = seeded("ningbo-post-allowance");
    scheme.conditions[0].cel = "in_post && (职 == 1)".into();
    let Err(Invalid(errors)) = check(&scheme) else { panic!("it is wrong") };
    assert_eq!(errors[0].code, "cel-unreadable");
    scheme.conditions[0].cel = "\"养老\" != \"\" && level >= \"3\" && in_post".into();
    let Err(Invalid(errors)) = check(&scheme) else { panic!("it is wrong") };
    assert_eq!(errors[0].args, [("at", "level >= \"3\"".to_owned())]);
}

#[test]
fn amounts_are_whole_and_not_below_zero() {
    for (cel, expected) in [
        ("yuan(300)", None),
        ("30000", None),
        ("300.5", Some("cel-fraction")),
        ("int(\"300\")", None),
        ("-1", Some("amount-negative")),
        ("yuan(300) - yuan(301)", Some("amount-negative")),
        ("greatest(0, yuan(300) - paid_before)", None),
        ("in_post", Some("cel-not-amount")),
        ("in_post ? yuan(1) : \"2\"", Some("cel-type")),
        ("yuan(9223372036854775807)", Some("cel-never-works")),
    ] {
        let mut scheme = seeded("hangzhou-post-allowance");
        scheme.amount = cel.into();
        let found = check(&scheme).err().map(|Invalid(errors)| errors[0].code);
        assert_eq!(found, expected, "{cel}");
    }
}
