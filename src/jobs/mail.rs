//! Mail: worded from a template in both languages, sent by SMTP, or written to files where no server is set.

use std::path::PathBuf;

use fluent_bundle::FluentArgs;
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::{FileTransport, Message, SmtpTransport, Transport};

use crate::app::App;
use crate::config::Config;
use crate::http::texts::Language;
use crate::registry::outbox::{Claimed, Mail};

/// The way out.
pub enum Mailer {
    Smtp(Box<SmtpTransport>),
    Files(PathBuf),
}

impl Mailer {
    pub fn new(config: &Config) -> Result<Self, String> {
        match &config.smtp_url {
            Some(url) => {
                let builder = SmtpTransport::from_url(url).map_err(|error| error.to_string())?;
                Ok(Self::Smtp(Box::new(builder.build())))
            }
            None => Ok(Self::Files(config.data_dir.join("mail"))),
        }
    }
}

pub fn send(app: &App, message: &Claimed) -> Result<(), String> {
    let mail: Mail = serde_json::from_value(message.payload.clone()).map_err(|error| error.to_string())?;
    let letter = write(app, &mail, &message.id.to_string())?;
    match &app.mailer {
        Mailer::Smtp(server) => server.send(&letter).map(drop).map_err(|error| error.to_string()),
        Mailer::Files(folder) => {
            std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
            FileTransport::new(folder).send(&letter).map(drop).map_err(|error| error.to_string())
        }
    }
}

/// One letter in both languages, Chinese first. The message's own id makes a repeated delivery recognisable.
fn write(app: &App, mail: &Mail, id: &str) -> Result<Message, String> {
    let template = format!("email/{}", mail.template);
    let mut subjects = Vec::new();
    let mut parts = Vec::new();
    for language in [Language::Chinese, Language::English] {
        let subject = format!("mail-{}-subject", mail.template);
        let texts = app.views.texts(language);
        subjects.push(texts.text(&subject, &FluentArgs::new()).map_err(|error| error.to_string())?);
        let body = app.views.render(&template, language, &mail.data).map_err(|error| format!("{error:?}"))?;
        parts.push(body.trim().to_owned());
    }
    let mailbox = |text: &str| text.parse::<Mailbox>().map_err(|error| format!("{text}: {error}"));
    Message::builder()
        .from(mailbox(&app.config.mail_from)?)
        .to(mailbox(&mail.to)?)
        .message_id(Some(format!("<{id}@huzheng>")))
        .subject(subjects.join(" / "))
        .header(ContentType::TEXT_PLAIN)
        .body(parts.join("\n\n————————\n\n"))
        .map_err(|error| error.to_string())
}
