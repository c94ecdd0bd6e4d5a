//! What the public verify page shows beside the certificate itself, and what a look-up finds that is not ours.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::codes;
use crate::db::schema::first_aid_certificates;
use crate::db::{Conn, DbError};
use crate::kernel::certificate_number::CertificateNumber;
use crate::kernel::ids::PersonId;
use crate::kernel::skill::{Occupation, SkillLevel, Specialty};

codes! {
    /// 急救证状态, as the verify page shows it.
    pub enum FirstAidState("first-aid-state") {
        Valid = "valid",
        Expired = "expired",
        None = "none",
    }
}

/// The holder's best first-aid certificate on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FirstAid {
    pub state: FirstAidState,
    pub expires_on: Option<NaiveDate>,
}

pub fn first_aid(conn: &mut Conn, person: PersonId, today: NaiveDate) -> Result<FirstAid, DbError> {
    use first_aid_certificates as held;
    let latest: Option<NaiveDate> = held::table
        .filter(held::person_id.eq(person))
        .filter(held::issued_on.le(today))
        .filter(held::withdrawn_on.is_null().or(held::withdrawn_on.gt(today)))
        .select(diesel::dsl::max(held::expires_on))
        .first(conn)?;
    Ok(first_aid_on(latest, today))
}

fn first_aid_on(expires_on: Option<NaiveDate>, today: NaiveDate) -> FirstAid {
    let state = match expires_on {
        None => FirstAidState::None,
        Some(last_day) if last_day < today => FirstAidState::Expired,
        Some(_) => FirstAidState::Valid,
    };
    FirstAid { state, expires_on }
}

/// 已登记的外部证书: what the register holds of a certificate that another body issued.
#[derive(Debug, Clone)]
pub struct RecordedFacts {
    pub number: CertificateNumber,
    pub holder: String,
    pub issuer: String,
    pub occupation: Occupation,
    pub specialty: Specialty,
    pub level: SkillLevel,
    pub issued_on: NaiveDate,
    pub expires_on: Option<NaiveDate>,
}

/// The certificates from elsewhere under this number, whoever holds them. Their table belongs to the domain that
/// records them, whose store answers here.
pub fn recorded(_conn: &mut Conn, _number: &CertificateNumber) -> Result<Vec<RecordedFacts>, DbError> {
    Ok(Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_aid_counts_through_its_last_day() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
        let check = |expires: Option<&str>, expected| {
            assert_eq!(first_aid_on(expires.map(day), day("2026-11-21")).state, expected, "{expires:?}");
        };
        check(None, FirstAidState::None);
        check(Some("2026-11-20"), FirstAidState::Expired);
        check(Some("2026-11-21"), FirstAidState::Valid);
    }
}
