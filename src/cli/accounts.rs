use std::io::BufRead;

use clap::Subcommand;

use crate::app::App;
use crate::cli::{Failure, Output, load_config};
use crate::http::api::accounts::AccountView;
use crate::http::problem::Problem;
use crate::kernel::codes::Code;
use crate::kernel::context::{Origin, Role};
use crate::registry::accounts::{NewAccount, service, store};

#[derive(Subcommand)]
pub enum Accounts {
    /// List all accounts.
    List,
    /// Create an account; the password is read from standard input.
    Create {
        username: String,
        /// administrator, bureau, finance, town, school, assessor, first-aid-issuer, institution or caregiver
        #[arg(long)]
        role: String,
        #[arg(long)]
        name: String,
        #[arg(long)]
        organisation: Option<String>,
        #[arg(long)]
        area: Option<String>,
    },
    /// Set an account's password, read from standard input, and sign it out everywhere.
    Password { username: String },
}

pub fn run(command: Accounts, output: Output) -> Result<(), Failure> {
    let app = App::start_on_machine(load_config()?)?;
    let context = app.context(None, Origin::CommandLine);
    match command {
        Accounts::List => {
            let accounts = app.database.read(|conn| Ok::<_, Problem>(store::list(conn)?))?;
            for account in &accounts {
                show(&AccountView::from(account), output);
            }
        }
        Accounts::Create { username, role, name, organisation, area } => {
            let usage = |what: &str| Failure::Usage(format!("{what} is not one"));
            let new = NewAccount {
                username,
                password: read_password()?,
                role: Role::from_code(&role).ok_or_else(|| usage("the role"))?,
                name,
                organisation: organisation
                    .map(|id| id.parse().map_err(|_| usage("the organisation's id")))
                    .transpose()?,
                area: area.map(|code| code.parse().map_err(|_| usage("the area code"))).transpose()?,
                person: None,
                email: None,
            };
            let made =
                app.database.write(|tx| Ok::<_, Problem>(service::account_create(tx, &context, &new)?))?;
            show(&AccountView::from(&made), output);
        }
        Accounts::Password { username } => {
            let password = read_password()?;
            app.database.write(|tx| {
                let found = store::list(tx)?.into_iter().find(|account| account.username == username);
                let account = found.ok_or(Problem::NotFound)?;
                Ok::<_, Problem>(service::password_set(tx, &context, account.id, &password)?)
            })?;
        }
    }
    Ok(())
}

fn show(account: &AccountView, output: Output) {
    match output {
        Output::Json => println!("{}", serde_json::json!(account)),
        Output::Words => {
            println!("{}  {}  {}  {}", account.username, account.role, account.status, account.name);
        }
    }
}

/// From standard input, so that it stands in no process list and no shell history.
fn read_password() -> Result<String, Failure> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
