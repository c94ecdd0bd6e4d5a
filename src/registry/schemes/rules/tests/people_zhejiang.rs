//! Schemes of Zhejiang and its cities, person by person.

use crate::registry::schemes::rules::tests::table::check;

#[test]
fn zhejiang_entry_award() {
    let base = "employer_area=330481 education=30 graduated_on=2021-06-30 joined_on=2021-07-01 in_post=true \
                contract_months=60 insured_months=60 service_months=60 on_establishment=false \
                tuition_reimbursed=false black_listed=false paid_by_scheme=-";
    check(
        "zhejiang-entry-award",
        base,
        &[
            // The worked example: a junior college, joined 2021-07-01.
            ("service_months=36 insured_months=36", "2024-07-01", "instalment-1", "12000"),
            ("service_months=48 insured_months=48", "2025-07-01", "instalment-2", "12000"),
            ("", "2026-07-01", "instalment-3", "16000"),
            // Secondary vocational school.
            ("education=40 service_months=36", "2024-07-01", "instalment-1", "9000"),
            ("education=40", "2025-07-01", "instalment-2", "9000"),
            ("education=40", "2026-07-01", "instalment-3", "12000"),
            // Bachelor's degree and above.
            ("education=20", "2024-07-01", "instalment-1", "15000"),
            ("education=20", "2025-07-01", "instalment-2", "15000"),
            ("education=20", "2026-07-01", "instalment-3", "20000"),
            ("education=10", "2026-07-01", "instalment-3", "20000"),
            // A day too early; no degree; graduated too long ago; an older contract; before the scheme.
            ("service_months=35", "2024-06-30", "instalment-1", "not service-reached"),
            ("education=60", "2024-07-01", "instalment-1", "not degree"),
            ("graduated_on=2018-06-30", "2024-07-01", "instalment-1", "not recent-graduate"),
            ("graduated_on=2018-07-01", "2024-07-01", "instalment-1", "12000"),
            ("contract_months=24 insured_months=30", "2024-07-01", "instalment-1", "not contract insured"),
            ("joined_on=2020-12-20", "2024-07-01", "instalment-1", "not joined-since"),
            ("joined_on=2020-12-21", "2024-07-01", "instalment-1", "12000"),
            ("tuition_reimbursed=true", "2024-07-01", "instalment-1", "not no-tuition-refund"),
            ("on_establishment=true", "2024-07-01", "instalment-1", "not not-on-establishment"),
            ("employer_area=420500", "2024-07-01", "instalment-1", "not area"),
            (
                "paid_by_scheme=zhejiang-entry-award-2020:2600000",
                "2026-07-01",
                "instalment-3",
                "not not-excluded",
            ),
            ("paid_by_scheme=zhejiang-entry-award:2400000", "2026-07-01", "instalment-3", "16000"),
            ("", "2026-07-01", "instalment-4", "not part-of-schedule insured"),
            ("", "2026-07-01", "once", "not part-of-schedule"),
            ("in_post=false", "2026-07-01", "instalment-3", "not in-post"),
            ("black_listed=true", "2026-07-01", "instalment-3", "not not-listed"),
            ("", "2022-01-31", "instalment-1", "not in-force"),
            ("tuition_reimbursed=?", "2026-07-01", "instalment-3", "unknown no-tuition-refund"),
            ("education=? ", "2026-07-01", "instalment-3", "unknown degree amount"),
            ("service_months=? in_post=false", "2026-07-01", "instalment-3", "not in-post"),
        ],
    );
}

#[test]
fn zhejiang_entry_award_of_earlier_joiners() {
    let base = "employer_area=330481 education=30 graduated_on=2017-06-30 joined_on=2017-07-01 in_post=true \
                contract_months=36 insured_months=62 service_months=60 on_establishment=false \
                tuition_reimbursed=false black_listed=false paid_by_scheme=-";
    check(
        "zhejiang-entry-award-2020",
        base,
        &[
            ("", "2022-07-01", "once", "26000"),
            ("education=40", "2022-07-01", "once", "21000"),
            ("education=20", "2022-07-01", "once", "40000"),
            ("education=10", "2022-07-01", "once", "40000"),
            // Service carries over between employers; the day of joining is the first.
            ("joined_on=2020-12-20 graduated_on=2020-06-30", "2026-01-01", "once", "26000"),
            ("joined_on=2020-12-21 graduated_on=2020-06-30", "2026-01-01", "once", "not joined-before"),
            ("service_months=59", "2022-06-30", "once", "not five-years"),
            ("insured_months=59", "2022-07-01", "once", "not insured"),
            ("education=60", "2022-07-01", "once", "not degree"),
            ("paid_by_scheme=zhejiang-entry-award:1200000", "2024-07-01", "once", "not not-excluded"),
            ("service_months=?", "2022-07-01", "once", "unknown five-years"),
            ("", "2022-07-01", "instalment-1", "not part-of-schedule"),
        ],
    );
}

