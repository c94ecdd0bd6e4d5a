//! The columns in which every file names people: staff lists, class rosters. Each fills a field of
//! [`RawPerson`](crate::registry::people::RawPerson).

use crate::render::sheet::{Column, ColumnKind, Presence};

pub const NAME: Column = Column {
    key: "name",
    title_zh: "姓名",
    title_en: "Name",
    kind: ColumnKind::Text,
    presence: Presence::Required,
    width: 14,
    note_zh: "与证件一致",
    note_en: "As in the identity document",
};

pub const DOCUMENT_NUMBER: Column = Column {
    key: "document_number",
    title_zh: "证件号码",
    title_en: "Document number",
    kind: ColumnKind::Identifier,
    presence: Presence::Required,
    width: 24,
    note_zh: "按文本填写；填成数字会丢失末几位",
    note_en: "Enter as text; as a number the last digits are lost",
};

pub const DOCUMENT_KIND: Column = Column {
    key: "document_kind",
    title_zh: "证件类型",
    title_en: "Document",
    kind: ColumnKind::Choice {
        codes: &["resident-id", "passport", "hk-macao-permit", "taiwan-permit"],
        zh: &["居民身份证", "护照", "港澳居民来往内地通行证", "台湾居民来往大陆通行证"],
        en: &["Resident identity card", "Passport", "Hong Kong and Macao permit", "Taiwan permit"],
    },
    presence: Presence::Optional,
    width: 24,
    note_zh: "不填为居民身份证",
    note_en: "Resident identity card unless stated",
};

pub const GENDER: Column = Column {
    key: "gender",
    title_zh: "性别",
    title_en: "Gender",
    kind: ColumnKind::Choice { codes: &["2", "1"], zh: &["女", "男"], en: &["Female", "Male"] },
    presence: Presence::Optional,
    width: 8,
    note_zh: "居民身份证不必填，以号码为准；其他证件必填",
    note_en: "Follows from an identity card number; required with other documents",
};

pub const BIRTH_DATE: Column = Column {
    key: "birth_date",
    title_zh: "出生日期",
    title_en: "Date of birth",
    kind: ColumnKind::Date,
    presence: Presence::Optional,
    width: 14,
    note_zh: "居民身份证不必填，以号码为准；其他证件必填",
    note_en: "Follows from an identity card number; required with other documents",
};

pub const EDUCATION: Column = Column {
    key: "education",
    title_zh: "学历",
    title_en: "Education",
    kind: ColumnKind::Choice {
        codes: &["10", "20", "30", "40", "60", "70", "80", "90"],
        zh: &["研究生", "本科", "专科", "中职", "高中", "初中", "小学", "其他"],
        en: &[
            "Postgraduate",
            "Bachelor",
            "Junior college",
            "Secondary vocational",
            "High school",
            "Middle school",
            "Primary school",
            "Other",
        ],
    },
    presence: Presence::Optional,
    width: 12,
    note_zh: "",
    note_en: "",
};

pub const PHONE: Column = Column {
    key: "phone",
    title_zh: "手机号码",
    title_en: "Phone",
    kind: ColumnKind::Identifier,
    presence: Presence::Optional,
    width: 18,
    note_zh: "手机，或带区号的固定电话",
    note_en: "A mobile, or a fixed line with its area code",
};

pub const HOME_AREA: Column = Column {
    key: "home_area",
    title_zh: "居住地区划代码",
    title_en: "Home area code",
    kind: ColumnKind::Identifier,
    presence: Presence::Optional,
    width: 18,
    note_zh: "",
    note_en: "",
};
