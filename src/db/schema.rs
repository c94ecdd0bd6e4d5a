//! The tables as Diesel knows them. `tests/schema.rs` holds them against both databases.

#![cfg_attr(not(test), expect(clippy::wildcard_imports, reason = "diesel::table! is written so"))]

diesel::table! {
    use diesel::sql_types::*;

    areas (code) {
        code -> Text,
        parent_code -> Nullable<Text>,
        kind -> Text,
        name -> Text,
        name_en -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    elder_populations (id) {
        id -> Identifier,
        area_code -> Text,
        counted_on -> Date,
        basis -> Text,
        age_from -> Integer,
        age_to -> Nullable<Integer>,
        persons -> BigInt,
        kind -> Text,
        source -> Text,
        illustrative -> Bool,
        recorded_at -> Instant,
        superseded_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    organisations (id) {
        id -> Identifier,
        kind -> Text,
        name -> Text,
        name_en -> Text,
        credit_code -> Nullable<Text>,
        area_code -> Text,
        body_code -> Nullable<Text>,
        institution_kind -> Nullable<Text>,
        beds -> Nullable<Integer>,
        status -> Text,
        created_at -> Instant,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    accreditations (id) {
        id -> Identifier,
        organisation_id -> Identifier,
        scope -> Text,
        occupation -> Nullable<Text>,
        levels -> Text,
        valid_from -> Date,
        valid_to -> Date,
        status -> Text,
        status_since -> Date,
        document -> Text,
        recorded_at -> Instant,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    people (id) {
        id -> Identifier,
        document_kind -> Text,
        document_sealed -> Binary,
        document_index -> Binary,
        name -> Text,
        gender -> Text,
        birth_date -> Date,
        education -> Nullable<Text>,
        phone_sealed -> Nullable<Binary>,
        email -> Nullable<Text>,
        home_area -> Nullable<Text>,
        created_at -> Instant,
        created_by -> Nullable<Identifier>,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    accounts (id) {
        id -> Identifier,
        username -> Text,
        password_hash -> Text,
        role -> Text,
        name -> Text,
        organisation_id -> Nullable<Identifier>,
        area_code -> Nullable<Text>,
        person_id -> Nullable<Identifier>,
        email -> Nullable<Text>,
        status -> Text,
        created_at -> Instant,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    login_sessions (token_hash) {
        token_hash -> Binary,
        account_id -> Identifier,
        csrf -> Text,
        created_at -> Instant,
        expires_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    employments (id) {
        id -> Identifier,
        person_id -> Identifier,
        organisation_id -> Identifier,
        position -> Text,
        post_kind -> Text,
        from_date -> Date,
        to_date -> Nullable<Date>,
        leaving_reason -> Nullable<Text>,
        recorded_by -> Nullable<Identifier>,
        recorded_at -> Instant,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    declared_services (id) {
        id -> Identifier,
        person_id -> Identifier,
        employer -> Text,
        position -> Text,
        from_date -> Date,
        to_date -> Date,
        evidence -> Text,
        organisation_id -> Identifier,
        declared_by -> Identifier,
        declared_at -> Instant,
        status -> Text,
        checker -> Nullable<Text>,
        checked_by -> Nullable<Identifier>,
        checked_at -> Nullable<Instant>,
        check_note -> Nullable<Text>,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::Identifier;

    programmes (id) {
        id -> Identifier,
        code -> Text,
        title -> Text,
        title_en -> Text,
        occupation -> Nullable<Text>,
        level -> Nullable<Text>,
        audience -> Text,
        standard_version -> Text,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::Identifier;

    modules (id) {
        id -> Identifier,
        programme_id -> Identifier,
        place -> Integer,
        code -> Text,
        title -> Text,
        title_en -> Text,
        hours -> Integer,
        theme -> Text,
        mandatory -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    classes (id) {
        id -> Identifier,
        code -> Text,
        school_id -> Identifier,
        programme_id -> Identifier,
        title -> Text,
        area_code -> Text,
        place -> Text,
        starts_on -> Date,
        ends_on -> Date,
        capacity -> Integer,
        state -> Text,
        state_note -> Nullable<Text>,
        filed_at -> Nullable<Instant>,
        filed_by -> Nullable<Identifier>,
        created_at -> Instant,
        created_by -> Nullable<Identifier>,
        version -> Integer,
    }
}

diesel::table! {
    class_serials (year_and_county) {
        year_and_county -> Text,
        last -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    enrolments (id) {
        id -> Identifier,
        class_id -> Identifier,
        number -> Integer,
        person_id -> Identifier,
        state -> Text,
        enrolled_at -> Instant,
        completed_on -> Nullable<Date>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::Identifier;

    lessons (id) {
        id -> Identifier,
        class_id -> Identifier,
        module_id -> Identifier,
        held_on -> Date,
        hours -> Integer,
        place -> Text,
        teacher -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    attendances (lesson_id, enrolment_id) {
        lesson_id -> Identifier,
        enrolment_id -> Identifier,
        presence -> Text,
        recorded_by -> Nullable<Identifier>,
        recorded_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    module_results (enrolment_id, module_id) {
        enrolment_id -> Identifier,
        module_id -> Identifier,
        outcome -> Text,
        recorded_by -> Nullable<Identifier>,
        recorded_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant, Structured};

    exam_sessions (id) {
        id -> Identifier,
        code -> Text,
        body_id -> Identifier,
        occupation -> Text,
        specialty -> Text,
        level -> Text,
        area_code -> Text,
        place -> Text,
        registration_closes_on -> Date,
        held_on -> Date,
        capacity -> Integer,
        parts -> Structured,
        resits -> Integer,
        created_at -> Instant,
        created_by -> Nullable<Identifier>,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant, Structured};

    applications (id) {
        id -> Identifier,
        exam_session_id -> Identifier,
        person_id -> Identifier,
        submitted_by -> Nullable<Identifier>,
        declarations -> Structured,
        condition_set -> Text,
        decision -> Text,
        route -> Nullable<Text>,
        shortfalls -> Structured,
        decided_at -> Instant,
        admission_number -> Nullable<Text>,
        notice_starts_on -> Nullable<Date>,
        notice_ends_on -> Nullable<Date>,
        published_at -> Nullable<Instant>,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    scores (id) {
        id -> Identifier,
        application_id -> Identifier,
        part -> Text,
        attempt -> Integer,
        score -> Integer,
        entered_by -> Identifier,
        entered_at -> Instant,
        confirmed_by -> Nullable<Identifier>,
        confirmed_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    first_aid_certificates (id) {
        id -> Identifier,
        person_id -> Identifier,
        kind -> Text,
        issuer -> Text,
        number -> Text,
        issued_on -> Date,
        expires_on -> Date,
        withdrawn_on -> Nullable<Date>,
        withdrawn_note -> Nullable<Text>,
        recorded_by -> Nullable<Identifier>,
        recorded_at -> Instant,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    certificate_serials (body_code, year, series) {
        body_code -> Text,
        year -> Integer,
        series -> Text,
        next_serial -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    certificate_days (body_code, day) {
        body_code -> Text,
        day -> Date,
        taken -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant, Structured};

    certificate_reservations (number) {
        number -> Text,
        code -> Binary,
        person_id -> Identifier,
        body_id -> Identifier,
        application_id -> Nullable<Identifier>,
        enrolment_id -> Nullable<Identifier>,
        first_aid_id -> Nullable<Identifier>,
        contest_result_id -> Nullable<Identifier>,
        replaces_id -> Nullable<Identifier>,
        renews_id -> Nullable<Identifier>,
        status_list -> Integer,
        status_index -> Integer,
        draft -> Text,
        state -> Text,
        explanation -> Nullable<Text>,
        reserved_by -> Nullable<Identifier>,
        reserved_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant, Structured};

    certificates (id) {
        id -> Identifier,
        code -> Binary,
        number -> Text,
        person_id -> Identifier,
        application_id -> Nullable<Identifier>,
        enrolment_id -> Nullable<Identifier>,
        first_aid_id -> Nullable<Identifier>,
        body_id -> Identifier,
        kind -> Text,
        occupation -> Nullable<Text>,
        specialty -> Nullable<Text>,
        level -> Nullable<Text>,
        holder -> Text,
        issued_on -> Date,
        expires_on -> Nullable<Date>,
        record -> Text,
        cwt -> Binary,
        proofs -> Binary,
        key_id -> Text,
        status_list -> Integer,
        status_index -> Integer,
        state -> Text,
        state_since -> Date,
        replaced_by -> Nullable<Identifier>,
        renews_id -> Nullable<Identifier>,
        expiry_told_on -> Nullable<Date>,
        upload_state -> Text,
        uploaded_on -> Nullable<Date>,
        issued_at -> Instant,
        issued_by -> Nullable<Identifier>,
        changed_at -> Instant,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::Identifier;

    certificate_standings (certificate_id, from_date) {
        certificate_id -> Identifier,
        state -> Text,
        from_date -> Date,
        to_date -> Nullable<Date>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    certificate_events (id) {
        id -> Identifier,
        certificate_id -> Identifier,
        change -> Text,
        reason_code -> Text,
        reason -> Text,
        requested_by -> Nullable<Identifier>,
        requested_at -> Instant,
        approved_by -> Nullable<Identifier>,
        approved_at -> Nullable<Instant>,
        effective_on -> Nullable<Date>,
        state -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    certificate_bulk_revocations (id) {
        id -> Identifier,
        body_id -> Identifier,
        issued_from -> Date,
        issued_to -> Date,
        reason_code -> Text,
        reason -> Text,
        open_count -> Integer,
        requested_by -> Identifier,
        requested_at -> Instant,
        approved_by -> Nullable<Identifier>,
        approved_at -> Nullable<Instant>,
        revoked -> Nullable<Integer>,
        left_ended -> Nullable<Integer>,
        state -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    watched_certificates (id) {
        id -> Identifier,
        organisation_id -> Identifier,
        certificate_id -> Identifier,
        holder -> Text,
        since -> Date,
        until -> Nullable<Date>,
        added_by -> Nullable<Identifier>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    watch_notices (id) {
        id -> Identifier,
        organisation_id -> Identifier,
        certificate_id -> Identifier,
        number -> Text,
        holder -> Text,
        news -> Text,
        effective_on -> Date,
        successor -> Nullable<Text>,
        told_at -> Instant,
        seen_at -> Nullable<Instant>,
        seen_by -> Nullable<Identifier>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    recorded_certificates (id) {
        id -> Identifier,
        person_id -> Identifier,
        number -> Text,
        issuer -> Text,
        occupation -> Text,
        specialty -> Text,
        level -> Text,
        issued_on -> Date,
        expires_on -> Nullable<Date>,
        evidence -> Text,
        checker -> Text,
        checked_on -> Date,
        national_query -> Text,
        queried_on -> Nullable<Date>,
        withdrawn_on -> Nullable<Date>,
        withdrawn_note -> Nullable<Text>,
        recorded_by -> Nullable<Identifier>,
        recorded_at -> Instant,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    targets (id) {
        id -> Identifier,
        area_code -> Text,
        indicator -> Text,
        value_hundredths -> BigInt,
        basis -> Nullable<Text>,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
        due_on -> Nullable<Date>,
        source -> Text,
        recorded_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant, Structured};

    audit_events (id) {
        id -> Identifier,
        at -> Instant,
        account_id -> Nullable<Identifier>,
        account_name -> Text,
        role -> Nullable<Text>,
        organisation_id -> Nullable<Identifier>,
        origin -> Text,
        request_id -> Identifier,
        action -> Text,
        subject_kind -> Text,
        subject_id -> Text,
        details -> Structured,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant, Structured};

    log_leaves (id) {
        id -> BigInt,
        kind -> Text,
        digest -> Binary,
        recorded_at -> Instant,
        log_index -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant, Structured};

    outbox (id) {
        id -> Identifier,
        kind -> Text,
        payload -> Structured,
        idempotency_key -> Text,
        created_at -> Instant,
        run_at -> Instant,
        attempts -> Integer,
        locked_until -> Nullable<Instant>,
        done_at -> Nullable<Instant>,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    idempotency_keys (account_id, key) {
        account_id -> Identifier,
        key -> Text,
        request_hash -> Binary,
        status -> Integer,
        body -> Text,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    budget_lines (id) {
        id -> Identifier,
        scheme_code -> Text,
        year -> Integer,
        document -> Text,
        appropriation -> BigInt,
        available -> BigInt,
        committed -> BigInt,
        paid -> BigInt,
        to_recover -> BigInt,
        recovered -> BigInt,
        created_at -> Instant,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    ledger_postings (id) {
        id -> Identifier,
        budget_line_id -> Identifier,
        kind -> Text,
        from_account -> Text,
        to_account -> Text,
        amount -> BigInt,
        subject_id -> Nullable<Identifier>,
        document -> Nullable<Text>,
        posted_by -> Nullable<Identifier>,
        posted_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    claims (id) {
        id -> Identifier,
        scheme_code -> Text,
        scheme_version -> Integer,
        person_id -> Nullable<Identifier>,
        organisation_id -> Nullable<Identifier>,
        part -> Text,
        amount -> BigInt,
        assessed_on -> Date,
        facts -> Text,
        assessment -> Text,
        applicant_id -> Nullable<Identifier>,
        area_code -> Text,
        town_review -> Bool,
        two_persons -> Bool,
        notice_days -> Integer,
        apply_by -> Nullable<Date>,
        approve_by -> Nullable<Date>,
        appeal_days -> Integer,
        submitted_by -> Nullable<Identifier>,
        submitted_at -> Nullable<Instant>,
        first_approved_by -> Nullable<Identifier>,
        first_approved_at -> Nullable<Instant>,
        approved_by -> Nullable<Identifier>,
        approved_at -> Nullable<Instant>,
        notice_starts_on -> Nullable<Date>,
        notice_ends_on -> Nullable<Date>,
        objected_by -> Nullable<Identifier>,
        objected_on -> Nullable<Date>,
        budget_line_id -> Nullable<Identifier>,
        state -> Text,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    claim_appeals (id) {
        id -> Identifier,
        claim_id -> Identifier,
        refused_by -> Identifier,
        refused_at -> Instant,
        appealed_by -> Identifier,
        appealed_at -> Instant,
        finding -> Nullable<Text>,
        decided_by -> Nullable<Identifier>,
        decided_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    claim_events (id) {
        id -> Identifier,
        claim_id -> Identifier,
        step -> Text,
        state -> Text,
        version -> Integer,
        done_by -> Nullable<Identifier>,
        done_at -> Instant,
        reason -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    bank_accounts (id) {
        id -> Identifier,
        person_id -> Nullable<Identifier>,
        organisation_id -> Nullable<Identifier>,
        holder -> Text,
        bank -> Text,
        number_sealed -> Binary,
        recorded_by -> Nullable<Identifier>,
        recorded_at -> Instant,
        superseded_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    payment_batches (id) {
        id -> Identifier,
        number -> Text,
        payments -> Integer,
        total -> BigInt,
        opened_by -> Identifier,
        opened_at -> Instant,
        confirmed_by -> Nullable<Identifier>,
        confirmed_at -> Nullable<Instant>,
        settled_by -> Nullable<Identifier>,
        settled_at -> Nullable<Instant>,
        state -> Text,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    payments (id) {
        id -> Identifier,
        batch_id -> Identifier,
        line -> Integer,
        claim_id -> Identifier,
        scheme_code -> Text,
        person_id -> Nullable<Identifier>,
        organisation_id -> Nullable<Identifier>,
        part -> Text,
        bank_account_id -> Identifier,
        amount -> BigInt,
        purpose -> Text,
        state -> Text,
        result_note -> Nullable<Text>,
        settled_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    payment_returns (id) {
        id -> Identifier,
        payment_id -> Identifier,
        returned_on -> Date,
        document -> Text,
        reason -> Text,
        recorded_by -> Nullable<Identifier>,
        recorded_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    clawbacks (id) {
        id -> Identifier,
        claim_id -> Identifier,
        cause -> Text,
        reason -> Text,
        amount -> BigInt,
        received -> BigInt,
        proposed_by -> Nullable<Identifier>,
        proposed_at -> Instant,
        decided_by -> Nullable<Identifier>,
        decided_at -> Nullable<Instant>,
        state -> Text,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::Identifier;

    clawback_instalments (clawback_id, number) {
        clawback_id -> Identifier,
        number -> Integer,
        due_on -> Date,
        amount -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    clawback_receipts (id) {
        id -> Identifier,
        clawback_id -> Identifier,
        amount -> BigInt,
        received_on -> Date,
        document -> Text,
        recorded_by -> Nullable<Identifier>,
        recorded_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    statements (id) {
        id -> Identifier,
        person_id -> Nullable<Identifier>,
        organisation_id -> Nullable<Identifier>,
        fact -> Text,
        told_for -> Text,
        value -> Text,
        told_by -> Text,
        file -> Text,
        file_row -> Integer,
        recorded_by -> Nullable<Identifier>,
        recorded_at -> Instant,
        superseded_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    scheme_codes (code) {
        code -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    scheme_versions (id) {
        id -> Identifier,
        code -> Text,
        version -> Integer,
        area_code -> Text,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
        content -> Text,
        state -> Text,
        drafted_by -> Nullable<Identifier>,
        drafted_at -> Instant,
        in_force_by -> Nullable<Identifier>,
        in_force_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    credit_listings (id) {
        id -> Identifier,
        list -> Text,
        person_id -> Nullable<Identifier>,
        organisation_id -> Nullable<Identifier>,
        area_code -> Nullable<Text>,
        grounds -> Text,
        reason -> Text,
        document -> Text,
        from_date -> Date,
        to_date -> Nullable<Date>,
        status -> Text,
        proposed_by -> Identifier,
        proposed_at -> Instant,
        decided_by -> Nullable<Identifier>,
        decided_at -> Nullable<Instant>,
        in_force_from -> Nullable<Date>,
        ended_on -> Nullable<Date>,
        appeal -> Nullable<Text>,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    credit_events (id) {
        id -> Identifier,
        listing_id -> Identifier,
        step -> Text,
        account_id -> Identifier,
        at -> Instant,
        words -> Text,
        document -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    contests (id) {
        id -> Identifier,
        code -> Text,
        name -> Text,
        tier -> Text,
        occupation -> Text,
        organiser -> Text,
        announced_on -> Date,
        document -> Text,
        award_rank -> Nullable<Integer>,
        award_level -> Nullable<Text>,
        award_document -> Nullable<Text>,
        award_body_id -> Nullable<Identifier>,
        entered_by -> Identifier,
        entered_at -> Instant,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    contest_results (id) {
        id -> Identifier,
        contest_id -> Identifier,
        person_id -> Identifier,
        rank -> Nullable<Integer>,
        honour -> Nullable<Text>,
        status -> Text,
        entered_by -> Identifier,
        entered_at -> Instant,
        decided_by -> Nullable<Identifier>,
        decided_at -> Nullable<Instant>,
        words -> Nullable<Text>,
        cancelled_by -> Nullable<Identifier>,
        cancelled_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    certified_lists (id) {
        id -> Identifier,
        number -> Text,
        department -> Text,
        purpose -> Text,
        area_code -> Nullable<Text>,
        tier -> Text,
        rank_to -> Integer,
        honoured -> Bool,
        from_date -> Date,
        to_date -> Date,
        digits -> Text,
        people -> Integer,
        digest -> Text,
        statement -> Text,
        made_by -> Identifier,
        made_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::Identifier;

    certified_list_lines (list_id, place) {
        list_id -> Identifier,
        place -> Integer,
        person_id -> Identifier,
        result_id -> Identifier,
        name -> Text,
        contest -> Text,
        tier -> Text,
        rank -> Nullable<Integer>,
        honour -> Nullable<Text>,
        announced_on -> Date,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Identifier, Instant};

    wage_notices (id) {
        id -> Identifier,
        area_code -> Text,
        occupation -> Text,
        effective_from -> Date,
        document -> Text,
        source -> Text,
        illustrative -> Bool,
        status -> Text,
        entered_by -> Nullable<Identifier>,
        entered_at -> Instant,
        decided_by -> Nullable<Identifier>,
        decided_at -> Nullable<Instant>,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::Identifier;

    wage_levels (notice_id, level) {
        notice_id -> Identifier,
        level -> Text,
        low -> BigInt,
        median -> BigInt,
        high -> BigInt,
    }
}

diesel::joinable!(elder_populations -> areas (area_code));
diesel::joinable!(organisations -> areas (area_code));
diesel::joinable!(accreditations -> organisations (organisation_id));
diesel::joinable!(people -> areas (home_area));
diesel::joinable!(people -> organisations (created_by));
diesel::joinable!(accounts -> organisations (organisation_id));
diesel::joinable!(accounts -> areas (area_code));
diesel::joinable!(accounts -> people (person_id));
diesel::joinable!(login_sessions -> accounts (account_id));
diesel::joinable!(employments -> people (person_id));
diesel::joinable!(employments -> organisations (organisation_id));
diesel::joinable!(employments -> accounts (recorded_by));
diesel::joinable!(declared_services -> people (person_id));
diesel::joinable!(modules -> programmes (programme_id));
diesel::joinable!(classes -> organisations (school_id));
diesel::joinable!(classes -> programmes (programme_id));
diesel::joinable!(classes -> areas (area_code));
diesel::joinable!(enrolments -> classes (class_id));
diesel::joinable!(enrolments -> people (person_id));
diesel::joinable!(lessons -> classes (class_id));
diesel::joinable!(lessons -> modules (module_id));
diesel::joinable!(attendances -> lessons (lesson_id));
diesel::joinable!(attendances -> enrolments (enrolment_id));
diesel::joinable!(attendances -> accounts (recorded_by));
diesel::joinable!(module_results -> enrolments (enrolment_id));
diesel::joinable!(module_results -> modules (module_id));
diesel::joinable!(module_results -> accounts (recorded_by));
diesel::joinable!(exam_sessions -> organisations (body_id));
diesel::joinable!(exam_sessions -> areas (area_code));
diesel::joinable!(exam_sessions -> accounts (created_by));
diesel::joinable!(applications -> exam_sessions (exam_session_id));
diesel::joinable!(applications -> people (person_id));
diesel::joinable!(applications -> organisations (submitted_by));
diesel::joinable!(scores -> applications (application_id));
diesel::joinable!(first_aid_certificates -> people (person_id));
diesel::joinable!(first_aid_certificates -> accounts (recorded_by));
diesel::joinable!(credit_listings -> people (person_id));
diesel::joinable!(credit_listings -> organisations (organisation_id));
diesel::joinable!(credit_events -> credit_listings (listing_id));
diesel::joinable!(contest_results -> contests (contest_id));
diesel::joinable!(contest_results -> people (person_id));
diesel::joinable!(certificate_reservations -> people (person_id));
diesel::joinable!(certificate_reservations -> organisations (body_id));
diesel::joinable!(certificate_reservations -> applications (application_id));
diesel::joinable!(certificate_reservations -> accounts (reserved_by));
diesel::joinable!(certificates -> certificate_reservations (number));
diesel::joinable!(certificates -> people (person_id));
diesel::joinable!(certificates -> applications (application_id));
diesel::joinable!(certificates -> organisations (body_id));
diesel::joinable!(certificates -> accounts (issued_by));
diesel::joinable!(certificate_standings -> certificates (certificate_id));
diesel::joinable!(certificate_events -> certificates (certificate_id));
diesel::joinable!(recorded_certificates -> people (person_id));
diesel::joinable!(recorded_certificates -> accounts (recorded_by));
diesel::joinable!(targets -> areas (area_code));
diesel::joinable!(ledger_postings -> budget_lines (budget_line_id));
diesel::joinable!(claims -> people (person_id));
diesel::joinable!(claims -> organisations (organisation_id));
diesel::joinable!(claim_appeals -> claims (claim_id));
diesel::joinable!(claim_events -> claims (claim_id));
diesel::joinable!(payments -> claims (claim_id));
diesel::joinable!(payments -> payment_batches (batch_id));
diesel::joinable!(payments -> bank_accounts (bank_account_id));
diesel::joinable!(clawbacks -> claims (claim_id));

diesel::allow_tables_to_appear_in_same_query!(
    areas,
    elder_populations,
    organisations,
    accreditations,
    people,
    accounts,
    login_sessions,
    employments,
    declared_services,
    programmes,
    modules,
    classes,
    class_serials,
    enrolments,
    lessons,
    attendances,
    module_results,
    exam_sessions,
    applications,
    scores,
    first_aid_certificates,
    credit_listings,
    credit_events,
    contests,
    contest_results,
    certified_lists,
    certified_list_lines,
    wage_notices,
    wage_levels,
    certificate_serials,
    certificate_days,
    certificate_reservations,
    certificates,
    certificate_standings,
    certificate_events,
    certificate_bulk_revocations,
    watched_certificates,
    watch_notices,
    scheme_codes,
    scheme_versions,
    recorded_certificates,
    targets,
    audit_events,
    log_leaves,
    outbox,
    idempotency_keys,
    budget_lines,
    ledger_postings,
    claims,
    claim_appeals,
    claim_events,
    bank_accounts,
    payment_batches,
    payments,
    clawbacks,
    clawback_instalments,
    clawback_receipts,
    statements,
);
