use serde_json::json;

use crate::db::{Conn, Tx};
use crate::kernel::codes::Code;
use crate::kernel::context::Context;
use crate::kernel::ids::BudgetLineId;
use crate::kernel::invalid::{FieldError, Invalid};
use crate::kernel::money::Fen;
use crate::registry::audit;
use crate::registry::ledger::error::Error;
use crate::registry::ledger::{
    Account, BudgetChange, BudgetLine, Difference, NewBudget, PostingKind, rules, store,
};

pub fn budget(conn: &mut Conn, id: BudgetLineId) -> Result<BudgetLine, Error> {
    store::find(conn, id)?.ok_or(Error::NotFound)
}

/// 安排预算: a scheme's money of a year. Whether there is such a scheme is the caller's to know.
pub fn budget_set(tx: &mut Tx, context: &Context, new: &NewBudget) -> Result<BudgetLine, Error> {
    let id = store::insert(tx, context, new).map_err(|error| {
        if error.is_duplicate_of("budget_lines", "year") {
            Error::Invalid(Invalid::one("year", "already-registered"))
        } else {
            Error::Database(error)
        }
    })?;
    move_money(tx, context, (id, PostingKind::Raise, new.amount), None, Some(&new.document))?;
    let details = json!({
        "scheme": new.scheme, "year": new.year, "amount_fen": new.amount, "document": new.document,
    });
    audit::store::record(tx, context, "budget_set", ("budget-line", id), details)?;
    budget(tx, id)
}

/// 调整预算: more, or less down to what is spoken for.
pub fn budget_change(
    tx: &mut Tx,
    context: &Context,
    id: BudgetLineId,
    version: i32,
    change: &BudgetChange,
) -> Result<BudgetLine, Error> {
    budget(tx, id)?;
    if !store::hold(tx, id, version, &change.document)? {
        return Err(Error::Stale);
    }
    let before = budget(tx, id)?;
    if let Some((kind, by)) = rules::change(&before.balances, change.amount)? {
        move_money(tx, context, (id, kind, by), None, Some(&change.document))?;
    }
    let details = json!({
        "amount_fen": change.amount, "before_fen": before.balances.appropriation, "document": change.document,
    });
    audit::store::record(tx, context, "budget_change", ("budget-line", id), details)?;
    budget(tx, id)
}

/// Posts an amount for a subject: a claim, a clawback, a receipt. The same subject is posted once in the same way.
///
/// # Errors
/// [`Error::NotCovered`] where the account that it leaves holds less.
pub fn post(
    tx: &mut Tx,
    context: &Context,
    line: BudgetLineId,
    kind: PostingKind,
    amount: Fen,
    subject: uuid::Uuid,
) -> Result<(), Error> {
    move_money(tx, context, (line, kind, amount), Some(subject), None)
}

fn move_money(
    tx: &mut Tx,
    context: &Context,
    (line, kind, amount): (BudgetLineId, PostingKind, Fen),
    subject: Option<uuid::Uuid>,
    document: Option<&str>,
) -> Result<(), Error> {
    if !amount.is_positive() {
        return Err(FieldError::new("amount_fen", "out-of-range")
            .with("min", 1)
            .with("max", super::MOST)
            .into());
    }
    if !store::transfer(tx, line, kind, amount)? {
        return Err(Error::NotCovered);
    }
    Ok(store::insert_posting(tx, context, (line, kind, amount), subject, document)?)
}

/// Every account whose balance is not the sum of its postings. Empty where the ledger agrees with itself.
pub fn balance(conn: &mut Conn) -> Result<Vec<Difference>, Error> {
    let sums = store::sums(conn)?;
    let mut differences = Vec::new();
    for line in store::list(conn, None)? {
        for account in Account::ALL {
            let kept = line.balances.of(*account);
            let summed = sums.get(&(line.id, *account)).copied().unwrap_or(Fen::ZERO);
            if kept != summed {
                differences.push(Difference { line: line.id, account: *account, kept, summed });
            }
        }
    }
    Ok(differences)
}

impl From<FieldError> for Error {
    fn from(error: FieldError) -> Self {
        Self::Invalid(error.into())
    }
}
