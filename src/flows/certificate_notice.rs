//! 通知: what becomes of a certificate is told to its holder, and to the institutions that hold it on file, in the
//! transaction of the change itself. Neither is told the reason, and no mail names an identity number.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::db::Tx;
use crate::flows::certificate_issue::Desk;
use crate::kernel::certificate_number::CertificateNumber;
use crate::kernel::context::Context;
use crate::kernel::ids::PersonId;
use crate::proof::qr::verify_url;
use crate::registry::certificates::error::Error;
use crate::registry::certificates::{Brief, Certificate, News};
use crate::registry::outbox::Mail;
use crate::registry::people::{self, Person};
use crate::registry::watch::service::Notified;
use crate::registry::{accounts, outbox, watch};

/// One certificate and what is told of it.
#[derive(Debug, Clone)]
pub struct Told {
    pub certificate: Brief,
    /// The certificate that takes its place or renews it.
    pub successor: Option<Brief>,
    /// The day that the news names: since when, or until when.
    pub on: NaiveDate,
}

impl Told {
    #[must_use]
    pub const fn of(certificate: Brief, on: NaiveDate) -> Self {
        Self { certificate, successor: None, on }
    }

    #[must_use]
    pub fn followed(old: &Certificate, new: &Certificate, on: NaiveDate) -> Self {
        Self { certificate: old.into(), successor: Some(new.into()), on }
    }
}

/// Tells the holders, and the institutions that watch.
pub fn tell(desk: &Desk<'_>, tx: &mut Tx, context: &Context, news: News, all: &[Told]) -> Result<(), Error> {
    tell_holders(desk, tx, context, news, all)?;
    // Nobody holds on file what is only just issued.
    if news == News::Issued {
        return Ok(());
    }
    let changes: Vec<watch::Told<'_>> = all
        .iter()
        .map(|one| watch::Told {
            certificate: &one.certificate,
            successor: one.successor.as_ref().map(|new| &new.number),
            on: one.on,
        })
        .collect();
    let notified = watch::service::watch_tell(tx, context, news, &changes)?;
    tell_institutions(desk, tx, context, news, &notified)
}

/// A holder may have no address.
fn tell_holders(
    desk: &Desk<'_>,
    tx: &mut Tx,
    context: &Context,
    news: News,
    all: &[Told],
) -> Result<(), Error> {
    let ids: Vec<PersonId> = all.iter().map(|one| one.certificate.person).collect();
    let people: HashMap<PersonId, Person> =
        people::store::find_many(tx, &ids)?.into_iter().map(|person| (person.id, person)).collect();
    let mail = |one: &Told| {
        let person = people.get(&one.certificate.person)?;
        let to = person.email.clone()?;
        let shown = one.successor.as_ref().unwrap_or(&one.certificate);
        let data = json!({
            "name": person.name, "number": shown.number.as_str(), "type": shown.kind, "level": shown.level,
            "change": news, "on": one.on, "old": one.certificate.number.as_str(),
            "address": verify_url(&desk.public_url, &shown.code),
        });
        let key = format!("certificate {} {news} {}", one.certificate.id, context.request);
        Some((key, Mail { to, template: "certificate".to_owned(), data }))
    };
    let mails: Vec<_> = all.iter().filter_map(mail).collect();
    Ok(outbox::store::mail_all(tx, context, &mails)?)
}

/// One mail to each account of an institution, on all its certificates that the change is about.
fn tell_institutions(
    desk: &Desk<'_>,
    tx: &mut Tx,
    context: &Context,
    news: News,
    notified: &[Notified],
) -> Result<(), Error> {
    let institutions: Vec<_> = notified.iter().map(|one| one.organisation).collect();
    let mut mails = Vec::new();
    for (institution, account, to) in accounts::store::addresses(tx, &institutions)? {
        let Some(told) = notified.iter().find(|one| one.organisation == institution) else { continue };
        let certificates: Vec<Value> = told
            .notices
            .iter()
            .map(|notice| {
                json!({
                    "number": notice.number.as_str(), "holder": notice.holder, "on": notice.on,
                    "successor": notice.successor.as_ref().map(CertificateNumber::as_str),
                })
            })
            .collect();
        let data = json!({
            "change": news, "certificates": certificates, "address": format!("{}/watch", desk.public_url),
        });
        let first = told.notices.first().map(|notice| notice.certificate);
        let Some(first) = first else { continue };
        let key = format!("watch {account} {news} {first} {}", context.request);
        mails.push((key, Mail { to, template: "watch".to_owned(), data }));
    }
    Ok(outbox::store::mail_all(tx, context, &mails)?)
}
