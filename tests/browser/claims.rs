//! From a claim to its money, by the pages of everybody who has a hand in it.

use huzheng::http::problem::Problem;
use huzheng::kernel::context::{Origin, Role};
use huzheng::registry::accounts::{self, NewAccount};
use serde_json::json;

use super::in_browser;
use crate::subsidies::desk;
use crate::subsidies::desk::{
    ACCOUNT, claim as claim_by_api, file_rows, in_balance, now, open, result_file, step, text,
};
use crate::support::World;
use crate::support::people::name;
use crate::support::world::PASSWORD;

const SUBMIT: &str = "main form button[type=submit]";

/// An account for the person themselves.
fn caregiver_account(world: &World, person: &str) {
    let context = world.app.context(None, Origin::CommandLine);
    let new = NewAccount {
        username: "caregiver".to_owned(),
        password: PASSWORD.to_owned(),
        role: Role::Caregiver,
        name: "caregiver".to_owned(),
        organisation: None,
        area: None,
        person: person.parse().ok(),
        email: None,
    };
    let made = world
        .app
        .database
        .write(|tx| Ok::<_, Problem>(accounts::service::account_create(tx, &context, &new)?));
    made.expect("the account is made");
}

#[test]
#[expect(clippy::too_many_lines, reason = "one walk from the first page to the last")]
fn a_claim_is_filed_decided_and_paid_by_its_pages() {
    in_browser(1280, async |world, browser| {
        open(world, 1_000_000, |scheme| scheme.review.town = true);
        let due = desk::caregiver(world, 1);
        let other = desk::uncertified(world, 2);
        caregiver_account(world, &due);

        // What could be had is seen before anything is claimed, and claimed with one button.
        browser.sign_in("institution").await;
        browser.find(".shortcut").await;
        browser.goto(&format!("/claims/options?who={due}")).await;
        browser.find(".option").await;
        browser.picture("claim-options").await;
        let told = browser.text().await;
        assert!(told.contains("2026年10月") && told.contains("400.00 元"), "{told}");
        browser.press(".option__part form button").await;
        browser.find(".confirmation").await;
        browser.picture("claim-filed").await;
        assert!(browser.text().await.contains("等待镇（街道）初审"));
        let claim = browser.client.current_url().await.expect("an address").path().to_owned();
        let id = json!({ "id": claim.trim_start_matches("/claims/") });
        browser.press("a[href^='/bank-account']").await;
        browser.fill("bank", "中国农业银行海宁支行").await;
        browser.fill("account_number", "12").await;
        browser.press("main form.card button[type=submit]").await;
        browser.find(".error-summary").await;
        browser.fill("account_number", &ACCOUNT[2..]).await;
        let number = browser.find("[name=account_number]").await;
        number.clear().await.expect("the field empties");
        number.send_keys(ACCOUNT).await.expect("the field takes text");
        browser.press("main form.card button[type=submit]").await;
        browser.find(".notice--good").await;

        // Nothing is due to the other: every condition says why, and what would change it.
        browser.goto(&format!("/claims/new?who={other}&scheme={}&claim_part=2026-10", desk::SCHEME)).await;
        browser.press("main form.card button[type=submit]").await;
        browser.find(".error-summary").await;
        browser.find(".conditions").await;
        browser.picture("claim-not-due").await;
        let told = browser.text().await;
        for words in ["当月1日已持证", "不符合", "2026-10：无有效证书", "来自", "怎样改变", "登记后再申领"]
        {
            assert!(told.contains(words), "{words} in {told}");
        }
        browser.sign_out().await;
        browser.find("[name=username]").await;

        // The town finds it among its tasks.
        browser.sign_in("town").await;
        browser.press(".task[href='/claims']").await;
        browser.find("table").await;
        browser.picture("claims-town").await;
        browser.press(&format!("a[href='{claim}']")).await;
        browser.press(&format!("form[action='{claim}/review'] button")).await;
        browser.find(".notice--good").await;
        browser.sign_out().await;
        browser.find("[name=username]").await;

        // The bureau ticks it among all that wait.
        browser.sign_in("bureau").await;
        browser.find(".task[href='/claims']").await;
        browser.goto("/claims").await;
        browser.press(".tick__label input").await;
        browser.picture("claims-bureau").await;
        browser.press("form[action='/claims/step'] button[type=submit]").await;
        browser.find("main h1").await;
        browser.picture("claims-approved").await;
        assert!(browser.text().await.contains("审批通过 1 项"), "{}", browser.text().await);
        browser.sign_out().await;
        browser.find("[name=username]").await;

        // Anybody reads of it, and nobody learns who it is.
        browser.goto("/subsidy-notices").await;
        browser.find("table").await;
        browser.picture("subsidy-notices").await;
        let told = browser.text().await;
        assert!(told.contains('*') && !told.contains(&name(1)), "{told}");

        // Days later one of finance opens a batch, another confirms it, and the bank answers.
        world.advance_days(8);
        assert_eq!(huzheng::jobs::notices_end(&world.app).expect("the calendar"), 1);
        browser.sign_in("finance").await;
        browser.find(".shortcut").await;
        browser.goto("/payments").await;
        browser.press(".tick__label input").await;
        browser.picture("payments").await;
        browser.press("form[action='/payments'][method=post] button[type=submit]").await;
        browser.find(".notice--good").await;
        browser.picture("batch-opened").await;
        assert!(browser.text().await.contains("须由另一位经办人复核"));
        let batch = browser.client.current_url().await.expect("an address").path().to_owned();
        browser.sign_out().await;
        browser.find("[name=username]").await;
        browser.sign_in("finance2").await;
        browser.press(&format!(".task[href='{batch}']")).await;
        browser.press(&format!("form[action='{batch}/confirm'] button")).await;
        browser.find(&format!("a[href='{batch}.csv']")).await;
        let rows = file_rows(world, &json!({ "id": batch.trim_start_matches("/payments/") }));
        let right = result_file(&rows, &[("paid", "")]);
        let file = |name: &str, content: &str| {
            let path = world.folder().join(name);
            std::fs::write(&path, content).expect("written");
            path.display().to_string()
        };
        browser.fill("file", &file("wrong.csv", &right.replace(ACCOUNT, "6228480012345670000"))).await;
        browser.press("form[enctype] button[type=submit]").await;
        browser.find("#errors-title").await;
        browser.picture("batch-errors").await;
        assert_eq!(text(&now(world, &id), "state"), "in-batch", "nothing of a wrong file is booked");
        browser.fill("file", &file("right.csv", &right)).await;
        browser.press("form[enctype] button[type=submit]").await;
        browser.find(".notice--good").await;
        browser.picture("batch-settled").await;
        assert_eq!(text(&now(world, &id), "state"), "paid");
        browser.goto("/budgets").await;
        browser.find("table").await;
        browser.picture("budgets").await;
        browser.sign_out().await;
        browser.find("[name=username]").await;
        in_balance(world);

        // Whom it was for reads it on a phone.
        browser.screen(375, "light").await;
        browser.sign_in("caregiver").await;
        browser.press(".shortcut[href='/my/claims']").await;
        browser.find(".progress").await;
        browser.picture("my-claims").await;
        assert!(browser.text().await.contains("已经发放"));
        let target = browser.find("main .button").await;
        let (_, _, _, height) = target.rectangle().await.expect("its place");
        assert!(height >= 60.0, "{height}");
    });
}

