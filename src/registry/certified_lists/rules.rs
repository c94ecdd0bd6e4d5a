//! Who stands on a list, what its text says, and who may see it.

use std::collections::HashMap;

use crate::kernel::area::AreaCode;
use crate::kernel::context::{Actor, Role};
use crate::kernel::identity::{DocumentKind, IdentityDocument};
use crate::kernel::ids::PersonId;
use crate::registry::certified_lists::{CertifiedList, Digits, Line, Rule, Shown};
use crate::registry::contests::{Contest, ContestResult, Tier};

/// The lists of an area are its bureau's; a bureau without an area, and an administrator, see all.
#[must_use]
pub fn may_see(actor: &Actor, area: Option<&AreaCode>) -> bool {
    let office = matches!(actor.role, Role::Administrator | Role::Bureau);
    office && actor.area.as_ref().is_none_or(|own| area.is_some_and(|area| area.is_within(own)))
}

/// The lines of a list: everybody once, by the best result that the rule admits, the best first. Results that don't
/// count, and contests beyond the rule's tier and days, are nobody's business here.
#[must_use]
pub fn lines(rule: &Rule, results: &[(Contest, ContestResult)]) -> Vec<Line> {
    let admitted = |contest: &Contest, one: &ContestResult| {
        let by_rank = one.rank.is_some_and(|rank| rank <= rule.rank_to);
        let by_title = rule.honoured && one.honour.is_some();
        let in_rule = contest.tier.number() <= rule.tier.number()
            && (rule.from..=rule.to).contains(&contest.announced_on);
        one.counts() && in_rule && (by_rank || by_title)
    };
    let mut best: HashMap<PersonId, (&Contest, &ContestResult)> = HashMap::new();
    let merit = |(contest, one): (&Contest, &ContestResult)| {
        let newest = std::cmp::Reverse(contest.announced_on);
        (contest.tier.number(), one.rank.unwrap_or(u32::MAX), newest, one.id)
    };
    for (contest, one) in results.iter().filter(|(contest, one)| admitted(contest, one)) {
        let held = best.entry(one.person).or_insert((contest, one));
        if merit((contest, one)) < merit(*held) {
            *held = (contest, one);
        }
    }
    let mut best: Vec<_> = best.into_values().collect();
    best.sort_by_key(|found| merit(*found));
    let line = |(place, (contest, one)): (u32, (&Contest, &ContestResult))| Line {
        place,
        person: one.person,
        result: one.id,
        name: one.name.clone(),
        contest: contest.name.clone(),
        tier: contest.tier,
        rank: one.rank,
        honour: one.honour.clone(),
        announced_on: contest.announced_on,
    };
    (1..).zip(best).map(line).collect()
}

/// The document as the list shows it.
#[must_use]
pub fn shown(document: &IdentityDocument, digits: Digits) -> Shown {
    let number = match digits {
        Digits::Full => document.number().to_owned(),
        Digits::Masked => {
            let hidden = document.number().chars().count().saturating_sub(4);
            format!("{}{}", "*".repeat(hidden), document.last_four())
        }
    };
    Shown { kind: document.kind(), number }
}

/// The cells of a line, in the words that are frozen with the list: place, name, kind and number of the document,
/// contest, its tier, rank, title, day of the announcement. None has a tab or a line end in it.
#[must_use]
pub fn cells(line: &Line, shown: &Shown) -> Vec<String> {
    let rank = line.rank.map_or_else(String::new, |rank| rank.to_string());
    [
        line.place.to_string(),
        line.name.clone(),
        document_word(shown.kind).to_owned(),
        shown.number.clone(),
        line.contest.clone(),
        tier_word(line.tier).to_owned(),
        rank,
        line.honour.clone().unwrap_or_default(),
        line.announced_on.to_string(),
    ]
    .map(|cell| cell.replace(|c: char| c.is_control(), " "))
    .to_vec()
}

/// The text whose digest is signed: the lines in their order, each ended by a line feed, its cells parted by tabs, in
/// UTF-8 (`docs/certified-lists.md`).
#[must_use]
pub fn text(rows: &[Vec<String>]) -> String {
    rows.iter().map(|cells| cells.join("\t") + "\n").collect()
}

const fn tier_word(tier: Tier) -> &'static str {
    match tier {
        Tier::National => "国家级",
        Tier::Provincial => "省级",
        Tier::City => "市级",
        Tier::County => "县级",
    }
}

