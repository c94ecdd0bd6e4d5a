//! A class with everything that belongs to it, for its page and its API document.

use crate::db::Conn;
use crate::flows::error::Error;
use crate::kernel::context::Context;
use crate::kernel::ids::{ClassId, LessonId, PersonId};
use crate::registry::organisations::{self, Organisation};
use crate::registry::people::{self, Person};
use crate::registry::training::rules::completion::Records;
use crate::registry::training::store::records;
use crate::registry::training::{Class, Enrolment, Lesson, Programme, service, store};

#[derive(Debug, Clone)]
pub struct ClassSheet {
    pub class: Class,
    pub school: Organisation,
    pub programme: Programme,
    /// In the order of enrolment, those who withdrew among them.
    pub trainees: Vec<(Enrolment, Person)>,
    pub lessons: Vec<Lesson>,
    /// The lessons whose attendance has been recorded.
    pub recorded: Vec<LessonId>,
    pub records: Records,
}

/// The class, if the caller may see it.
pub fn view_class(conn: &mut Conn, context: &Context, id: ClassId) -> Result<ClassSheet, Error> {
    let class = service::class(conn, context, id)?;
    let enrolments = store::enrolments(conn, id)?;
    let ids: Vec<PersonId> = enrolments.iter().map(|enrolment| enrolment.person).collect();
    let people = people::store::find_many(conn, &ids)?;
    let trainees = enrolments.into_iter().filter_map(|enrolment| {
        let person = people.iter().find(|person| person.id == enrolment.person)?;
        Some((enrolment, person.clone()))
    });
    Ok(ClassSheet {
        trainees: trainees.collect(),
        school: organisations::service::organisation(conn, class.school)?,
        programme: service::programme(conn, class.programme)?,
        lessons: records::lessons(conn, id)?,
        recorded: records::lessons_recorded(conn, id)?,
        records: service::records::records(conn, id)?,
        class,
    })
}