#[test]
fn ningbo_post_allowance() {
    let base = "employer_area=330203 months_in_post=2026-06|2026-07 level_at_month=2026-07:5 \
                continuing_hours=2025:40 on_establishment=false black_listed=false";
    check(
        "ningbo-post-allowance",
        base,
        &[
            ("continuing_hours=2025:8", "2026-08-01", "2026-07", "300"),
            ("level_at_month=2026-07:4 continuing_hours=2025:16", "2026-08-01", "2026-07", "400"),
            ("level_at_month=2026-07:3 continuing_hours=2025:24", "2026-08-01", "2026-07", "500"),
            ("level_at_month=2026-07:2 continuing_hours=2025:32", "2026-08-01", "2026-07", "800"),
            ("level_at_month=2026-07:1 continuing_hours=2025:40", "2026-08-01", "2026-07", "1200"),
            ("continuing_hours=2025:7", "2026-08-01", "2026-07", "not continuing-education"),
            (
                "level_at_month=2026-07:4 continuing_hours=2025:15",
                "2026-08-01",
                "2026-07",
                "not continuing-education",
            ),
            (
                "level_at_month=2026-07:1 continuing_hours=2025:39",
                "2026-08-01",
                "2026-07",
                "not continuing-education",
            ),
            ("on_establishment=true", "2026-08-01", "2026-07", "not not-on-establishment"),
            ("level_at_month=2026-07:0", "2026-08-01", "2026-07", "not certified-at-month-start"),
            ("months_in_post=2026-06", "2026-08-01", "2026-07", "not in-post-at-month-end"),
            ("", "2026-07-31", "2026-07", "not month-finished"),
            ("continuing_hours=2026:40", "2026-08-01", "2026-07", "unknown continuing-education"),
            (
                "months_in_post=2023-01 level_at_month=2023-01:5 continuing_hours=2022:8",
                "2023-02-01",
                "2023-01",
                "not in-force",
            ),
            (
                "months_in_post=2023-02 level_at_month=2023-02:5 continuing_hours=2022:8",
                "2023-03-01",
                "2023-02",
                "300",
            ),
        ],
    );
}

#[test]
fn hangzhou_post_allowance() {
    let base = "employer_area=330106 months_in_post=2026-03|2026-04|2026-05|2026-06|2026-07 post_since=2025-01-01 \
                work_days=2026-03:22|2026-04:22|2026-05:21|2026-06:20|2026-07:23 \
                level_at_month=2026-03:0|2026-04:5|2026-05:5|2026-06:5|2026-07:4 on_establishment=false \
                black_listed=false";
    check(
        "hangzhou-post-allowance",
        base,
        &[
            ("", "2026-08-05", "2026-06", "300"),
            // Level 4 was reached on 15 June: June is paid by level 5, July by level 4.
            ("", "2026-08-05", "2026-07", "400"),
            ("level_at_month=2026-07:3", "2026-08-05", "2026-07", "500"),
            ("level_at_month=2026-07:2", "2026-08-05", "2026-07", "800"),
            ("level_at_month=2026-07:1", "2026-08-05", "2026-07", "1200"),
            // A certificate of 15 March that was recorded in August: back-pay from April on.
            ("", "2026-08-05", "2026-03", "not certified-at-month-start"),
            ("", "2026-08-05", "2026-04", "300"),
            ("", "2026-08-05", "2026-05", "300"),
            // Three months in post are complete at the end of July for who came on 1 May.
            ("post_since=2026-05-01", "2026-08-05", "2026-07", "400"),
            ("post_since=2026-05-02", "2026-08-05", "2026-07", "not three-months"),
            ("work_days=2026-07:19", "2026-08-05", "2026-07", "not twenty-days"),
            ("work_days=2026-07:20", "2026-08-05", "2026-07", "400"),
            ("work_days=2026-06:20", "2026-08-05", "2026-07", "unknown twenty-days"),
            // Left on 20 July: nothing from that month on.
            ("months_in_post=2026-05|2026-06", "2026-08-05", "2026-07", "not in-post-at-month-end"),
            ("months_in_post=2026-05|2026-06", "2026-08-05", "2026-06", "300"),
            ("on_establishment=true", "2026-08-05", "2026-07", "not not-on-establishment"),
            ("employer_area=330203", "2026-08-05", "2026-07", "not area"),
        ],
    );
}

