//! Haining's illustrative schemes, person by person.

use crate::registry::schemes::rules::tests::table::check;

#[test]
fn post_allowance_by_level_and_years() {
    let base = "employer_area=330481101 months_in_post=2026-07 work_days=2026-07:22 level_at_month=2026-07:5 \
                service_at_month=2026-07:12 on_establishment=false black_listed=false";
    check(
        "haining-post-allowance",
        base,
        &[
            ("", "2026-08-05", "2026-07", "200"),
            ("level_at_month=2026-07:4", "2026-08-05", "2026-07", "300"),
            ("level_at_month=2026-07:3", "2026-08-05", "2026-07", "400"),
            ("level_at_month=2026-07:2", "2026-08-05", "2026-07", "600"),
            ("level_at_month=2026-07:1", "2026-08-05", "2026-07", "800"),
            ("service_at_month=2026-07:59", "2026-08-05", "2026-07", "200"),
            ("service_at_month=2026-07:60", "2026-08-05", "2026-07", "300"),
            ("service_at_month=2026-07:119", "2026-08-05", "2026-07", "300"),
            ("service_at_month=2026-07:120", "2026-08-05", "2026-07", "400"),
            ("level_at_month=2026-07:1 service_at_month=2026-07:240", "2026-08-05", "2026-07", "1000"),
            ("work_days=2026-07:19", "2026-08-05", "2026-07", "not twenty-days"),
            ("service_at_month=2026-06:60", "2026-08-05", "2026-07", "unknown amount"),
            (
                "work_days=? on_establishment=?",
                "2026-08-05",
                "2026-07",
                "unknown twenty-days not-on-establishment",
            ),
        ],
    );
}

#[test]
fn flat_award_for_a_level() {
    let base = "employer_area=330481 in_post=true level=3 level_obtained_on=5:2020-01-01|3:2026-01-15 black_listed=false \
                paid_by_scheme=-";
    check(
        "haining-level-award",
        base,
        &[
            ("", "2026-07-01", "level-3", "1500"),
            ("level=5 level_obtained_on=5:2026-01-15", "2026-07-01", "level-5", "500"),
            ("level=4 level_obtained_on=4:2026-01-15", "2026-07-01", "level-4", "1000"),
            ("level=2 level_obtained_on=2:2026-01-15", "2026-07-01", "level-2", "2000"),
            ("level=1 level_obtained_on=1:2026-01-15", "2026-07-01", "level-1", "3000"),
            // Flat: what a lower level was paid doesn't count.
            ("paid_by_scheme=haining-level-award:50000", "2026-07-01", "level-3", "1500"),
            ("", "2026-07-01", "level-5", "not highest-level within-a-year"),
            ("", "2026-07-01", "level-4", "not certificate-valid highest-level"),
            ("", "2027-01-15", "level-3", "1500"),
            ("", "2027-01-16", "level-3", "not within-a-year"),
            ("in_post=false", "2026-07-01", "level-3", "not in-post"),
            (
                "level=? level_obtained_on=?",
                "2026-07-01",
                "level-3",
                "unknown certificate-valid highest-level within-a-year",
            ),
        ],
    );
}

#[test]
fn social_insurance_subsidy() {
    let base = "employer_area=330481 months_in_post=2026-07 position=caregiver insured=2026-07:1 \
                insurance_paid=2026-07:80000 on_establishment=false black_listed=false";
    check(
        "haining-insurance-subsidy",
        base,
        &[
            ("", "2026-08-05", "2026-07", "400"),
            ("insurance_paid=2026-07:100000", "2026-08-05", "2026-07", "500"),
            ("insurance_paid=2026-07:100001", "2026-08-05", "2026-07", "500"),
            ("insurance_paid=2026-07:99997", "2026-08-05", "2026-07", "499.99"),
            ("insurance_paid=2026-07:123456", "2026-08-05", "2026-07", "500"),
            ("insurance_paid=2026-07:33333", "2026-08-05", "2026-07", "166.67"),
            ("position=rehabilitation-therapist", "2026-08-05", "2026-07", "400"),
            ("position=administrator", "2026-08-05", "2026-07", "not post"),
            ("insured=2026-07:0", "2026-08-05", "2026-07", "not insured"),
            ("insured=2026-06:1", "2026-08-05", "2026-07", "unknown insured"),
            ("insurance_paid=?", "2026-08-05", "2026-07", "unknown amount"),
            ("months_in_post=-", "2026-08-05", "2026-07", "not in-post-at-month-end"),
        ],
    );
}

#[test]
fn contest_award() {
    let base = "employer_area=330481 contest_rank=c1:1 contest_tier=c1:3 black_listed=false";
    check(
        "haining-contest-award",
        base,
        &[
            ("", "2026-07-01", "event-c1", "3000"),
            ("contest_rank=c1:2", "2026-07-01", "event-c1", "1800"),
            ("contest_rank=c1:3", "2026-07-01", "event-c1", "1200"),
            ("contest_rank=c1:4", "2026-07-01", "event-c1", "not prize"),
            ("contest_tier=c1:1", "2026-07-01", "event-c1", "10000"),
            ("contest_tier=c1:1 contest_rank=c1:2", "2026-07-01", "event-c1", "6000"),
            ("contest_tier=c1:2", "2026-07-01", "event-c1", "5000"),
            ("contest_tier=c1:4 contest_rank=c1:3", "2026-07-01", "event-c1", "400"),
            ("contest_tier=c1:5", "2026-07-01", "event-c1", "not tier"),
            ("", "2026-07-01", "event-c2", "unknown prize tier amount"),
            ("black_listed=true", "2026-07-01", "event-c1", "not not-listed"),
        ],
    );
}

#[test]
fn carers_training() {
    let base = "home_area=330481101 cares_for_disabled_relative=true carer_trainings=k1|k2 trainings_paid=- \
                black_listed=false";
    check(
        "haining-carer-training",
        base,
        &[
            ("", "2026-07-01", "event-k1", "300"),
            ("", "2026-07-01", "event-k2", "300"),
            ("trainings_paid=2026:1", "2026-07-01", "event-k2", "300"),
            ("trainings_paid=2026:2", "2026-07-01", "event-k2", "not twice-a-year"),
            ("trainings_paid=2025:2", "2026-07-01", "event-k2", "300"),
            ("cares_for_disabled_relative=false", "2026-07-01", "event-k1", "not carer"),
            ("carer_trainings=-", "2026-07-01", "event-k1", "not carer-training"),
            ("home_area=3304", "2026-07-01", "event-k1", "not area"),
            ("cares_for_disabled_relative=?", "2026-07-01", "event-k1", "unknown carer"),
            ("trainings_paid=?", "2026-07-01", "event-k1", "unknown twice-a-year"),
            ("", "2024-12-31", "event-k1", "not in-force"),
        ],
    );
}
