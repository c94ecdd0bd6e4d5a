//! Rosters: the template to fill in, the check, and the import.

use std::convert::Infallible;

use actix_web::web;

use crate::app::App;
use crate::db::{DbError, Tx};
use crate::flows::import_roster::{Standing, Taken, import_roster};
use crate::http::api::credit;
use crate::http::api::training::views::{RosterView, WrongCell};
use crate::http::call::{Answer, Call, ok};
use crate::http::download::empty_template;
use crate::http::import;
use crate::http::input::Upload;
use crate::http::person_columns as person;
use crate::http::problem::Problem;
use crate::kernel::context::Context;
use crate::kernel::form::{self, Fields, Form};
use crate::kernel::ids::ClassId;
use crate::kernel::invalid::Invalid;
use crate::registry::people::RawPerson;
use crate::render::sheet::Column;

/// The columns of a roster: those of a person.
pub const COLUMNS: &[Column] = &[
    person::DOCUMENT_KIND,
    person::DOCUMENT_NUMBER,
    person::NAME,
    person::GENDER,
    person::BIRTH_DATE,
    person::EDUCATION,
    person::PHONE,
    person::EMAIL,
    person::HOME_AREA,
];

/// What comes with the file.
pub struct RosterOptions {
    /// Only tell what an import would do.
    pub check: bool,
}

impl Form for RosterOptions {
    fn read(f: &mut Fields) -> Option<Self> {
        let check = f.optional("check");
        Some(Self { check: check?.unwrap_or(false) })
    }
}

pub async fn roster_template(call: Call) -> Answer {
    empty_template(&call, "roster", COLUMNS)
}

pub async fn roster_import(call: Call, id: web::Path<ClassId>, upload: Upload) -> Answer {
    let RosterOptions { check } = form::read(&upload.values)?;
    if check {
        return match roster_check(&call, *id, upload.bytes).await {
            Ok(taken) => ok(&view(&taken)),
            Err(Problem::Invalid(Invalid(errors))) => {
                let texts = call.app.views.texts(call.language);
                let errors = errors.iter().map(|error| WrongCell::new(error, texts)).collect();
                ok(&RosterView { ready: false, rows: 0, registered: 0, errors })
            }
            Err(problem) => Err(problem),
        };
    }
    let app = call.app.clone();
    call.create(move |tx, context| Ok(view(&take(tx, context, &app, *id, &upload.bytes)?))).await
}

/// Reads a file and takes everybody in it into the class.
pub fn take(
    tx: &mut Tx,
    context: &Context,
    app: &App,
    class: ClassId,
    bytes: &[u8],
) -> Result<Vec<Taken>, Problem> {
    let rows = import::rows::<RawPerson>(bytes, COLUMNS)?;
    let lists = credit::local_rules(app)?;
    Ok(import_roster(tx, context, &app.sealer, app.identity_regions(), &lists, (class, &rows))?)
}

/// What [`take`] would do: it is done and undone, so that the check can promise nothing that the import doesn't
/// keep.
pub async fn roster_check(call: &Call, class: ClassId, bytes: Vec<u8>) -> Result<Vec<Taken>, Problem> {
    call.work(move |app, context| {
        let tried = app.database.write::<Infallible, Undone>(|tx| {
            Err(match take(tx, context, app, class, &bytes) {
                Ok(taken) => Undone::Right(taken),
                Err(problem) => Undone::Wrong(problem),
            })
        });
        match tried {
            Ok(never) => match never {},
            Err(Undone::Right(taken)) => Ok(taken),
            Err(Undone::Wrong(problem)) => Err(problem),
        }
    })
    .await
}

/// Why the trial's transaction was given up.
enum Undone {
    Right(Vec<Taken>),
    Wrong(Problem),
}

impl From<DbError> for Undone {
    fn from(error: DbError) -> Self {
        Self::Wrong(error.into())
    }
}

fn view(taken: &[Taken]) -> RosterView {
    let registered = taken.iter().filter(|line| line.was == Standing::Registered).count();
    RosterView { ready: true, rows: taken.len(), registered, errors: Vec::new() }
}