#[test]
fn dongtou_training_subsidy() {
    let base = "home_area=330305 trainings_finished=t1|t2 trainings_certified=t1 training_fee=t1:120000|t2:80000 \
                trainings_paid=- other_training_subsidy=false black_listed=false";
    check(
        "dongtou-training-subsidy",
        base,
        &[
            ("", "2026-07-01", "event-t1", "1200"),
            ("training_fee=t1:80000", "2026-07-01", "event-t1", "800"),
            ("training_fee=t1:120001", "2026-07-01", "event-t1", "1200"),
            ("training_fee=t1:119999", "2026-07-01", "event-t1", "1199.99"),
            ("training_fee=t1:500000", "2026-07-01", "event-t1", "1200"),
            ("training_fee=t1:0", "2026-07-01", "event-t1", "not amount"),
            ("", "2026-07-01", "event-t2", "not certified"),
            ("", "2026-07-01", "event-t3", "not training-finished certified"),
            ("trainings_paid=2026:1", "2026-07-01", "event-t1", "1200"),
            ("trainings_paid=2026:2", "2026-07-01", "event-t1", "not twice-a-year"),
            ("trainings_paid=2025:2", "2026-07-01", "event-t1", "1200"),
            ("other_training_subsidy=true", "2026-07-01", "event-t1", "not no-other-subsidy"),
            ("training_fee=t2:1", "2026-07-01", "event-t1", "unknown amount"),
            ("home_area=330481", "2026-07-01", "event-t1", "not area"),
        ],
    );
}

#[test]
fn haining_centre_upgrade() {
    let base = "employer_area=330481101 centre_upgrades=p1|p2 projects_accepted=p1 investment=p1:4000000 \
                black_listed=false";
    check(
        "haining-centre-upgrade",
        base,
        &[
            ("", "2024-11-01", "event-p1", "20000"),
            ("investment=p1:6000000", "2024-11-01", "event-p1", "30000"),
            ("investment=p1:6000001", "2024-11-01", "event-p1", "30000"),
            ("investment=p1:5999999", "2024-11-01", "event-p1", "30000"),
            ("investment=p1:5999997", "2024-11-01", "event-p1", "29999.99"),
            ("investment=p1:50000000", "2024-11-01", "event-p1", "30000"),
            ("investment=p1:1", "2024-11-01", "event-p1", "0.01"),
            ("investment=p1:0", "2024-11-01", "event-p1", "not amount"),
            ("projects_accepted=-", "2024-11-01", "event-p1", "not accepted"),
            ("centre_upgrades=p2", "2024-11-01", "event-p1", "not centre-upgrade"),
            ("employer_area=330482", "2024-11-01", "event-p1", "not area"),
            ("investment=?", "2024-11-01", "event-p1", "unknown amount"),
            ("", "2024-04-17", "event-p1", "not in-force"),
            ("", "2024-04-18", "event-p1", "20000"),
        ],
    );
}

#[test]
fn haining_neighbour_point() {
    let base = "employer_area=330481002 neighbour_points=s1|s2|s3 projects_accepted=s1|s2 jiaxing_stations=s2|s3 \
                black_listed=false";
    check(
        "haining-neighbour-point",
        base,
        &[
            ("", "2024-11-01", "event-s1", "10000"),
            ("", "2024-11-01", "event-s2", "20000"),
            ("jiaxing_stations=-", "2024-11-01", "event-s2", "10000"),
            ("jiaxing_stations=s1", "2024-11-01", "event-s1", "20000"),
            ("", "2024-11-01", "event-s3", "not accepted"),
            ("projects_accepted=s3", "2024-11-01", "event-s3", "20000"),
            ("neighbour_points=s2", "2024-11-01", "event-s1", "not neighbour-point"),
            ("black_listed=true", "2024-11-01", "event-s1", "not not-listed"),
            ("jiaxing_stations=?", "2024-11-01", "event-s1", "unknown amount"),
            ("employer_area=3304", "2024-11-01", "event-s1", "not area"),
            ("employer_area=?", "2024-11-01", "event-s1", "unknown area"),
        ],
    );
}
