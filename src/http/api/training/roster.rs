//! Rosters: the template to fill in, the check, and the import.

use std::convert::Infallible;

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use crate::app::App;
use crate::db::{DbError, Tx};
use crate::flows::import_roster::{Standing, Taken, import_roster};
use crate::http::api::training::views::{RosterView, WrongCell};
use crate::http::call::{Answer, Call, ok};
use crate::http::import;
use crate::http::input::Upload;
use crate::http::problem::Problem;
use crate::http::texts::Language;
use crate::kernel::context::Context;
use crate::kernel::form::{self, Fields, Form};
use crate::kernel::ids::ClassId;
use crate::kernel::invalid::Invalid;
use crate::registry::people::RawPerson;
use crate::render::sheet::write::template;
use crate::render::sheet::{Column, ColumnKind, Presence, SheetLanguage};

/// The columns of a roster: those of a person.
pub const COLUMNS: &[Column] = &[
    Column {
        note_zh: "不填即为居民身份证",
        note_en: "a resident identity card where left out",
        ..column("document_kind", "证件类型", "Kind of document", DOCUMENT_KIND, Presence::Optional)
    },
    Column {
        width: 24,
        note_zh: "请勿改动单元格的文本格式，否则号码会丢失末几位",
        note_en: "keep the cells as text, or the number loses its last digits",
        ..column("document_number", "证件号码", "Document number", ColumnKind::Identifier, Presence::Required)
    },
    column("name", "姓名", "Name", ColumnKind::Text, Presence::Required),
    Column {
        note_zh: "居民身份证可不填",
        note_en: "may be left out for a resident identity card",
        ..column("gender", "性别", "Gender", GENDER, Presence::Optional)
    },
    Column {
        note_zh: "居民身份证可不填",
        note_en: "may be left out for a resident identity card",
        ..column("birth_date", "出生日期", "Date of birth", ColumnKind::Date, Presence::Optional)
    },
    column("education", "学历", "Education", EDUCATION, Presence::Optional),
    column("phone", "手机号码", "Mobile phone", ColumnKind::Identifier, Presence::Optional),
    column("email", "电子邮箱", "Email", ColumnKind::Text, Presence::Optional),
    Column {
        note_zh: "行政区划代码，如 330481101",
        note_en: "an area code such as 330481101",
        ..column("home_area", "居住地", "Home area", ColumnKind::Identifier, Presence::Optional)
    },
];

const DOCUMENT_KIND: ColumnKind = ColumnKind::Choice {
    codes: &["resident-id", "passport", "hk-macao-permit", "taiwan-permit"],
    zh: &["居民身份证", "护照", "港澳居民来往内地通行证", "台湾居民来往大陆通行证"],
    en: &["Resident identity card", "Passport", "Hong Kong and Macao permit", "Taiwan permit"],
};
const GENDER: ColumnKind =
    ColumnKind::Choice { codes: &["1", "2"], zh: &["男", "女"], en: &["Male", "Female"] };
const EDUCATION: ColumnKind = ColumnKind::Choice {
    codes: &["10", "20", "30", "40", "60", "70", "80", "90"],
    zh: &["研究生", "本科", "专科", "中职", "高中", "初中", "小学", "其他"],
    en: &[
        "Postgraduate",
        "Bachelor",
        "Junior college",
        "Secondary vocational",
        "High school",
        "Middle school",
        "Primary school",
        "Other",
    ],
};

const fn column(
    key: &'static str,
    title_zh: &'static str,
    title_en: &'static str,
    kind: ColumnKind,
    presence: Presence,
) -> Column {
    Column { key, title_zh, title_en, kind, presence, width: 16, note_zh: "", note_en: "" }
}

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
    let (language, name) = match call.language {
        Language::Chinese => (SheetLanguage::Chinese, "roster-zh.xlsx"),
        Language::English => (SheetLanguage::English, "roster-en.xlsx"),
    };
    let bytes = call
        .work(move |_, _| {
            template(COLUMNS, language, &[]).map_err(|error| Problem::Internal(error.to_string()))
        })
        .await?;
    Ok(HttpResponse::Ok()
        .content_type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(bytes))
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
    Ok(import_roster(tx, context, &app.sealer, app.identity_regions(), class, &rows)?)
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
