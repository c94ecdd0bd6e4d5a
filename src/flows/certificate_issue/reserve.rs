//! The first transaction: who may be issued, under which number, and exactly what is to be signed.

use std::collections::HashMap;

use crate::db::Tx;
use crate::flows::certificate_issue::{Desk, words};
use crate::kernel::certificate_number::{BadNumber, BodyCode, CertificateNumber, Series};
use crate::kernel::context::Context;
use crate::kernel::ids::{OrganisationId, PersonId, PublicCode};
use crate::proof::frozen::{FrozenRecord, Named, SealedRecord};
use crate::proof::issue::{Refused, refusals};
use crate::proof::payload::StatusPlace;
use crate::proof::trust::TrustedKey;
use crate::registry::certificates::error::Error;
use crate::registry::certificates::number_store::{self, Occasion};
use crate::registry::certificates::rules::{Grounds, Issuable, issuable};
use crate::registry::certificates::{Reservation, ReservationState};
use crate::registry::organisations::{self, Organisation};
use crate::registry::people::{self, Person};

/// A certificate that is wanted.
pub struct Order {
    pub occasion: Occasion,
    pub grounds: Grounds,
    /// Where the body numbers its certificates itself.
    pub number: Option<CertificateNumber>,
}

/// Takes numbers, codes and status places for what `body` may issue of the orders, and keeps the frozen records. An
/// order that was reserved before is answered with that reservation; one that is refused, with its reason.
pub fn all(
    desk: &Desk<'_>,
    tx: &mut Tx,
    context: &Context,
    body: OrganisationId,
    orders: Vec<Result<Order, Error>>,
) -> Result<Vec<Result<Reservation, Error>>, Error> {
    (desk.may_sign)(tx)?;
    let body = organisations::store::find(tx, body)?.ok_or(Error::NotFound)?;
    let held = organisations::store::accreditations(tx, body.id)?;
    let occasions: Vec<_> = orders.iter().flatten().map(|order| order.occasion).collect();
    let mut open = number_store::find_open(tx, &occasions)?;
    let mut answers = Vec::with_capacity(orders.len());
    let mut wanted = Vec::new();
    for order in orders {
        let Order { occasion, grounds, number } = match order {
            Ok(order) => order,
            Err(error) => {
                answers.push(Some(Err(error)));
                continue;
            }
        };
        match issuable(grounds, &body, &held, context.today()) {
            Err(refused) => answers.push(Some(Err(refused.into()))),
            Ok(issuable) => {
                let before = open.remove(&occasion);
                if before.is_none() {
                    wanted.push(Wanted { occasion, issuable, number });
                }
                answers.push(before.map(Ok));
            }
        }
    }
    let mut new =
        if wanted.is_empty() { Vec::new() } else { reserve(desk, tx, context, &body, wanted)? }.into_iter();
    answers.into_iter().map(|answer| answer.or_else(|| new.next()).ok_or(Error::NotFound)).collect()
}

/// A certificate that may be issued.
struct Wanted {
    occasion: Occasion,
    issuable: Issuable,
    number: Option<CertificateNumber>,
}

fn reserve(
    desk: &Desk<'_>,
    tx: &mut Tx,
    context: &Context,
    body: &Organisation,
    mut wanted: Vec<Wanted>,
) -> Result<Vec<Result<Reservation, Error>>, Error> {
    let body_code = body.body_code.clone().ok_or(Error::NotFound)?;
    let (_, certified) = (desk.signing_key)(&body_code)?;
    let asked = wanted.len();
    wanted.truncate(take_within_cap(tx, context, &body_code, &certified, asked)?);
    let ids: Vec<PersonId> = wanted.iter().map(|wanted| wanted.issuable.person()).collect();
    let people: HashMap<PersonId, Person> =
        people::store::find_many(tx, &ids)?.into_iter().map(|person| (person.id, person)).collect();
    let numbers = take_numbers(tx, context, &body_code, &wanted)?;
    let places = number_store::draw_places(tx, context, wanted.len())?;
    let mut new = Vec::with_capacity(wanted.len());
    for ((wanted, number), place) in wanted.iter().zip(numbers).zip(places) {
        let person = people.get(&wanted.issuable.person()).ok_or(Error::NotFound)?;
        let record = freeze(desk, context, &wanted.issuable, body, person, number, place);
        let record = record.seal().map_err(|_| Error::BrokenDraft)?;
        new.push(reservation(record, wanted, body, context));
    }
    // One that can't be signed gives its number back. In a batch the number stays taken, void with its reason.
    if let ([only], 1) = (new.as_slice(), asked) {
        let payload = only.record.payload();
        let reasons = refusals(&payload, &certified, context.today());
        if !reasons.is_empty() {
            return Err(Refused(reasons).into());
        }
    }
    number_store::insert(tx, context, &new)?;
    let beyond = asked - new.len();
    Ok(new.into_iter().map(Ok).chain((0..beyond).map(|_| Err(Error::DailyCap))).collect())
}