const fn document_word(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::ResidentIdentityCard => "居民身份证",
        DocumentKind::Passport => "护照",
        DocumentKind::HongKongMacaoPermit => "港澳居民来往内地通行证",
        DocumentKind::TaiwanPermit => "台湾居民来往大陆通行证",
    }
}

/// The number of the list after `before` others of its year.
#[must_use]
pub fn number(year: i32, before: i64) -> String {
    format!("{year}-{:04}", before + 1)
}

impl CertifiedList {
    /// A file name of ASCII letters, digits and hyphens.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("certified-list-{}", self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::ids::Id;
    use crate::kernel::skill::Occupation;
    use crate::registry::contests::{Act, ContestCode, ResultState};
    use uuid::Uuid;

    fn act() -> Act {
        let by = Id::from_uuid(Uuid::from_bytes([9; 16]));
        Act { by, at: "2026-11-21T01:00:00Z".parse().expect("a time") }
    }

    fn result(tier: Tier, on: &str, person: u8, rank: u32) -> (Contest, ContestResult) {
        let contest = Contest {
            id: Id::from_uuid(Uuid::from_bytes([tier.number(); 16])),
            code: ContestCode::new("contest").expect("a code"),
            name: format!("{tier}"),
            tier,
            occupation: Occupation::ElderlyCareWorker,
            organiser: "人社局".to_owned(),
            announced_on: on.parse().expect("a day"),
            document: "公布".to_owned(),
            award: None,
            entered: act(),
            version: 1,
        };
        let one = ContestResult {
            id: Id::from_uuid(Uuid::from_bytes([person * 16 + tier.number(); 16])),
            contest: contest.id,
            person: Id::from_uuid(Uuid::from_bytes([person; 16])),
            name: format!("{person}"),
            rank: (rank > 0).then_some(rank),
            honour: (rank == 0).then(|| "新时代工匠".to_owned()),
            entered: act(),
            state: ResultState::Confirmed { by: act() },
        };
        (contest, one)
    }

    fn rule() -> Rule {
        Rule {
            tier: Tier::City,
            rank_to: 3,
            honoured: false,
            from: "2026-01-01".parse().expect("a day"),
            to: "2026-12-31".parse().expect("a day"),
        }
    }

    #[test]
    fn everybody_stands_once_by_the_best_result_that_the_rule_admits() {
        let mut results = vec![
            result(Tier::City, "2026-05-01", 1, 2),
            result(Tier::Provincial, "2026-06-01", 1, 3),
            result(Tier::City, "2026-05-01", 2, 1),
            result(Tier::City, "2026-05-01", 3, 4),
            result(Tier::County, "2026-05-01", 4, 1),
            result(Tier::National, "2025-12-31", 5, 1),
            result(Tier::City, "2026-12-31", 6, 0),
        ];
        let mut refused = result(Tier::National, "2026-05-01", 7, 1);
        refused.1.state = ResultState::Entered;
        results.push(refused);
        let names = |rule: &Rule| {
            let lines = lines(rule, &results);
            assert!((1..).zip(&lines).all(|(place, line)| line.place == place));
            lines.into_iter().map(|line| (line.name, line.tier)).collect::<Vec<_>>()
        };
        let ranked = [("1".to_owned(), Tier::Provincial), ("2".to_owned(), Tier::City)];
        assert_eq!(names(&rule()), ranked);
        let honoured = Rule { honoured: true, ..rule() };
        assert_eq!(names(&honoured)[..2], ranked);
        assert_eq!(names(&honoured)[2], ("6".to_owned(), Tier::City));
    }

    #[test]
    fn the_text_is_one_line_for_each_with_no_tab_in_a_cell() {
        let lines = lines(&rule(), &[result(Tier::City, "2026-05-01", 1, 2)]);
        let mut line = lines[0].clone();
        line.contest = "技能\t竞赛".to_owned();
        let document =
            IdentityDocument::from_store(DocumentKind::ResidentIdentityCard, "11010519491231002X".to_owned());
        let text = |digits| text(&[cells(&line, &shown(&document, digits))]);
        assert_eq!(
            text(Digits::Masked),
            "1\t1\t居民身份证\t**************002X\t技能 竞赛\t市级\t2\t\t2026-05-01\n"
        );
        assert!(text(Digits::Full).contains("\t11010519491231002X\t"));
        assert_eq!(number(2026, 0), "2026-0001");
    }
}
