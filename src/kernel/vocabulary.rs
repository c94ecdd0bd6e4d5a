//! Small vocabularies that several domains and the seed data share.

use crate::codes;

codes! {
    /// 行政区划级别
    pub enum AreaKind("area-kind") {
        /// 省级
        Province = "province",
        /// 地级
        Prefecture = "prefecture",
        /// 县级: county, district or county-level city.
        County = "county",
        /// 乡级: 镇, 乡 or 街道.
        Town = "town",
        /// 村级: village or community.
        Village = "village",
    }
}

codes! {
    /// 人口口径: who is counted as an area's elder.
    pub enum Basis("basis") {
        /// 户籍
        Registered = "registered",
        /// 常住
        Resident = "resident",
    }
}

codes! {
    /// Whether a population figure was counted or foreseen.
    pub enum FigureKind("figure-kind") {
        /// 实有
        Measured = "measured",
        /// 预测
        Forecast = "forecast",
    }
}

codes! {
    /// 指标: the figures that the plans set targets for.
    pub enum Indicator("indicator") {
        /// 每万名老年人拥有持证养老护理员数
        CaregiversPer10000 = "caregivers-per-10000",
        /// 持证养老护理员同时持救护员证比例
        DualCertifiedShare = "dual-certified-share",
        /// 高级和技师级护理员占护理员总数比例
        SeniorShare = "senior-share",
        /// 养老护理员职业技能等级认定率
        AssessedShare = "assessed-share",
    }
}

codes! {
    /// What an applicant may declare with evidence.
    pub enum Declaration("declaration") {
        /// 学徒期满
        Apprenticeship = "apprenticeship",
        /// 从事或拟从事
        WorkingOrIntending = "working-or-intending",
        /// 初级职称
        JuniorTitle = "junior-title",
        /// 技工院校高级工班
        SeniorTechnicianClass = "senior-technician-class",
        /// 预备技师
        PreparatoryTechnician = "preparatory-technician",
        /// 高级技工学校、技师学院毕业
        AdvancedTechnicalSchool = "advanced-technical-school",
        /// 所学为本专业或相关专业: people's entries hold a level of education, not what was studied.
        RelatedMajor = "related-major",
    }
}

codes! {
    /// 培训对象
    pub enum Audience("audience") {
        /// 养老护理员
        Caregiver = "caregiver",
        /// 家庭照护者
        FamilyCarer = "family-carer",
        /// 养老经管人
        CareManager = "care-manager",
        /// 康复辅助器具适配人员
        DeviceFitter = "device-fitter",
    }
}

codes! {
    /// What the completion of a programme (培训项目) may earn. They say the same of it, each under its own title.
    pub enum TrainingKind("certificate-type") {
        /// 养老护理员培训结业证书
        Completion = "training-completion",
        /// 家庭照护者培训证书
        FamilyCarer = "family-carer",
        /// 养老经管人证书
        CareManager = "care-manager",
        /// 康复辅助器具适配人员证书
        DeviceFitter = "device-fitter",
    }
}

codes! {
    /// 模块主题
    pub enum ModuleTheme("module-theme") {
        /// 一般
        General = "general",
        /// 康复
        Rehabilitation = "rehabilitation",
        /// 急救
        FirstAid = "first-aid",
    }
}

codes! {
    /// 机构类别. The codes are those of the role that acts for such an organisation.
    pub enum OrganisationKind("organisation-kind") {
        /// 民政局
        Bureau = "bureau",
        /// 财政局
        Finance = "finance",
        /// 镇（街道）
        TownOffice = "town",
        /// 培训学校
        TrainingSchool = "school",
        /// 评价机构
        AssessmentBody = "assessor",
        /// 红十字会
        FirstAidIssuer = "first-aid-issuer",
        /// 养老机构
        CareInstitution = "institution",
    }
}

codes! {
    /// 养老服务机构类型
    pub enum InstitutionKind("institution-kind") {
        /// 养老机构
        CareHome = "care-home",
        /// 镇（街道）养老服务中心
        TownCareCentre = "town-care-centre",
        /// 居家养老服务照料中心
        HomeCareCentre = "home-care-centre",
    }
}

codes! {
    /// 惩戒事项: what somebody on the black list may not do, where the local rules say so.
    pub enum BlockedStep("blocked-step") {
        /// A school's 开班备案.
        ClassFiling = "class-filing",
        /// A school's taking of further trainees.
        Enrolment = "enrolment",
        /// An assessment body's announcing of a 考次.
        ExamSession = "exam-session",
    }
}
