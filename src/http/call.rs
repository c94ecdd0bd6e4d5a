//! What every handler starts from: who calls, in which language, and the two ways to the database.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, dev, web};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::db::{Conn, DbError, Tx};
use crate::http::access::Caller;
use crate::http::input::BodyHash;
use crate::http::problem::Problem;
use crate::http::texts::Language;
use crate::kernel::area::AreaCode;
use crate::kernel::context::{Actor, Context, Origin};
use crate::kernel::ids::RequestId;
use crate::registry::accounts::idempotency;

/// One request.
pub struct Call {
    pub app: Arc<App>,
    pub context: Context,
    pub language: Language,
    pub csrf: Option<String>,
    pub request: HttpRequest,
}

pub type Answer = Result<HttpResponse, Problem>;

impl FromRequest for Call {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let Some(app) = request.app_data::<web::Data<App>>() else {
            return ready(Err(Problem::Internal("no application".to_owned())));
        };
        let caller = request.extensions().get::<Caller>().cloned().unwrap_or_default();
        let address = request.peer_addr().map(|peer| peer.ip());
        let id = request.extensions().get::<RequestId>().copied().unwrap_or_else(|| app.fresh_request());
        let context = app.context_of(id, caller.actor, Origin::Http(address));
        ready(Ok(Self {
            app: Arc::clone(app),
            context,
            language: Language::of(request),
            csrf: caller.csrf,
            request: request.clone(),
        }))
    }
}

impl Call {
    /// The account that calls. Routes that aren't public have one.
    pub fn actor(&self) -> Result<&Actor, Problem> {
        self.context.actor.as_ref().ok_or(Problem::NotSignedIn)
    }

    /// The area that a list is about: the one asked for, if the caller may see it, else the caller's own, else
    /// the registry's.
    pub fn area_within(&self, asked: Option<AreaCode>) -> Result<AreaCode, Problem> {
        let own = self.actor()?.area.clone().unwrap_or_else(|| self.app.area.clone());
        match asked {
            Some(asked) if asked.is_within(&own) => Ok(asked),
            Some(_) => Err(Problem::NotFound),
            None => Ok(own),
        }
    }

