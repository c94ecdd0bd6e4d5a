//! 急救证撤回: a first-aid certificate is taken off the record, and the record that was issued of it is suspended with
//! it, until the bureau has decided on that.

use crate::flows::certificate_issue::Desk;
use crate::flows::certificate_notice::{Told, tell};
use crate::kernel::context::Context;
use crate::kernel::ids::FirstAidCertificateId;
use crate::registry::certificates::error::Error;
use crate::registry::certificates::{
    CertificateState, ChangeReason, News, Origin, ReasonCode, service, store,
};
use crate::registry::firstaid::{self, FirstAid};

/// Takes one back from today on, with a reason.
pub fn first_aid_withdraw(
    desk: &Desk<'_>,
    context: &Context,
    id: FirstAidCertificateId,
    version: i32,
    words: &str,
) -> Result<FirstAid, Error> {
    let (withdrawn, suspended) = desk.database.write(|tx| {
        let withdrawn = firstaid::service::first_aid_withdraw(tx, context, id, version, words)?;
        let reason = ChangeReason { code: ReasonCode::Other, words: words.to_owned() };
        let mut suspended = Vec::new();
        for found in store::of_origins(tx, &[Origin::FirstAid(id)])? {
            store::hold(tx, found.id)?;
            let found = store::find(tx, found.id)?.ok_or(Error::NotFound)?;
            if matches!(found.state, CertificateState::Valid { .. }) {
                let changed = service::certificate_suspend(tx, context, &found, &reason)?;
                suspended.push(Told::of((&changed).into(), context.today()));
            }
        }
        tell(desk, tx, context, News::Suspended, &suspended)?;
        Ok::<_, Error>((withdrawn, !suspended.is_empty()))
    })?;
    if suspended {
        (desk.status_changed)();
    }
    Ok(withdrawn)
}
