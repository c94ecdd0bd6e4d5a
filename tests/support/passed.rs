//! People who have passed, put into the database as their exam would have left them: a test of what follows needs
//! no weeks of registration, exam and notice.

use std::ops::Range;

use diesel::prelude::*;
use huzheng::app::ceremony::{self, Certification};
use huzheng::app::keyring::KeyPlace;
use huzheng::db::Tx;
use huzheng::db::schema::{applications, exam_sessions, scores};
use huzheng::db::types::{At, Json};
use huzheng::http::problem::Problem;
use huzheng::kernel::context::{Context, Origin};
use huzheng::kernel::dates::shanghai_date;
use huzheng::kernel::identity::DocumentKind;
use huzheng::kernel::ids::{AccountId, ApplicationId, ExamSessionId, PersonId, entity};
use huzheng::kernel::skill::{ExamPart, Occupation, SkillLevel, Specialty};
use huzheng::proof::payload::CertificateType;
use huzheng::registry::people::RawPerson;
use huzheng::registry::{accounts, organisations, people};
use serde_json::json;

use super::World;
use super::people::{identity_number, name};

/// Makes and certifies the key of `assessor`'s body.
pub fn certify(world: &World, cap: Option<u32>) {
    certify_on(world, cap, KeyPlace::File);
}

/// [`certify`], with the key made at `place`.
pub fn certify_on(world: &World, cap: Option<u32>, place: KeyPlace) {
    let app = &world.app;
    let body = app
        .database
        .read(|conn| {
            let id = world.organisations["assessor"];
            Ok::<_, Problem>(organisations::store::find(conn, id)?)
        })
        .expect("read")
        .expect("a body");
    let asked = Certification {
        body: body.body_code.clone().expect("a code"),
        name_zh: body.name,
        name_en: body.name_en,
        types: vec![CertificateType::Skill],
        from: huzheng::kernel::dates::shanghai_date(app.clock.now()),
        until: "2028-12-31".parse().expect("a date"),
        daily_cap: cap,
        place,
    };
    ceremony::certify(&app.config, &app.keyring, app.clock.now(), &asked).expect("certified");
    app.keep_current();
}

/// Somebody who passed, whose notice ended yesterday.
pub fn passed(world: &World, n: u32) -> ApplicationId {
    passed_session(world, n..n + 1).1.remove(0)
}

/// A session whose candidates have all passed and whose notice ended yesterday, with their applications.
pub fn passed_session(world: &World, people: Range<u32>) -> (ExamSessionId, Vec<ApplicationId>) {
    let app = &world.app;
    let context = app.context(None, Origin::CommandLine);
    app.database
        .write(|tx| {
            let all = accounts::store::list(tx)?;
            let account = |name: &str| all.iter().find(|one| one.username == name).expect("an account").id;
            let confirmed = (account("assessor"), account("assessor2"));
            let session = insert_session(tx, world, &context, people.start);
            let mut applications = Vec::new();
            for n in people.clone() {
                let person = people::service::person_register(
                    tx,
                    &context,
                    &app.sealer,
                    app.identity_regions(),
                    &holder(n),
                )?;
                let application = insert_application(tx, &context, session, person.id);
                insert_scores(tx, &context, application, confirmed);
                applications.push(application);
            }
            Ok::<_, Problem>((session, applications))
        })
        .expect("a passed exam")
}

pub fn holder(n: u32) -> RawPerson {
    RawPerson {
        document_kind: DocumentKind::ResidentIdentityCard,
        document_number: identity_number(n),
        name: name(n),
        gender: None,
        birth_date: None,
        education: None,
        phone: None,
        email: Some("holder@example.com".to_owned()),
        home_area: None,
    }
}

fn insert_scores(
    tx: &mut Tx,
    context: &Context,
    application: ApplicationId,
    (entered_by, confirmed_by): (AccountId, AccountId),
) {
    for part in [ExamPart::Theory, ExamPart::Practical] {
        diesel::insert_into(scores::table)
            .values((
                scores::id.eq(context.fresh_id::<entity::Score>()),
                scores::application_id.eq(application),
                scores::part.eq(part),
                scores::attempt.eq(1),
                scores::score.eq(80),
                scores::entered_by.eq(entered_by),
                scores::entered_at.eq(At(context.now)),
                scores::confirmed_by.eq(Some(confirmed_by)),
                scores::confirmed_at.eq(Some(At(context.now))),
            ))
            .execute(&mut **tx)
            .expect("a score");
    }
}

fn insert_session(tx: &mut Tx, world: &World, context: &Context, n: u32) -> ExamSessionId {
    let id = context.fresh_id::<entity::ExamSession>();
    let part = |part: &str| json!({ "part": part, "maximum": 100, "pass_mark": 60 });
    let day = context.today() - chrono::Days::new(30);
    diesel::insert_into(exam_sessions::table)
        .values((
            exam_sessions::id.eq(id),
            exam_sessions::code.eq(format!("S{n}")),
            exam_sessions::body_id.eq(world.organisations["assessor"]),
            exam_sessions::occupation.eq(Occupation::ElderlyCareWorker),
            exam_sessions::specialty.eq(Specialty::General),
            exam_sessions::level.eq(SkillLevel::Five),
            exam_sessions::area_code.eq("330481"),
            exam_sessions::place.eq("考场"),
            exam_sessions::registration_closes_on.eq(day),
            exam_sessions::held_on.eq(day),
            exam_sessions::capacity.eq(10),
            exam_sessions::parts.eq(Json(json!([part("theory"), part("practical")]))),
            exam_sessions::resits.eq(1),
            exam_sessions::created_at.eq(At(context.now)),
            exam_sessions::version.eq(1),
        ))
        .execute(&mut **tx)
        .expect("a session");
    id
}

fn insert_application(
    tx: &mut Tx,
    context: &Context,
    session: ExamSessionId,
    person: PersonId,
) -> ApplicationId {
    let id = context.fresh_id::<entity::Application>();
    let ended = shanghai_date(context.now) - chrono::Days::new(1);
    diesel::insert_into(applications::table)
        .values((
            applications::id.eq(id),
            applications::exam_session_id.eq(session),
            applications::person_id.eq(person),
            applications::declarations.eq(Json(json!([]))),
            applications::condition_set.eq("cn-2019"),
            applications::decision.eq("eligible"),
            applications::shortfalls.eq(Json(json!([]))),
            applications::decided_at.eq(At(context.now)),
            applications::notice_starts_on.eq(Some(ended - chrono::Days::new(7))),
            applications::notice_ends_on.eq(Some(ended)),
            applications::version.eq(1),
        ))
        .execute(&mut **tx)
        .expect("an application");
    id
}
