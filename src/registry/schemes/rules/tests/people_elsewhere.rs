//! Schemes of places outside Zhejiang, person by person.

use crate::registry::schemes::rules::tests::table::check;

#[test]
fn changzhou_level_award() {
    let base = "employer_area=320411 in_post=true level=5 level_obtained_on=5:2026-01-15 paid_by_scheme=- \
                black_listed=false";
    check(
        "changzhou-level-award",
        base,
        &[
            ("", "2026-07-01", "level-5", "1000"),
            ("level=4 level_obtained_on=4:2026-01-15", "2026-07-01", "level-4", "2000"),
            ("level=3 level_obtained_on=3:2026-01-15", "2026-07-01", "level-3", "3000"),
            ("level=2 level_obtained_on=2:2026-01-15", "2026-07-01", "level-2", "5000"),
            ("level=1 level_obtained_on=1:2026-01-15", "2026-07-01", "level-1", "8000"),
            // The difference to what lower levels were paid.
            (
                "level=4 level_obtained_on=5:2020-01-01|4:2026-01-15 paid_by_scheme=changzhou-level-award:100000",
                "2026-07-01",
                "level-4",
                "1000",
            ),
            (
                "level=3 level_obtained_on=3:2026-01-15 paid_by_scheme=changzhou-level-award:100000",
                "2026-07-01",
                "level-3",
                "2000",
            ),
            (
                "level=3 level_obtained_on=3:2026-01-15 paid_by_scheme=changzhou-level-award:200000",
                "2026-07-01",
                "level-3",
                "1000",
            ),
            (
                "level=1 level_obtained_on=1:2026-01-15 paid_by_scheme=changzhou-level-award:500000",
                "2026-07-01",
                "level-1",
                "3000",
            ),
            // What another place paid is not deducted.
            (
                "level=4 level_obtained_on=4:2026-01-15 paid_by_scheme=haining-level-award:100000",
                "2026-07-01",
                "level-4",
                "2000",
            ),
            // A higher level bars a later lower one.
            (
                "level=3 level_obtained_on=5:2020-01-01|3:2026-01-15",
                "2026-07-01",
                "level-5",
                "not highest-level",
            ),
            ("paid_by_scheme=changzhou-level-award:100000", "2026-07-01", "level-5", "not amount"),
            ("level=0 level_obtained_on=-", "2026-07-01", "level-5", "not certificate-valid highest-level"),
            ("paid_by_scheme=?", "2026-07-01", "level-5", "unknown amount"),
        ],
    );
}

#[test]
fn zhengzhou_service_allowance() {
    let base = "employer_area=410102 months_in_post=2026-07 service_at_month=2026-07:12 black_listed=false";
    check(
        "zhengzhou-service-allowance",
        base,
        &[
            ("", "2026-08-01", "2026-07", "100"),
            ("service_at_month=2026-07:59", "2026-08-01", "2026-07", "100"),
            ("service_at_month=2026-07:60", "2026-08-01", "2026-07", "150"),
            ("service_at_month=2026-07:119", "2026-08-01", "2026-07", "150"),
            ("service_at_month=2026-07:120", "2026-08-01", "2026-07", "200"),
            ("service_at_month=2026-07:400", "2026-08-01", "2026-07", "200"),
            ("service_at_month=2026-07:11", "2026-08-01", "2026-07", "not one-year"),
            ("service_at_month=2026-07:0", "2026-08-01", "2026-07", "not one-year"),
            ("months_in_post=2026-06", "2026-08-01", "2026-07", "not in-post-at-month-end"),
            ("service_at_month=?", "2026-08-01", "2026-07", "unknown one-year amount"),
            ("employer_area=3204", "2026-08-01", "2026-07", "not area"),
            ("", "2026-07-15", "2026-07", "not month-finished"),
        ],
    );
}

#[test]
fn yichang_entry_award() {
    let base = "employer_area=420502 education=20 in_post=true service_months=36 tuition_reimbursed=false \
                black_listed=false";
    check(
        "yichang-entry-award",
        base,
        &[
            ("", "2026-07-01", "once", "30000"),
            ("education=10", "2026-07-01", "once", "30000"),
            ("education=30", "2026-07-01", "once", "20000"),
            ("education=30 service_months=100", "2026-07-01", "once", "20000"),
            ("education=40", "2026-07-01", "once", "not degree"),
            ("service_months=35", "2026-07-01", "once", "not three-years"),
            ("in_post=false", "2026-07-01", "once", "not in-post"),
            ("tuition_reimbursed=true", "2026-07-01", "once", "not no-tuition-refund"),
            ("education=?", "2026-07-01", "once", "unknown degree amount"),
            ("employer_area=420102", "2026-07-01", "once", "not area"),
            ("", "2021-12-31", "once", "not in-force"),
        ],
    );
}

