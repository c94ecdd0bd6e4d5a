//! The facts that a scheme may ask for: one documented, typed set. Each has a type, a unit and an origin here, and its
//! sentence in both languages in `locales` (`fact-<code>`).
//!
//! What is missing is unknown, never assumed: a fact that isn't in [`Facts`], that has no value, or whose value isn't
//! of the fact's type.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::codes;

codes! {
    /// The type of a fact's value, as expressions see it.
    pub enum Kind("fact-kind") {
        Boolean = "boolean",
        Integer = "integer",
        /// Compared with another date, a constant being `date("2026-07-31")`.
        Date = "date",
        Text = "text",
        /// A complete list, asked by `in`: what isn't in it is not so.
        Texts = "texts",
        /// Integers by month, year, event or scheme: `work_days[month]`. What isn't in it is unknown; of the ledger,
        /// which is complete, it is 0.
        IntegersByKey = "integers-by-key",
        /// A complete table, asked by `in` and by `[]`.
        DatesByKey = "dates-by-key",
    }
}

codes! {
    pub enum Unit("fact-unit") {
        None = "none",
        Years = "years",
        Months = "months",
        Days = "days",
        Hours = "hours",
        /// 分
        Fen = "fen",
        /// 1 to 5, 0 for none.
        Level = "level",
        Count = "count",
    }
}

codes! {
    /// Where a fact comes from.
    pub enum Origin("fact-origin") {
        /// 本登记系统: people, employment, certificates, training.
        Registry = "registry",
        /// 补贴账: what was paid here. Complete.
        Ledger = "ledger",
        /// 外部数据: a file of another department or of the institution.
        Import = "import",
        /// 申报材料: stated in the claim with evidence that a reviewer checks.
        Declared = "declared",
    }
}

/// What a fact's value is, how it is counted, and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Definition {
    pub kind: Kind,
    pub unit: Unit,
    pub origin: Origin,
}

