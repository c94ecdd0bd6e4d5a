//! What a skill certificate attests: an occupation at a level.

use crate::codes;
use crate::kernel::codes::Code;

codes! {
    /// 职业技能等级: five levels, 5 the entry and 1 the highest. Ordered by number, so a *higher* skill
    /// compares as smaller; ask [`SkillLevel::at_least`] instead of comparing.
    pub enum SkillLevel("skill-level") {
        /// 五级/初级工
        Five = "5",
        /// 四级/中级工
        Four = "4",
        /// 三级/高级工
        Three = "3",
        /// 二级/技师
        Two = "2",
        /// 一级/高级技师
        One = "1",
    }
}

impl SkillLevel {
    /// 1 to 5, as the certificate number writes it.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Five => 5,
            Self::Four => 4,
            Self::Three => 3,
            Self::Two => 2,
            Self::One => 1,
        }
    }

    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|level| level.number() == number)
    }

    /// Whether this level is `other` or above it.
    #[must_use]
    pub const fn at_least(self, other: Self) -> bool {
        self.number() <= other.number()
    }
}

codes! {
    /// 职业: national occupation codes (国家职业分类大典).
    pub enum Occupation("occupation") {
        /// 养老护理员
        ElderlyCareWorker = "4-10-01-05",
    }
}

codes! {
    /// 工种 or specialty within the occupation, as printed on a certificate.
    pub enum Specialty("specialty") {
        /// The occupation as a whole.
        General = "general",
        /// 认知障碍照护员, drafted with four levels.
        DementiaCare = "dementia-care",
    }
}

codes! {
    /// 考核科目: the parts of an assessment. Theory and practical for every level, the review for levels 2 and 1.
    pub enum ExamPart("exam-part") {
        /// 理论知识考试
        Theory = "theory",
        /// 技能考核
        Practical = "practical",
        /// 综合评审
        Review = "review",
    }
}

codes! {
    /// 性别, GB/T 2261.1.
    pub enum Gender("gender") {
        Unknown = "0",
        Male = "1",
        Female = "2",
        Unstated = "9",
    }
}

codes! {
    /// 学历, GB/T 4658, from the highest down.
    pub enum Education("education") {
        /// 研究生
        Postgraduate = "10",
        /// 本科
        Bachelor = "20",
        /// 专科
        JuniorCollege = "30",
        /// 中职
        SecondaryVocational = "40",
        /// 高中
        HighSchool = "60",
        /// 初中
        MiddleSchool = "70",
        /// 小学
        PrimarySchool = "80",
        /// 其他
        Other = "90",
    }
}
