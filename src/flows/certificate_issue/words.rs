//! The words in which a certificate says what it attests: those of the day on which it is issued.

use crate::kernel::codes::Code;
use crate::kernel::skill::{Occupation, SkillLevel, Specialty};
use crate::kernel::vocabulary::TrainingKind;
use crate::proof::frozen::{Attested, FirstAid, Named, Skill, Training, Words};
use crate::registry::certificates::rules::Merit;
use crate::seeds::Seeds;

/// What is attested, and what the holder had to show for it.
pub fn of(seeds: &Seeds, merit: &Merit) -> (Attested, Words) {
    match merit.clone() {
        Merit::Skill { occupation, specialty, level, results, criteria } => {
            let words = level_words(seeds, level);
            let criteria = criteria.unwrap_or_else(|| assessed(seeds, &words));
            let attested = Skill {
                occupation: Named::new(occupation, occupation_words(seeds, occupation)),
                specialty: specialty_named(specialty),
                level: Named::new(level, words),
                results,
            };
            (Attested::Skill(attested), criteria)
        }
        Merit::Training { kind, course, hours, from, until, completed_on } => {
            let criteria = taught(&course, hours);
            let (title, result) = (training_title(kind), words("合格", "Passed"));
            let attested = Training { kind, title, course, hours, from, until, completed_on, result };
            (Attested::Training(attested), criteria)
        }
        Merit::FirstAid { original_issuer, original_number, original_issued_on } => {
            let criteria = Words {
                zh: format!("{}出具的救护员证已登记", original_issuer.zh),
                en: format!("A first-aider certificate of {} is on record", original_issuer.en),
            };
            let title = words("救护员证登记凭证", "Record of a First-Aider Certificate");
            let attested = FirstAid { title, original_issuer, original_number, original_issued_on };
            (Attested::FirstAid(attested), criteria)
        }
    }
}

fn words(zh: &str, en: &str) -> Words {
    Words { zh: zh.to_owned(), en: en.to_owned() }
}

fn assessed(seeds: &Seeds, level: &Words) -> Words {
    let standard = &seeds.standard;
    Words {
        zh: format!("按{}{}的要求考核，各科合格", standard.document, level.zh),
        en: format!(
            "Passed every part of the assessment for {} of the national standard for {} ({})",
            level.en,
            standard.title_en.to_lowercase(),
            standard.edition
        ),
    }
}

fn taught(course: &Words, hours: u32) -> Words {
    Words {
        zh: format!("完成{}{hours}学时的必修模块，考核合格", course.zh),
        en: format!("Attended and passed every mandatory module of {} ({hours} class hours)", course.en),
    }
}

fn occupation_words(seeds: &Seeds, occupation: Occupation) -> Words {
    let standard = &seeds.standard;
    Words { zh: standard.title.clone(), en: format!("{} ({})", standard.title_en, occupation.code()) }
}

fn level_words(seeds: &Seeds, level: SkillLevel) -> Words {
    let known = seeds.standard.levels.iter().find(|known| known.level == level);
    known.map_or_else(
        || Words { zh: format!("{}级", level.number()), en: format!("Level {}", level.number()) },
        |known| words(&known.title, &known.title_en),
    )
}

fn specialty_named(specialty: Specialty) -> Option<Named<Specialty>> {
    match specialty {
        Specialty::General => None,
        Specialty::DementiaCare => Some(Named::new(specialty, words("认知障碍照护员", "Dementia Care"))),
    }
}

fn training_title(kind: TrainingKind) -> Words {
    match kind {
        TrainingKind::Completion => {
            words("养老护理员培训结业证书", "Certificate of Completion, Elderly Care Worker Training")
        }
        TrainingKind::FamilyCarer => words("家庭照护者培训证书", "Certificate of Family Carer Training"),
        TrainingKind::CareManager => words("养老经管人证书", "Certificate of Care Manager"),
        TrainingKind::DeviceFitter => {
            words("康复辅助器具适配人员证书", "Certificate of Assistive Device Fitter")
        }
    }
}
