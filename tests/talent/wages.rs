//! Guidance wages: drafted by one person, published by another, and then for good.

use serde_json::{Value, json};

use super::{location, posted};
use crate::certificates::text;
use crate::support::on_both;

const WAGES: &str = "/api/v1/guidance-wages";

fn wages(from: &str) -> Value {
    let level = |level: u32, low: i64| json!({ "level": level, "low_fen": low, "median_fen": low + 50_000, "high_fen": low + 100_000 });
    json!({
        "effective_from": from, "document": "海人社〔2026〕8号", "source": "企业薪酬调查",
        "levels": [level(4, 480_000), level(5, 430_000)],
    })
}

#[test]
fn guidance_wages_are_published_by_another_and_for_good() {
    on_both(|world| {
        let public = || world.anybody().get(WAGES).expect(200);
        let seeded = public();
        assert_eq!(seeded.as_array().map(Vec::len), Some(1));
        assert_eq!(
            (&seeded[0]["illustrative"], &seeded[0]["in_force"], &seeded[0]["levels"][0]["median_fen"]),
            (&json!(true), &json!(true), &json!(500_000))
        );
        let draft = world.post("bureau", WAGES, wages("2026-12-01")).expect(201);
        assert_eq!(draft["levels"][0]["level"], "5", "sorted from level 5 up");
        assert_eq!(public(), seeded, "a draft is nobody's to see");
        let step = |who: &str, notice: &Value, step: &str| {
            let path = format!("{WAGES}/{}/{step}", text(notice, "id"));
            world.as_user(who).if_match(&notice["version"]).post(&path, &json!({}))
        };
        assert_eq!(step("bureau", &draft, "publish").conflict(), "wage-same-person");
        let second = world.post("bureau2", WAGES, wages("2026-12-01")).expect(201);
        let bare = format!("{WAGES}/{}/publish", text(&draft, "id"));
        assert_eq!(world.post("bureau2", &bare, json!({})).status, 428);
        step("bureau2", &draft, "publish").expect(200);
        step("bureau2", &draft, "publish").expect(412);
        assert_eq!(step("bureau", &second, "publish").conflict(), "wage-overtaken");
        step("bureau", &second, "drop").expect(200);
        let earlier = world.post("bureau", WAGES, wages("2026-12-01")).field_errors();
        assert_eq!(earlier, [("effective_from".to_owned(), "wage-not-later".to_owned())]);

        let of_force = |notices: &Value| notices[0]["in_force"].clone();
        assert_eq!(of_force(&public()), false, "not before its day");
        world.advance_days(10);
        assert_eq!(of_force(&public()), true);
        let mut wrong = wages("2027-01-01");
        wrong["levels"][0]["high_fen"] = json!(1);
        wrong["levels"][1]["low_fen"] = json!(0);
        let errors = world.post("bureau", WAGES, wrong.clone()).field_errors();
        assert_eq!(errors, [("levels[1].low_fen".to_owned(), "out-of-range".to_owned())]);
        wrong["levels"][1]["low_fen"] = json!(1);
        let errors = world.post("bureau", WAGES, wrong).field_errors();
        assert_eq!(errors[0].1, "wage-order");
        let mut elsewhere = wages("2027-01-01");
        elsewhere["area_code"] = json!("330102");
        let errors = world.post("bureau", WAGES, elsewhere).field_errors();
        assert_eq!(errors, [("area_code".to_owned(), "unknown-area".to_owned())]);
    });
}

#[test]
fn the_pages_publish_guidance_wages() {
    on_both(|world| {
        let public = || world.anybody().get("/guidance-wages").text();
        assert!(public().contains("5,000.00") && public().contains("数据为示例"));
        let level = |place: u32, level: u32, [low, median, high]: [&str; 3]| {
            format!(
                "&levels[{place}].level={level}&levels[{place}].low={low}&levels[{place}].median={median}\
                 &levels[{place}].high={high}"
            )
        };
        let head = "effective_from=2026-11-21&document=海人社1号&source=调查";
        let rest: String = (1..5).map(|place| level(place, 5 - place, ["", "", ""])).collect();
        let form = |first: [&str; 3]| format!("{head}{}{rest}", level(0, 5, first));
        for (first, says) in [
            (["4000", "", "6000"], "请填写此项"),
            (["4000", "x", "6000"], "4000"),
            (["7000", "5000", "6000"], "须从低到高"),
            (["", "", ""], "至少填写一个等级"),
        ] {
            let refused = posted(world, "bureau", "/talent/wages", &form(first));
            assert_eq!(refused.status, 422);
            assert!(refused.text().contains(says), "{says}: {}", refused.text());
        }
        location(&posted(world, "bureau", "/talent/wages", &form(["4321.50", "5000", "6000"])));
        assert!(!public().contains("4,321.50"));
        let own = world.page_session("bureau").0.get("/talent/wages").text();
        assert!(own.contains("须由另一人发布") && own.contains("4,321.50"));
        let shown = world.page_session("bureau2").0.get("/talent/wages").text();
        let at = shown.find("/publish\"").expect("a form");
        let start = shown[..at].rfind("/talent/wages/").expect("an address");
        let publish = format!("{}/publish", &shown[start..at]);
        location(&posted(world, "bureau2", &publish, ""));
        assert!(public().contains("4,321.50") && public().contains("其他各期"));
        let english = world.anybody().with_header("Accept-Language", "en").get("/guidance-wages").text();
        assert!(english.contains("Guidance wages"));
    });
}
