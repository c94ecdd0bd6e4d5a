use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::select;

use crate::db::schema::{payment_returns as returns, payments};
use crate::db::types::At;
use crate::db::{Conn, DbError, Tx};
use crate::kernel::context::Context;
use crate::kernel::ids::{PaymentId, PaymentReturnId, entity};
use crate::registry::subsidies::{NewReturn, PaymentState};

/// Whether a return was entered by this paper.
pub fn is_entered(conn: &mut Conn, document: &str) -> Result<bool, DbError> {
    let same = returns::table.filter(returns::document.eq(document.to_owned()));
    Ok(select(exists(same)).get_result(conn)?)
}

/// Brings a payment from paid to returned; whether it was paid.
pub fn mark_returned(tx: &mut Tx, id: PaymentId, reason: &str) -> Result<bool, DbError> {
    let paid = payments::table.find(id).filter(payments::state.eq(PaymentState::Paid));
    let changed = diesel::update(paid)
        .set((payments::state.eq(PaymentState::Returned), payments::result_note.eq(Some(reason))))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

/// Refused by the database where the paper, or the payment, has an entry.
pub fn insert(
    tx: &mut Tx,
    context: &Context,
    payment: PaymentId,
    new: &NewReturn,
) -> Result<PaymentReturnId, DbError> {
    let id = context.fresh_id::<entity::PaymentReturn>();
    diesel::insert_into(returns::table)
        .values((
            returns::id.eq(id),
            returns::payment_id.eq(payment),
            returns::returned_on.eq(new.returned_on),
            returns::document.eq(&new.document),
            returns::reason.eq(&new.reason),
            returns::recorded_by.eq(context.account()),
            returns::recorded_at.eq(At(context.now)),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}
