//! Against a real SQLite database in a temporary folder; `tests/` runs the same over HTTP on both databases.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;

use super::*;
use crate::db::{Database, DatabaseUrl, migrations};
use crate::kernel::context::{Actor, Origin, Randomness, Role};
use crate::kernel::form;
use crate::kernel::identity::check_character;
use crate::kernel::ids::{AccountId, RequestId};
use crate::kernel::vocabulary::AreaKind;
use crate::proof::keys::PrivateKey;
use crate::registry::areas::{self, Area};
use crate::registry::employment::error::Error as Refusal;
use crate::registry::employment::{Leaving, LeavingReason, PostKind, Transfer};
use crate::registry::organisations::{self, NewOrganisation};

struct Counter(AtomicU64);
impl Randomness for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        let count = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        bytes.fill(0);
        let length = bytes.len().min(8);
        let from = bytes.len() - length;
        bytes[from..].copy_from_slice(&count[8 - length..]);
    }
}

/// A registry with two institutions, and an actor for each.
struct Town {
    _folder: tempfile::TempDir,
    database: Database,
    sealer: Sealer,
    positions: Vec<Position>,
    random: Arc<dyn Randomness>,
    institutions: [OrganisationId; 2],
}

impl Town {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = DatabaseUrl::Sqlite(folder.path().join("test.db"));
        let database = Database::open(&url, 2).expect("a database");
        database.read(|conn| Ok::<_, Error>(migrations::run(conn).expect("tables"))).expect("tables");
        let mut town = Self {
            _folder: folder,
            database,
            sealer: Sealer::new(&PrivateKey::from_random(&mut [7; 32])).expect("a sealer"),
            positions: crate::seeds::load().expect("seeds").positions,
            random: Arc::new(Counter(AtomicU64::new(1))),
            institutions: [OrganisationId::from_uuid(uuid::Uuid::nil()); 2],
        };
        town.institutions = town.write(None, Town::found).expect("institutions");
        town
    }

    fn found(tx: &mut Tx, context: &Context) -> Result<[OrganisationId; 2], Error> {
        let area = Area {
            code: "330481".parse().expect("a code"),
            parent_code: None,
            kind: AreaKind::County,
            name: "海宁市".to_owned(),
            name_en: "Haining".to_owned(),
        };
        areas::store::save(tx, &area)?;
        let mut made = Vec::new();
        for (name, beds) in [("硖石养老院", 100), ("许村养老院", 50)] {
            let new = json!({ "kind": "institution", "name": name, "name_en": name, "area_code": "330481",
                "institution_kind": "care-home", "beds": beds });
            let new = form::read::<NewOrganisation>(new.as_object().expect("an object")).expect("an entry");
            made.push(organisations::service::organisation_create(tx, context, &new)?.id);
        }
        Ok([made[0], made[1]])
    }

    fn context(&self, institution: Option<usize>) -> Context {
        let actor = institution.map(|number| Actor {
            account: AccountId::from_uuid(uuid::Uuid::nil()),
            name: "院长".to_owned(),
            role: Role::Institution,
            organisation: Some(self.institutions[number]),
            area: None,
            person: None,
        });
        Context {
            now: "2026-11-21T04:00:00Z".parse().expect("a time"),
            actor,
            request: RequestId::from_uuid(uuid::Uuid::nil()),
            origin: Origin::CommandLine,
            random: Arc::clone(&self.random),
        }
    }

    fn registry(&self) -> Registry<'_> {
        Registry { sealer: &self.sealer, regions: IdentityRegions::WithDemo, positions: &self.positions }
    }

    /// As institution 0 or 1, or as the system. The account of an actor isn't in the database, so its writes name
    /// none.
    fn write<T>(
        &self,
        as_institution: Option<usize>,
        work: impl FnOnce(&mut Tx, &Context) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let context = self.context(as_institution);
        self.database.write(|tx| work(tx, &context))
    }

    fn import(&self, institution: usize, rows: &[(u32, StaffRow)]) -> Result<StaffImported, Error> {
        let at = self.institutions[institution];
        self.write(None, |tx, context| staff_import(tx, context, self.registry(), at, rows, Vec::new()))
    }

    fn count(&self, institution: usize) -> i64 {
        let at = self.institutions[institution];
        let today = self.context(None).today();
        self.database.read(|conn| Ok::<_, Error>(store::count_staff(conn, at, today)?)).expect("a count")
    }
}