#[test]
fn yichang_service_award() {
    let base = "employer_area=420502 in_post=true service_months=60 black_listed=false";
    check(
        "yichang-service-award",
        base,
        &[
            ("", "2026-07-01", "once", "5000"),
            ("service_months=61", "2026-07-01", "once", "5000"),
            ("service_months=119", "2026-07-01", "once", "5000"),
            ("service_months=120", "2026-07-01", "once", "10000"),
            ("service_months=121", "2026-07-01", "once", "10000"),
            ("service_months=360", "2026-07-01", "once", "10000"),
            ("service_months=59", "2026-07-01", "once", "not five-years"),
            ("service_months=0", "2026-07-01", "once", "not five-years"),
            ("in_post=false", "2026-07-01", "once", "not in-post"),
            ("service_months=?", "2026-07-01", "once", "unknown five-years amount"),
            ("black_listed=true", "2026-07-01", "once", "not not-listed"),
        ],
    );
}

#[test]
fn yichang_post_allowance() {
    let base = "employer_area=420502 months_in_post=2026-07 level_at_month=2026-07:5 black_listed=false";
    check(
        "yichang-post-allowance",
        base,
        &[
            ("", "2026-08-01", "2026-07", "100"),
            ("level_at_month=2026-07:4", "2026-08-01", "2026-07", "300"),
            ("level_at_month=2026-07:3", "2026-08-01", "2026-07", "600"),
            ("level_at_month=2026-07:2", "2026-08-01", "2026-07", "1000"),
            ("level_at_month=2026-07:1", "2026-08-01", "2026-07", "1500"),
            ("level_at_month=2026-07:0", "2026-08-01", "2026-07", "not certified-at-month-start"),
            ("level_at_month=2026-06:1", "2026-08-01", "2026-07", "unknown certified-at-month-start amount"),
            ("months_in_post=-", "2026-08-01", "2026-07", "not in-post-at-month-end"),
            ("months_in_post=?", "2026-08-01", "2026-07", "unknown in-post-at-month-end"),
            ("", "2026-07-31", "2026-07", "not month-finished"),
        ],
    );
}

#[test]
fn yichang_first_certificate() {
    let base = "home_area=420502 level=5 first_certificate_on=2026-01-15 other_training_subsidy=false black_listed=false";
    check(
        "yichang-first-certificate",
        base,
        &[
            ("", "2026-07-01", "once", "2000"),
            ("level=4", "2026-07-01", "once", "2000"),
            ("level=1", "2026-07-01", "once", "2000"),
            ("first_certificate_on=2022-01-01", "2026-07-01", "once", "2000"),
            ("first_certificate_on=2021-12-31", "2026-07-01", "once", "not first-since"),
            ("other_training_subsidy=true", "2026-07-01", "once", "not no-other-subsidy"),
            ("other_training_subsidy=?", "2026-07-01", "once", "unknown no-other-subsidy"),
            ("level=0 first_certificate_on=?", "2026-07-01", "once", "not certified"),
            ("home_area=4201", "2026-07-01", "once", "not area"),
            ("home_area=?", "2026-07-01", "once", "unknown area"),
        ],
    );
}

#[test]
fn wuhan_service_award() {
    let base = "employer_area=420106 in_post=true service_months=24 level=5 black_listed=false";
    check(
        "wuhan-service-award",
        base,
        &[
            ("", "2026-07-01", "once", "500"),
            ("level=4", "2026-07-01", "once", "1000"),
            ("level=3", "2026-07-01", "once", "2000"),
            ("level=2", "2026-07-01", "once", "3000"),
            ("level=1", "2026-07-01", "once", "5000"),
            ("level=0", "2026-07-01", "once", "not certified"),
            ("service_months=23", "2026-07-01", "once", "not two-years"),
            ("service_months=24 level=1 in_post=false", "2026-07-01", "once", "not in-post"),
            ("level=?", "2026-07-01", "once", "unknown certified amount"),
            ("black_listed=?", "2026-07-01", "once", "unknown not-listed"),
        ],
    );
}

