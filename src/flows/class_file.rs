//! 开班备案: files a class, unless its school is on the black list and the local rules block that.

use crate::db::Tx;
use crate::flows::error::Error;
use crate::kernel::context::Context;
use crate::kernel::ids::ClassId;
use crate::kernel::vocabulary::BlockedStep;
use crate::registry::training::{self, Class};
use crate::registry::{credit, training::service};

pub fn class_file(
    tx: &mut Tx,
    context: &Context,
    (rules, lists): (&training::rules::LocalRules, &credit::rules::LocalRules),
    id: ClassId,
    version: i32,
) -> Result<Class, Error> {
    let school = service::own_class(tx, context, id)?.school;
    credit::service::refuse_blocked(tx, context, lists, school, BlockedStep::ClassFiling)?;
    Ok(service::class_file(tx, context, rules, id, version)?)
}