/// A number of the region that is nobody's.
fn number(serial: u32) -> String {
    let body = format!(
        "99048119{:02}{:02}{:02}{:03}",
        70 + serial / 1000 % 30,
        1 + serial / 28_000,
        1 + serial % 28,
        serial % 1000
    );
    format!("{body}{}", check_character(&body).expect("17 digits"))
}

fn row(row: u32, document: &str, name: &str, changes: serde_json::Value) -> (u32, StaffRow) {
    let mut fields = json!({ "document_number": document, "name": name, "position": "caregiver",
        "post_kind": "regular", "from_date": "2026-01-05" });
    fields.as_object_mut().expect("fields").extend(changes.as_object().expect("fields").clone());
    let read = form::read::<StaffRow>(fields.as_object().expect("fields"));
    (row, read.map_err(|invalid| invalid.to_string()).expect("a row"))
}

fn refused<T>(result: Result<T, Error>) -> Vec<(Option<u32>, String, &'static str)> {
    match result {
        Err(
            Error::Invalid(Invalid(errors))
            | Error::Employment(Refusal::Invalid(Invalid(errors)))
            | Error::People(crate::registry::people::error::Error::Invalid(Invalid(errors))),
        ) => errors.into_iter().map(|error| (error.row, error.field, error.code)).collect(),
        Err(other) => panic!("refused otherwise: {other:?}"),
        Ok(_) => Vec::new(),
    }
}

#[test]
fn a_staff_list_is_taken_whole_or_not_at_all() {
    let town = Town::new();
    let good =
        [row(2, &number(1), "王芳", json!({})), row(3, &number(2), "李强", json!({"position": "nurse"}))];
    assert_eq!(town.import(0, &good).ok(), Some(StaffImported { rows: 2, registered: 2 }));
    assert_eq!(town.count(0), 2);
    let bad = [
        row(2, &number(3), "赵敏", json!({})),
        row(3, &number(3), "赵敏", json!({})),
        row(4, &number(1), "王方", json!({})),
        row(5, &number(2), "李 强", json!({"position": "caregiver"})),
        row(6, "990481197001010019", "钱", json!({"phone": "1"})),
        row(7, &number(4), "孙丽", json!({"position": "cook", "from_date": "2026-11-22"})),
    ];
    let expected = [
        (Some(2), "document_number", "duplicate-in-file"),
        (Some(3), "document_number", "duplicate-in-file"),
        (Some(4), "name", "registered-under-another-name"),
        (Some(5), "from_date", "overlapping-employment"),
        (Some(6), "document_number", "identity-checksum"),
        (Some(6), "phone", "phone-form"),
        (Some(7), "position", "unknown-choice"),
        (Some(7), "from_date", "future-date"),
    ];
    let expected: Vec<_> =
        expected.into_iter().map(|(row, field, code)| (row, field.to_owned(), code)).collect();
    assert_eq!(refused(town.import(1, &bad)), expected);
    let checked = town.database.read(|conn| {
        staff_check(conn, &town.context(None), town.registry(), town.institutions[1], &bad, Vec::new())
    });
    assert_eq!(refused(checked), expected);
    assert_eq!(town.count(1), 0);
    // The row that was good in itself was not registered either.
    let third = row(2, &number(3), "赵敏", json!({}));
    assert_eq!(town.import(1, &[third]).ok(), Some(StaffImported { rows: 1, registered: 1 }));
}

