use serde_json::{Value, json};

use crate::db::Conn;
use crate::http::api::training::{ClassQuery, classes};
use crate::http::call::{Answer, Call};
use crate::http::figures::area_name;
use crate::http::page::show;
use crate::http::pages::exams;
use crate::http::problem::Problem;
use crate::http::texts::Texts;
use crate::kernel::codes::Code;
use crate::kernel::context::{Actor, Context, Role};
use crate::kernel::skill::SkillLevel;
use crate::registry::areas;
use crate::registry::exams::Session;
use crate::registry::exams::rules::session::Stage;
use crate::registry::training::ClassStatus;

/// 工作台: what waits for this account, and the ways to its work.
pub async fn home(call: Call) -> Answer {
    let actor = call.actor()?.clone();
    let role = actor.role;
    let (area, waiting) = call
        .read(move |conn, context| {
            let area = match &actor.area {
                Some(code) => areas::store::find(conn, code)?,
                None => None,
            };
            Ok((area, waiting(conn, context, &actor)?))
        })
        .await?;
    let texts = call.app.views.texts(call.language);
    let shortcuts: Vec<Value> = shortcuts(role)
        .iter()
        .map(|(icon, key, href)| json!({ "icon": icon, "text": texts.word(key), "href": href }))
        .collect();
    let page = json!({
        "today": call.context.today(),
        "area": area.map(|area| area_name(texts, &area)),
        "tasks": waiting.tasks(texts),
        "shortcuts": shortcuts,
    });
    show(&call, "pages/home", "home-title", page)
}

/// What waits for an account.
#[derive(Default)]
struct Waiting {
    /// Classes in a status that its role ends, with that status.
    classes: Option<(ClassStatus, usize)>,
    sessions: Vec<(Session, Stage)>,
}

fn waiting(conn: &mut Conn, context: &Context, actor: &Actor) -> Result<Waiting, Problem> {
    let status = match actor.role {
        Role::Bureau => ClassStatus::Filed,
        Role::School => ClassStatus::Returned,
        Role::Assessor => {
            return Ok(Waiting { classes: None, sessions: exams::waiting(conn, context, actor)? });
        }
        _ => return Ok(Waiting::default()),
    };
    let query = ClassQuery { status: Some(status), before: None };
    let found = classes(conn, context, &query)?.len();
    Ok(Waiting { classes: (found > 0).then_some((status, found)), sessions: Vec::new() })
}

impl Waiting {
    fn tasks(&self, texts: &Texts) -> Vec<Value> {
        let classes = self.classes.iter().map(|(status, count)| {
            let key = format!("task-classes-{}", status.code());
            json!({
                "title": texts.word(&key), "detail": texts.word(&format!("{key}-text")), "count": count,
                "href": format!("/classes?status={}", status.code()), "urgency": "none",
            })
        });
        let sessions = self.sessions.iter().map(|(session, stage)| {
            let level = texts.word(&format!("{}-{}", SkillLevel::NAME, session.level.code()));
            json!({
                "title": texts.word(&format!("{}-{}", Stage::NAME, stage.code())), "count": null,
                "detail": format!("{level} · {} · {}", texts.date(session.held_on), session.code),
                "href": format!("/exams/{}", session.id), "urgency": "none",
            })
        });
        classes.chain(sessions).collect()
    }
}

/// Icon, text and address of each role's most frequent steps.
const fn shortcuts(role: Role) -> &'static [(&'static str, &'static str, &'static str)] {
    const LOOK_UP: (&str, &str, &str) = ("search", "shortcut-lookup", "/lookup");
    const SCAN: (&str, &str, &str) = ("scan", "nav-scan", "/scan");
    const OVERVIEW: (&str, &str, &str) = ("chart", "nav-overview", "/overview");
    const CERTIFICATES: (&str, &str, &str) = ("certificate", "nav-certificates", "/certificates");
    match role {
        Role::Administrator | Role::Finance | Role::Town => &[OVERVIEW, LOOK_UP],
        Role::Bureau => &[OVERVIEW, CERTIFICATES, LOOK_UP],
        Role::School => &[("add", "class-new-title", "/classes/new"), LOOK_UP],
        Role::Assessor => &[("add", "exam-new-title", "/exams/new"), CERTIFICATES, LOOK_UP],
        Role::FirstAidIssuer => &[("add", "first-aid-new-title", "/first-aid/new"), LOOK_UP],
        Role::Institution => &[("add", "staff-join-title", "/staff/join"), SCAN, LOOK_UP],
        Role::Caregiver => &[("certificate", "nav-my-certificates", "/my/certificates"), SCAN],
    }
}
