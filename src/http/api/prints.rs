//! Certificates as files: for paper, card and phone, one by one or a session's all together.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use fluent_bundle::FluentArgs;
use serde_json::json;

use crate::app::App;
use crate::app::printer::PrinterError;
use crate::app::trust::public_host;
use crate::db::{Conn, Tx};
use crate::http::api::certificates::{logged_proof, released};
use crate::http::api::credentials::credential_text;
use crate::http::api::log::PROOF_TYPE;
use crate::http::call::{Answer, Call};
use crate::http::download::{self, FileKind, sheet_language};
use crate::http::input::Query;
use crate::http::problem::Problem;
use crate::http::texts::Language;
use crate::kernel::codes::Code;
use crate::kernel::context::{Actor, Context};
use crate::kernel::form::{Fields, Form as Readable};
use crate::kernel::identity::DocumentKind;
use crate::kernel::ids::{CertificateId, ExamSessionId};
use crate::kernel::vocabulary::TrainingKind;
use crate::proof::data_integrity::Suite;
use crate::proof::frozen::{Attested, Named, Words};
use crate::proof::payload::Environment;
use crate::proof::qr::{signed_url, verify_url};
use crate::registry::certificates::{Certificate, Origin, Standing, service, store};
use crate::registry::exams::Session;
use crate::registry::{audit, exams, people};
use crate::render::certificate::batch::{Batch, Cut, LedgerRow, ledger_xlsx};
use crate::render::certificate::paper::Attachment;
use crate::render::certificate::{
    Bilingual, Course, Form, Marking, Particulars, PrintedCertificate, QrDrawing, RenderError,
};

/// How a certificate is wanted.
pub struct PrintQuery {
    pub form: Form,
}

impl Readable for PrintQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self { form: f.optional("form")?.unwrap_or(Form::Paper) })
    }
}

/// How a session's certificates are wanted.
pub struct BatchQuery {
    pub form: Form,
    pub cut: Cut,
}

impl Readable for BatchQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let form = f.optional("form");
        let cut = f.optional("cut");
        Some(Self { form: form?.unwrap_or(Form::Paper), cut: cut?.unwrap_or(Cut::Marks) })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Print {
    Pdf,
    Png,
    Svg,
}

impl Print {
    const fn content_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Svg => "image/svg+xml",
        }
    }

    const fn ending(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Png => "png",
            Self::Svg => "svg",
        }
    }
}

pub async fn certificate_pdf(
    call: Call,
    id: web::Path<CertificateId>,
    Query(query): Query<PrintQuery>,
) -> Answer {
    print(call, *id, Print::Pdf, query.form).await
}

pub async fn certificate_png(
    call: Call,
    id: web::Path<CertificateId>,
    Query(query): Query<PrintQuery>,
) -> Answer {
    print(call, *id, Print::Png, query.form).await
}

pub async fn certificate_svg(
    call: Call,
    id: web::Path<CertificateId>,
    Query(query): Query<PrintQuery>,
) -> Answer {
    print(call, *id, Print::Svg, query.form).await
}

pub async fn certificate_cwt(call: Call, id: web::Path<CertificateId>) -> Answer {
    let actor = call.actor()?.clone();
    let found = call
        .work(move |app, _| {
            app.database.read(|conn| {
                let (found, _) = service::certificate(conn, &actor, *id)?;
                released(app, conn, &found)?;
                Ok::<_, Problem>(found)
            })
        })
        .await?;
    let name = file_name(&found, Form::Paper);
    Ok(inline("application/cwt", &format!("{name}.cwt"), found.cwt))
}

async fn print(call: Call, id: CertificateId, print: Print, form: Form) -> Answer {
    let actor = call.actor()?.clone();
    let (bytes, name) = call
        .work(move |app, context| {
            let (found, document_number) = opened(app, context, &actor, id, print, form)?;
            let designs = app.printer.designs(&app.config.font_dirs).map_err(unprintable)?;
            let printed = printed(app, &found, document_number)?;
            let drawn = match print {
                Print::Pdf => designs.pdf(&printed, form, &attachments(app, &found)?),
                Print::Png => designs.png(&printed, form, None),
                Print::Svg => designs.svg(&printed, form).map(String::into_bytes),
            };
            Ok((drawn.map_err(|error| unprintable(error.into()))?, file_name(&found, form)))
        })
        .await?;
    Ok(inline(print.content_type(), &format!("{name}.{}", print.ending()), bytes))
}

/// Letters and digits of the number, so that any program takes the name.
fn file_name(certificate: &Certificate, form: Form) -> String {
    let number: String = certificate.number.as_str().chars().filter(char::is_ascii_alphanumeric).collect();
    match form {
        Form::Paper => format!("certificate-{number}"),
        Form::Card | Form::Phone => format!("certificate-{number}-{form}"),
    }
}

