//! 对账: what was claimed for somebody, what came of it, and what it adds up to. The same lines and sums for a spreadsheet
//! and for paper.

use crate::db::Conn;
use crate::kernel::dates::Timestamp;
use crate::kernel::money::Fen;
use crate::registry::subsidies::error::Error;
use crate::registry::subsidies::{Claim, Wanted, claim_store, statement_store as store};

/// A claim with the money that followed it.
#[derive(Debug, Clone)]
pub struct StatementLine {
    pub claim: Claim,
    /// When the bank said that it was paid; none where it came back since.
    pub paid_at: Option<Timestamp>,
    pub asked_back: AskedBack,
}

/// What of a claim two persons decided to ask back, and what of that came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AskedBack {
    pub demanded: Fen,
    pub received: Fen,
}

/// What lines come to. Against the ledger: `due` less `paid` is what is committed, and `paid` less `to_recover` and
/// `recovered` is its account of what is paid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StatementSums {
    /// 应发: approved, and neither stopped nor refused since.
    pub due: Fen,
    /// 已发放, with what was asked back later.
    pub paid: Fen,
    /// 待追回
    pub to_recover: Fen,
    /// 已追回
    pub recovered: Fen,
}

/// The claims that `wanted` names, the oldest first, at most `limit`; and whether there are more.
pub fn claim_lines(
    conn: &mut Conn,
    wanted: Wanted,
    limit: usize,
) -> Result<(Vec<StatementLine>, bool), Error> {
    let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let mut claims = claim_store::list(conn, &Wanted { offset: 0, limit: one_more, ..wanted })?;
    let is_cut = claims.len() > limit;
    claims.truncate(limit);
    claims.reverse();
    let ids: Vec<_> = claims.iter().map(|claim| claim.id).collect();
    let mut paid = store::paid_at(conn, &ids)?;
    let asked_back = store::asked_back(conn, &ids)?;
    let line = |claim: Claim| StatementLine {
        paid_at: paid.remove(&claim.id),
        asked_back: asked_back.get(&claim.id).copied().unwrap_or_default(),
        claim,
    };
    Ok((claims.into_iter().map(line).collect(), is_cut))
}

impl StatementSums {
    /// A sum past what an integer of fen holds stays at its end.
    #[must_use]
    pub fn of(lines: &[StatementLine]) -> Self {
        let mut sums = [0i64; 4];
        for StatementLine { claim, asked_back, .. } in lines {
            let (state, amount) = (claim.state.code(), claim.amount.get());
            let (demanded, received) = (asked_back.demanded.get(), asked_back.received.get());
            let parts = [
                if state.is_committed() || state.is_paid() { amount } else { 0 },
                if state.is_paid() { amount } else { 0 },
                demanded.saturating_sub(received),
                received,
            ];
            for (sum, part) in sums.iter_mut().zip(parts) {
                *sum = sum.saturating_add(part);
            }
        }
        let [due, paid, to_recover, recovered] = sums.map(Fen::new);
        Self { due, paid, to_recover, recovered }
    }
}
