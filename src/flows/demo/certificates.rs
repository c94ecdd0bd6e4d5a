//! Issues the certificates of the exams that are over, and does to some of them what happens to certificates.

use chrono::NaiveDate;

use crate::flows::certificate_change::{Asked, certificate_change};
use crate::flows::certificate_issue::{
    class_certificates_issue, first_aid_record_issue, session_certificates_issue,
};
use crate::flows::demo::dice::shifted;
use crate::flows::demo::exams::{Entered, Exams};
use crate::flows::demo::skills::{Fate, Later, Sitting, Stage};
use crate::flows::demo::training::Graduated;
use crate::flows::demo::{Books, LoadError};
use crate::kernel::ids::{CertificateId, FirstAidCertificateId, PersonId};
use crate::registry::certificates::error::Error;
use crate::registry::certificates::rules::NotIssuable;
use crate::registry::certificates::{Certificate, Change, ChangeReason, Origin, ReasonCode};

/// A change that is made to a certificate some time after its issue.
struct Due {
    on: NaiveDate,
    id: CertificateId,
    later: Later,
}

/// Issues, and changes what is to be changed; the certificate of `sample`.
pub fn issue_all(
    exams: &Exams<'_, '_>,
    sittings: &[Sitting],
    entered: &[Entered],
    sample: PersonId,
) -> Result<Certificate, LoadError> {
    let mut found = None;
    let mut due = Vec::new();
    for (sitting, entered) in sittings.iter().zip(entered) {
        if !matches!(sitting.stage, Stage::Issued(_)) {
            continue;
        }
        let (first, _) = exams.people(sitting)?;
        let ended = entered.notice.map_or(sitting.held_on, |notice| notice.ends_on);
        let on = shifted(ended, 3);
        let context = exams.books.calendar.context(on, 605, Some(&first));
        let issued = session_certificates_issue(&exams.books.office.desk, &context, &first, entered.session)?;
        for one in issued {
            let fate = fate(entered, one.origin);
            match (one.result, fate) {
                (Ok(certificate), Fate::Passes) if certificate.person == sample => found = Some(certificate),
                (Ok(_), Fate::Passes) | (Err(_), Fate::Fails) => {}
                (Ok(certificate), Fate::Then(later)) => {
                    due.push(Due { on: shifted(on, 24), id: certificate.id, later });
                }
                (Ok(_), Fate::Fails | Fate::TooEarly) => return Err(LoadError::Incomplete("exam results")),
                (Err(error), _) => return Err(error.into()),
            }
        }
    }
    due.sort_by_key(|due| due.on);
    for due in due {
        change(exams, &due)?;
    }
    found.ok_or(LoadError::Incomplete("sample certificate"))
}

/// Schools that certify what they teach; the others have no code.
const CERTIFYING: [&str; 2] = ["school", "school4"];
/// One first-aid certificate of so many has its record issued, and the sample's.
const RECORDED: usize = 24;

/// Issues what the completed classes have earned, and the records of some first-aid certificates.
pub fn issue_others(
    books: &Books<'_>,
    graduated: &[Graduated],
    aid: &[(FirstAidCertificateId, NaiveDate, PersonId)],
    sample: PersonId,
) -> Result<(), LoadError> {
    let desk = &books.office.desk;
    for one in graduated.iter().filter(|one| CERTIFYING.contains(&one.school)) {
        let on = shifted(one.ended_on, 6).min(books.calendar.today);
        let context = books.calendar.context(on, 640, Some(&books.actor(one.school)?));
        let issued = class_certificates_issue(desk, &context, one.class)?;
        if !issued.iter().any(|one| one.result.is_ok()) {
            return Err(LoadError::Incomplete("completion certificates"));
        }
    }
    let redcross = books.actor("redcross")?;
    for (place, (id, on, person)) in aid.iter().enumerate() {
        if place % RECORDED == 0 || *person == sample {
            let on = shifted(*on, 1).min(books.calendar.today);
            let context = books.calendar.context(on, 650, Some(&redcross));
            match first_aid_record_issue(desk, &context, *id) {
                Ok(_) | Err(Error::NotIssuable(NotIssuable::NotOnRecord)) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}

fn fate(entered: &Entered, origin: Origin) -> Fate {
    let own = entered.admitted.iter().find(|(id, _)| Origin::Application(*id) == origin);
    own.map_or(Fate::TooEarly, |(_, candidate)| candidate.fate)
}

fn change(exams: &Exams<'_, '_>, due: &Due) -> Result<(), LoadError> {
    let books = exams.books;
    let (bureau, bureau2) = (books.actor("bureau")?, books.actor("bureau2")?);
    let make = |days: i64, actor: &crate::kernel::context::Actor, change, code, words: &str| {
        let on = shifted(due.on, days).min(books.calendar.today);
        let context = books.calendar.context(on, 870 + days, Some(actor));
        let reason = ChangeReason { code, words: words.to_owned() };
        let asked = Asked { certificate: due.id, version: None, change, reason };
        certificate_change(&books.office.desk, &context, actor, &asked).map(drop)
    };
    match due.later {
        Later::Suspended => make(0, &bureau, Change::Suspend, ReasonCode::Investigation, WORDS_SUSPENDED)?,
        Later::Reinstated => {
            make(0, &bureau, Change::Suspend, ReasonCode::Investigation, WORDS_SUSPENDED)?;
            make(19, &bureau2, Change::Reinstate, ReasonCode::Cleared, "经核查，举报情况不属实")?;
        }
        Later::Revoked(code) => {
            make(0, &bureau, Change::Revoke, code, words(code))?;
            make(2, &bureau2, Change::Revoke, code, words(code))?;
        }
        Later::RevocationAsked => {
            let days = (books.calendar.today - due.on).num_days() - 2;
            make(days, &bureau2, Change::Revoke, ReasonCode::Fraud, words(ReasonCode::Fraud))?;
        }
        Later::Replaced(code) => make(9, &bureau, Change::Replace, code, words(code))?,
    }
    Ok(())
}

const WORDS_SUSPENDED: &str = "收到举报，核查期间暂停使用";

/// What the bureau wrote.
const fn words(code: ReasonCode) -> &'static str {
    match code {
        ReasonCode::Fraud => "申报时提交的工作年限证明系伪造",
        ReasonCode::LentOut => "证书借给他人应聘使用",
        ReasonCode::IssuedInError => "成绩登记串号，本人实操未通过",
        ReasonCode::Lost => "证书遗失，本人申请补发",
        ReasonCode::Damaged => "证书受潮损毁，本人申请换发",
        _ => "示例",
    }
}
