//! Three months of subsidies: budgets, the days of work that the demo's institution told, what the monthly runs
//! proposed for its staff, and how far their claims came. The oldest month is paid, the next waits for finance, the
//! last has just been filed.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate};
use serde_json::json;

use crate::flows::claim_decide::claim_approve;
use crate::flows::claim_submit::draft_submit;
use crate::flows::demo::dice::{Dice, shifted};
use crate::flows::demo::staff::Worker;
use crate::flows::demo::{Books, LoadError};
use crate::flows::error::Error;
use crate::flows::monthly_recheck::monthly_recheck;
use crate::flows::monthly_run::monthly_run;
use crate::flows::statements_import::{FileSource, StatementRow, statements_import};
use crate::kernel::context::{Actor, Context};
use crate::kernel::form;
use crate::kernel::ids::PersonId;
use crate::kernel::money::Fen;
use crate::kernel::month::Month;
use crate::registry::ledger::{self, NewBudget};
use crate::registry::organisations;
use crate::registry::schemes::Beneficiary;
use crate::registry::subsidies::rules::state::StateCode;
use crate::registry::subsidies::service::{self, Decision};
use crate::registry::subsidies::{
    BatchCall, Claim, NewBankAccount, PaymentResult, Reason, Wanted, batch, claim_store, payee, payment_file,
};

/// What the city's budget provides for, with the yuan of a year.
const BUDGETS: [(&str, i64); 3] = [
    ("haining-post-allowance", 600_000),
    ("haining-level-award", 150_000),
    ("haining-insurance-subsidy", 300_000),
];
/// The scheme whose claims are followed to their payment.
const SCHEME: &str = "haining-post-allowance";
/// More claims than the institution has in a month.
const MANY: i64 = 200;

/// One of the institution's staff.
struct Member<'a> {
    worker: &'a Worker,
    person: PersonId,
}

/// The institution's staff and the offices that its claims go through.
struct Desk<'a, 'b> {
    books: &'a Books<'b>,
    staff: Vec<Member<'a>>,
    institution: Actor,
    town: Actor,
    bureau: Actor,
    dice: &'a Dice<'a>,
}

pub fn enter(
    books: &Books<'_>,
    workers: &[Worker],
    people: &[PersonId],
    dice: &Dice<'_>,
) -> Result<(), LoadError> {
    let institution = books.actor("institution")?;
    let home = books.institutions.iter().position(|id| Some(*id) == institution.organisation);
    let own = workers.iter().zip(people).filter(|(worker, _)| worker.employer() == home);
    let staff = own.map(|(worker, person)| Member { worker, person: *person }).collect();
    let (town, bureau) = (books.actor("town")?, books.actor("bureau")?);
    let desk = Desk { books, staff, institution, town, bureau, dice };
    let months = months_before(books.calendar.today);
    desk.budgets(&months)?;
    desk.accounts(months[0])?;
    for (place, month) in months.into_iter().enumerate() {
        desk.told(month)?;
        desk.proposed(month)?;
        let filed = desk.filed(month)?;
        match place {
            0 => {
                desk.decided(month, &filed)?;
                desk.paid(month)?;
            }
            1 => desk.decided(month, &filed)?,
            _ => desk.looked_at(month, &filed)?,
        }
    }
    desk.corrected(months[0], months[2])
}

/// The three months that were over last, the oldest first.
fn months_before(today: NaiveDate) -> [Month; 3] {
    let before = |day: NaiveDate| Month::of(day.with_day(1).unwrap_or(day) - Days::new(1));
    let last = before(today);
    let middle = before(last.first_day());
    [before(middle.first_day()), middle, last]
}

/// A day of the month after `month`.
fn after(month: Month, day: u64) -> NaiveDate {
    month.last_day() + Days::new(day)
}

impl Desk<'_, '_> {
    fn context(&self, day: NaiveDate, minutes: i64, actor: &Actor) -> Context {
        self.books.calendar.context(day, minutes, Some(actor))
    }