/// Defines the set: a name, its code, and its definition.
macro_rules! facts {
    ($($(#[$meta:meta])* $name:ident = $code:literal: $kind:ident $unit:ident $origin:ident),+ $(,)?) => {
        codes! {
            /// The name of a fact. Its code is the word in expressions.
            pub enum FactName("fact") { $($(#[$meta])* $name = $code),+ }
        }

        impl FactName {
            #[must_use]
            pub const fn definition(self) -> Definition {
                match self {
                    $(Self::$name => Definition { kind: Kind::$kind, unit: Unit::$unit, origin: Origin::$origin }),+
                }
            }
        }
    };
}

facts! {
    // the person
    /// 周岁 on the day.
    Age = "age": Integer Years Registry,
    /// 学历, GB/T 4658: "30" is 专科.
    Education = "education": Text None Registry,
    /// 毕业日期
    GraduatedOn = "graduated_on": Date None Declared,
    /// 就业困难人员
    EmploymentDifficulty = "employment_difficulty": Boolean None Import,
    /// 家中有失能老年人由其照护
    CaresForDisabledRelative = "cares_for_disabled_relative": Boolean None Declared,
    /// 已享受学费补偿或代偿
    TuitionReimbursed = "tuition_reimbursed": Boolean None Import,
    /// 已享受其他部门的同类培训补贴
    OtherTrainingSubsidy = "other_training_subsidy": Boolean None Import,
    /// 在失信（黑）名单上
    BlackListed = "black_listed": Boolean None Registry,
    /// 户籍或居住地, an area code.
    HomeArea = "home_area": Text None Registry,
    /// 经济困难老年人
    EconomicDifficulty = "economic_difficulty": Boolean None Import,
    /// 老年人能力评估等级, 1 the lightest to 5.
    ElderGrade = "elder_grade": Integer None Import,
    // employment
    /// 当日在岗 as a caregiver (护理员).
    InPost = "in_post": Boolean None Registry,
    /// 首次入职养老服务岗位的日期
    JoinedOn = "joined_on": Date None Registry,
    /// 在现单位连续在岗的起始日期
    PostSince = "post_since": Date None Registry,
    /// 累计在岗整月数 over all employers, on the day.
    ServiceMonths = "service_months": Integer Months Registry,
    /// 各月1日的累计在岗整月数, by month.
    ServiceAtMonth = "service_at_month": IntegersByKey Months Registry,
    /// 月末仍在岗的月份
    MonthsInPost = "months_in_post": Texts None Registry,
    /// 岗位类别, a code of the seeds' positions.
    Position = "position": Text None Registry,
    /// 用工形式
    PostKind = "post_kind": Text None Registry,
    /// 用人单位类型
    EmployerKind = "employer_kind": Text None Registry,
    /// 用人单位所在地, an area code. Of an organisation its own.
    EmployerArea = "employer_area": Text None Registry,
    /// 行政或事业编制
    OnEstablishment = "on_establishment": Boolean None Declared,
    /// 劳动合同期限
    ContractMonths = "contract_months": Integer Months Declared,
    /// 各月出勤天数, by month.
    WorkDays = "work_days": IntegersByKey Days Import,
    /// 各月是否由用人单位缴纳社会保险, by month: 1 or 0.
    Insured = "insured": IntegersByKey None Import,
    /// 在岗期间累计缴纳社会保险月数
    InsuredMonths = "insured_months": Integer Months Import,
    /// 各月用人单位缴纳的社会保险费, by month.
    InsurancePaid = "insurance_paid": IntegersByKey Fen Import,
    // certificates
    /// 当日有效的最高等级
    Level = "level": Integer Level Registry,
    /// 各月1日有效的最高等级, by month.
    LevelAtMonth = "level_at_month": IntegersByKey Level Registry,
    /// 当日有效的各等级证书的发证日期, by level.
    LevelObtainedOn = "level_obtained_on": DatesByKey None Registry,
    /// 首次取得证书的日期
    FirstCertificateOn = "first_certificate_on": Date None Registry,
    /// 持有效救护员证
    FirstAidValid = "first_aid_valid": Boolean None Registry,
    // training and contests
    /// 各年继续教育学时, by year.
    ContinuingHours = "continuing_hours": IntegersByKey Hours Registry,
    /// 已结业的培训
    TrainingsFinished = "trainings_finished": Texts None Registry,
    /// 由此取得证书的培训
    TrainingsCertified = "trainings_certified": Texts None Registry,
    /// 已结业的家庭照护者培训
    CarerTrainings = "carer_trainings": Texts None Registry,
    /// 各次培训的个人费用, by event.
    TrainingFee = "training_fee": IntegersByKey Fen Declared,
    /// 各年已享受培训补贴的次数, by year.
    TrainingsPaid = "trainings_paid": IntegersByKey Count Ledger,
    /// 各次竞赛的名次, by event: confirmed here, or told by a file.
    ContestRank = "contest_rank": IntegersByKey None Import,
    /// 各次竞赛的级别, by event: 1 national, 2 provincial, 3 of the city, 4 of the county.
    ContestTier = "contest_tier": IntegersByKey None Import,
    // money
    /// 已按各办法支付或批准的金额, by scheme. Without what is being decided on.
    PaidByScheme = "paid_by_scheme": IntegersByKey Fen Ledger,
    // organisations
    /// 各项目投入金额, by event.
    Investment = "investment": IntegersByKey Fen Declared,
    /// 验收合格的项目
    ProjectsAccepted = "projects_accepted": Texts None Declared,
    /// 居家养老服务照料中心改造提升项目
    CentreUpgrades = "centre_upgrades": Texts None Declared,
    /// 养老睦邻点项目
    NeighbourPoints = "neighbour_points": Texts None Declared,
    /// 纳入嘉兴养老驿站建设任务的睦邻点
    JiaxingStations = "jiaxing_stations": Texts None Declared,
    /// 连锁运营的3A级及以上设施数
    FacilitiesGraded3a = "facilities_graded_3a": Integer Count Declared,
}

/// A value of a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    Boolean(bool),
    Integer(i64),
    Date(NaiveDate),
    Text(String),
    Texts(Vec<String>),
    IntegersByKey(BTreeMap<String, i64>),
    DatesByKey(BTreeMap<String, NaiveDate>),
}

impl Value {
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Boolean(_) => Kind::Boolean,
            Self::Integer(_) => Kind::Integer,
            Self::Date(_) => Kind::Date,
            Self::Text(_) => Kind::Text,
            Self::Texts(_) => Kind::Texts,
            Self::IntegersByKey(_) => Kind::IntegersByKey,
            Self::DatesByKey(_) => Kind::DatesByKey,
        }
    }
}

codes! {
    /// What kind of record a fact was read from.
    pub enum SourceKind("fact-source") {
        Person = "person",
        Organisation = "organisation",
        Employment = "employment",
        DeclaredService = "declared-service",
        Certificate = "certificate",
        RecordedCertificate = "recorded-certificate",
        FirstAidCertificate = "first-aid-certificate",
        Enrolment = "enrolment",
        /// 竞赛成绩
        ContestResult = "contest-result",
        /// 红黑名单
        CreditListing = "credit-listing",
        /// 补贴账
        Ledger = "ledger",
        /// An imported file.
        Import = "import",
        /// The claim itself, with its evidence.
        Claim = "claim",
    }
}

/// The record that a fact was read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub kind: SourceKind,
    /// The record's identifier, or the file's name with its row; empty where there is none to name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reference: String,
}

/// What is known of one thing, and from where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// `None`: unknown.
    pub value: Option<Value>,
    /// For what is unknown: where it should have been.
    pub source: Source,
}

/// All that is known of one beneficiary on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    pub on: NaiveDate,
    pub values: BTreeMap<FactName, Fact>,
}

impl Facts {
    #[must_use]
    pub const fn new(on: NaiveDate) -> Self {
        Self { on, values: BTreeMap::new() }
    }

    pub fn set(&mut self, name: FactName, value: Value, source: Source) {
        self.values.insert(name, Fact { value: Some(value), source });
    }

    /// The value, if it is known and of the fact's type.
    #[must_use]
    pub fn known(&self, name: FactName) -> Option<&Value> {
        let value = self.values.get(&name)?.value.as_ref()?;
        (value.kind() == name.definition().kind).then_some(value)
    }
}
