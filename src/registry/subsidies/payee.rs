//! 收款账户: where somebody is paid, entered under their own name, kept sealed, shown masked, every look noted.

use serde_json::json;

use crate::db::Tx;
use crate::kernel::context::Context;
use crate::kernel::ids::entity;
use crate::registry::audit;
use crate::registry::people::sealing::{Sealer, SealingError};
use crate::registry::schemes::Beneficiary;
use crate::registry::subsidies::error::Error;
use crate::registry::subsidies::rules::account;
use crate::registry::subsidies::{BankAccount, NewBankAccount, payment_store as store};

/// The identifier of whom it is.
#[must_use]
pub const fn owner(who: Beneficiary) -> uuid::Uuid {
    match who {
        Beneficiary::Person(person) => person.uuid(),
        Beneficiary::Organisation(organisation) => organisation.uuid(),
    }
}

const fn subject(who: Beneficiary) -> &'static str {
    match who {
        Beneficiary::Person(_) => "person",
        Beneficiary::Organisation(_) => "organisation",
    }
}

/// An account as it may be shown.
#[derive(Debug, Clone)]
pub struct ShownAccount {
    pub account: BankAccount,
    pub masked: String,
}

/// Records the account of somebody registered as `name`, in place of the one there was.
pub fn account_record(
    tx: &mut Tx,
    context: &Context,
    sealer: &Sealer,
    (who, name): (Beneficiary, &str),
    new: &NewBankAccount,
) -> Result<ShownAccount, Error> {
    let checked = account::check(new, name)?;
    let account = BankAccount {
        id: context.fresh_id::<entity::BankAccount>(),
        of: who,
        holder: checked.holder,
        bank: checked.bank,
        number: sealer.seal_account(context, owner(who), &checked.number)?,
        recorded_at: context.now,
    };
    store::replace_account(tx, context, &account)?;
    let details = json!({ "bank_account": account.id });
    audit::store::record(tx, context, "bank_account_record", (subject(who), owner(who)), details)?;
    shown(sealer, account)
}

/// The account, masked; that somebody looked is noted.
pub fn account_view(
    tx: &mut Tx,
    context: &Context,
    sealer: &Sealer,
    who: Beneficiary,
) -> Result<ShownAccount, Error> {
    let account = store::account_of(tx, who)?.ok_or(Error::NotFound)?;
    let details = json!({ "bank_account": account.id });
    audit::store::record(tx, context, "bank_account_view", (subject(who), owner(who)), details)?;
    shown(sealer, account)
}

fn shown(sealer: &Sealer, account: BankAccount) -> Result<ShownAccount, Error> {
    let masked = account::masked(&number(sealer, &account)?);
    Ok(ShownAccount { account, masked })
}

/// The whole number, for the file that goes to the bank.
pub(super) fn number(sealer: &Sealer, account: &BankAccount) -> Result<String, SealingError> {
    sealer.open_account(owner(account.of), &account.number)
}