#[test]
fn wuhan_post_allowance() {
    let base = "employer_area=420106 months_in_post=2026-06|2026-07 service_at_month=2026-07:24 level_at_month=2026-07:5 \
                black_listed=false";
    check(
        "wuhan-post-allowance",
        base,
        &[
            ("", "2026-08-01", "2026-07", "100"),
            ("level_at_month=2026-07:4", "2026-08-01", "2026-07", "100"),
            ("level_at_month=2026-07:1", "2026-08-01", "2026-07", "100"),
            ("service_at_month=2026-07:25", "2026-08-01", "2026-07", "100"),
            ("service_at_month=2026-07:240", "2026-08-01", "2026-07", "100"),
            ("service_at_month=2026-07:23", "2026-08-01", "2026-07", "not two-years"),
            ("level_at_month=2026-07:0", "2026-08-01", "2026-07", "not certified-at-month-start"),
            ("months_in_post=2026-06", "2026-08-01", "2026-07", "not in-post-at-month-end"),
            ("", "2026-08-01", "2026-08", "not month-finished in-post-at-month-end"),
            ("service_at_month=?", "2026-08-01", "2026-07", "unknown two-years"),
        ],
    );
}

#[test]
fn wuhan_care_subsidy() {
    let base = "home_area=420106 economic_difficulty=true age=82 elder_grade=1 black_listed=false";
    check(
        "wuhan-care-subsidy",
        base,
        &[
            ("", "2026-08-01", "2026-07", "100"),
            ("elder_grade=2", "2026-08-01", "2026-07", "200"),
            ("elder_grade=3", "2026-08-01", "2026-07", "400"),
            ("elder_grade=4", "2026-08-01", "2026-07", "600"),
            ("elder_grade=5", "2026-08-01", "2026-07", "800"),
            ("elder_grade=0", "2026-08-01", "2026-07", "not assessed"),
            ("elder_grade=6", "2026-08-01", "2026-07", "not assessed"),
            ("age=60", "2026-08-01", "2026-07", "100"),
            ("age=59", "2026-08-01", "2026-07", "not sixty"),
            ("economic_difficulty=false", "2026-08-01", "2026-07", "not difficulty"),
            ("economic_difficulty=?", "2026-08-01", "2026-07", "unknown difficulty"),
        ],
    );
}

#[test]
fn wuhan_chain_award() {
    let base = "employer_area=420106 facilities_graded_3a=5 black_listed=false";
    check(
        "wuhan-chain-award",
        base,
        &[
            ("", "2022-12-01", "once", "200000"),
            ("facilities_graded_3a=6", "2022-12-01", "once", "200000"),
            ("facilities_graded_3a=23", "2022-12-01", "once", "200000"),
            ("facilities_graded_3a=100", "2022-12-01", "once", "200000"),
            ("facilities_graded_3a=4", "2022-12-01", "once", "not five-facilities"),
            ("facilities_graded_3a=0", "2022-12-01", "once", "not five-facilities"),
            ("facilities_graded_3a=?", "2022-12-01", "once", "unknown five-facilities"),
            ("black_listed=true", "2022-12-01", "once", "not not-listed"),
            ("employer_area=420502", "2022-12-01", "once", "not area"),
            ("", "2022-12-01", "2022-11", "not part-of-schedule"),
        ],
    );
}

#[test]
fn gucheng_welfare_post() {
    let base = "employer_area=420625100 months_in_post=2026-07 post_kind=public-welfare employment_difficulty=true \
                insured=2026-07:1 black_listed=false";
    check(
        "gucheng-welfare-post",
        base,
        &[
            ("", "2026-08-01", "2026-07", "1000"),
            ("employer_area=420625", "2026-08-01", "2026-07", "1000"),
            ("post_kind=regular", "2026-08-01", "2026-07", "not welfare-post"),
            ("post_kind=dispatch", "2026-08-01", "2026-07", "not welfare-post"),
            ("employment_difficulty=false", "2026-08-01", "2026-07", "not difficulty"),
            ("insured=2026-07:0", "2026-08-01", "2026-07", "not insured"),
            ("insured=2026-06:1", "2026-08-01", "2026-07", "unknown insured"),
            ("post_kind=?", "2026-08-01", "2026-07", "unknown welfare-post"),
            ("months_in_post=-", "2026-08-01", "2026-07", "not in-post-at-month-end"),
            ("employer_area=4206", "2026-08-01", "2026-07", "not area"),
            ("black_listed=true post_kind=regular", "2026-08-01", "2026-07", "not welfare-post not-listed"),
        ],
    );
}
