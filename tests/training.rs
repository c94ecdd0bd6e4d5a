use serde_json::json;

use crate::support::people::{identity_number, name, roster};
use crate::support::{on_both, path};

#[test]
fn a_roster_is_checked_first_and_taken_over_whole() {
    on_both(|world| {
        let class = path::approved_class(world);
        let address = format!("/api/v1/classes/{}/roster", class["id"].as_str().expect("an id"));
        let school = world.as_user("school");
        let page = format!("/classes/{}/roster", class["id"].as_str().expect("an id"));
        let (clerk, _) = world.page_session("school");
        assert_eq!(clerk.get(&page).status, 200, "{}", clerk.get(&page).text());

        let mut people: Vec<_> = (0..30).map(|n| (identity_number(n), name(n))).collect();
        people.push(people[3].clone());
        let twice = school.upload(&address, ("roster.xlsx", &roster(&people, false)), &[]);
        let repeated = ("document_number".to_owned(), "duplicate-in-file".to_owned());
        assert_eq!(twice.field_errors(), [repeated.clone(), repeated]);
        let rows: Vec<_> = [0, 1].map(|place| twice.json()["errors"][place]["row"].clone()).into();
        assert_eq!(rows, [5, 32]);

        people.pop();
        let rounded = school.upload(&address, ("roster.xlsx", &roster(&people, true)), &[]);
        assert!(
            rounded
                .field_errors()
                .iter()
                .any(|(field, code)| field == "document_number" && code == "numeric-identity")
        );
        let sheet = format!("/api/v1/classes/{}", class["id"].as_str().expect("an id"));
        assert_eq!(
            world.get("school", &sheet).expect(200)["enrolments"],
            json!([]),
            "nothing was taken over"
        );

        let checked = school.upload(&address, ("roster.xlsx", &roster(&people, false)), &[("check", "true")]);
        assert_eq!(checked.json()["ready"], true, "{}", checked.text());
        assert_eq!(
            world.get("school", &sheet).expect(200)["enrolments"],
            json!([]),
            "a check changes nothing"
        );
        let taken = school.upload(&address, ("roster.xlsx", &roster(&people, false)), &[]);
        assert!(taken.status < 300, "{}", taken.text());
        let listed = world.get("school", &sheet);
        assert_eq!(listed.json()["enrolments"].as_array().map(Vec::len), Some(30));
        // No identity digits leave the registry in a list.
        assert!(!listed.text().contains("990481"), "{}", listed.text());
        assert_eq!(world.get("school2", &sheet).status, 404);
    });
}