fn inline(content_type: &'static str, name: &str, bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((header::CONTENT_DISPOSITION, format!("inline; filename=\"{name}\"")))
        .body(bytes)
}

/// The certificate, with the identity number where the form shows it: who opened it is on record.
fn opened(
    app: &App,
    context: &Context,
    actor: &Actor,
    id: CertificateId,
    print: Print,
    form: Form,
) -> Result<(Certificate, Option<String>), Problem> {
    app.database.write(|tx| {
        let (found, _) = service::certificate(tx, actor, id)?;
        released(app, tx, &found)?;
        let number = document_number(app, tx, &found, form)?;
        let details = json!({ "form": print.ending(), "page": form.code() });
        audit::store::record(tx, context, "certificate_print", ("certificate", id), details)?;
        Ok((found, number))
    })
}

/// Only the official form on paper shows it; a card is carried about and a picture is passed on.
fn document_number(
    app: &App,
    conn: &mut Conn,
    certificate: &Certificate,
    form: Form,
) -> Result<Option<String>, Problem> {
    match form {
        Form::Paper => {
            let document = people::service::document(conn, &app.sealer, certificate.person)?;
            Ok(Some(document.number().to_owned()))
        }
        Form::Card | Form::Phone => Ok(None),
    }
}

/// What goes into the PDF for programs, each a form of the same certificate.
fn attachments(app: &App, certificate: &Certificate) -> Result<Vec<Attachment>, Problem> {
    let attachment = |ending: &str, media_type, description: &str, data| Attachment {
        name: format!("certificate.{ending}"),
        media_type,
        description: description.to_owned(),
        data,
    };
    let proof = app.database.read(|conn| logged_proof(app, conn, certificate))?.text().into_bytes();
    let credential = credential_text(certificate, Suite::Rdfc)?.into_bytes();
    let signed = "The signed certificate: a CWT in COSE_Sign1 (RFC 8392)";
    Ok(vec![
        attachment("cwt", "application/cwt", signed, certificate.cwt.clone()),
        attachment("jsonld", "application/vc", "The same as a verifiable credential", credential),
        attachment("proof", PROOF_TYPE, "That the transparency log has published it", proof),
    ])
}

pub async fn session_print(
    call: Call,
    session: web::Path<ExamSessionId>,
    Query(query): Query<BatchQuery>,
) -> Answer {
    let actor = call.actor()?.clone();
    let (bytes, name) = call
        .work(move |app, context| {
            let designs = app.printer.designs(&app.config.font_dirs).map_err(unprintable)?;
            let (session, found) = opened_session(app, context, &actor, *session, query.form)?;
            let title = batch_title(&session, &found);
            let mut batch = Batch::new(&designs, query.form, query.cut);
            for (certificate, document_number) in &found {
                let printed = printed(app, certificate, document_number.clone())?;
                batch.add(printed).map_err(|error| unprintable(error.into()))?;
            }
            let date = found.iter().map(|(one, _)| one.issued_on).max().unwrap_or(session.held_on);
            let pdf = batch.finish(&title, date).map_err(|error| unprintable(error.into()))?;
            Ok((pdf, format!("certificates-{}", session.code)))
        })
        .await?;
    Ok(download::file(FileKind::Pdf, &name, bytes))
}

/// The list on which holders sign, as a spreadsheet.
pub async fn session_ledger(call: Call, session: web::Path<ExamSessionId>) -> Answer {
    let actor = call.actor()?.clone();
    let (rows, name) = call
        .work(move |app, _| {
            app.database.read(|conn| {
                let (session, found) = session_certificates(conn, &actor, *session)?;
                let row = |one: &Certificate| LedgerRow {
                    number: one.number.to_string(),
                    name: one.holder.clone(),
                    subject: one.skill().map(|skill| skill.level.zh.clone()).unwrap_or_default(),
                };
                let rows: Vec<LedgerRow> = found.iter().map(row).collect();
                Ok::<_, Problem>((rows, format!("certificate-ledger-{}", session.code)))
            })
        })
        .await?;
    Ok(download::file(FileKind::Xlsx, &name, ledger_xlsx(&rows, sheet_language(call.language))?))
}

/// A certificate with the identity number that its form shows.
type Opened = (Certificate, Option<String>);

/// The session's certificates, opened; each is on record as such.
fn opened_session(
    app: &App,
    context: &Context,
    actor: &Actor,
    session: ExamSessionId,
    form: Form,
) -> Result<(Session, Vec<Opened>), Problem> {
    app.database.write(|tx: &mut Tx| {
        let (session, found) = session_certificates(tx, actor, session)?;
        if found.is_empty() {
            return Err(Problem::Conflict("nothing-to-print"));
        }
        let mut opened = Vec::with_capacity(found.len());
        for certificate in found {
            released(app, tx, &certificate)?;
            let number = document_number(app, tx, &certificate, form)?;
            let details = json!({ "form": "pdf", "page": form.code(), "session": session.id.to_string() });
            let subject = ("certificate", certificate.id);
            audit::store::record(tx, context, "certificate_print", subject, details)?;
            opened.push((certificate, number));
        }
        Ok((session, opened))
    })
}

