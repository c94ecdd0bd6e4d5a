//! Schemes as they are kept: seeded once, drafted, put in force, ended, and never two on one day.

mod form;

use chrono::NaiveDate;
use huzheng::http::problem::Problem;
use huzheng::kernel::context::Origin;
use huzheng::registry::schemes::entry::text_of;
use huzheng::registry::schemes::error::Error;
use huzheng::registry::schemes::{SchemeVersion, Stored, VersionState, service, store};

use serde_json::json;

use crate::support::{World, on_both};

const CODE: &str = "ningbo-post-allowance";

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn versions(world: &World) -> Vec<Stored> {
    world.app.database.read(|conn| store::of_code(conn, CODE)).expect("versions")
}

/// What an operation answers, and that nothing is left of it where it fails.
fn write<T>(
    world: &World,
    operation: impl Fn(&mut huzheng::db::Tx, &huzheng::kernel::context::Context) -> Result<T, Error>,
) -> Result<T, Error> {
    let context = world.app.context(None, Origin::CommandLine);
    world.app.database.write(|tx| operation(tx, &context))
}

fn next_version(from: &str) -> SchemeVersion {
    let seeds = huzheng::seeds::load().expect("the seeds");
    let table =
        seeds.schemes.iter().find(|table| table["code"].as_str() == Some(CODE)).expect("it is seeded");
    let mut scheme = service::seeded(table).expect("a scheme");
    scheme.valid_from = day(from);
    scheme
}