#[test]
fn joining_leaving_and_moving_on() {
    let town = Town::new();
    let (_, StaffRow { person, post }) = row(0, &number(1), "王芳", json!({}));
    let joining = Joining { joiner: Joiner::Described(person.clone()), post: post.clone() };
    let join = |at: usize| {
        town.write(None, |tx, context| {
            staff_join(tx, context, town.registry(), town.institutions[at], &joining)
        })
    };
    let spell = join(0).expect("joined");
    let overlapping = vec![(None, "from_date".to_owned(), "overlapping-employment")];
    assert_eq!(refused(join(1)), overlapping);
    let transfer = Transfer {
        organisation: Some(town.institutions[1]),
        post: Post {
            post_kind: PostKind::Dispatch,
            from_date: "2026-06-01".parse().expect("a date"),
            ..post
        },
    };
    // An institution does not write another's staff.
    let as_institution = town.write(Some(0), |tx, context| {
        Ok(service::employment_transfer(tx, context, &town.positions, spell.id, 1, &transfer)?)
    });
    assert_eq!(refused(as_institution), [(None, "organisation_id".to_owned(), "bureau-only")]);
    let moved = town.write(None, |tx, context| {
        Ok(service::employment_transfer(tx, context, &town.positions, spell.id, 1, &transfer)?)
    });
    let moved = moved.expect("moved");
    assert_eq!((town.count(0), town.count(1)), (0, 1));
    let leaving = Leaving { to_date: "2026-06-30".parse().expect("a date"), reason: LeavingReason::Resigned };
    let leave = |id, version| {
        town.write(None, |tx, context| Ok(service::employment_leave(tx, context, id, version, &leaving)?))
    };
    assert!(matches!(leave(moved.id, 7), Err(Error::Employment(Refusal::Stale))));
    assert!(leave(moved.id, moved.version).is_ok());
    assert!(matches!(leave(moved.id, 2), Err(Error::Employment(Refusal::AlreadyLeft))));
    let periods = town
        .database
        .read(|conn| Ok::<_, Error>(service::service_periods(conn, &town.positions, spell.person)?));
    let (since, until) = ("2026-01-01".parse().expect("a date"), "2026-11-21".parse().expect("a date"));
    let days = rules::service_days(&periods.expect("periods"), since, until);
    assert_eq!(days, 177, "5 January to 30 June");
}

#[test]
fn who_is_somebody_else_s_stays_unknown() {
    let town = Town::new();
    assert!(town.import(0, &[row(2, &number(1), "王芳", json!({}))]).is_ok());
    let person = town.database.read(|conn| {
        let document = crate::kernel::identity::IdentityDocument::from_store(
            crate::kernel::identity::DocumentKind::ResidentIdentityCard,
            number(1),
        );
        let found = people::service::person_by_document(conn, &town.sealer, &document)?;
        Ok::<_, Error>(found.expect("registered"))
    });
    let person = person.expect("registered");
    let sees = |institution: usize| {
        town.database
            .read(|conn| visible_person(conn, &town.context(Some(institution)), person.id).map(|p| p.id))
    };
    assert_eq!(sees(0).ok(), Some(person.id));
    assert!(matches!(sees(1), Err(Error::NotFound)));
    let stranger = PersonId::from_uuid(uuid::Uuid::nil());
    let unknown = town.database.read(|conn| visible_person(conn, &town.context(Some(0)), stranger));
    assert!(unknown.is_err());
    let foreign = town.write(Some(1), |tx, context| {
        let joining = Joining {
            joiner: Joiner::Known(person.id),
            post: Post {
                position: "nurse".to_owned(),
                post_kind: PostKind::PartTime,
                from_date: "2026-02-01".parse().expect("a date"),
            },
        };
        staff_join(tx, context, town.registry(), town.institutions[0], &joining)
    });
    assert!(matches!(foreign, Err(Error::Employment(Refusal::NotFound))));
}
