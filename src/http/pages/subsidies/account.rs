//! 收款账户: where somebody is paid, masked, with the form for another. Every look is noted.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::db::Tx;
use crate::flows::visible_person::visible_person;
use crate::http::call::{Answer, Call};
use crate::http::input::{Posted, Query};
use crate::http::page::{see_other, show, show_refused, typed};
use crate::http::problem::Problem;
use crate::kernel::context::{Actor, Context, Role};
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::{ClaimId, OrganisationId, PersonId};
use crate::registry::organisations;
use crate::registry::schemes::Beneficiary;
use crate::registry::subsidies::payee::{account_record, account_view};
use crate::registry::subsidies::{NewBankAccount, error};

/// Whose account it is, and the claim that the reader came from.
#[derive(Debug, Clone, Copy)]
pub struct Whose {
    person: Option<PersonId>,
    organisation: Option<OrganisationId>,
    claim: Option<ClaimId>,
}

impl Form for Whose {
    fn read(f: &mut Fields) -> Option<Self> {
        let person = f.optional("person_id");
        let organisation = f.optional("organisation_id");
        let claim = f.optional("claim");
        Some(Self { person: person?, organisation: organisation?, claim: claim? })
    }
}

/// The query that names a beneficiary.
#[must_use]
pub fn query_of(who: Beneficiary) -> String {
    match who {
        Beneficiary::Person(id) => format!("person_id={id}"),
        Beneficiary::Organisation(id) => format!("organisation_id={id}"),
    }
}

impl Whose {
    /// The beneficiary and the name that they are registered under, if the caller may know of them.
    fn beneficiary(
        self,
        tx: &mut Tx,
        context: &Context,
        actor: &Actor,
    ) -> Result<(Beneficiary, String), Problem> {
        let own = (self.person, self.organisation) == (None, None);
        let institution = actor.organisation.filter(|_| own && actor.role == Role::Institution);
        match (self.person.or(actor.person.filter(|_| own)), self.organisation.or(institution)) {
            (Some(person), _) => {
                let person = visible_person(tx, context, person)?;
                Ok((Beneficiary::Person(person.id), person.name))
            }
            (None, Some(id)) => {
                let sees = actor.role != Role::Institution || actor.organisation == Some(id);
                let found = organisations::store::find(tx, id)?.filter(|_| sees).ok_or(Problem::NotFound)?;
                Ok((Beneficiary::Organisation(found.id), found.name))
            }
            (None, None) => Err(Problem::NotFound),
        }
    }

    fn back(self, role: Role) -> String {
        match (self.claim, role) {
            (Some(claim), _) => format!("/claims/{claim}"),
            (None, Role::Caregiver) => "/my/claims".to_owned(),
            (None, _) => "/claims".to_owned(),
        }
    }
}

pub async fn view(call: Call, Query(whose): Query<Whose>) -> Answer {
    let page = page(&call, whose, &Map::new()).await?;
    show(&call, "pages/bank-account", "bank-account-title", page)
}

/// The page's form: whose account, and the account.
pub struct AccountForm {
    whose: Whose,
    new: NewBankAccount,
}

impl Form for AccountForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let whose = Whose::read(f);
        let new = NewBankAccount::read(f);
        Some(Self { whose: whose?, new: new? })
    }
}

pub async fn record(call: Call, posted: Posted<AccountForm>) -> Answer {
    let (app, actor) = (Arc::clone(&call.app), call.actor()?.clone());
    let role = actor.role;
    let recorded = match posted.form {
        Err(invalid) => Err(invalid.into()),
        Ok(AccountForm { whose, new }) => {
            call.write(move |tx, context| {
                let (who, name) = whose.beneficiary(tx, context, &actor)?;
                account_record(tx, context, &app.sealer, (who, name.as_str()), &new)?;
                Ok(whose)
            })
            .await
        }
    };
    match recorded {
        Ok(whose) => Ok(see_other(&whose.back(role), Some("bank-account-recorded"))),
        Err(Problem::Invalid(invalid)) => {
            let whose = crate::kernel::form::read_with(&posted.values, |f| {
                let whose = Whose::read(f);
                for name in ["account_holder", "bank", "account_number"] {
                    f.optional_text(name, 200)?;
                }
                whose
            })?;
            let page = page(&call, whose, &posted.values).await?;
            show_refused(&call, "pages/bank-account", "bank-account-title", page, &invalid)
        }
        Err(problem) => Err(problem),
    }
}

async fn page(call: &Call, whose: Whose, values: &Map<String, Value>) -> Result<Value, Problem> {
    let (app, actor) = (Arc::clone(&call.app), call.actor()?.clone());
    let role = actor.role;
    // A look is noted in the audit, so it is a write.
    let (who, name, shown) = call
        .write(move |tx, context| {
            let (who, name) = whose.beneficiary(tx, context, &actor)?;
            let shown = match account_view(tx, context, &app.sealer, who) {
                Ok(shown) => Some(shown),
                Err(error::Error::NotFound) => None,
                Err(other) => return Err(other.into()),
            };
            Ok((who, name, shown))
        })
        .await?;
    let mut values = typed(values, &["account_holder", "bank", "account_number"]);
    if values["account_holder"] == json!("") {
        values["account_holder"] = json!(name);
    }
    let (person, organisation) = match who {
        Beneficiary::Person(id) => (Some(id), None),
        Beneficiary::Organisation(id) => (None, Some(id)),
    };
    Ok(json!({
        "name": name, "person_id": person, "organisation_id": organisation, "claim": whose.claim,
        "current": shown.map(|shown| json!({
            "holder": shown.account.holder, "bank": shown.account.bank, "number": shown.masked,
            "recorded_at": shown.account.recorded_at,
        })),
        "values": values, "back": whose.back(role),
    }))
}