    /// Reads from the database.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn, &Context) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let (app, context) = (Arc::clone(&self.app), self.context.clone());
        on_a_worker(move || app.database.read(|conn| work(conn, &context))).await
    }

    /// Runs one operation in one transaction.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx, &Context) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let (app, context) = (Arc::clone(&self.app), self.context.clone());
        on_a_worker(move || app.database.write(|tx| work(tx, &context))).await
    }

    /// Runs slow work that is not the database's, such as drawing a document.
    pub async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&App, &Context) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let (app, context) = (Arc::clone(&self.app), self.context.clone());
        on_a_worker(move || work(&app, &context)).await
    }

    /// Runs an operation that makes something, answers 201 with it, and under an `Idempotency-Key` answers a
    /// repetition as it answered the first time.
    pub async fn create<T: Serialize + Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx, &Context) -> Result<T, Problem> + Send + 'static,
    ) -> Answer {
        let body = self.once(work).await?;
        Ok(HttpResponse::Created().content_type("application/json").body(body))
    }

    /// [`Call::create`] for a change of what is there: 200 with what it is now, or 202 with `pending` where a second
    /// person has to call.
    pub async fn change<T: Serialize + Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx, &Context) -> Result<Changed<T>, Problem> + Send + 'static,
    ) -> Answer {
        let body = self.once(work).await?;
        let waits = body.starts_with(PENDING);
        let mut answer = if waits { HttpResponse::Accepted() } else { HttpResponse::Ok() };
        Ok(answer.content_type("application/json").body(body))
    }

    /// Runs an operation once for each `Idempotency-Key`; its answer as JSON.
    async fn once<T: Serialize + Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx, &Context) -> Result<T, Problem> + Send + 'static,
    ) -> Result<String, Problem> {
        let key = self.idempotency_key()?;
        let hash = self.request_hash();
        self.write(move |tx, context| {
            let Some((account, key)) = context.account().zip(key) else {
                return to_json(&work(tx, context)?);
            };
            if let Some(before) = idempotency::find(tx, account, &key)? {
                let same = before.request_hash == hash;
                return if same { Ok(before.body) } else { Err(Problem::Conflict("idempotency-key")) };
            }
            let body = to_json(&work(tx, context)?)?;
            idempotency::keep(tx, context, account, &key, &hash, &body).map_err(kept_meanwhile)?;
            Ok(body)
        })
        .await
    }

    /// [`Call::create`] for an operation that opens transactions of its own. Its answer is kept after it is done: a
    /// repetition after a crash in between runs the operation again, which must then find what it did.
    pub async fn create_in_steps<T: Serialize + Send + 'static>(
        &self,
        work: impl FnOnce(&App, &Context) -> Result<T, Problem> + Send + 'static,
    ) -> Answer {
        let key = self.idempotency_key()?;
        let hash = self.request_hash();
        let body = self
            .work(move |app, context| {
                let Some((account, key)) = context.account().zip(key) else {
                    return to_json(&work(app, context)?);
                };
                let before =
                    app.database.write(|tx| Ok::<_, Problem>(idempotency::find(tx, account, &key)?))?;
                if let Some(before) = before {
                    let same = before.request_hash == hash;
                    return if same { Ok(before.body) } else { Err(Problem::Conflict("idempotency-key")) };
                }
                let body = to_json(&work(app, context)?)?;
                app.database.write(|tx| {
                    idempotency::keep(tx, context, account, &key, &hash, &body).map_err(kept_meanwhile)
                })?;
                Ok(body)
            })
            .await?;
        Ok(HttpResponse::Created().content_type("application/json").body(body))
    }

    /// The version that `If-Match` names. Without the header: 428.
    pub fn if_match(&self) -> Result<i32, Problem> {
        let value = self.request.headers().get(header::IF_MATCH).ok_or(Problem::PreconditionRequired)?;
        let text = value.to_str().unwrap_or_default().trim_start_matches("W/").trim_matches('"');
        text.parse().map_err(|_| Problem::Stale)
    }

    /// The version that `If-Match` names, where a change may do without.
    pub fn if_match_given(&self) -> Result<Option<i32>, Problem> {
        match self.if_match() {
            Ok(version) => Ok(Some(version)),
            Err(Problem::PreconditionRequired) => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    fn idempotency_key(&self) -> Result<Option<String>, Problem> {
        let Some(value) = self.request.headers().get("idempotency-key") else { return Ok(None) };
        let key = value.to_str().unwrap_or_default().trim();
        let fits = (1..=200).contains(&key.len());
        if fits { Ok(Some(key.to_owned())) } else { Err(Problem::Malformed("idempotency-key")) }
    }

    fn request_hash(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.request.method().as_str());
        hash.update(self.request.path());
        if let Some(BodyHash(body)) = self.request.extensions().get::<BodyHash>() {
            hash.update(body);
        }
        hash.finalize().into()
    }
}

/// What a change came to.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Changed<T> {
    Done(T),
    /// It waits for a second person.
    Pending {
        pending: T,
    },
}

/// How the JSON of what waits begins.
const PENDING: &str = "{\"pending\":";

/// 200 with a JSON body.
pub fn ok(value: &impl Serialize) -> Answer {
    Ok(HttpResponse::Ok().json(value))
}

/// 200 with a JSON body and the version that a change must name.
pub fn ok_with_version(value: &impl Serialize, version: i32) -> Answer {
    Ok(HttpResponse::Ok().insert_header((header::ETAG, format!("\"{version}\""))).json(value))
}

/// The same call was under way twice: this one is undone, and its repetition gets the other's answer.
fn kept_meanwhile(error: DbError) -> Problem {
    if error.is_duplicate_of("idempotency_keys", "") {
        Problem::Conflict("idempotency-race")
    } else {
        error.into()
    }
}

fn to_json(value: &impl Serialize) -> Result<String, Problem> {
    serde_json::to_string(value).map_err(|error| Problem::Internal(error.to_string()))
}

async fn on_a_worker<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    web::block(work).await.map_err(|_| Problem::Internal("the worker threads are gone".to_owned()))?
}