/// How many of `asked` certificates the body's key may still sign today; they count as taken.
fn take_within_cap(
    tx: &mut Tx,
    context: &Context,
    body: &BodyCode,
    certified: &TrustedKey,
    asked: usize,
) -> Result<usize, Error> {
    let more = u32::try_from(asked).unwrap_or(u32::MAX);
    let taken = number_store::count_taken(tx, body, context.today(), more)?;
    let beyond = certified.daily_cap.map_or(0, |cap| taken.saturating_sub(cap)).min(more);
    if beyond > 0 {
        number_store::give_back(tx, body, context.today(), beyond)?;
    }
    Ok(usize::try_from(more - beyond).unwrap_or(asked))
}

/// The numbers of the wanted certificates, in their order.
fn take_numbers(
    tx: &mut Tx,
    context: &Context,
    body: &BodyCode,
    wanted: &[Wanted],
) -> Result<Vec<CertificateNumber>, Error> {
    let mut blocks = HashMap::new();
    let mut counts: HashMap<Series, usize> = HashMap::new();
    for wanted in wanted.iter().filter(|wanted| wanted.number.is_none()) {
        let series = wanted.issuable.merit().series().ok_or(BadNumber::Form)?;
        *counts.entry(series).or_default() += 1;
    }
    for (series, count) in counts {
        let block = number_store::take_numbers(tx, body, series, context.today(), count)?;
        blocks.insert(series, block.into_iter());
    }
    let number = |wanted: &Wanted| {
        let mut next = || blocks.get_mut(&wanted.issuable.merit().series()?)?.next();
        wanted.number.clone().or_else(&mut next).ok_or(Error::NotFound)
    };
    wanted.iter().map(number).collect()
}

fn reservation(record: SealedRecord, wanted: &Wanted, body: &Organisation, context: &Context) -> Reservation {
    Reservation {
        number: record.number.clone(),
        code: record.code,
        person: wanted.issuable.person(),
        body: body.id,
        origin: wanted.occasion.origin(),
        replaces: wanted.occasion.replaced(),
        renews: wanted.occasion.renewed(),
        record,
        state: ReservationState::Reserved,
        explanation: None,
        reserved_at: context.now,
    }
}

/// What the certificate says, in all its forms, with the words of today.
fn freeze(
    desk: &Desk<'_>,
    context: &Context,
    issuable: &Issuable,
    body: &Organisation,
    person: &Person,
    number: CertificateNumber,
    status: StatusPlace,
) -> FrozenRecord {
    let issued_on = context.today();
    let years = desk.seeds.certificate_term(desk.area, issued_on).and_then(|term| term.years);
    let (attested, criteria) = words::of(desk.seeds, issuable.merit());
    FrozenRecord {
        version: FrozenRecord::VERSION,
        attested,
        environment: desk.environment,
        code: PublicCode::from_bytes(context.random_bytes()),
        number,
        holder: person.name.clone(),
        document_kind: person.document_kind,
        criteria,
        body: Named { code: issuable.body_code().clone(), zh: body.name.clone(), en: body.name_en.clone() },
        issued_on,
        expires_on: issuable.last_day(issued_on, years),
        status,
        base: desk.public_url.clone(),
    }
}