fn refused(result: Result<Stored, Error>) -> Vec<(String, &'static str)> {
    match result {
        Err(Error::Invalid(invalid)) => {
            invalid.0.into_iter().map(|error| (error.field, error.code)).collect()
        }
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn schemes_are_seeded_once_and_follow_one_another() {
    on_both(|world| {
        let seeds = huzheng::seeds::load().expect("the seeds");
        let again = write(world, |tx, context| service::schemes_seed(tx, context, &seeds.schemes));
        assert_eq!(again.expect("seeding"), 0, "they are there already");
        let all = world.app.database.read(store::all).expect("schemes");
        assert_eq!(all.len(), seeds.schemes.len());
        for stored in all {
            let table =
                seeds.schemes.iter().find(|table| table["code"].as_str() == Some(&stored.scheme.code));
            assert_eq!(service::seeded(table.expect("a seed")).expect("a scheme"), stored.scheme);
            assert_eq!(stored.state, VersionState::InForce);
        }

        // The second version may not begin while the first has no last day.
        let draft =
            write(world, |tx, context| service::scheme_save(tx, context, &next_version("2027-01-01")));
        let draft = draft.expect("a draft");
        assert_eq!((draft.scheme.version, draft.state), (2, VersionState::Draft));
        let too_early = write(world, |tx, context| service::scheme_put_in_force(tx, context, draft.id));
        assert_eq!(refused(too_early), [("valid_from".to_owned(), "versions-overlap")]);
        assert_eq!(versions(world)[0].state, VersionState::Draft);

        let first = versions(world)[1].id;
        let end = |last: &str| write(world, |tx, context| service::scheme_end(tx, context, first, day(last)));
        assert_eq!(refused(end("2026-11-20")), [("valid_to".to_owned(), "past-date")]);
        end("2026-12-31").expect("an end");
        let put = write(world, |tx, context| service::scheme_put_in_force(tx, context, draft.id));
        assert_eq!(put.expect("in force").state, VersionState::InForce);
        // The first can't be drawn out over the second, and neither changes again.
        assert_eq!(refused(end("2027-01-01")), [("valid_to".to_owned(), "versions-overlap")]);
        let again = write(world, |tx, context| service::scheme_put_in_force(tx, context, draft.id));
        assert!(matches!(again, Err(Error::InForce)), "{again:?}");
        let third =
            write(world, |tx, context| service::scheme_save(tx, context, &next_version("2028-01-01")));
        assert_eq!(third.expect("a draft").scheme.version, 3, "what is in force is not written over");

        let on = |on: &str| {
            let found =
                world.app.database.read(|conn| service::scheme_on(conn, CODE, day(on))).expect("a look");
            found.map(|stored| stored.scheme.version)
        };
        assert_eq!([on("2023-01-31"), on("2026-12-31"), on("2027-01-01")], [None, Some(1), Some(2)]);
        let compiled = world.app.database.read(|conn| service::compiled_on(conn, day("2026-07-01")));
        assert_eq!(compiled.expect("they are read").len(), seeds.schemes.len());
    });
}

#[test]
fn a_bad_scheme_leaves_nothing() {
    on_both(|world| {
        let mut bad = next_version("2027-01-01");
        bad.conditions[1].cel = "level >= \"3\"".to_owned();
        bad.conditions[2].en.clear();
        bad.amount = "yuan(lvl)".to_owned();
        let saved = write(world, |tx, context| service::scheme_save(tx, context, &bad));
        let expected =
            [("conditions[2].en", "required"), ("conditions[1].cel", "cel-type"), ("amount", "unknown-fact")];
        assert_eq!(refused(saved), expected.map(|(field, code)| (field.to_owned(), code)));
        assert_eq!(versions(world).len(), 1);

        let mut excluding = next_version("2027-01-01");
        excluding.exclusions = vec!["no-such-scheme".to_owned()];
        let saved = write(world, |tx, context| service::scheme_save(tx, context, &excluding));
        assert_eq!(refused(saved), [("exclusions[0]".to_owned(), "unknown-scheme")]);

        // Its days begin with those of the first version, which no end of that one could set free.
        let late = next_version("2023-02-01");
        let saved = write(world, |tx, context| service::scheme_save(tx, context, &late));
        assert_eq!(refused(saved), [("valid_from".to_owned(), "versions-overlap")]);
        assert_eq!(versions(world).len(), 1);
    });
}

/// Many at once draft the next version and put it in force: one of them gets the days.
#[test]
fn no_race_puts_two_versions_on_one_day() {
    on_both(|world| {
        let first = versions(world)[0].id;
        let ended = write(world, |tx, context| service::scheme_end(tx, context, first, day("2026-12-31")));
        ended.expect("an end");
        let outcomes: Vec<Result<Stored, Error>> = std::thread::scope(|scope| {
            let one = |number: u32| {
                let from = format!("2027-01-{:02}", number + 1);
                scope.spawn(move || {
                    let draft =
                        write(world, |tx, context| service::scheme_save(tx, context, &next_version(&from)))?;
                    write(world, |tx, context| service::scheme_put_in_force(tx, context, draft.id))
                })
            };
            let all: Vec<_> = (0..8).map(one).collect();
            all.into_iter().map(|thread| thread.join().expect("a thread")).collect()
        });
        for outcome in &outcomes {
            let fair = matches!(outcome, Ok(_) | Err(Error::Invalid(_) | Error::InForce | Error::NotFound));
            assert!(fair, "{outcome:?}");
        }
        let in_force: Vec<_> =
            versions(world).into_iter().filter(|one| one.state == VersionState::InForce).collect();
        assert_eq!(in_force.len(), 2, "{outcomes:?}");
        assert_eq!(in_force[1].scheme.valid_to, Some(day("2026-12-31")));
        assert!(in_force[0].scheme.valid_from > day("2026-12-31"));
    });
}

#[test]
fn the_bureau_drafts_and_everybody_reads() {
    on_both(|world| {
        let mut scheme = next_version("2027-01-01");
        let text = |scheme: &SchemeVersion| json!({ "toml": text_of(scheme).expect("a text") });
        scheme.conditions[1].cel = "lvl >= 1".to_owned();
        let refused = world.post("bureau", "/api/v1/schemes", text(&scheme));
        assert_eq!(refused.status, 422, "{}", refused.text());
        assert_eq!(refused.json()["errors"][0]["field"], "conditions[1].cel");
        let refused = world.post("bureau", "/api/v1/schemes", json!({ "toml": "code = [" }));
        assert_eq!((refused.status, &refused.json()["errors"][0]["field"]), (422, &json!("toml")));

        scheme.conditions[1].cel = "level_at_month[month] >= 3".to_owned();
        let draft = world.post("bureau", "/api/v1/schemes", text(&scheme)).json();
        assert_eq!((&draft["version"], &draft["state"]), (&json!(2), &json!("draft")), "{draft}");
        let address = format!("/api/v1/schemes/{}", draft["id"].as_str().expect("an id"));
        let own = world.post("bureau", &format!("{address}/in-force"), json!({}));
        assert_eq!(own.conflict(), "scheme-same-person");
        let put = world.post("bureau2", &format!("{address}/in-force"), json!({}));
        assert_eq!(put.status, 422, "the first version has no last day");
        let first = world.app.database.read(|conn| store::find_version(conn, CODE, 1));
        let first = format!("/api/v1/schemes/{}/end", first.expect("a look").expect("it is seeded").id);
        let ended = world.post("bureau", &first, json!({ "valid_to": "2026-12-31" }));
        assert_eq!(ended.json()["valid_to"], "2026-12-31");
        let put = world.post("bureau2", &format!("{address}/in-force"), json!({})).json();
        assert_eq!(put["state"], "in-force");
        assert!(put["drafted_by"].is_string() && put["in_force_by"].is_string(), "{put}");
        assert_ne!(put["drafted_by"], put["in_force_by"]);
        let again = world.post("bureau2", &format!("{address}/in-force"), json!({}));
        assert_eq!((again.status, again.conflict().as_str()), (409, "scheme-in-force"));
        let own = world.post("bureau", &format!("{address}/end"), json!({ "valid_to": "2027-12-31" }));
        assert_eq!(own.conflict(), "scheme-same-person");
        let ended = world.post("bureau2", &format!("{address}/end"), json!({ "valid_to": "2027-12-31" }));
        assert_eq!(ended.json()["valid_to"], "2027-12-31");

        let read = world.get("institution", &address).expect(200);
        assert_eq!(read["scheme"]["conditions"][1]["cel"], "level_at_month[month] >= 3");
        let list = world.get("institution", "/api/v1/schemes").expect(200);
        assert!(list["schemes"].as_array().is_some_and(|list| list.len() > 20));
        assert_eq!(world.get("bureau", &format!("/api/v1/schemes/{}", uuid::Uuid::nil())).status, 404);
    });
}

/// A problem for each error, so that no bad scheme is a 500.
#[test]
fn errors_have_their_problems() {
    assert!(matches!(Problem::from(Error::InForce), Problem::Conflict("scheme-in-force")));
    assert!(matches!(Problem::from(Error::NotFound), Problem::NotFound));
}