    /// For each year in which something is approved.
    fn budgets(&self, months: &[Month; 3]) -> Result<(), LoadError> {
        let finance = self.books.actor("finance")?;
        let years: BTreeSet<i32> = months.iter().map(|month| after(*month, 15).year()).collect();
        let day = shifted(months[0].first_day(), -20);
        let context = self.context(day, 600, &finance);
        self.books.office.desk.database.write(|tx| {
            for (scheme, yuan) in BUDGETS {
                for year in &years {
                    let new = NewBudget {
                        scheme: scheme.to_owned(),
                        year: *year,
                        amount: Fen::new(yuan * 100),
                        document: format!("示例文号〔{year}〕3号"),
                    };
                    ledger::service::budget_set(tx, &context, &new).map_err(Error::from)?;
                }
            }
            Ok(())
        })
    }

    /// Where the staff are paid; one of them has told nothing yet.
    fn accounts(&self, month: Month) -> Result<(), LoadError> {
        let context = self.context(after(month, 1), 550, &self.institution);
        let sealer = self.books.office.sealer;
        self.books.office.desk.database.write(|tx| {
            for (place, member) in self.staff.iter().enumerate().skip(1) {
                let name = member.worker.citizen.name.clone();
                let new = NewBankAccount {
                    holder: name.clone(),
                    bank: "示例农商银行海宁支行".to_owned(),
                    number: format!("62148600{:011}", 20_260_000 + place * 7_919),
                };
                let who = (Beneficiary::Person(member.person), name.as_str());
                payee::account_record(tx, &context, sealer, who, &new).map_err(Error::from)?;
            }
            Ok(())
        })
    }

