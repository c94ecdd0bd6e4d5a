use crate::kernel::invalid::{FieldError, Invalid};
use crate::kernel::money::Fen;
use crate::registry::ledger::{Account, Balances, PostingKind};

impl PostingKind {
    /// The account that the money leaves, and the one that it enters.
    #[must_use]
    pub const fn accounts(self) -> (Account, Account) {
        match self {
            Self::Raise => (Account::Appropriation, Account::Available),
            Self::Lower => (Account::Available, Account::Appropriation),
            Self::Commit => (Account::Available, Account::Committed),
            Self::Release => (Account::Committed, Account::Available),
            Self::Pay => (Account::Committed, Account::Paid),
            Self::Return => (Account::Paid, Account::Committed),
            Self::Demand => (Account::Paid, Account::ToRecover),
            Self::Receive => (Account::ToRecover, Account::Recovered),
        }
    }
}

impl Balances {
    /// The balance of one account as the ledger counts it: the appropriation at or below zero.
    #[must_use]
    pub const fn of(&self, account: Account) -> Fen {
        match account {
            Account::Appropriation => Fen::new(-self.appropriation.get()),
            Account::Available => self.available,
            Account::Committed => self.committed,
            Account::Paid => self.paid,
            Account::ToRecover => self.to_recover,
            Account::Recovered => self.recovered,
        }
    }
}

/// What posts a new appropriation: `None` where it is the one there is.
///
/// # Errors
/// `below-committed` on `amount_fen`: what was promised or paid can't be taken away again.
pub fn change(balances: &Balances, wanted: Fen) -> Result<Option<(PostingKind, Fen)>, Invalid> {
    let spoken_for = balances.appropriation.get() - balances.available.get();
    if wanted.get() < spoken_for {
        let error = FieldError::new("amount_fen", "below-committed").with("min", Fen::new(spoken_for));
        return Err(error.into());
    }
    let difference = wanted.get() - balances.appropriation.get();
    Ok(match difference {
        0 => None,
        1.. => Some((PostingKind::Raise, Fen::new(difference))),
        _ => Some((PostingKind::Lower, Fen::new(-difference))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::codes::Code;

    #[test]
    fn every_posting_leaves_one_account_for_another() {
        for kind in PostingKind::ALL {
            let (from, to) = kind.accounts();
            assert_ne!(from, to, "{kind}");
        }
    }

    #[test]
    fn a_budget_is_never_lowered_below_what_is_spoken_for() {
        let balances = Balances {
            appropriation: Fen::new(1_000),
            available: Fen::new(300),
            committed: Fen::new(200),
            paid: Fen::new(400),
            to_recover: Fen::new(60),
            recovered: Fen::new(40),
        };
        let check = |wanted: i64, expected: Option<Option<(PostingKind, i64)>>| {
            let found = change(&balances, Fen::new(wanted)).ok();
            assert_eq!(found.map(|to| to.map(|(kind, by)| (kind, by.get()))), expected, "{wanted}");
        };
        check(1_000, Some(None));
        check(1_001, Some(Some((PostingKind::Raise, 1))));
        check(700, Some(Some((PostingKind::Lower, 300))));
        check(699, None);
        let sum: i64 = Account::ALL.iter().map(|account| balances.of(*account).get()).sum();
        assert_eq!(sum, 0);
    }
}
