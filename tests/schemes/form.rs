//! A scheme entered on a page, field by field: kept whatever a button does, refused beside its fields, put in force by a
//! second person.

use serde_json::{Value, json};

use super::{CODE, day, versions};
use crate::support::client::{Answer, Client};
use crate::support::{World, on_both};

/// A page session that posts forms.
struct Visitor {
    client: Client,
    csrf: String,
}

impl Visitor {
    fn new(world: &World, who: &str) -> Self {
        let (client, csrf) = world.page_session(who);
        Self { client, csrf }
    }

    #[track_caller]
    fn get(&self, path: &str) -> String {
        let answer = self.client.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.text()
    }

    fn post(&self, path: &str, fields: &Fields) -> Answer {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("csrf", &self.csrf);
        for (name, value) in &fields.0 {
            body.append_pair(name, value);
        }
        self.client.send("POST", path, "application/x-www-form-urlencoded", body.finish().as_bytes())
    }

    /// Saves a draft; the path of its page.
    #[track_caller]
    fn save(&self, fields: &Fields) -> String {
        let saved = self.post("/schemes/new", fields);
        assert_eq!(saved.status, 303, "{}", errors(&saved.text()));
        let location = saved.header("location").expect("a location").to_owned();
        assert!(location.ends_with("?done=scheme-saved"), "{location}");
        location.split('?').next().expect("a path").to_owned()
    }
}

/// What stands in a form, in its order.
#[derive(Debug, Clone)]
struct Fields(Vec<(String, String)>);

