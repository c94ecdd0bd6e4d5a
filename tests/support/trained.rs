//! People who have completed a class, put into the database as their training would have left them, and the keys of
//! the organisations that certify them.

use std::ops::Range;

use diesel::prelude::*;
use huzheng::app::ceremony::{self, Certification};
use huzheng::app::keyring::KeyPlace;
use huzheng::db::Tx;
use huzheng::db::schema::{classes, enrolments, programmes};
use huzheng::db::types::At;
use huzheng::http::problem::Problem;
use huzheng::kernel::context::{Context, Origin};
use huzheng::kernel::ids::{ClassId, EnrolmentId, ProgrammeId, entity};
use huzheng::proof::payload::CertificateType;
use huzheng::registry::training::{ClassStatus, EnrolmentState};
use huzheng::registry::{organisations, people};

use super::World;
use super::passed::holder;

/// Makes and certifies the key of an organisation that has a code, for these types.
pub fn certify_for(world: &World, organisation: &str, types: &[CertificateType]) {
    let app = &world.app;
    let id = world.organisations[organisation];
    let body = app.database.read(|conn| Ok::<_, Problem>(organisations::store::find(conn, id)?));
    let body = body.expect("read").expect("an organisation");
    let asked = Certification {
        body: body.body_code.expect("a code"),
        name_zh: body.name,
        name_en: body.name_en,
        types: types.to_vec(),
        from: huzheng::kernel::dates::shanghai_date(app.clock.now()),
        until: "2028-12-31".parse().expect("a date"),
        daily_cap: None,
        place: KeyPlace::File,
    };
    ceremony::certify(&app.config, &app.keyring, app.clock.now(), &asked).expect("certified");
    app.keep_current();
}

/// A class of `school`'s in a programme that these people are in; all but the last of `open` have completed it.
pub fn trained(
    world: &World,
    programme: &str,
    people: Range<u32>,
    open: usize,
) -> (ClassId, Vec<EnrolmentId>) {
    let app = &world.app;
    let context = app.context(None, Origin::CommandLine);
    let filled = app.database.write(|tx| {
        let class = insert_class(tx, world, &context, programme, people.start);
        let mut made = Vec::new();
        let done = people.len() - open;
        for (number, n) in people.clone().enumerate() {
            let regions = app.identity_regions();
            let person =
                people::service::person_match_or_register(tx, &context, &app.sealer, regions, &holder(n))?;
            let id = context.fresh_id::<entity::Enrolment>();
            let state = if number < done { EnrolmentState::Completed } else { EnrolmentState::Enrolled };
            diesel::insert_into(enrolments::table)
                .values((
                    enrolments::id.eq(id),
                    enrolments::class_id.eq(class),
                    enrolments::number.eq(i32::try_from(number + 1).expect("small")),
                    enrolments::person_id.eq(person.id),
                    enrolments::state.eq(state),
                    enrolments::enrolled_at.eq(At(context.now)),
                    enrolments::completed_on.eq((number < done).then_some(context.today())),
                ))
                .execute(&mut **tx)
                .expect("an enrolment");
            made.push(id);
        }
        Ok::<_, Problem>((class, made))
    });
    filled.expect("a class")
}

fn insert_class(tx: &mut Tx, world: &World, context: &Context, programme: &str, n: u32) -> ClassId {
    let programme: ProgrammeId = programmes::table
        .filter(programmes::code.eq(programme))
        .select(programmes::id)
        .first(&mut **tx)
        .expect("a programme");
    let id = context.fresh_id::<entity::Class>();
    diesel::insert_into(classes::table)
        .values((
            classes::id.eq(id),
            classes::code.eq(format!("C{n}-{id}")),
            classes::school_id.eq(world.organisations["school"]),
            classes::programme_id.eq(programme),
            classes::title.eq("一期"),
            classes::area_code.eq("330481"),
            classes::place.eq("教室"),
            classes::starts_on.eq(context.today() - chrono::Days::new(30)),
            classes::ends_on.eq(context.today() - chrono::Days::new(2)),
            classes::capacity.eq(40),
            classes::state.eq(ClassStatus::Approved),
            classes::filed_at.eq(Some(At(context.now))),
            classes::created_at.eq(At(context.now)),
            classes::version.eq(1),
        ))
        .execute(&mut **tx)
        .expect("a class");
    id
}
