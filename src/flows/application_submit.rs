//! 报考: gathers what is known of a person and decides whether they may be assessed.

use crate::db::{Conn, Tx};
use crate::flows::error::Error;
use crate::flows::visible_person::visible_person;
use crate::kernel::area::AreaCode;
use crate::kernel::context::{Actor, Context, Role};
use crate::kernel::identity::IdentityRegions;
use crate::kernel::ids::ExamSessionId;
use crate::kernel::invalid::{FieldError, Invalid};
use crate::kernel::skill::SkillLevel;
use crate::registry::certificates::held::{Held, held};
use crate::registry::employment::service::service_periods;
use crate::registry::exams::error::Refused;
use crate::registry::exams::rules::eligibility::{Facts, conditions_in_force, eligibility};
use crate::registry::exams::service::Submission;
use crate::registry::exams::{self, Applicant, Application, NewApplication, Session};
use crate::registry::people::sealing::Sealer;
use crate::registry::people::{self, Person, RawDocument};
use crate::seeds::Seeds;

/// What the decision needs besides the database.
#[derive(Clone, Copy)]
pub struct Basis<'a> {
    pub seeds: &'a Seeds,
    /// The registry's area, whose conditions apply.
    pub area: &'a AreaCode,
    pub sealer: &'a Sealer,
    pub regions: IdentityRegions,
}

/// Decides an application under the conditions in force today and writes it down, whatever the decision. Whoever
/// was found not eligible may apply again, and is decided anew.
pub fn application_submit(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    basis: Basis<'_>,
    id: ExamSessionId,
    new: &NewApplication,
) -> Result<Application, Error> {
    let today = context.today();
    let session = exams::service::session(tx, actor, id)?;
    check_dates(context, new)?;
    let person = applicant(tx, context, actor, basis, &new.applicant)?;
    let certificates = held(tx, person.id, today)?;
    let levels = levels_held(&session, &certificates);
    exams::service::application_admit(tx, context, &session, person.id, &levels)?;

    let set = conditions_in_force(basis.seeds, basis.area, session.occupation, today)
        .ok_or(exams::error::Error::Refused(Refused::NoConditions))?;
    let facts = facts(tx, basis, &session, &person, &certificates, new)?;
    let decision = eligibility(&facts, set, session.level, today);

    let submission = Submission {
        person: person.id,
        submitted_by: actor.organisation,
        declarations: &new.declarations,
        condition_set: &set.code,
    };
    Ok(exams::service::application_record(tx, context, &session, &submission, &decision)?)
}

/// Who is applied for. A caregiver applies for nobody else; an organisation names the person, and whoever knows
/// both the document and the name may know the person.
fn applicant(
    conn: &mut Conn,
    context: &Context,
    actor: &Actor,
    basis: Basis<'_>,
    applicant: &Applicant,
) -> Result<Person, Error> {
    let nobody = || Invalid::one("document_number", "no-such-holder");
    match applicant {
        Applicant::Oneself => {
            let own = actor.person.ok_or_else(|| Invalid::one("document_number", "required"))?;
            Ok(people::service::person(conn, own)?)
        }
        Applicant::Person(id) => visible_person(conn, context, *id),
        Applicant::Holder { kind, number, name } => {
            let document = RawDocument { kind: *kind, number: number.clone() };
            let found = people::service::person_find(conn, context, basis.sealer, basis.regions, &document);
            let person = match found {
                Err(people::error::Error::NotFound) => return Err(nobody().into()),
                found => found?,
            };
            let known = people::rules::same_name(&person.name, name);
            let own = actor.role != Role::Caregiver || actor.person == Some(person.id);
            if known && own { Ok(person) } else { Err(nobody().into()) }
        }
    }
}

/// A declaration dated tomorrow states nothing yet.
fn check_dates(context: &Context, new: &NewApplication) -> Result<(), Invalid> {
    let today = context.today();
    let late = new.declarations.iter().enumerate().filter(|(_, d)| d.on.is_some_and(|on| on > today));
    let errors: Vec<FieldError> =
        late.map(|(at, _)| FieldError::new(format!("declarations[{at}].on"), "future-date")).collect();
    Invalid::if_any(errors)
}

fn levels_held(session: &Session, certificates: &[Held]) -> Vec<SkillLevel> {
    let same = |held: &&Held| held.occupation == session.occupation && held.specialty == session.specialty;
    certificates.iter().filter(same).map(|held| held.level).collect()
}

fn facts(
    conn: &mut Conn,
    basis: Basis<'_>,
    session: &Session,
    person: &Person,
    certificates: &[Held],
    new: &NewApplication,
) -> Result<Facts, Error> {
    let of_occupation = certificates.iter().filter(|held| held.occupation == session.occupation);
    Ok(Facts {
        birth_date: person.birth_date,
        education: person.education,
        service: service_periods(conn, &basis.seeds.positions, person.id)?,
        certificates: of_occupation.map(|held| (held.level, held.issued_on)).collect(),
        declarations: new.declarations.clone(),
    })
}
