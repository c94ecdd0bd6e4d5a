//! Announces a 考次, unless its assessment body is on the black list and the local rules block that.

use crate::db::Tx;
use crate::flows::error::Error;
use crate::kernel::context::{Actor, Context};
use crate::kernel::ids::ExamSessionId;
use crate::kernel::vocabulary::BlockedStep;
use crate::registry::credit::{self, rules::LocalRules};
use crate::registry::exams::{self, NewSession};
use crate::seeds::{OccupationStandard, Rules};

pub fn session_create(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    standard: &OccupationStandard,
    rules: &Rules,
    new: &NewSession,
) -> Result<ExamSessionId, Error> {
    let body = actor.organisation.ok_or(Error::NotFound)?;
    credit::service::refuse_blocked(tx, context, &LocalRules::from(rules), body, BlockedStep::ExamSession)?;
    Ok(exams::service::session_create(tx, context, actor, standard, rules, new)?)
}