    /// The institution tells the days of work, and who is on the establishment: nobody.
    fn told(&self, month: Month) -> Result<(), LoadError> {
        let here =
            |one: &&Member<'_>| one.worker.spells.last().is_some_and(|stint| stint.from <= month.first_day());
        let present: Vec<_> = self.staff.iter().filter(here).collect();
        let days = |_: &&Member<'_>| match self.dice.below(10) {
            0 => self.dice.between(8, 19),
            _ => self.dice.between(20, 23),
        };
        let rows: Vec<_> = present.iter().map(|one| (*one, days(one))).collect();
        self.import(month, after(month, 1), &rows)
    }

    fn import(&self, month: Month, on: NaiveDate, days: &[(&Member<'_>, i64)]) -> Result<(), LoadError> {
        let rows = (2..).zip(days).map(|(number, (member, days))| {
            let told = json!({
                "document_number": member.worker.citizen.number, "name": member.worker.citizen.name,
                "month": month.to_string(), "work_days": days.to_string(), "on_establishment": "否",
            });
            let row: StatementRow =
                form::read(told.as_object().ok_or(LoadError::Incomplete("days of work"))?)
                    .map_err(Error::from)?;
            Ok((number, row))
        });
        let rows: Vec<_> = rows.collect::<Result<_, LoadError>>()?;
        let office = self.books.office;
        let own = self.institution.organisation.ok_or(LoadError::Incomplete("institution"))?;
        let known = office.desk.database.read(|conn| organisations::store::find(conn, own))?;
        let by = known.ok_or(LoadError::Incomplete("institution"))?.name;
        let source = FileSource { by, file: format!("考勤{month}.xlsx") };
        let context = self.context(on, 560, &self.institution);
        office.desk.database.write(|tx| {
            let documents = (office.sealer, office.regions);
            statements_import(tx, &context, &self.institution, documents, (&source, &rows))?;
            Ok(())
        })
    }

    /// The bureau lets the month be run.
    fn proposed(&self, month: Month) -> Result<(), LoadError> {
        let context = self.context(after(month, 2), 570, &self.bureau);
        let desk = &self.books.office.desk;
        monthly_run(desk.database, &context, desk.schemes, month)?;
        Ok(())
    }

    /// What the institution submitted of the proposals: all but one, which it has still to look at.
    fn filed(&self, month: Month) -> Result<Vec<Claim>, LoadError> {
        let drafts = self.claims(month, StateCode::Draft)?;
        let desk = &self.books.office.desk;
        let context = self.context(after(month, 3), 600, &self.institution);
        let reason = Reason(String::new());
        desk.database.write(|tx| {
            let submitted = drafts.iter().skip(1).map(|draft| {
                let decision = decision(&self.institution, draft, &reason);
                draft_submit(tx, &context, desk.schemes, &decision)
            });
            Ok(submitted.collect::<Result<_, _>>()?)
        })
    }

    /// The institution's claims of a month in a state.
    fn claims(&self, month: Month, state: StateCode) -> Result<Vec<Claim>, LoadError> {
        let wanted = Wanted {
            state: Some(state),
            scheme: Some(SCHEME.to_owned()),
            part: Some(month.to_string()),
            applicant: self.institution.organisation,
            limit: MANY,
            ..Wanted::default()
        };
        self.books.office.desk.database.read(|conn| Ok(claim_store::list(conn, &wanted)?))
    }

    /// Reviewed by the street and approved by the bureau, but for one that the street refused.
    fn decided(&self, month: Month, filed: &[Claim]) -> Result<(), LoadError> {
        let desk = &self.books.office.desk;
        let review = self.context(after(month, 8), 620, &self.town);
        let approve = self.context(after(month, 12), 640, &self.bureau);
        let (fine, why) = (
            Reason("已核对考勤和在岗记录".to_owned()),
            Reason("考勤表缺单位盖章，请补正后重新申报".to_owned()),
        );
        desk.database.write(|tx| {
            for (place, claim) in filed.iter().enumerate() {
                if place == 0 {
                    service::claim_refuse(tx, &review, &decision(&self.town, claim, &why))
                        .map_err(Error::from)?;
                    continue;
                }
                let reviewed = service::claim_review(tx, &review, &decision(&self.town, claim, &fine));
                let reviewed = reviewed.map_err(Error::from)?;
                claim_approve(tx, &approve, desk.schemes, &decision(&self.bureau, &reviewed, &fine))?;
            }
            Ok(())
        })
    }

    /// Filed, and some of them reviewed by the street.
    fn looked_at(&self, month: Month, filed: &[Claim]) -> Result<(), LoadError> {
        let context = self.context(after(month, 8), 620, &self.town);
        let fine = Reason("已核对考勤和在岗记录".to_owned());
        self.books.office.desk.database.write(|tx| {
            for claim in filed.iter().skip(filed.len() / 2) {
                service::claim_review(tx, &context, &decision(&self.town, claim, &fine))
                    .map_err(Error::from)?;
            }
            Ok(())
        })
    }

    /// A batch of what stood in public long enough: the bank could not carry out one of the payments.
    fn paid(&self, month: Month) -> Result<(), LoadError> {
        let (finance, second) = (self.books.actor("finance")?, self.books.actor("finance2")?);
        let sealer = self.books.office.sealer;
        let on = |day: u64, actor: &Actor| self.context(after(month, day), 660, actor);
        self.books.office.desk.database.write(|tx| {
            let call = BatchCall { scheme: None, claims: Vec::new() };
            let opened =
                batch::batch_open(tx, &on(22, &finance), &finance, &call).map_err(Error::from)?.batch;
            let confirmed = batch::batch_confirm(tx, &on(23, &second), &second, (opened.id, opened.version));
            let confirmed = confirmed.map_err(Error::from)?;
            let lines = batch::lines(tx, sealer, confirmed.id).map_err(Error::from)?;
            let said = lines.into_iter().enumerate().map(|(place, line)| match place {
                0 => (line, PaymentResult::Failed, "账号不存在".to_owned()),
                _ => (line, PaymentResult::Paid, String::new()),
            });
            let file = payment_file::write_results(&confirmed.number, &said.collect::<Vec<_>>())
                .map_err(|_| LoadError::Incomplete("result file"))?;
            let seen = (confirmed.id, confirmed.version);
            batch::results_import(tx, &on(25, &finance), sealer, seen, &file).map_err(Error::from)?;
            Ok(())
        })
    }

    /// The days of one whose month was paid turn out to have been fewer; the next check proposes to ask it back.
    fn corrected(&self, month: Month, last: Month) -> Result<(), LoadError> {
        let paid = self.claims(month, StateCode::Paid)?;
        let of = |claim: &Claim| {
            self.staff.iter().find(|one| claim.obligation.beneficiary == Beneficiary::Person(one.person))
        };
        let Some(member) = paid.last().and_then(of) else { return Ok(()) };
        self.import(month, after(last, 4), &[(member, 15)])?;
        let context = self.context(after(last, 5), 570, &self.bureau);
        let desk = &self.books.office.desk;
        monthly_recheck(desk.database, &context, desk.schemes)?;
        Ok(())
    }
}

const fn decision<'a>(actor: &'a Actor, claim: &Claim, reason: &'a Reason) -> Decision<'a> {
    Decision { actor, claim: claim.id, version: claim.version, reason }
}