impl Fields {
    fn of(fields: &[(&str, &str)]) -> Self {
        Self(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    fn with(&self, name: &str, value: &str) -> Self {
        let mut fields = self.clone();
        fields.0.retain(|(known, _)| known != name);
        fields.0.push((name.to_owned(), value.to_owned()));
        fields
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The fields of the page's long form, as a browser without scripts would send them.
    fn on(html: &str) -> Self {
        let form = html.split("<form class=\"scheme-form\"").nth(1).expect("the form");
        let form = form.split("</form>").next().expect("its end");
        let mut fields = Vec::new();
        for (place, _) in form.match_indices('<') {
            let rest = &form[place..];
            let end = rest.find('>').expect("a whole tag");
            let (tag, after) = (&rest[..end], &rest[end + 1..]);
            let Some(name) = attribute(tag, "name") else { continue };
            let value = attribute(tag, "value").unwrap_or_default();
            if tag.starts_with("<input") {
                let is_choice = tag.contains("type=\"radio\"") || tag.contains("type=\"checkbox\"");
                if name != "csrf" && (!is_choice || tag.contains(" checked")) {
                    fields.push((name, value));
                }
            } else if tag.starts_with("<textarea") {
                fields.push((name, unescaped(after.split("</textarea>").next().expect("its end"))));
            } else if tag.starts_with("<select") {
                let options = after.split("</select>").next().expect("its end");
                let chosen = options.split("<option").find(|option| option.contains(" selected"));
                fields.push((name, chosen.and_then(|option| attribute(option, "value")).expect("an option")));
            }
        }
        Self(fields)
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split(&format!(" {name}=\"")).nth(1)?;
    Some(unescaped(value.split('"').next()?))
}

fn unescaped(text: &str) -> String {
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#x60;", "`"),
        ("&#x3D;", "="),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// The summary of errors, for a failed test.
fn errors(html: &str) -> String {
    html.split("id=\"error-summary\"")
        .nth(1)
        .and_then(|rest| rest.split("</ul>").next())
        .unwrap_or(html)
        .to_owned()
}

/// What stands beside a field as wrong, with the field there and a link to it in the summary.
#[track_caller]
fn beside(html: &str, field: &str) -> String {
    assert!(html.contains(&format!("href=\"#field-{field}\"")), "{field} in {}", errors(html));
    assert!(html.contains(&format!("id=\"field-{field}\"")), "no field {field}");
    let error =
        html.split(&format!("id=\"error-{field}\"")).nth(1).unwrap_or_else(|| panic!("beside {field}"));
    error.split("</p>").next().expect("its end").to_owned()
}

/// A scheme as the form sends it.
fn entered() -> Fields {
    Fields::of(&[
        ("title.zh", "测试津贴"),
        ("title.en", "Test allowance"),
        ("code", "test-form-allowance"),
        ("document", "测试〔2026〕1号"),
        ("source", "测试"),
        ("area", "330481"),
        ("area_of", "employer"),
        ("valid_from", "2026-01-01"),
        ("valid_to", ""),
        ("beneficiary", "person"),
        ("conditions[0].id", "in-post"),
        ("conditions[0].cel", "month in months_in_post"),
        ("conditions[0].zh", "当月末仍在岗"),
        ("conditions[0].en", "Was in post at the month's end"),
        ("conditions[0].remedy.zh", "更正任职记录"),
        ("conditions[0].remedy.en", "Have it corrected"),
        ("amount", "yuan(300)"),
        ("schedule.kind", "monthly"),
        ("schedule.instalments[0].after_years", ""),
        ("schedule.instalments[0].percent", ""),
        ("budget", "120,000"),
        ("review.town", "true"),
        ("review.second_person_above", "1000.50"),
        ("review.apply_by_day", "5"),
        ("review.approve_by_day", ""),
        ("review.notice_days", "7"),
        ("act", "save"),
    ])
}

#[test]
fn one_enters_a_scheme_and_another_puts_it_in_force() {
    on_both(|world| {
        let (drafter, second) = (Visitor::new(world, "bureau"), Visitor::new(world, "bureau2"));
        let path = drafter.save(&entered());
        let stored = world.get("bureau", &format!("/api/v1{path}")).expect(200);
        assert_eq!(stored["scheme"]["budget"], 12_000_000, "120,000 yuan in fen");
        assert_eq!(
            stored["scheme"]["review"],
            json!({ "town": true, "second_person_above": 100_050, "apply_by_day": 5, "notice_days": 7, "appeal_days": 0 })
        );

        let own = drafter.get(&path);
        assert!(own.contains("这一版由您起草，须由另一人核对后施行"));
        assert!(!own.contains(&format!("{path}/in-force")), "nothing to press");
        let seen = |html: &str| {
            let marked = html.split("name=\"seen\" value=\"").nth(1).expect("a mark");
            Fields::of(&[("seen", marked.split('"').next().expect("its end"))])
        };
        assert!(second.get("/").contains("待施行的补贴办法草案"));
        assert!(!drafter.get("/").contains("待施行的补贴办法草案"), "it waits for somebody else");
        let read = second.get(&path);
        let mark = seen(&read);
        let refused = drafter.post(&format!("{path}/in-force"), &mark);
        assert_eq!(refused.status, 409);
        assert!(refused.text().contains("起草人不能施行或终止自己起草的办法"), "{}", refused.text());
        assert_eq!(
            drafter.post(&format!("{path}/in-force"), &Fields::of(&[])).status,
            422,
            "without its mark"
        );

        // The draft is changed after the second person read it: what was not read is not put in force.
        let again = Fields::on(&drafter.get(&format!("/schemes/new?from={}", &path["/schemes/".len()..])));
        assert_eq!(again.value("amount"), Some("yuan(300)"));
        assert_eq!(
            drafter.save(&again.with("amount", "yuan(400)")),
            path,
            "the draft is changed in its place"
        );
        let late = second.post(&format!("{path}/in-force"), &mark);
        assert_eq!(late.status, 409);
        assert!(late.text().contains("有人保存了另一份草案"));

        let tried = second.post(&format!("{path}/trial"), &Fields::of(&[("month", "2026-10")]));
        assert_eq!(tried.status, 200, "{}", tried.text());
        assert!(tried.text().contains("若当时已施行，2026-10 将发给 0 人，共 0.00 元"));
        let put = second.post(&format!("{path}/in-force"), &seen(&second.get(&path)));
        assert_eq!(put.status, 303, "{}", put.text());
        let stored = world.get("bureau", &format!("/api/v1{path}")).expect(200);
        assert_eq!(stored["state"], "in-force");
        assert_ne!(stored["drafted_by"], stored["in_force_by"]);
        let shown = second.get(&path);
        let name = |who: &str| {
            let accounts = world.get("admin", "/api/v1/accounts").expect(200);
            let all = accounts.as_array().expect("a list").clone();
            let found = all.into_iter().find(|one| one["username"] == who).expect("an account");
            found["name"].as_str().expect("a name").to_owned()
        };
        assert!(shown.contains(&format!("{} · ", name("bureau"))), "who drafted it");
        assert!(shown.contains(&format!("{} · ", name("bureau2"))), "who put it in force");
        assert!(!Visitor::new(world, "institution").get(&path).contains(&format!("{} · ", name("bureau"))));

        // Nor does who drafted it end it.
        let last = Fields::of(&[("valid_to", "2026-12-31")]);
        assert_eq!(drafter.post(&format!("{path}/end"), &last).status, 409);
        assert_eq!(second.post(&format!("{path}/end"), &last).status, 303);
    });
}

#[test]
fn buttons_keep_what_was_entered() {
    on_both(|world| {
        let page = Visitor::new(world, "bureau");
        let empty = page.get("/schemes/new");
        for shown in ["name=\"conditions[0].cel\"", "service_months", "累计在岗整月数", "month_start"]
        {
            assert!(empty.contains(shown), "{shown}");
        }
        let more = page.post("/schemes/new", &entered().with("act", "add-conditions"));
        assert_eq!(more.status, 200);
        let more = more.text();
        assert!(more.contains("id=\"conditions-2\"") && !more.contains("id=\"error-summary\""));
        let typed = Fields::on(&more).with("conditions[1].cel", "level >= \"3\"").with("valid_from", "昨天");
        let more = page.post("/schemes/new", &typed.with("act", "add-schedule.instalments")).text();
        let more = page.post("/schemes/new", &Fields::on(&more).with("act", "add-evidence")).text();
        let less = page.post("/schemes/new", &Fields::on(&more).with("act", "remove-conditions-0")).text();
        let left = Fields::on(&less);
        assert_eq!(left.value("conditions[0].cel"), Some("level >= \"3\""));
        assert_eq!(left.value("conditions[1].cel"), None);
        assert_eq!(left.value("valid_from"), Some("昨天"));
        assert_eq!(left.value("review.second_person_above"), Some("1000.50"));
        assert!(
            left.value("schedule.instalments[1].percent").is_some() && left.value("evidence[0].zh").is_some()
        );
        let all = world.get("bureau", "/api/v1/schemes").expect(200);
        assert!(
            all["schemes"].as_array().expect("a list").iter().all(|one| one["code"] != "test-form-allowance")
        );
    });
}

/// Each kind of wrong, all at once: told beside its field, linked from the summary, and nothing lost or stored.
#[test]
fn everything_wrong_stands_beside_its_field() {
    on_both(|world| {
        let page = Visitor::new(world, "bureau");
        let mut wrong = entered();
        for (name, value) in [
            ("code", "Test Allowance"),
            ("title.en", ""),
            ("valid_from", "2027-02-30"),
            ("budget", "about 5"),
            ("conditions[0].en", " "),
            ("conditions[1].id", "level"),
            ("conditions[1].cel", "lvl >= 3"),
            ("conditions[1].zh", "三级以上"),
            ("conditions[1].en", "Level 3 or better"),
            ("conditions[1].remedy.zh", "取得证书"),
            ("conditions[1].remedy.en", "Obtain one"),
            // An empty row between them doesn't count.
            ("conditions[2].cel", ""),
            ("conditions[3].id", "In Post"),
            ("conditions[3].cel", "in_post >= 3"),
            ("conditions[3].zh", "在岗"),
            ("conditions[3].en", "In post"),
            ("conditions[3].remedy.zh", "更正"),
            ("conditions[3].remedy.en", "Correct it"),
            ("amount", "percent(yuan(100), 120)"),
            ("schedule.kind", "instalments"),
            ("schedule.instalments[0].after_years", "3"),
            ("schedule.instalments[0].percent", "30"),
            ("schedule.instalments[1].after_years", "4"),
            ("schedule.instalments[1].percent", "120"),
            ("review.apply_by_day", "31"),
            ("review.notice_days", "seven"),
        ] {
            wrong = wrong.with(name, value);
        }
        let refused = page.post("/schemes/new", &wrong);
        assert_eq!(refused.status, 422);
        let html = refused.text();
        for (field, said) in [
            ("code", "应由小写字母和数字组成"),
            ("title.en", "请填写此项"),
            ("valid_from", "应为日期"),
            ("budget", "应为金额"),
            ("conditions[0].cel", "“month”不适用于本办法的发放方式"),
            ("conditions[0].en", "请填写此项"),
            ("conditions[1].cel", "没有名为“lvl”的信息项"),
            ("conditions[2].cel", "数据类型不符"),
            ("conditions[2].id", "应由小写字母和数字组成"),
            ("amount", "比例超过100%"),
            ("schedule.instalments", "各期比例合计应为100%，现为150%"),
            ("schedule.instalments[1].percent", "应在 1 到 100 之间"),
            ("review.apply_by_day", "应在 1 到 28 之间"),
            ("review.notice_days", "应为数字"),
        ] {
            let told = beside(&html, field);
            assert!(told.contains(said), "{field}: {told}");
        }
        assert!(errors(&html).contains("条件 2 · 表达式：没有名为“lvl”的信息项"), "{}", errors(&html));
        assert_eq!(html.matches("href=\"#field-").count(), 14, "and nothing else: {}", errors(&html));
        let kept = Fields::on(&html);
        for name in ["code", "valid_from", "budget", "conditions[1].cel", "amount", "review.notice_days"] {
            assert_eq!(kept.value(name), wrong.value(name), "{name}");
        }
        assert_eq!(kept.value("schedule.kind"), Some("instalments"));
        assert_eq!(kept.value("conditions[2].cel"), Some("in_post >= 3"));
        let all = world.get("bureau", "/api/v1/schemes").expect(200).to_string();
        assert!(!all.contains("测试津贴"));

        // In the other language the same, in its words.
        let english = page.client.clone();
        let english =
            Visitor { client: english.with_header("Accept-Language", "en"), csrf: page.csrf.clone() };
        let refused = english.post("/schemes/new", &entered().with("conditions[0].zh", ""));
        assert!(errors(&refused.text()).contains("Condition 1"), "{}", errors(&refused.text()));
    });
}

#[test]
fn shared_days_and_unknown_schemes_are_refused_beside_their_fields() {
    on_both(|world| {
        let page = Visitor::new(world, "bureau");
        let first = versions(world)[0].id;
        let from = Fields::on(&page.get(&format!("/schemes/new?from={first}")));
        assert_eq!(from.value("valid_from"), Some(""), "another version begins on another day");
        let refused = page.post("/schemes/new", &from).text();
        assert!(beside(&refused, "valid_from").contains("请填写此项"));
        let refused = page.post("/schemes/new", &from.with("valid_from", "2023-02-01")).text();
        assert!(beside(&refused, "valid_from").contains("与第1版"), "{}", errors(&refused));

        let other = entered().with("exclusions[0].code", "no-such-scheme").with("exclusions[4].code", CODE);
        let refused = page.post("/schemes/new", &other).text();
        assert!(beside(&refused, "exclusions").contains("没有代码为no-such-scheme的办法"));
        let kept = Fields::on(&refused);
        let kept: Vec<_> = kept.0.iter().filter(|(name, _)| name.starts_with("exclusions")).collect();
        assert_eq!(kept.len(), 2, "both stay ticked: {kept:?}");
        let refused =
            page.post("/schemes/new", &entered().with("employer_kinds[0].code", "no-such-kind")).text();
        assert!(beside(&refused, "employer_kinds").contains("应为下列之一"));

        // What a later last day of the first version would allow is saved, and the page says what has to come first.
        let path = page.save(&from.with("valid_from", "2027-01-01"));
        let second = Visitor::new(world, "bureau2");
        let shown = second.get(&path);
        assert!(shown.contains("与第1版的有效期重叠"), "the way is told before it is tried");
        let mark = shown.split("name=\"seen\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let mark = Fields::of(&[("seen", mark.expect("a mark"))]);
        let refused = second.post(&format!("{path}/in-force"), &mark);
        assert_eq!(refused.status, 422);
        assert!(
            refused.text().contains("id=\"field-valid_from\"")
                && refused.text().contains("与第1版（2023-02-01至…）")
        );
        let ended = second.post(&format!("/schemes/{first}/end"), &Fields::of(&[("valid_to", "2026-12-31")]));
        assert_eq!(ended.status, 303);
        assert_eq!(second.post(&format!("{path}/in-force"), &mark).status, 303);
        assert_eq!(versions(world)[0].scheme.valid_from, day("2027-01-01"));
    });
}

/// The form of each seeded scheme, posted as a browser would, makes the same scheme again.
#[test]
fn every_seeded_scheme_passes_through_the_form_unchanged() {
    on_both(|world| {
        let page = Visitor::new(world, "bureau");
        let all = world.get("bureau", "/api/v1/schemes").expect(200);
        let all = all["schemes"].as_array().expect("a list").clone();
        assert!(all.len() > 20);
        for line in all {
            let id = line["id"].as_str().expect("an id");
            let content = |path: &str| -> Value {
                let mut scheme = world.get("bureau", &format!("/api/v1{path}")).expect(200)["scheme"].clone();
                let object = scheme.as_object_mut().expect("an object");
                for changing in ["version", "valid_from", "valid_to"] {
                    object.remove(changing);
                }
                scheme
            };
            let form = Fields::on(&page.get(&format!("/schemes/new?from={id}")));
            let path = page.save(&form.with("valid_from", "2031-01-01"));
            assert_eq!(content(&path), content(&format!("/schemes/{id}")));
        }
    });
}

/// A draft that somebody else saved meanwhile is not written over unseen.
#[test]
fn a_draft_is_not_replaced_unseen() {
    on_both(|world| {
        let (one, other) = (Visitor::new(world, "bureau"), Visitor::new(world, "bureau2"));
        one.save(&entered());
        let typed = entered().with("amount", "yuan(999)");
        let refused = other.post("/schemes/new", &typed);
        assert_eq!(refused.status, 409);
        let html = refused.text();
        assert!(html.contains("有人保存了另一份草案") && html.contains("查看现有草案"), "{html}");
        let kept = Fields::on(&html);
        assert_eq!(kept.value("amount"), Some("yuan(999)"));
        let path = other.save(&kept);
        let stored = world.get("bureau", &format!("/api/v1{path}")).expect(200);
        assert_eq!((&stored["scheme"]["amount"], &stored["version"]), (&json!("yuan(999)"), &json!(1)));
        // Who drafts is who saved it last.
        assert!(other.get(&path).contains("须由另一人核对后施行"));
        assert!(one.get(&path).contains(&format!("{path}/in-force")));
    });
}

#[test]
fn a_scheme_comes_from_a_file_too() {
    on_both(|world| {
        let page = Visitor::new(world, "bureau");
        let first = versions(world)[0].id;
        let shown = page.get(&format!("/schemes/new/file?from={first}"));
        let text =
            shown.split("name=\"toml\"").nth(1).and_then(|rest| rest.split_once('>')).expect("a text area").1;
        let text = unescaped(text.split("</textarea>").next().expect("its end"));
        let wrong = text
            .replace("level_at_month[month] &gt;= 1", "lvl")
            .replace("level_at_month[month] >= 1", "lvl >= 1");
        let wrong = wrong.replace("2023-02-01", "2027-01-01");
        let refused = page.post("/schemes/new/file", &Fields::of(&[("toml", &wrong)]));
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains("conditions[1].cel"), "the path stands there");
        let saved = page
            .post("/schemes/new/file", &Fields::of(&[("toml", &text.replace("2023-02-01", "2027-01-01"))]));
        assert_eq!(saved.status, 303, "{}", saved.text());
    });
}