/// A refusal reads with its reason, its conditions and a way on.
#[test]
fn a_refusal_is_read_with_its_explanation() {
    in_browser(375, async |world, browser| {
        open(world, 1_000_000, |_| {});
        let person = desk::caregiver(world, 1);
        let filed = claim_by_api(world, "institution", &person, "2026-10").expect(201);
        let page = format!("/claims/{}", text(&filed, "id"));

        browser.sign_in("bureau").await;
        browser.find(".task[href='/claims']").await;
        browser.goto(&page).await;
        browser.press("details:nth-of-type(2) > summary").await;
        browser.press(&format!("form[action='{page}/refuse'] button")).await;
        browser.find(".error-summary").await;
        browser.picture("refuse-without-reason").await;
        browser.fill_in(&format!("form[action='{page}/refuse'] [name=reason]"), "实地核查当月未在岗").await;
        browser.press(&format!("form[action='{page}/refuse'] button")).await;
        browser.find(".notice--good").await;
        browser.sign_out().await;
        browser.find("[name=username]").await;

        browser.sign_in("institution").await;
        browser.find(".shortcut").await;
        browser.goto(&page).await;
        browser.find(".progress__step--ended").await;
        browser.picture("claim-refused").await;
        let told = browser.text().await;
        for words in
            ["不予通过", "实地核查当月未在岗", "当月末仍在岗", "来自任职记录", "再次申领", "测试〔2026〕1号"]
        {
            assert!(told.contains(words), "{words} in {told}");
        }
        // The same again leads to a form that is filled in.
        browser.press("a[href^='/claims/new?']").await;
        browser.press(SUBMIT.replace("main form", "main form.card").as_str()).await;
        browser.find(".confirmation").await;
        let again = browser.client.current_url().await.expect("an address").path().to_owned();
        let claim = json!({ "id": again.trim_start_matches("/claims/") });
        assert_eq!(text(&now(world, &claim), "state"), "submitted");
        // What the institution has just filed it may take back, and then nobody else can decide on it.
        browser.press(&format!("form[action='{again}/withdraw'] button")).await;
        browser.find(".notice--good").await;
        assert_eq!(text(&now(world, &claim), "state"), "withdrawn");
        assert_eq!(step(world, "bureau", &claim, "approve", json!({})).conflict(), "claim-state");
    });
}