/// The valid certificates of a session of `actor`'s own body, in the order of the candidates.
fn session_certificates(
    conn: &mut Conn,
    actor: &Actor,
    id: ExamSessionId,
) -> Result<(Session, Vec<Certificate>), Problem> {
    let whole = exams::service::whole(conn, actor, id)?;
    if actor.organisation != Some(whole.session.body) {
        return Err(exams::error::Error::NotFound.into());
    }
    let candidates: Vec<Origin> = whole.candidates().map(|one| Origin::Application(one.id)).collect();
    let mut found = store::of_origins(conn, &candidates)?;
    found.retain(|one| one.state.standing() == Standing::Valid);
    found.sort_by_key(|one| candidates.iter().position(|candidate| one.origin == Some(*candidate)));
    Ok((whole.session, found))
}

fn batch_title(session: &Session, found: &[Opened]) -> String {
    let body = found.first().map_or("", |(one, _)| one.record.body.zh.as_str());
    format!("{body} {}", session.code).trim().to_owned()
}

/// What the paper shows, as it was frozen at issue; only the identity number is read now.
fn printed(
    app: &App,
    certificate: &Certificate,
    document_number: Option<String>,
) -> Result<PrintedCertificate, Problem> {
    let base = app.config.public_url();
    let qr = |text: String| QrDrawing::of(&text).map_err(|error| Problem::Internal(error.to_string()));
    let record = &certificate.record;
    Ok(PrintedCertificate {
        number: certificate.number.to_string(),
        name: certificate.holder.clone(),
        document_kind: document_kind(app, record.document_kind),
        document_number,
        particulars: particulars(&record.attested),
        body: bilingual(&record.body),
        issued_on: certificate.issued_on,
        expires_on: certificate.expires_on,
        verify_domain: public_host(&app.config),
        signed_qr: qr(signed_url(&base, &certificate.code, &certificate.cwt))?,
        short_qr: qr(verify_url(&base, &certificate.code))?,
        marking: match app.environment {
            Environment::Production => Marking::None,
            Environment::Demo => Marking::Demo,
            Environment::Test => Marking::Test,
        },
    })
}

fn particulars(attested: &Attested) -> Particulars {
    match attested {
        Attested::Skill(skill) => Particulars::SkillLevel {
            occupation: bilingual(&skill.occupation),
            specialty: skill.specialty.as_ref().map(bilingual),
            level: bilingual(&skill.level),
        },
        Attested::Training(training) => {
            let course = Course {
                course: both(&training.course),
                hours: training.hours,
                from: training.from,
                until: training.until,
                result: both(&training.result),
            };
            match training.kind {
                TrainingKind::Completion => Particulars::TrainingCompletion(course),
                TrainingKind::FamilyCarer => Particulars::FamilyCarer {
                    course: course.course,
                    hours: training.hours,
                    completed_on: training.completed_on,
                },
                TrainingKind::CareManager => Particulars::CareManager(course),
                TrainingKind::DeviceFitter => Particulars::DeviceFitter(course),
            }
        }
        Attested::FirstAid(seen) => Particulars::FirstAid {
            issuer: both(&seen.original_issuer),
            original_number: seen.original_number.clone(),
            original_issued_on: seen.original_issued_on,
        },
    }
}

fn both(words: &Words) -> Bilingual {
    Bilingual { zh: words.zh.clone(), en: words.en.clone() }
}

fn bilingual<C>(named: &Named<C>) -> Bilingual {
    Bilingual { zh: named.zh.clone(), en: named.en.clone() }
}

fn document_kind(app: &App, kind: DocumentKind) -> Bilingual {
    let key = format!("document-kind-{kind}");
    let word = |language| {
        let texts = app.views.texts(language);
        texts.text(&key, &FluentArgs::new()).unwrap_or_else(|_| kind.code().to_owned())
    };
    Bilingual { zh: word(Language::Chinese), en: word(Language::English) }
}

pub(super) fn unprintable(error: PrinterError) -> Problem {
    match error {
        PrinterError::Fonts(error) => {
            tracing::error!(%error, "certificates cannot be printed");
            Problem::Conflict("fonts-missing")
        }
        PrinterError::Design(RenderError::MissingGlyph { .. } | RenderError::TooLong { .. }) => {
            Problem::Conflict("not-printable")
        }
        PrinterError::Design(error) => Problem::Internal(error.to_string()),
    }
}
